// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { greetAsSsh, serveSockets } from "@wirekit/internal/testing";
import { deadline } from "@std/async/deadline";
import {
  run as runFrame,
  type Terminal as FrameTerminal,
} from "@wirekit/internal/command";
import { wsrpc } from "./command/_commands.ts";
import { Server } from "./server.ts";
import { RouteError } from "./errors.ts";

/** What a command writes, and how to stop it. */
class Terminal implements Partial<FrameTerminal> {
  readonly out: string[] = [];
  readonly err: string[] = [];
  readonly #stop = new AbortController();
  readonly #news: (() => void)[] = [];
  readonly signal = this.#stop.signal;

  log = (line: string): void => this.#write(this.out, line);
  error = (line: string): void => this.#write(this.err, line);

  #write(lines: string[], line: string): void {
    lines.push(line);
    for (const tell of this.#news.splice(0)) tell();
  }

  /** Waits for a line that matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      const match = pattern.exec([...this.out, ...this.err].join("\n"));
      if (match) return match;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#news.push(resolve);
      await deadline(promise, 10_000);
    }
  }

  stop(): void {
    this.#stop.abort();
  }
}

function runCommand(args: readonly string[], io: Terminal): Promise<number> {
  return runFrame(wsrpc, args, io);
}

/** A server to call. */
function serve(port = 0) {
  const wsrpc = new Server({
    authorize: (request: Request) => request.headers.get("x-token") !== "wrong",
    routes: {
      args: (_peer, ...args: unknown[]) => args,
      text: () => "plain\x1b[31m\ntext",
      fail() {
        throw new RouteError("on\x07 purpose", { type: "ValueError" });
      },
      never: () => new Promise(() => {}),
    },
  });
  const http = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    wsrpc.fetch,
  );
  return {
    wsrpc,
    url: `ws://127.0.0.1:${http.addr.port}/ws/`,
    async [Symbol.asyncDispose]() {
      await wsrpc.close();
      await http.shutdown();
    },
  };
}

async function run(...args: string[]) {
  const terminal = new Terminal();
  const code = await runCommand(args, terminal);
  return { code, out: terminal.out.join("\n"), err: terminal.err.join("\n") };
}

Deno.test("wsrpc calls with keywords, positions and JSON", async () => {
  await using at = serve();
  const sent = async (...args: string[]) => {
    const { code, out } = await run("call", at.url, "args", ...args, "--json");
    assertEquals(code, 0);
    return JSON.parse(out);
  };
  assertEquals(await sent(), [{}]);
  assertEquals(await sent("a=1", "b=zoë", 'c={"d":[true]}', "e="), [
    { a: 1, b: "zoë", c: { d: [true] }, e: "" },
  ]);
  assertEquals(await sent("1", "two", "null"), [1, "two", null]);
  // What is base64 is not told from a keyword: quotes make it a value.
  assertEquals(await sent("YQ=="), [{ YQ: "=" }]);
  assertEquals(await sent('"YQ=="'), ["YQ=="]);
  assertEquals(await sent("--data", '"x"'), ["x"]);
  assertEquals(await run(at.url, "args", "x=1"), {
    code: 0,
    out: '[\n  {\n    "x": 1\n  }\n]',
    err: "",
  });
  // All after "--" is a value.
  const { out: values } = await run(at.url, "args", "-1", "--", "-x", "--json");
  assertEquals(JSON.parse(values), [-1, "-x", "--json"]);
  const long = "12345678901234567890";
  const { out: exact } = await run(at.url, "args", long, "--json");
  assertEquals(exact, `[${long}]`);
  const { port } = new URL(at.url);
  assertEquals((await run("-p", port, "args", "1", "--json")).out, "[1]");
  assertEquals(
    (await run("call", "args", "1", "--url", at.url, "--json")).out,
    "[1]",
  );
  const { out } = await run(at.url, "text");
  assertEquals(out, "plain\\u001b[31m\ntext");
});

Deno.test("wsrpc says in one sentence what went wrong, and in its exit code", async () => {
  await using at = serve();
  const failed = async (...args: string[]) => {
    const { code, out, err } = await run(...args);
    assertEquals(out, "");
    return [code, err];
  };
  assertEquals(await failed(at.url, "fail"), [
    1,
    "wsrpc: ValueError: on\\u0007 purpose",
  ]);
  assertEquals((await failed(at.url, "nope"))[0], 1);
  assertEquals(await failed(at.url, "never", "--timeout", "0.5"), [
    4,
    'wsrpc: No answer to "never" within 500 ms',
  ]);
  assertEquals((await failed("ws://127.0.0.1:1", "x"))[0], 3);
  assertEquals((await failed(at.url, "x", "--header", "x-token: wrong"))[0], 3);
  for (
    const args of [
      [],
      [at.url],
      ["no url", "x"],
      ["call"],
      ["listen"],
      ["listen", at.url, "more"],
      ["serve", "more"],
      [at.url, "args", "a=1", "2"],
      [at.url, "args", "a=1", "--data", "{}"],
      [at.url, "args", "--data", "{"],
      [at.url, "args", "--timeout", "x"],
      [at.url, "args", "--header", "x"],
      [at.url, "args", "--nope"],
      ["serve", "--port", "x"],
    ]
  ) assertEquals((await failed(...args))[0], 2, `${args}`);
});

