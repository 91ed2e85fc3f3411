// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { listenTcp } from "@wirekit/transport/tcp";
import { localTime } from "./command/_output.ts";
import { main } from "./cli.ts";
import { FrameScanner } from "./wire/frame.ts";
import {
  GatewaySimulator,
  type GatewaySimulatorOptions,
} from "./simulator/simulator.ts";

interface Result {
  code: number;
  lines: string[];
  errors: string[];
}

async function run(args: string[], signal?: AbortSignal): Promise<Result> {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await main(args, {
    log: (line) => lines.push(line),
    error: (line) => errors.push(line),
    ...(signal ? { signal } : {}),
  });
  return { code, lines, errors };
}

interface Rig extends AsyncDisposable {
  simulator: GatewaySimulator;
  /** Runs a command on the simulator. */
  on: (...args: string[]) => Promise<Result>;
  port: number;
}

async function rig(
  options: GatewaySimulatorOptions = {},
): Promise<Rig> {
  const simulator = new GatewaySimulator(options);
  const listener = await listenTcp({ port: 0 }, () => new FrameScanner());
  const serving = simulator.acceptAll(listener);
  const { port } = listener.addr;
  return {
    simulator,
    port,
    on: (...args) => run([...args, "--host", "127.0.0.1", "-p", `${port}`]),
    async [Symbol.asyncDispose]() {
      await listener.close();
      await serving;
      await simulator.close();
    },
  };
}

Deno.test("openwebnet says how it is used", async () => {
  const help = await run(["--help"]);
  assertEquals(help.code, 0);
  assertStringIncludes(help.lines[0]!, "openwebnet light on|off|toggle|N%");
  assertEquals((await run(["-V"])).lines, ["openwebnet 0.1.0"]);
});

