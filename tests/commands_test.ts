// Copyright 2026 the Wirekit authors. MIT license.

/** What is the same in all commands, each as a process of its own. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { serve } from "@wirekit/hub";
import { ROOT } from "./_packages.ts";
import { freePort } from "./_port.ts";
import { hasScript } from "./_script.ts";

const PATIENCE = 60_000;

/** How each command calls what listens at a port. */
const CALLS: Record<string, (port: number) => string[]> = {
  hub: (port) => ["call", "bot", "greet", "--port", `${port}`],
  jsonrpc: (port) => ["call", `ws://127.0.0.1:${port}`, "sum", "1"],
  wsrpc: (port) => ["call", `ws://127.0.0.1:${port}/ws/`, "add"],
  openwebnet: (port) => [
    ...["light", "on", "12", "--host", "127.0.0.1", "--port", `${port}`],
  ],
  switchboard: (port) => ["mcp", "--port", `${port}`],
  wirekit: (port) => ["hub", "ping", "--port", `${port}`],
};

/** An option of each, written badly, and the one that is meant. */
const TYPOS: Record<string, [string, string]> = {
  switchboard: ["--tokn", "--token"],
};

/** What each needs besides: in a clone, the bridge loads itself from files. */
const FLAGS: Record<string, string[]> = { switchboard: ["--allow-read"] };

/** Who speaks: wirekit lets the command speak that it runs. */
const SPEAKERS: Record<string, string> = { wirekit: "(wirekit|hub)" };

/**
 * The command that does not call once and end. It serves: a hub, or an assistant,
 * to which it is an answer that no hub is there.
 */
const SERVES = "switchboard";

/** The file of a command. */
function fileOf(name: string): string {
  return name === "wirekit" ? "mod.ts" : `${name}/cli.ts`;
}

const VARIABLES =
  "WIREKIT_TOKEN,WIREKIT_URL,OPENWEBNET_HOST,OPENWEBNET_PASSWORD";