Deno.test("wsrpc says how to write what was meant", async () => {
  const cases: [string[], string][] = [
    [["127.0.0.1:8000", "add"], "Did you mean ws://127.0.0.1:8000?"],
    [["call", "http://h/ws/", "add"], "Did you mean ws://h/ws/?"],
    [["call", "add"], "Say where to call: a URL such as ws://127.0.0.1:8000"],
    [["cal", "ws://h", "add"], "Did you mean call?"],
    [["ws://h", "add", "--jsno"], "Did you mean --json?"],
    [["ws://h", "add", "--count", "1"], "it belongs to listen"],
    [["ws://h", "add", "-p", "1"], "There are two targets"],
    [["serve", "--allow-orgin", "x"], "Did you mean --allow-origin?"],
  ];
  for (const [args, words] of cases) {
    const { code, out, err } = await run(...args);
    assertEquals([code, out], [2, ""], `${args}`);
    assertStringIncludes(err, words);
  }
});

Deno.test("wsrpc gives up a connection that hangs", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `ws://127.0.0.1:${silent.addr.port}`;
  const { code, err } = await run(url, "x", "--timeout", "0.05");
  assertEquals(code, 4);
  assertMatch(
    err,
    /^wsrpc: Cannot connect to ws:\S+: no connection within 50 ms$/,
  );
});

Deno.test("wsrpc stops a call at Ctrl-C", async () => {
  await using at = serve();
  const terminal = new Terminal();
  const running = runCommand([at.url, "never"], terminal);
  while (at.wsrpc.clients.size === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  terminal.stop();
  assertEquals(await running, 130);
});

Deno.test("wsrpc listens to events", async () => {
  await using at = serve();
  const terminal = new Terminal();
  const args = ["listen", at.url, "--json", "--count", "2"];
  const running = runCommand(args, terminal);
  await terminal.says(/^Waiting for events of ws:/m);
  await at.wsrpc.emit({ n: 1 });
  await at.wsrpc.emit({ n: 2 });
  await at.wsrpc.emit({ n: 3 });
  assertEquals(await running, 0);
  assertEquals(terminal.out, ['{"n":1}', '{"n":2}']);

  const other = new Terminal();
  const stopping = runCommand(["listen", at.url], other);
  await other.says(/^Waiting for/m);
  await at.wsrpc.emit({ n: 1 });
  await other.says(/"n": 1/);
  other.stop();
  assertEquals(await stopping, 0);
});

Deno.test("wsrpc listen says when the connection is lost, and when there is one again", async () => {
  const first = serve();
  const port = new URL(first.url).port;
  const terminal = new Terminal();
  const running = runCommand(["listen", first.url], terminal);
  await terminal.says(/^Waiting for/m);
  await first[Symbol.asyncDispose]();
  await terminal.says(/^The connection to ws:\S+ was lost$/m);
  await using _second = serve(Number(port));
  await terminal.says(/^Connected again$/m);
  terminal.stop();
  assertEquals(await running, 0);
});

Deno.test("wsrpc serves a demo", async () => {
  const terminal = new Terminal();
  const words = ["serve", "--port", "0", "--verbose", "--json"];
  const running = runCommand(words, terminal);
  const [url] = await terminal.says(/ws:\S+/);
  const ask = async (...args: string[]) => (await run(url, ...args)).out;
  assertEquals(await ask("add", "a=1", "b=2"), "3");
  assertEquals(
    await ask("add", "a=123456789012345678", "b=1"),
    "123456789012345679",
  );
  assertEquals(await ask("kv.set", "key=name", "value=zoë"), "true");
  assertEquals(await ask("kv.get", "key=name"), "null"); // Another connection.
  assertMatch((await run(url, "add", "a=x")).err, /TypeError/);
  const listener = new Terminal();
  const args = ["listen", url, "--count", "1", "--json"];
  const listening = runCommand(args, listener);
  await listener.says(/^Waiting for/m);
  await ask("say", "hello");
  assertEquals(await listening, 0);
  assertEquals(listener.out, ['{"said":"hello"}']);
  const busy = await run("serve", "--port", new URL(url).port);
  assertEquals(busy.code, 1);
  assertMatch(
    busy.err,
    /this program listens there already.* a free port: --port \d+$/,
  );
  terminal.stop();
  assertEquals(await running, 0);
  assertStringIncludes(terminal.out.join("\n"), '"method":"add"');
});

Deno.test("wsrpc serve --verbose tells one line of each call, and whose page was refused", async () => {
  const terminal = new Terminal();
  const running = runCommand(["serve", "-p", "0", "-v"], terminal);
  const [url] = await terminal.says(/ws:\S+/);
  const { err } = await run(url, "echo\ncall fake\u2028", "1");
  assertMatch(err, /not implemented/);
  assert(terminal.out.length >= 2);
  for (const line of terminal.out) assertMatch(line, /^(open|call|close) .*$/);
  const origin = "http://localhost:3000";
  const refused = await run(url, "echo", "--header", `Origin: ${origin}`);
  assertEquals(refused.code, 3);
  await terminal.says(/page is of http:.*--allow-origin/);
  terminal.stop();
  assertEquals(await running, 0);
});

Deno.test("wsrpc bounds what a client of the demo keeps", async () => {
  const terminal = new Terminal();
  const running = runCommand(["serve", "-p", "0"], terminal);
  const [url] = await terminal.says(/ws:\S+/);
  const { connect } = await import("./client.ts");
  const client = await connect(url);
  const set = (key: string) => client.call("kv.set", { key, value: 1 });
  await Promise.all(Array.from({ length: 1000 }, (_, n) => set(`${n}`)));
  assertMatch(`${await set("more").catch(String)}`, /store is full/);
  assertEquals(await set("5"), true);
  await client.close();
  terminal.stop();
  await running;
  // A call is no line, unless it is asked for.
  assertEquals(terminal.out, []);
});

Deno.test("wsrpc call asks whether what answers something else is a wsrpc server", async () => {
  // As a hub does, to which the call is a client without a name.
  const refusal = { type: 4, route: null, data: "Not authorized.", uuid: null };
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data);
      socket.send(JSON.stringify({ id, ...refusal }));
      socket.close(1008, "Its first message was not a verification");
    };
  });
  const { url } = server;
  const { code, out, err } = await run(url, "echo", "a");
  assertEquals([code, out], [1, ""]);
  assertEquals(
    err,
    "wsrpc: Cannot read the answer: it has no result or error. " +
      `Is ${url} a wsrpc server?`,
  );
});