Deno.test("openwebnet says what is wrong with a call, and ends with 2", async () => {
  const at = ["--host", "127.0.0.1"];
  const cases: [string[], string][] = [
    [[], "Usage: openwebnet monitor"],
    [["dance"], 'There is no command "dance"'],
    [["lihgt", "on", "12"], "Did you mean light?"],
    [["__proto__"], 'There is no command "__proto__"'],
    [["constructor"], 'There is no command "constructor"'],
    [["monitor", "--loud"], "There is no option --loud"],
    [["monitor", "--whre", "1"], "Did you mean --where?"],
    [["monitor", "extra", ...at], 'Unexpected argument "extra"'],
    [["send", "*1*1*12##"], "Name the gateway with --host"],
    [["send", ...at], "FRAME is missing"],
    [["send", "hello", ...at], '"hello" is not a frame'],
    [["decode"], "FRAME is missing"],
    [["decode", "hello"], "is not a frame"],
    [["decode", "x".repeat(3_000)], `"${"x".repeat(80)}…" is not a frame`],
    [["status", "1", "99##", ...at], 'such as 12, not "99##"'],
    [["light", "on", ...at], "WHERE is missing"],
    [["light", "blue", "12", ...at], '"blue" is not one of on, off, toggle'],
    [["light", "on", "12", "033", ...at], '"033" is not a WHERE of WHO 1'],
    [
      ["light", "150%", "21", ...at],
      "level must be an integer from 0 to 100 %",
    ],
    [["light", "12", "13", ...at], 'Neither "12" nor "13" is one of on, off'],
    [["light", "50", "21", ...at], 'Neither "50" nor "21" is one of on, off'],
    [["temperature", "1", "41", ...at], "celsius must be 5 to 40 in steps"],
    [["press", "15", "32", ...at], "BUTTON has to be a number from 0 to 31"],
    [["scene", "begin", "1", ...at], '"begin" is not one of start, stop'],
    [["lock", "shut", "12", ...at], '"shut" is not one of on, off'],
    [["lock", "on", "033", ...at], '"033" is not a WHERE of WHO 14'],
    [
      ["auxiliary", "on", "10", ...at],
      "CHANNEL has to be a number from 0 to 9",
    ],
    [["door", "shut", "4000", ...at], '"shut" is not one of open'],
    [["camera", "show", ...at], "Name the camera, such as 4000"],
    [["camera", "show", "1", ...at], "a number from 4000 to 4099"],
    [["camera", "zoom", ...at], "zoom is to be more or less"],
    [["camera", "dance", ...at], '"dance" is not one of show, free, zoom'],
    [["shutter", ...at], "WHERE is missing"],
    [["shutter", "31", "left", ...at], '"left" is not one of up, down, stop'],
    [["temperature", ...at], "ZONE is missing"],
    [["temperature", "1", "21.5K", ...at], 'such as 21.5, not "21.5K"'],
    [["status", "#1", ...at], 'WHO has to be a number such as 1, not "#1"'],
    [["light", "on", "12", "--host", "10.0.0.1:80"], "give 10.0.0.1 as the"],
    [["monitor", "--host", "http://10.0.0.1"], "The host has to be a name or"],
    [["light", "on", "1", "--host", "[::1]"], "The host has to be a name or"],
    [
      ["monitor", ...at, "--password-file", "gone.password"],
      "Cannot read --password-file gone.password: there is no such file",
    ],
    [["scan", "x", ...at], 'WHO has to be a number such as 1001, not "x"'],
    [["status", "--port", "x"], "--port has to be an integer from 1 to 65535"],
    [["status", "--selector", "5"], '--selector has to be 9 or 0, not "5"'],
    [["status", "--profile", "F1"], "--profile has to be one of generic, "],
    [["discover", "--timeout", "never"], 'seconds such as 2.5, not "never"'],
    [["simulate", "--authentication", "md5"], 'sha1 or sha256, not "md5"'],
  ];
  for (const [args, message] of cases) {
    const { code, errors } = await run(args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(errors.join("\n"), message);
  }
});

Deno.test("openwebnet takes no password from the command line, and does not repeat it", async () => {
  for (const args of [["--password", "s3cret"], ["--password=s3cret"]]) {
    const { code, lines, errors } = await run(["monitor", ...args]);
    assertEquals(code, 2);
    assertStringIncludes(errors[0]!, "Other users can see a password");
    assert(![...lines, ...errors].join().includes("s3cret"));
  }
});

Deno.test("openwebnet simulate says which line of a file is not of a capture", async () => {
  const entry = '{"at":0,"from":"gateway","frame":"*#*1##"}';
  const file = await Deno.makeTempFile();
  for (const line of ["hello", "{}", "[]", "null", '{"at":0,"frame":"x"}']) {
    await Deno.writeTextFile(file, `${entry}\n${line}\n`);
    const play = ["simulate", "--port", "0", "--replay", file];
    const { code, errors } = await run(play);
    assertEquals([code, errors], [2, [
      `openwebnet: Cannot use --replay ${file}: line 2 is not of a capture: ` +
      "make one with openwebnet monitor --capture FILE",
    ]]);
  }
  await Deno.remove(file);
});

Deno.test("openwebnet decode explains a frame field by field", async () => {
  const { code, lines } = await run(["decode", "*#4*1*0*0215##"]);
  assertEquals(code, 0);
  assertEquals(lines, [
    "kind       *#4*1*0*0215##       the values of a dimension",
    "WHO        4                    temperature control",
    "WHERE      1                    zone 1",
    "DIMENSION  0                    thermo temperature",
    "VALUE      0215                 celsius: 21.5 °C",
    "event      thermo.temperature   thermo.temperature 1: 21.5 °C",
    "source                          the maker's document of WHO 4",
  ]);
  const json = await run(["decode", "*#*6##", "--json"]);
  assertEquals(json.lines.map((line) => JSON.parse(line)), [
    { text: "*#*6##", name: "kind", meaning: "refused: busy" },
  ]);
});

Deno.test("openwebnet light, shutter and temperature command the plant", async () => {
  await using r = await rig();
  for (
    const args of [
      ["light", "on", "0311"],
      ["light", "50%", "21"],
      ["light", "off", "21"],
      ["light", "toggle", "11"],
      ["light", "on", "12", "22"],
      ["light", "12", "off"],
      ["shutter", "31", "50%"],
      ["shutter", "up", "31"],
      ["shutter", "31", "up"],
      ["shutter", "31", "stop"],
      ["shutter", "31", "down"],
      ["temperature", "1", "21.5"],
    ]
  ) {
    assertEquals(await r.on(...args), { code: 0, lines: [], errors: [] });
  }
  assertEquals(r.simulator.executed, [
    "*1*1*0311##",
    "*#1*21*#1*150*255##",
    "*1*0*21##",
    "*1*32*11##",
    "*1*1*12##",
    "*1*1*22##",
    "*1*0*12##",
    "*#2*31*#11#001*50##",
    "*2*1*31##",
    "*2*1*31##",
    "*2*0*31##",
    "*2*2*31##",
    "*#4*1*#14*0215*3##",
  ]);
});

Deno.test("openwebnet commands the alarm, buttons, scenes, sound and breakers", async () => {
  await using r = await rig();
  const calls: [string[], string[]][] = [
    [["press", "15", "1", "2"], [
      "*15*01*15##",
      "*15*01#1*15##",
      "*15*02*15##",
      "*15*02#1*15##",
    ]],
    [["press", "1", "31", "--plus"], ["*25*21#31*21##"]],
    [["scene", "start", "1", "2"], ["*17*1*1##", "*17*1*2##"]],
    [["scene", "1", "disable"], ["*17*4*1##"]],
    [["scenario", "01", "3"], ["*0*3*01##"]],
    [["sound", "on", "11"], ["*16*0*11##"]],
    [["sound", "11", "louder"], ["*16*1001*11##"]],
    [["breaker", "close", "1"], ["*18*22*11##"]],
    [["breaker", "automatic", "1"], ["*18*26*11##"]],
    [["lock", "on", "12"], ["*14*0*12##"]],
    [["lock", "12", "off"], ["*14*1*12##"]],
    [["auxiliary", "on", "1"], ["*9*1*1##"]],
    [["auxiliary", "reset", "2"], ["*9*8*2##"]],
    [["door", "open", "4000"], ["*6*10*4000##"]],
    [["camera", "show", "4001"], ["*7*0*4001##"]],
    [["camera", "zoom", "more"], ["*7*120##"]],
    [["camera", "luminosity", "less"], ["*7*151##"]],
    [["camera", "free"], ["*7*9**##"]],
  ];
  for (const [args, frames] of calls) {
    const before = r.simulator.executed.length;
    assertEquals(await r.on(...args), { code: 0, lines: [], errors: [] });
    assertEquals(r.simulator.executed.slice(before), frames);
  }
  assertEquals((await r.on("breaker", "status", "1")).lines, ["1: closed"]);
  const alarm = await r.on("alarm");
  assertStringIncludes(alarm.lines.join("\n"), "alarm.state: disengaged");
});

Deno.test("openwebnet sends nothing if one of several targets is wrong", async () => {
  await using r = await rig();
  const { code } = await r.on("light", "on", "11", "033");
  assertEquals([code, r.simulator.received], [2, []]);
});

Deno.test("openwebnet monitor names at once a gateway that is not there", async () => {
  const { code, errors } = await run(
    ["monitor", "--host", "127.0.0.1", "-p", "1"],
  );
  assertEquals(code, 3);
  assertStringIncludes(errors[0]!, "127.0.0.1:1");
});

Deno.test("localTime() is that of this place, with its offset", () => {
  const time = new Date("2026-11-25T23:15:00Z");
  const text = localTime(time);
  assert(/^\d\d:\d\d:00[+-]\d\d:\d\d$/.test(text));
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(text)!;
  const ahead = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
  const shown = Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  assertEquals((shown - ahead + 2880) % 1440, 23 * 60 + 15);
});

Deno.test("openwebnet temperature, energy, status, scan and send show the plant", async () => {
  await using r = await rig({ plant: { meters: { 1: 1234 } } });
  assertEquals((await r.on("temperature", "3")).lines, ["-4.8 °C"]);
  assertEquals((await r.on("temperature", "3", "--json")).lines, [
    '{"zone":"3","celsius":-4.8}',
  ]);
  const meter =
    "1: 1234 W, today 3210 Wh, this month 43210 Wh, in all 1234567 Wh";
  assertEquals((await r.on("energy")).lines, [meter]);
  assertEquals((await r.on("energy", "1")).lines, [meter]);
  const states = await r.on("status", "1", "0");
  assertEquals(
    states.lines.map((line) => line.slice(15)),
    ["11", "12", "0311", "21", "22"].map((where) =>
      `light.state ${where}: off`
    ),
  );
  for (const who of ["1", "2", "4", "5", "9", "25"]) {
    assertEquals((await r.on("status", who)).code, 0, who);
  }
  assertEquals((await r.on("alarm", "#1")).code, 0);
  for (const celsius of ["20,5", "20.5C", "20.5°C", "20.5 °c"]) {
    const { code, errors } = await r.on("temperature", "1", celsius);
    assertEquals([code, ...errors], [0], celsius);
    assertEquals(r.simulator.executed.at(-1), "*#4*1*#14*0205*3##");
  }
  const all = await r.on("status", "--json");
  assertEquals(all.code, 0);
  const types = new Set(all.lines.map((line) => JSON.parse(line).type));
  assert(types.has("thermo.temperature") && types.has("contact.state"));
  const items = await r.on("scan");
  const found = items.lines.join("\n");
  assertStringIncludes(found, "shutter 31 (WHO 2, WHERE 31)");
  assertStringIncludes(found, "alarm #1 (WHO 5, WHERE #1)");
  // What it prints is what the commands and a home take.
  assertStringIncludes(found, "meter 1 (WHO 18, WHERE 51)");
  assertEquals((await r.on("energy", "1")).code, 0);
  assertStringIncludes(found, "contact 2 (WHO 25, WHERE 32)");
  for (const words of [["*#1*12##", "*1*1*12##"], ["*#1*12##*1*0*12##"]]) {
    assertEquals((await r.on("send", ...words)).lines.slice(1), [
      "*#*1##",
      "*#*1##",
    ]);
  }
});

Deno.test("openwebnet ends with 3 and a sentence when the gateway refuses or is not there", async () => {
  await using r = await rig({ authentication: "open" });
  const refused = await r.on("send", "*1*1*12##");
  assertEquals(refused.code, 3);
  assertMatch(
    refused.errors.join("\n"),
    /^openwebnet: tcp:\S+ asks for a password, and none was given\. Give it in OPENWEBNET_PASSWORD, or with --password-file$/,
  );
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "1");
  const wrong = await r.on("send", "*1*1*12##", "--password-file", file);
  assertEquals(wrong.code, 3);
  assertMatch(
    wrong.errors.join("\n"),
    /^openwebnet: tcp:\S+ rejected the password\. Wait a minute before the next attempt: /,
  );
  const gone = await run([
    "send",
    "*1*1*12##",
    "--host",
    "127.0.0.1",
    "-p",
    "1",
  ]);
  assertEquals(gone.code, 3);
  assertEquals(gone.errors.length, 1);
});