function command(name: string, args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1"],
      `--allow-env=${VARIABLES}`,
      ...FLAGS[name] ?? [],
      new URL(fileOf(name), ROOT).pathname,
      ...args,
    ],
    env: {
      NO_COLOR: "1",
      ...Object.fromEntries(VARIABLES.split(",").map((each) => [each, ""])),
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function ran(output: Promise<Deno.CommandOutput>): Promise<Ran> {
  const { code, stdout, stderr } = await deadline(output, PATIENCE);
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

function run(name: string, ...args: string[]): Promise<Ran> {
  return ran(command(name, args).output());
}

/** What a command says on a terminal, which `script` of util-linux is. */
async function onTerminal(
  name: string,
  args: string[],
  env: Record<string, string>,
): Promise<string> {
  const flags = ["--quiet", "--no-prompt", "--allow-net=127.0.0.1"];
  const line = [
    Deno.execPath(),
    "run",
    ...flags,
    `${name}/cli.ts`,
    ...args,
  ];
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", line.join(" "), "/dev/null"],
    cwd: ROOT,
    env,
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** One sentence, of the command. */
function assertSentence(name: string, { out, err }: Ran): void {
  assertEquals(out, "");
  const speaker = SPEAKERS[name] ?? name;
  assertMatch(err, new RegExp(`^${speaker}: [^\\n]+\\n$`));
  assert(!/\bat (async )?[\w.]+ \(|Uncaught/.test(err), err);
}

Deno.test({
  name: "Commands are coloured on a terminal only, and NO_COLOR is heard",
  ignore: !hasScript(),
  async fn() {
    const inherited = { ...Deno.env.toObject(), TERM: "xterm" };
    const { NO_COLOR: _, ...env } = inherited as Record<string, string>;
    const cases: [string[], string][] = [[["--help"], "Usage:"], [
      ["x"],
      "hub:",
    ]];
    for (const [args, words] of cases) {
      const colored = await onTerminal("hub", args, {
        ...env,
        NO_COLOR: "",
      });
      assertMatch(colored, new RegExp(`\\x1b\\[[0-9;]+m${words}\\x1b\\[0m`));
      const plain = await onTerminal("hub", args, {
        ...env,
        NO_COLOR: "1",
      });
      assert(plain.includes(`${words}`) && !plain.includes("\x1b["), plain);
      const piped = await run("hub", ...args);
      assert(!`${piped.out}${piped.err}`.includes("\x1b["));
    }
  },
});

Deno.test({
  name: "A wait is shown on a terminal only",
  ignore: !hasScript(),
  async fn() {
    // It lets clients in, and says nothing.
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = silent.addr;
    const env = Deno.env.toObject();
    const waits: [name: string, ...args: string[]][] = [
      ["hub", "ping", "--port", `${port}`],
      ["jsonrpc", "call", "--port", `${port}`, "sum"],
      ["wsrpc", "call", "--port", `${port}`, "add"],
    ];
    await Promise.all(waits.map(async ([name, ...args]) => {
      const words = [...args, "--timeout", "2"];
      const shown = await onTerminal(name, words, { ...env, TERM: "xterm" });
      assertMatch(shown, /\S Connecting/);
      const piped = await run(name, ...words);
      assertEquals(piped.code, 4, piped.err);
      assertSentence(name, piped);
      assertStringIncludes(piped.err, `127.0.0.1:${port}`);
      assert(!piped.err.includes("Connecting"), piped.err);
    }));
  },
});

Deno.test({
  name: "What is drawn shows on a terminal that says that it has no size",
  ignore: !hasScript(),
  async fn() {
    await using server = await serve({ port: 0 });
    const line = [
      "stty rows 0 cols 0; timeout -s INT 5",
      `"${Deno.execPath()}" run -A -q hub/cli.ts top --url ${server.urls[0]}`,
    ].join(" ");
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", line, "/dev/null"],
      cwd: ROOT,
      stdin: "null",
    }).output();
    assertStringIncludes(new TextDecoder().decode(stdout), "clients 0");
  },
});

for (const [name, callAt] of Object.entries(CALLS)) {
  if (name === SERVES) continue;

  Deno.test(`${name} stops at Ctrl-C before the work is done with 130`, async () => {
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const child = command(name, callAt(silent.addr.port)).spawn();
    using conn = await deadline(silent.accept(), PATIENCE);
    await deadline(conn.read(new Uint8Array(1024)), 2_000).catch(() => {});
    child.kill("SIGINT");
    const { code, out, err } = await ran(child.output());
    assertEquals([code, out], [130, ""]);
    assert(!/error|abort|stopped/i.test(err), err);
  });

  Deno.test(`${name} ends with 3 and names the place when nobody is there`, async () => {
    const answer = await run(name, ...callAt(1));
    assertEquals(answer.code, 3, answer.err);
    assertSentence(name, answer);
    const why = "Cannot connect to 127.0.0.1:1: nobody listens there.";
    assert(answer.err.includes(why), answer.err);
  });
}

/** Further ways to call, over other carriers. */
const CARRIERS: [name: string, ...args: string[]][] = [
  ["hub", "ping", "--url", "ws://HOST"],
  ["hub", "ping", "--url", "tcp://HOST"],
  ["jsonrpc", "call", "ws://HOST", "sum"],
  ["jsonrpc", "call", "http://HOST", "sum"],
  ["jsonrpc", "call", "tcp://HOST", "sum"],
  ["wsrpc", "call", "ws://HOST", "add"],
  ["wsrpc", "call", "tcp://HOST", "add"],
];

Deno.test("Nobody listens, in the same words over every carrier", async () => {
  const host = `127.0.0.1:${freePort()}`;
  await Promise.all(CARRIERS.map(async ([name, ...args]) => {
    const words = args.map((arg) => arg.replace("HOST", host));
    const { code, err } = await run(name, ...words);
    const why = `Cannot connect to ${host}: nobody listens there. Is the ` +
      "server running, and is the address right?\n";
    assertEquals([code, err], [3, `${name}: ${why}`]);
  }));
});

Deno.test("A server that speaks something else is told as such, with its address", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  const serving = (async () => {
    for await (const conn of listener) {
      await conn.read(new Uint8Array(1024)).catch(() => {});
      conn.close();
    }
  })();
  const words: Record<string, RegExp> = {
    hub: /a hub\?|closed the connection without an answer/,
    jsonrpc: /a JSON-RPC server\?|closed the connection without an answer/,
    wsrpc: /a wsrpc server\?|closed the connection without an answer/,
  };
  for (const [name, ...args] of CARRIERS) {
    const place = args.map((arg) => arg.replace("HOST", host));
    const { code, err } = await run(name, ...place, "--timeout", "5");
    assertEquals(code, 3, err);
    assertMatch(err, words[name]!);
    assert(err.includes(host), err);
  }
  listener.close();
  await serving.catch(() => {});
});

Deno.test("Who is refused for its credentials is told by which option to give them", async () => {
  const port = freePort();
  await using _server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    () => new Response("Who are you?", { status: 401 }),
  );
  const options: Record<string, string> = {
    hub: "Give it the token with --token, or in WIREKIT_TOKEN",
    jsonrpc: "such as --header 'authorization: Bearer TOKEN'",
    wsrpc: "such as --header 'authorization: Bearer TOKEN'",
  };
  for (const [name, ...args] of CARRIERS) {
    if (args.some((arg) => arg.startsWith("tcp:"))) continue;
    const words = args.map((arg) => arg.replace("HOST", `127.0.0.1:${port}`));
    const refused = await run(name, ...words);
    assertEquals(refused.code, 3);
    assertSentence(name, refused);
    assertMatch(refused.err, /the server answered 401 Unauthorized/);
    assert(refused.err.endsWith(`${options[name]}\n`), refused.err);
    assert(!refused.err.includes("credentials"), refused.err);
  }
});

