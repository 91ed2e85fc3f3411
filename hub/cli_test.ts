// Copyright 2026 the Wirekit authors. MIT license.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { connectWebSocket } from "@wirekit/transport/websocket";

const CLI = new URL("./cli.ts", import.meta.url).href;

const PERMISSIONS = ["--allow-net", "--allow-env=WIREKIT_TOKEN,WIREKIT_URL"];

function command(
  args: string[],
  env: Record<string, string> = {},
  permissions: string[] = PERMISSIONS,
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, CLI, ...args],
    env: { WIREKIT_TOKEN: "", WIREKIT_URL: "", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the command to its end. */
function run(...args: string[]): Promise<[number, string, string]> {
  return ends(command(args));
}

async function ends(command: Deno.Command): Promise<[number, string, string]> {
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return [code, text.decode(stdout), text.decode(stderr)];
}

/** A hub in a process of its own. */
class HubProcess {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #log: Promise<string>;

  constructor(
    args: string[],
    env?: Record<string, string>,
    permissions?: string[],
  ) {
    this.#child = command(args, env, permissions).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#log = new Response(this.#child.stderr).text();
  }

  /** The three lines with which it starts. */
  async started(): Promise<string> {
    let text = "";
    while (text.split("\n").length < 4) {
      const { value, done } = await deadline(this.#lines.read(), 20_000);
      if (done) break;
      text += value;
    }
    return text;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async stop(
    signal: Deno.Signal,
  ): Promise<{ code: number; log: string; ms: number }> {
    const asked = performance.now();
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
    const { code } = await deadline(this.#child.status, 10_000);
    await this.#lines.cancel();
    return { code, log: await this.#log, ms: performance.now() - asked };
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`hub says where it listens and for whom, and ends well at ${signal}`, async () => {
    const hub = new HubProcess(["--port", "0"]);
    const line = await hub.started();
    assertMatch(
      line,
      /^The hub listens on ws:\/\/127\.0\.0\.1:\d+ \(Ctrl-C stops it\)\nIts page is http:\/\/127\.0\.0\.1:\d+\/\nIt is open to this machine: .*WIREKIT_TOKEN.*\n$/,
    );
    const client = await connectWebSocket(/ws:\S+/.exec(line)![0]);
    await client.send('{"type":1,"id":"bot"}');
    for await (const _authorized of client) break;
    const { code, log, ms } = await hub.stop(signal).finally(() =>
      client.close()
    );
    assertEquals(code, 0);
    assert(ms < 2000, `${ms} ms`);
    assertMatch(
      log,
      /^\S+Z info "bot" joined\n\S+Z info "bot" \(WebSocket\) left: the hub is closing\n$/,
    );
  });
}

Deno.test("hub takes the token from the environment, and asks for it", async () => {
  const hub = new HubProcess(["-p", "0"], { WIREKIT_TOKEN: "s3cret" });
  const start = await hub.started();
  assertStringIncludes(start, "It asks every client for the token\n");
  const url = /ws:\S+/.exec(start)![0];
  await assertRejects(() => connectWebSocket(url));
  const client = await connectWebSocket(`${url}/?token=s3cret`);
  const { code, log } = await hub.stop("SIGTERM").finally(() => client.close());
  assertEquals(code, 0);
  assertStringIncludes(log, "The token is missing or wrong.");
  assertEquals(log.includes("s3cret"), false);
});

Deno.test("hub takes a token that came with the end of its line", async () => {
  for (const end of ["\n", "\r\n"]) {
    const hub = new HubProcess(["-p", "0"], { WIREKIT_TOKEN: `s3cret${end}` });
    const url = /ws:\S+/.exec(await hub.started())![0];
    const answer = await fetch(`${url.replace("ws", "http")}/api/report`, {
      headers: { authorization: "Bearer s3cret" },
    });
    await answer.body?.cancel();
    await hub.stop("SIGTERM");
    assertEquals(answer.status, 200);
  }
});

Deno.test("hub exits with 1 and one sentence when its port is taken", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [code, stdout, stderr] = await run("--port", `${port}`);
  assertEquals([code, stdout], [1, ""]);
  const [, free] =
    /^hub: .*127\.0\.0\.1:\d+.*\. Stop that one, or take a free port: --port (\d+)\n$/
      .exec(stderr) ?? [];
  assert(free !== undefined && free !== `${port}`, stderr);
  const tcp = await run("--port", "0", "--tcp", `${port}`);
  assertStringIncludes(tcp[2], "take a free port: --tcp ");
  // A port that another option has is not free.
  const next = `${port + 1}`;
  const [, , said] = await run("--port", `${port}`, "--tcp", next);
  assertStringIncludes(said, "take a free port: --port ");
  assertEquals(said.includes(`--port ${next}`), false, said);
});

Deno.test("hub exits with 2 when it should listen elsewhere without a token", async () => {
  const [code, stdout, stderr] = await run("--hostname", "0.0.0.0");
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "without a token");
  assertStringIncludes(stderr, "WIREKIT_TOKEN");
  assertEquals(stderr.trimEnd().includes("\n"), false);
});

Deno.test("hub exits with 2 on wrong usage", async () => {
  const wrong: [string[], string][] = [
    [["-p"], "-p needs a value: -p PORT"],
    [["--port"], "--port needs a value: --port PORT"],
    [["--port", ""], "--port has an empty value"],
    [["--port", "65536"], 'integer from 0 to 65535, not "65536"'],
    [["--port", "x"], 'integer from 0 to 65535, not "x"'],
    [["--token", ""], "--token has an empty value: is the variable set"],
    [["--nope"], "There is no option --nope"],
    [["--prot", "1"], "Did you mean --port?"],
    [["dance"], 'There is no command "dance"'],
    [["serv"], "Did you mean serve?"],
    [["serve", "extra"], 'Unexpected argument "extra"'],
    [["listen", "@hub"], 'The name "@hub" is the hub\'s own: take another'],
    [["--cert", "x"], "--cert and --key go together"],
    [["--idle-timeout", "-1"], "--idle-timeout has to be a number of seconds"],
    [["--lease", "0"], '--lease has to be from 2 to 3600 seconds, not "0"'],
    [["--lease", "3601"], 'from 2 to 3600 seconds, not "3601"'],
    [["--lease", "never"], 'a number of seconds such as 2.5, not "never"'],
    [["-p", "21720", "--tcp", "21720"], "--port and --tcp are both 21720"],
    [["--tcp", "13254"], "--port and --tcp are both 13254"],
    [["--max-message", "2 MB"], "--max-message has to be a number of bytes"],
    [["ping", "--url", "127.0.0.1:80"], "Did you mean ws://127.0.0.1:80?"],
    [["ping", "--url", "http://h"], "Did you mean ws://h?"],
    [["ping", "--url", "https://h"], "Did you mean wss://h?"],
    [["ping", "--url", "h"], "It has to begin with ws:, wss:, tcp:, tls: or"],
    [["ping", "--url", "ws://h", "-p", "1"], "--url and --port say the same"],
  ];
  for (const [args, text] of wrong) {
    const [code, stdout, stderr] = await run(...args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, text);
    assertEquals(stderr.trimEnd().includes("\n"), false, stderr);
  }
});

const [CERT = "", KEY = "", RENEWED = ""] = [
  ...["localhost.crt", "localhost.key", "renewed.key"],
].map((name) => new URL(`../transport/testdata/${name}`, import.meta.url))
  .map(({ pathname }) => pathname);

Deno.test("hub names the option and the file that it cannot use for TLS", async () => {
  const wrong: [string[], string][] = [
    [
      ["ping", "--ca", KEY],
      `Cannot use --ca ${KEY}: it has no certificate in PEM`,
    ],
    [["--cert", KEY, "--key", KEY], `--cert ${KEY} is not a certificate`],
    [["--cert", CERT, "--key", CERT], `--key ${CERT} is not a private key`],
    [
      ["--cert", CERT, "--key", RENEWED],
      `--key ${RENEWED} is not the key of --cert ${CERT}`,
    ],
  ];
  for (const [args, text] of wrong) {
    const [code, , stderr] = await ends(command(args, {}, ["-A"]));
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, text);
  }
});

Deno.test("hub shows its help and its version", async () => {
  const [code, help] = await run("--help");
  assertEquals(code, 0);
  for (const option of ["--hostname", "--port", "--tcp", "--unix", "--token"]) {
    assertStringIncludes(help, option);
  }
  assertMatch((await run("--version"))[1], /^hub \d+\.\d+\.\d+\n$/);
});

Deno.test("hub does not pass over a token that it may not read", async () => {
  const env = { WIREKIT_TOKEN: "s3cret" };
  const hub = new HubProcess(["--port", "0"], env, ["--allow-net"]);
  assertStringIncludes(await hub.started(), "It is open to this machine");
  const { log } = await hub.stop("SIGTERM");
  assertStringIncludes(
    log,
    "Note: WIREKIT_TOKEN not read. If set, pass --allow-",
  );
  assertStringIncludes(log, "--allow-env=WIREKIT_TOKEN to Deno\n");

  // Whoever needs no token says so, and hears nothing of it.
  const denied = ["--allow-net", "--deny-env=WIREKIT_TOKEN"];
  const quiet = new HubProcess(["--port", "0"], env, denied);
  await quiet.started();
  assertEquals((await quiet.stop("SIGTERM")).log, "");

  // So does --quiet, which says no more than why it cannot listen.
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = `${taken.addr.port}`;
  const args = ["--quiet", "--port", port];
  const [code, , said] = await ends(command(args, env, ["--allow-net"]));
  assertEquals([code, said.split("\n").length], [1, 2], said);
});

Deno.test("hub names the permission that it lacks, and no stack", async () => {
  const lacking: [string[], string[], string][] = [
    [["--port", "0"], [], "--allow-net"],
    [["ping"], ["--deny-env"], "--allow-net"],
    [
      ["--port", "0", "--cert", "a", "--key", "b"],
      ["--allow-net"],
      "--allow-read",
    ],
    [["--port", "0", "--unix", "/tmp/x.sock"], ["--allow-net"], "--allow-"],
  ];
  for (const [args, permissions, flag] of lacking) {
    const [code, , stderr] = await ends(
      command(args, {}, ["--deny-env", ...permissions]),
    );
    assertEquals(code, 2, stderr);
    assertMatch(
      stderr,
      /^hub: This needs .* access.*: pass --allow-.* to Deno\n$/,
    );
    assertStringIncludes(stderr, flag);
  }
});

Deno.test("The library run as a program in a clone names the permission that it lacks", async () => {
  const library = new URL("./mod.ts", import.meta.url).href;
  const [code, , stderr] = await ends(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--allow-net", library],
    }),
  );
  assertEquals(code, 2);
  assertMatch(stderr, /^hub: Requires read access .*--allow-read flag\n$/);
});