Deno.test("openwebnet takes the password from a file, and records without it", async () => {
  await using r = await rig({ authentication: "open", password: "987654" });
  const folder = await Deno.makeTempDir();
  const file = `${folder}/password`;
  const capture = `${folder}/capture.jsonl`;
  await Deno.writeTextFile(file, "987654\n");
  const result = await r.on(
    "send",
    "*#1*11##",
    "--password-file",
    file,
    "--capture",
    capture,
  );
  assertEquals(result.lines, ["*1*0*11##", "*#*1##"]);
  const text = await Deno.readTextFile(capture);
  const frames = text.trim().split("\n").map((line) => JSON.parse(line).frame);
  assertEquals(frames, [
    "*#*1##",
    "*99*9##",
    "*#?##",
    "*#?##",
    "*#*1##",
    "*#1*11##",
    "*1*0*11##",
    "*#*1##",
  ]);

  // And the capture plays as a gateway.
  const stop = new AbortController();
  const started = Promise.withResolvers<string>();
  const playing = main(["simulate", "--port", "0", "--replay", capture], {
    log: started.resolve,
    error: started.reject,
    signal: stop.signal,
  });
  const port = /:(\d+) /.exec(await started.promise)?.[1] ?? "";
  const again = await run(
    ["send", "*#1*11##", "--host", "127.0.0.1", "--port", port],
  );
  assertEquals(again.lines, ["*1*0*11##", "*#*1##"]);
  stop.abort();
  assertEquals(await playing, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openwebnet monitor prints events until it is stopped", async () => {
  await using r = await rig();
  for (const json of [false, true]) {
    const stop = new AbortController();
    const said = Promise.withResolvers<string>();
    const lines: string[] = [];
    const done = main(
      [
        "monitor",
        "--host",
        "127.0.0.1",
        "--port",
        `${r.port}`,
        "--who",
        "1",
        ...(json ? ["--json"] : []),
      ],
      {
        log: (line) => {
          lines.push(line);
          if (lines.length === 2) stop.abort();
        },
        error: (line) => said.resolve(line),
        signal: stop.signal,
      },
    );
    assertEquals(
      await said.promise,
      "Listening to the gateway (Ctrl-C stops it)",
    );
    r.simulator.publish("*2*1*31##");
    r.simulator.publish("*1*1000#5*21##");
    r.simulator.publish("*1*5*21##");
    assertEquals(await done, 0);
    if (json) {
      const [first] = lines.map((line) => JSON.parse(line));
      assertEquals(first.frame, "*1*1000#5*21##");
      assertEquals(first.origin, "command");
      assertEquals(first.level, 50);
    } else {
      assertEquals(lines.map((line) => line.slice(15)), [
        "light.level 21: 50 % (asked for)",
        "light.level 21: 50 %",
      ]);
    }
    while (r.simulator.sessions("event") > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
});

Deno.test(
  "openwebnet does what it is asked when its capture finds a full disk, and says so once",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    await using r = await rig();
    const cli = new URL("./cli.ts", import.meta.url).href;
    // Deno opens a device for whoever may do all.
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--allow-all", "--no-check", "--no-lock", cli],
        ...["send", "*#1*11##", "--capture", "/dev/full"],
        ...["--host", "127.0.0.1", "-p", `${r.port}`],
      ],
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    assertEquals([code, text.decode(stdout), text.decode(stderr)], [
      0,
      "*1*0*11##\n*#*1##\n",
      "openwebnet: Cannot write --capture /dev/full: no space left on device. " +
      "No more frames are recorded\n",
    ]);
  },
);

Deno.test("openwebnet discover says which permission it lacks", async () => {
  const cli = new URL("./cli.ts", import.meta.url).href;
  for (
    const [permissions, host] of [
      [[], "0.0.0.0:0"],
      [["--allow-net=0.0.0.0"], "239.255.255.250:1900"],
    ] as const
  ) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "--no-check", "--no-lock"],
        ...permissions,
        ...[cli, "discover", "--timeout", "0.1"],
      ],
      stdin: "null",
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [
      2,
      `openwebnet: This needs net access to "${host}": ` +
      "pass --allow-net to Deno\n",
    ]);
  }
});