for (const [name, callAt] of Object.entries(CALLS)) {
  Deno.test(`${name} ends with 2 and offers the nearest`, async () => {
    const [first = "", ...rest] = callAt(1);
    const command = await run(name, `${first}x`, ...rest);
    assertEquals(command.code, 2);
    assertSentence(name, command);
    assert(command.err.includes(`Did you mean ${first}?`), command.err);
    const [typo, meant] = TYPOS[name] ?? ["--jsn", "--json"];
    const option = await run(name, ...callAt(1), typo);
    assertEquals(option.code, 2);
    assertSentence(name, option);
    assert(option.err.includes(`Did you mean ${meant}?`), option.err);
    const surplus = await run(name, "completion", "bash", "zsh");
    assertEquals(surplus.code, 2);
    assert(surplus.err.includes('Unexpected argument "zsh"'), surplus.err);
  });

  Deno.test(`${name} helps at each level, and says its version`, async () => {
    const { code, out } = await run(name, "--help");
    assertEquals(code, 0);
    const [, table = ""] = /Commands:\n(.*?)\n\n/s.exec(out) ?? [];
    const names = [...table.matchAll(/^ {2}([a-z]+) /gm)];
    assert(names.length > 2, out);
    await Promise.all(names.map(async ([, each]) => {
      const help = await run(name, each!, "--help");
      assertEquals(help.code, 0);
      assert(help.out.includes(`Usage: ${name} ${each}`), help.out);
      assertMatch(help.out, /\n\nExamples?:\n {2}\S/);
      // It stands on a screen of 80 columns, but for what cannot be broken.
      const wide = help.out.split("\n").filter((line) => line.length > 80);
      assert(
        wide.every((line) => /^(Usage:| {2,7}\S+ )/.test(line)),
        `${wide}`,
      );
    }));
    for (const args of [["--version"], ["-V"]]) {
      assertMatch((await run(name, ...args)).out, /^\w+ \d+\.\d+\.\d+\n$/);
    }
  });

  Deno.test(`${name} ends when nobody reads its output`, async () => {
    const child = command(name, ["--help"]).spawn();
    await child.stdout.cancel();
    const { code } = await deadline(child.status, PATIENCE);
    const text = await new Response(child.stderr).text();
    assertEquals([code, text], [0, ""]);
  });
}

/** Commands with settings from the environment, which they may not read. */
const SETTINGS: [string, string[], string[]][] = [
  ["hub", ["serve", "--hostname", "0.0.0.0"], ["WIREKIT_TOKEN"]],
  ["hub", ["call", "bot", "greet"], ["WIREKIT_URL", "WIREKIT_TOKEN"]],
  ["hub", ["inform", "hello"], ["WIREKIT_URL", "WIREKIT_TOKEN"]],
  ["hub", ["ping", "-p", "1"], ["WIREKIT_TOKEN"]],
  ["hub", ["ping", "--token", "x"], ["WIREKIT_URL"]],
  ["jsonrpc", ["call", "sum", "1"], ["WIREKIT_URL"]],
  ["jsonrpc", ["discover"], ["WIREKIT_URL"]],
  ["wsrpc", ["call", "add"], ["WIREKIT_URL"]],
  ["wsrpc", ["listen"], ["WIREKIT_URL"]],
  ["openwebnet", ["light", "on", "12"], [
    "OPENWEBNET_HOST",
    "OPENWEBNET_PASSWORD",
  ]],
  ["openwebnet", ["light", "on", "12", "--host", "127.0.0.1", "-p", "1"], [
    "OPENWEBNET_PASSWORD",
  ]],
];

