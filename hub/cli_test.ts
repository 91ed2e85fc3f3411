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

function command(
  args: string[],
  env: Record<string, string> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net",
      "--allow-env=WIREKIT_TOKEN",
      CLI,
      ...args,
    ],
    env: { WIREKIT_TOKEN: "", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the command to its end. */
async function run(...args: string[]): Promise<[number, string, string]> {
  const { code, stdout, stderr } = await command(args).output();
  const text = new TextDecoder();
  return [code, text.decode(stdout), text.decode(stderr)];
}

/** A hub in a process of its own. */
class HubProcess {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #log: Promise<string>;

  constructor(args: string[], env?: Record<string, string>) {
    this.#child = command(args, env).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#log = new Response(this.#child.stderr).text();
  }

  /** The line with which it starts. */
  async started(): Promise<string> {
    const { value } = await deadline(this.#lines.read(), 20_000);
    return value ?? "";
  }

  async stop(
    signal: Deno.Signal,
  ): Promise<{ code: number; log: string; ms: number }> {
    const asked = performance.now();
    this.#child.kill(signal);
    const { code } = await deadline(this.#child.status, 10_000);
    await this.#lines.cancel();
    return { code, log: await this.#log, ms: performance.now() - asked };
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`hub says in one line where it listens, and ends well at ${signal}`, async () => {
    const hub = new HubProcess(["--port", "0"]);
    const line = await hub.started();
    assertMatch(
      line,
      /^The hub listens on ws:\/\/127\.0\.0\.1:\d+ \(Ctrl-C stops it\)\n$/,
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
      /^\S+Z "bot" joined\n\S+Z "bot" \(WebSocket\) left: the hub is closing\n$/,
    );
  });
}

Deno.test("hub takes the token from the environment, and asks for it", async () => {
  const hub = new HubProcess(["-p", "0"], { WIREKIT_TOKEN: "s3cret" });
  const url = /ws:\S+/.exec(await hub.started())![0];
  await assertRejects(() => connectWebSocket(url));
  const client = await connectWebSocket(`${url}/?token=s3cret`);
  const { code, log } = await hub.stop("SIGTERM").finally(() => client.close());
  assertEquals(code, 0);
  assertStringIncludes(log, "The token is missing or wrong.");
  assertEquals(log.includes("s3cret"), false);
});

Deno.test("hub exits with 1 and one sentence when its port is taken", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertEquals(await run("--port", `${port}`), [
    1,
    "",
    `hub: 127.0.0.1:${port} is taken by another program. Stop that one, or ` +
    "choose another port with --port\n",
  ]);
});

Deno.test("hub exits with 1 when it should listen elsewhere without a token", async () => {
  const [code, stdout, stderr] = await run("--hostname", "0.0.0.0");
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "without a token");
  assertStringIncludes(stderr, "WIREKIT_TOKEN");
  assertEquals(stderr.trimEnd().includes("\n"), false);
});

Deno.test("hub exits with 2 when it is not called rightly", async () => {
  const wrong: [string[], string][] = [
    [["-p"], 'Cannot use "" as a port'],
    [["--port", "65536"], 'Cannot use "65536" as a port'],
    [["--port", "x"], 'Cannot use "x" as a port'],
    [["--nope"], "There is no option --nope"],
    [["dance"], "There is no command dance"],
    [["--cert", "x"], "--cert and --key go together"],
  ];
  for (const [args, text] of wrong) {
    const [code, stdout, stderr] = await run(...args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
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