Deno.test("hub says how other machines reach it, if it may know", async () => {
  const env = { WIREKIT_TOKEN: "s3cret" };
  const args = ["--hostname", "0.0.0.0", "--port", "0"];
  const sys = "--allow-sys=networkInterfaces";
  const hub = new HubProcess(args, env, [...PERMISSIONS, sys]);
  const isAlone = Deno.networkInterfaces()
    .every(({ address, family }) => family !== "IPv4" || /^127/.test(address));
  const start = await hub.started();
  if (!isAlone) {
    assertMatch(start, /\nOther machines reach it at ws:\/\/[\d.]+:\d+\n/);
  }
  assertEquals((await hub.stop("SIGTERM")).code, 0);
});

Deno.test("hub listen ends when nobody reads any more", async () => {
  const hub = new HubProcess(["--port", "0"]);
  const [url = ""] = /ws:\S+/.exec(await hub.started()) ?? [];
  const child = command(["listen", "log", "--url", url]).spawn();
  const log = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  assertStringIncludes(
    (await deadline(log.read(), 20_000)).value!,
    "Listening",
  );
  await child.stdout.cancel();
  const status = child.status;
  let ended = false;
  status.then(() => ended = true);
  // The first line fills the pipe, a later one finds it closed.
  for (let i = 0; i < 50 && !ended; i++) await run("inform", "x", "--url", url);
  assertEquals((await deadline(status, 10_000)).code, 0);
  const { value, done } = await log.read();
  assert(done, value);
  await hub.stop("SIGTERM");
});