Deno.test("openwebnet says of an empty file that it has no password", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/password`;
  const home = `${folder}/home.json`;
  await Deno.writeTextFile(file, "\n");
  const gateways = { home: { host: "127.0.0.1", passwordFile: "password" } };
  await Deno.writeTextFile(home, JSON.stringify({ gateways }));
  const cases: [string[], string][] = [
    [
      ["--host", "127.0.0.1", "--password-file", file],
      `openwebnet: Cannot use --password-file ${file}: it is empty`,
    ],
    [
      ["--home", home],
      `openwebnet: Cannot use ${file}: it is empty. ${home} names it as ` +
      "passwordFile",
    ],
  ];
  for (const [options, said] of cases) {
    const { code, errors } = await run(["light", "on", "12", ...options]);
    assertEquals([code, errors], [2, [said]]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openwebnet discover says when nobody answers", async () => {
  const { code, lines, errors } = await run([
    "discover",
    "--host",
    "127.0.0.1",
    "--port",
    "9",
    "--timeout",
    "0.1",
  ]);
  assertEquals([code, lines, errors], [1, [], [
    "No gateway answered within 0.1 s",
  ]]);
});

Deno.test("openwebnet simulate and light run as programs with the permissions that they name", async () => {
  const cli = new URL("./cli.ts", import.meta.url).href;
  const program = (permissions: string[], ...args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, cli, ...args],
      env: { NO_COLOR: "1", OPENWEBNET_PASSWORD: "54321" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  const permissions = [
    "--allow-net=127.0.0.1",
    "--allow-env=OPENWEBNET_HOST,OPENWEBNET_PASSWORD",
  ];
  await using gateway = program(
    permissions,
    "simulate",
    "--port",
    "0",
    "--authentication",
    "sha256",
  ).spawn();
  const stderr = new Response(gateway.stderr).text();
  const reader = gateway.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  const { value = "" } = await reader.read();
  assertStringIncludes(value, "authentication sha256");
  assert(!value.includes("54321"));
  const port = /:(\d+) /.exec(value)?.[1] ?? "";
  const args = ["--host", "127.0.0.1", "--port", port];
  const on = await program(permissions, "light", "on", "12", ...args).output();
  assertEquals([on.code, new TextDecoder().decode(on.stderr)], [0, ""]);
  const decode = await program([], "decode", "*1*1*12##").output();
  assertEquals(decode.code, 0);
  gateway.kill("SIGINT");
  assertEquals((await gateway.status).code, 0);
  await reader.cancel();
  assertEquals(await stderr, "");
});

Deno.test("openwebnet page says by its own option how to take a free port", async () => {
  await using at = await rig();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const gateway = ["--host", "127.0.0.1", "-p", `${at.port}`];
  const listen = ["--listen", `127.0.0.1:${port}`];
  const { code, errors } = await run(["page", ...listen, ...gateway]);
  assertEquals(code, 1);
  assertMatch(
    errors.join("\n"),
    new RegExp(
      `127\\.0\\.0\\.1:${port}\\b.*take a free port: --listen 127\\.0\\.0\\.1:\\d+$`,
    ),
  );
});

Deno.test("openwebnet page warns of a token that others could read, and of no other", async () => {
  await using at = await rig();
  const tokenFile = await Deno.makeTempFile();
  await Deno.writeTextFile(tokenFile, "correct-horse");
  const place = ["--host", "127.0.0.1", "-p", `${at.port}`];
  for (
    const [listen, warned] of [["127.0.0.1:0", false], ["0.0.0.0:0", true]]
  ) {
    const stop = new AbortController();
    const errors: string[] = [];
    await main(
      ["page", "--listen", `${listen}`, "--token-file", tokenFile, ...place],
      {
        log(line) {
          // The warning is the next line, if there is one.
          if (line.startsWith("The page is at")) {
            queueMicrotask(() => stop.abort());
          }
        },
        error: (line) => errors.push(line),
        signal: stop.signal,
      },
    );
    const found = errors.some((line) => line.includes("unencrypted"));
    assertEquals(found, warned, errors.join("\n"));
  }
  await Deno.remove(tokenFile);
});