Deno.test("each setting that a command may not read is named, with the flag", async () => {
  for (const [name, args, variables] of SETTINGS) {
    const wanted = `Note: ${variables.join(" and ")} not read. If set, pass ` +
      `--allow-env=${variables.join(",")} to Deno\n`;
    for (const flags of [[], [`--allow-env=${variables.join(",")}`]]) {
      const words = name === "openwebnet" || args[0] === "serve"
        ? args
        : [...args, "--timeout", "1"];
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", "--no-prompt", "--allow-net", ...flags],
          new URL(`${name}/cli.ts`, ROOT).pathname,
          ...words,
        ],
        env: Object.fromEntries(variables.map((each) => [each, ""])),
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      });
      const { err } = await ran(child.output());
      assertEquals(
        err.includes(wanted),
        flags.length === 0,
        `${name} ${words.join(" ")}:\n${err}`,
      );
    }
  }
});

/** Runs a command in a shell, with redirections; it may only use the network. */
async function inShell(
  words: string,
): Promise<{ code: number; out: string; err: string }> {
  const program = `${Deno.execPath()} run --quiet --no-prompt --allow-net`;
  const { code, stderr, stdout } = await new Deno.Command("sh", {
    args: ["-c", `${program} ${words}`],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test({
  name: "A command says that its output cannot be written",
  ignore: Deno.build.os === "windows",
  async fn() {
    const decode = "openwebnet/cli.ts decode '*1*1*11##'";
    assertEquals(await inShell(`${decode} >/dev/full`), {
      code: 1,
      out: "",
      err: "openwebnet: Cannot write the output: no space left on device\n",
    });
  },
});

Deno.test({
  name: "A command does what it should although its messages cannot be written",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using hub = await serve({ port: 0 });
    const ping = `hub/cli.ts ping --port ${new URL(hub.urls[0]).port}`;
    assertMatch((await inShell(ping)).err, /^Note: /);
    for (const nowhere of ["/dev/full", "&-"]) {
      const { code, out } = await inShell(`${ping} 2>${nowhere}`);
      assertEquals([code, out.split(" ")[0]], [0, "The"]);
    }
  },
});

/** How each server is started, and what is said to it once. */
const SERVERS: [name: string, args: string[], says: string][] = [
  ["hub", [], "GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n"],
  ["wsrpc", ["serve", "--verbose"], "GET /ws/ HTTP/1.1\r\nhost: a\r\n\r\n"],
  ["openwebnet", ["simulate"], "*99*0##"],
  ["switchboard", [], "GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n"],
];

/** Where its output goes. */
const OUTPUTS = {
  "a reader that is gone": "2>&1 | head -n 1",
  "a full disk": ">/dev/full 2>/dev/full",
  "closed outputs": ">&- 2>&-",
};

/** Whether something answers at a port. */
async function answers(port: number, says: string): Promise<boolean> {
  try {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode(says));
    return await deadline(conn.read(new Uint8Array(1)), PATIENCE) !== null;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

for (const [name, args, says] of SERVERS) {
  for (const [output, redirection] of Object.entries(OUTPUTS)) {
    Deno.test(`A server of ${name} goes on with ${output}`, async () => {
      const port = freePort();
      const program = [
        ...[Deno.execPath(), "run", "--quiet", "--no-prompt"],
        ...["--allow-net=127.0.0.1", `--allow-env=${VARIABLES}`],
        ...[new URL(`${name}/cli.ts`, ROOT).pathname, ...args],
        ...["--port", `${port}`],
      ];
      // The shell tells the number of the server, and ends when it does.
      const script = `{ "$@" & echo $! >"$PIDFILE"; wait $!; } ${redirection}`;
      const file = await Deno.makeTempFile();
      const child = new Deno.Command("sh", {
        args: ["-c", script, "sh", ...program],
        env: { NO_COLOR: "1", PIDFILE: file },
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      try {
        while (!await answers(port, says)) await delay(50);
        for (let round = 0; round < 5; round++) {
          assert(await answers(port, says), `round ${round}`);
        }
        Deno.kill(Number(await Deno.readTextFile(file)), "SIGTERM");
        await deadline(child.status, PATIENCE);
      } finally {
        await Deno.remove(file);
      }
    });
  }
}