for (
  const [protocol, answer, said] of [
    [
      "the hub",
      { type: 4, route: null, data: "No.", uuid: null },
      "Cannot read the answer: it has no result or error",
    ],
    [
      "JSON-RPC",
      { jsonrpc: "2.0", error: { code: -32600, message: "Invalid Request" } },
      "Invalid Request",
    ],
  ] as const
) {
  for (const words of [["listen"], ["call"]]) {
    Deno.test(`wsrpc ${words} asks whether a server of ${protocol} is one of wsrpc`, async () => {
      await using server = serveSockets((socket) => {
        socket.onmessage = ({ data }) => {
          const { id } = JSON.parse(data);
          socket.send(JSON.stringify({ ...answer, id }));
        };
      });
      const { url } = server;
      const more = words[0] === "call" ? ["add"] : [];
      const { code, err } = await run(...words, url, ...more);
      assertEquals(code, 1);
      assertStringIncludes(
        err,
        `wsrpc: ${said}. Is ${url} a wsrpc server?`,
      );
    });
  }
}

for (const words of [["listen"], ["call"]]) {
  Deno.test(`wsrpc ${words} says at once that what it hears is none of wsrpc`, async () => {
    await using server = greetAsSsh();
    const more = words[0] === "call" ? ["add"] : [];
    const url = `tcp://${server.host}`;
    const { code, out, err } = await run(...words, url, ...more);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(
      err,
      `wsrpc: Cannot read a message: it is not JSON. Is ${url} a wsrpc server?`,
    );
  });
}

Deno.test("wsrpc listen prints nothing of what a hub says", async () => {
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data);
      socket.send(JSON.stringify({ id, type: 4, data: "No.", uuid: null }));
      socket.send(JSON.stringify({ id: null, type: 6, uuid: null }));
      socket.close(1008, "Its first message was not a verification");
    };
  });
  const { url } = server;
  const { code, out, err } = await run("listen", url);
  assertEquals([code, out], [1, ""]);
  assertEquals(err.split("\n"), [
    `Waiting for events of ${url} (Ctrl-C stops it)`,
    "wsrpc: Cannot read the answer: it has no result or error. " +
    `Is ${url} a wsrpc server?`,
  ]);
});

Deno.test("wsrpc shows its help and version", async () => {
  const help = await run("--help");
  assertEquals(help.code, 0);
  assertStringIncludes(help.out, "Usage: wsrpc");
  assertMatch((await run("-V")).out, /^wsrpc \d+\.\d+\.\d+$/);
});

Deno.test("wsrpc runs with --allow-net alone, and ends at SIGTERM", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-net"],
      new URL("cli.ts", import.meta.url).pathname,
      ...["serve", "--port", "0"],
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await deadline(reader.read(), 20_000);
  const [url] = /ws:\S+/.exec(value!)!;
  assertEquals((await run(url!, "add", "a=1", "b=2")).out, "3");
  child.kill("SIGTERM");
  assertEquals((await deadline(child.status, 5_000)).code, 0);
  await reader.cancel();
});
