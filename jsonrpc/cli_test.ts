// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCommand } from "./_commands.ts";
import { main } from "./cli.ts";
import { fetchHandler, type Peer } from "./mod.ts";
import { serveFile } from "./_serve_file.ts";

const FILE = new URL("testdata/math.ts", import.meta.url).pathname;
const CHILD = new URL("testdata/child.ts", import.meta.url).pathname;
const CLI = new URL("cli.ts", import.meta.url).pathname;

/** Runs a command in this process, until it ends or says a word. */
async function run(args: string[], until?: RegExp) {
  const stop = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(args[0] as "call", args.slice(1), {
    log: (text) => {
      out.push(text);
      if (until?.test(text)) stop.abort();
    },
    error: (text) => err.push(text),
    signal: stop.signal,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** Serves the file of the tests. */
async function serving(more: { tcpPort?: number; unixPath?: string } = {}) {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const errors: string[] = [];
  const done = serveFile(FILE, {
    hostname: "127.0.0.1",
    port: 0,
    origins: [],
    ...more,
  }, {
    log: resolve,
    error: (text) => errors.push(text),
    signal: stop.signal,
  });
  const [ws = "", ...urls] = (await promise).match(/\w+:\/\/?[^\s,]+/g) ?? [];
  return {
    ws,
    http: ws.replace("ws:", "http:"),
    urls,
    errors,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
    },
  };
}

Deno.test("jsonrpc call prints the result, over each carrier", async () => {
  const path = `${await Deno.makeTempDir()}/rpc.sock`;
  await using server = await serving({ tcpPort: 0, unixPath: path });
  for (const url of [server.ws, server.http, ...server.urls]) {
    assertEquals((await run(["call", url, "sum", "1", "2"])).out, "3", url);
    const greet = await run(["call", url, "greet", '{"name":"Ada"}', "--json"]);
    assertEquals(greet.out, '"Hello Ada"');
    assertEquals((await run(["notify", url, "greet", "[{}]"])).code, 0);
  }
  assertEquals(server.urls.length, 2);
});

Deno.test("jsonrpc call tells of errors by its exit code", async () => {
  await using server = await serving();
  const none = await run(["call", server.ws, "none"]);
  assertEquals([none.code, none.err], [1, "Error -32601: Method not found"]);
  const wrong = await run(["call", server.ws, "math.mul", "[1,2,3]"]);
  assertStringIncludes(wrong.err, "Expected at most 2 params");
  const crash = await run(["call", server.ws, "fail"]);
  assert(!crash.err.includes("secret"));
  assertEquals(server.errors, ["fail: Error: secret"]);
  const gone = await run(["call", "ws://127.0.0.1:1", "sum"]);
  assertEquals(gone.code, 3);
  const left = await run(["call", "sum", "--", Deno.execPath(), "eval", ""]);
  assertEquals(left.code, 3, left.err);
});

Deno.test("jsonrpc call gives up in time", async () => {
  await using silent = Deno.serve(
    { port: 0, onListen() {} },
    fetchHandler({
      incoming: [() => new Promise(() => {})],
    }),
  );
  const url = `ws://127.0.0.1:${silent.addr.port}`;
  const slow = await run(["call", url, "sum", "--timeout", "0.05"]);
  assertEquals(slow.code, 4);
});

Deno.test("jsonrpc says what is wrong with its arguments", async () => {
  const wrong: [string[], string][] = [
    [["call"], "There is no URL"],
    [["call", "http://127.0.0.1:1"], "There is no method"],
    [["notify", "http://127.0.0.1:1"], "There is no method"],
    [["call", "http://127.0.0.1:1", "x", "--stream"], "no streams over HTTP"],
    [["listen", "http://127.0.0.1:1"], "Nothing can be heard"],
    [["call", "ws://127.0.0.1", "x", "--nonsense"], "no option --nonsense"],
    [["call", "ws://127.0.0.1", "x", "--timeout", "no"], "number of seconds"],
    [["call", "ws://127.0.0.1", "x", "--header", "no"], "NAME: VALUE"],
    [["serve"], "needs one file"],
    [["serve", "x.ts", "--port", "x"], "as a port"],
  ];
  for (const [args, words] of wrong) {
    const { code, err } = await run(args);
    assertEquals([code, err.includes(words)], [2, true], err);
  }
  assertEquals(await main(["nonsense"]), 2);
  assertEquals(await main([]), 2);
  assertEquals(await main(["--help"]), 0);
  assertEquals((await run(["call", "--help"])).code, 0);
});

Deno.test("jsonrpc discover prints a manual page, or the document", async () => {
  await using server = await serving();
  const { out } = await run(["discover", server.ws]);
  assertEquals(
    out,
    `Math 1.0.0
  Numbers.

METHODS
  math.mul(x: number, y?: number): number
      Multiplies two numbers
      x: The first
      Error 7: Too large
  math.count(to: number): stream of number
      Deprecated
  fail(): any
  greet({ name: any }): any
  sum(x: any, y: any): any

SUBSCRIPTIONS
  math_ticks(): number`,
  );
  const json = await run(["discover", server.http, "--json"]);
  assertEquals(JSON.parse(json.out).info.title, "Math");
});

Deno.test("jsonrpc call --stream prints each value, and listen each event", async () => {
  await using server = await serving();
  const stream = await run(["call", server.ws, "math.count", "3", "--stream"]);
  assertEquals(stream.out, "1\n2\n3");
  const events = await run(["listen", server.ws, "math", "ticks"], /2/);
  assertEquals(events.out, "1\n2");
  assertEquals((await run(["listen", server.ws, "math"])).code, 2);
});

Deno.test("jsonrpc listen prints notifications until it is stopped", async () => {
  const peers: Peer[] = [];
  await using server = Deno.serve(
    { port: 0, onListen() {} },
    fetchHandler({
      onPeer: (peer) => {
        peers.push(peer as Peer);
        void peer.notify("tick", [1]);
        void peer.notify("tock");
      },
    }),
  );
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const plain = await run(["listen", url], /tock/);
  assertEquals([plain.code, plain.out], [0, "tick [1]\ntock null"]);
  const json = await run(["listen", url, "--json"], /tock/);
  assertEquals(json.out.split("\n")[0], '{"method":"tick","params":[1]}');
  assertEquals(peers.length, 2);
});

Deno.test("jsonrpc speaks to a program on its standard streams", async () => {
  const program = [Deno.execPath(), "run", "--quiet", CHILD];
  const failed = await run(["call", "none", "--", ...program, "newline"]);
  assertEquals(failed.code, 1);
  const lsp = ["call", "none", "--lsp", "--", ...program, "content-length"];
  assertStringIncludes((await run(lsp)).err, "-32601");
});

Deno.test("jsonrpc serve runs as a command with the permissions it names", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net",
      "--allow-read",
      CLI,
      "serve",
      FILE,
      "--port",
      "0",
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await lines.read();
  const [url = ""] = /ws:\S+(?= )/.exec(value) ?? [];
  assertEquals((await run(["call", url, "sum", "1", "2"])).out, "3");
  child.kill("SIGINT");
  assertEquals((await child.status).code, 0);
  await lines.cancel();
});

Deno.test("jsonrpc serve --stdio answers on its standard streams", async () => {
  const served = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--allow-read",
    CLI,
    "serve",
    FILE,
    "--stdio",
  ];
  const { out } = await run(["call", "sum", "1", "2", "--", ...served]);
  assertEquals(out, "3");
  const { err } = await run([
    "serve",
    new URL("error.ts", import.meta.url).pathname,
    "--stdio",
  ]);
  assertStringIncludes(err, "it exports no function");
});