Deno.test("hub call stops at Ctrl-C with 130", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const child = command(["ping", "-p", `${silent.addr.port}`]).spawn();
  const conn = await deadline(silent.accept(), 20_000);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await deadline(child.output(), 10_000);
  conn.close();
  assertEquals([code, stdout.length, stderr.length], [130, 0, 0]);
});

Deno.test("hub ends at once at a second Ctrl-C", async () => {
  // A client that reads nothing may delay a clean end, but not this one.
  const hub = new HubProcess(["--port", "0"]);
  const [url = ""] = /ws:\S+/.exec(await hub.started()) ?? [];
  const client = await connectWebSocket(url);
  hub.signal("SIGINT");
  const { code, ms } = await hub.stop("SIGINT").finally(() => client.close());
  assert(code === 130 || code === 0, `${code}`);
  assert(ms < 5_000, `${ms} ms`);
});

Deno.test("hub call finds the hub by its port, its URL or the environment", async () => {
  const hub = new HubProcess(["--port", "0"]);
  const [url = ""] = /ws:\S+/.exec(await hub.started()) ?? [];
  assertEquals((await run("ping", "-p", new URL(url).port))[0], 0);
  assertEquals((await run("ping", "--url", url))[0], 0);
  assertEquals((await ends(command(["ping"], { WIREKIT_URL: url })))[0], 0);
  const bad = await ends(command(["ping"], { WIREKIT_URL: "127.0.0.1" }));
  assertStringIncludes(bad[2], "Did you mean ws://127.0.0.1?");
  await hub.stop("SIGTERM");
});
