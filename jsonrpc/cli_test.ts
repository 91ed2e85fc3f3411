// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { greetAsSsh, serveSockets } from "@wirekit/internal/testing";
import { run as runFrame } from "@wirekit/internal/command";
import { jsonrpc } from "./command/_commands.ts";
import { main } from "./cli.ts";
import { freePort } from "../tests/_port.ts";
import { fetchHandler, Methods, type Peer, serve } from "./mod.ts";
import { serveFile } from "./command/_serve_file.ts";

const FILE = new URL("testdata/math.ts", import.meta.url).pathname;
const CHILD = new URL("testdata/child.ts", import.meta.url).pathname;
const CLI = new URL("cli.ts", import.meta.url).pathname;

/** Runs a command in this process, until it ends or says a word. */
async function run(args: string[], until?: RegExp) {
  const stop = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const code = await runFrame(jsonrpc, args, {
    log: (text) => {
      out.push(text);
      if (until?.test(text)) stop.abort();
    },
    error: (text) => void err.push(text),
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
    allowedOrigins: [],
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

Deno.test("jsonrpc call over HTTP says why it cannot connect", async () => {
  const port = freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { code, err } = await run(["call", "--url", url, "sum"]);
  assertEquals(code, 3);
  assertStringIncludes(err, `Cannot connect to 127.0.0.1:${port}: `);
  assertStringIncludes(err, "nobody listens there");
});

Deno.test("jsonrpc call prints the result, over each carrier", async () => {
  const path = `${await Deno.makeTempDir()}/rpc.sock`;
  await using server = await serving({ tcpPort: 0, unixPath: path });
  for (const url of [server.ws, server.http, ...server.urls]) {
    assertEquals((await run(["call", url, "sum", "1", "2"])).out, "3", url);
    const greet = await run(["call", url, "greet", '{"name":"Ada"}', "--json"]);
    assertEquals(greet.out, '"Hello Ada"');
    const named = await run(["call", url, "greet", "name=Ada", "--json"]);
    assertEquals(named.out, '"Hello Ada"');
    assertEquals((await run(["notify", url, "greet", "[{}]"])).code, 0);
  }
  assertEquals(server.urls.length, 2);
});

Deno.test("jsonrpc call prints all digits that came, over each carrier", async () => {
  const answer = (text: string) =>
    `{"jsonrpc":"2.0","id":${JSON.parse(text).id},"result":[9007199254740993]}`;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      if (request.method === "POST") {
        return new Response(answer(await request.text()));
      }
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(answer(data));
      return response;
    },
  );
  const { port } = server.addr;
  const script =
    `for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) ` +
    `console.log('{"jsonrpc":"2.0","id":' + JSON.parse(text).id + ',"result":[9007199254740993]}')`;
  for (
    const where of [
      [`http://127.0.0.1:${port}`],
      [`ws://127.0.0.1:${port}`],
      ["--", Deno.execPath(), "eval", script],
    ]
  ) {
    const [url, ...program] = where[0] === "--" ? ["", ...where] : where;
    const args = ["call", ...url ? [url] : [], "x", "--json", ...program];
    assertEquals((await run(args)).out, "[9007199254740993]", where[0]);
  }
});

Deno.test("jsonrpc call tells of errors by its exit code", async () => {
  await using server = await serving();
  const none = await run(["call", server.ws, "none"]);
  assertEquals(none, {
    code: 1,
    out: "",
    err: 'jsonrpc: "none" answers with error -32601: Method not found',
  });
  const wrong = await run(["call", server.ws, "math.mul", "[1,2,3]"]);
  assertStringIncludes(wrong.err, "Expected at most 2 params");
  const crash = await run(["call", server.ws, "fail"]);
  assert(!crash.err.includes("secret"));
  assertEquals(server.errors, ["fail: Error: secret"]);
});

Deno.test("jsonrpc serve says which file it cannot serve, and why", async () => {
  const folder = await Deno.makeTempDir();
  const files: Record<string, [text: string, why: RegExp]> = {
    "prose.ts": ["hello world", /^jsonrpc: Cannot load \S+prose\.ts: /],
    "data.json": ["{}", /^jsonrpc: Cannot load \S+data\.json: /],
    "throws.ts": ['throw new Error("no luck")', /throws\.ts: no luck/],
    "thrown.ts": ["throw 5", /Cannot load \S+thrown\.ts: 5/],
    "needs.ts": ['import "./gone.ts"', /Cannot load \S+needs\.ts: .*gone\.ts/],
    "five.ts": [
      "export default 5",
      /serve \S+five\.ts: it exports no function/,
    ],
  };
  try {
    for (const [name, [text, why]] of Object.entries(files)) {
      const file = `${folder}/${name}`;
      await Deno.writeTextFile(file, text);
      const { code, err } = await run(["serve", file, "--port", "0"]);
      assertEquals(code, 2, err);
      assertMatch(err, why);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("jsonrpc says what cannot be reached, and how to write what was meant", async () => {
  const cases: [string[], number, string][] = [
    [["call", "ws://127.0.0.1:1", "sum"], 3, "127.0.0.1:1"],
    [["call", "tcp://127.0.0.1:1", "sum"], 3, "127.0.0.1:1"],
    [["call", "http://127.0.0.1:1", "sum"], 3, "connect to 127.0.0.1:1: "],
    [["call", "unix:/tmp/no.sock", "sum"], 3, "/tmp/no.sock"],
    [["call", "--port", "1", "sum"], 3, "127.0.0.1:1"],
    [["discover", "http://127.0.0.1:1"], 3, "connect to 127.0.0.1:1: "],
    [["call", "127.0.0.1:80", "sum"], 2, "Did you mean ws://127.0.0.1:80?"],
    [["call", "localhost:80", "sum"], 2, "Did you mean ws://localhost:80?"],
    [["call", "ftp://h", "sum"], 2, "Did you mean ws://h?"],
    [["call", "unix:rpc.sock", "sum"], 2, "absolute: unix:/folder/rpc.sock"],
    [["call", "unix:", "sum"], 2, "absolute: unix:/folder/hub.sock"],
    [["call", "--url", "h:1", "sum"], 2, "Did you mean ws://h:1?"],
    [["call", "sum", "--", "/no/program"], 2, "no program /no/program"],
    [["serve", "nope.ts", "-p", "0"], 2, "There is no file nope.ts"],
  ];
  for (const [args, code, words] of cases) {
    const ran = await run(args);
    assertEquals([ran.code, ran.out], [code, ""], args.join(" "));
    assertStringIncludes(ran.err, words);
    assert(!ran.err.includes("\n"), ran.err);
  }
});

Deno.test("jsonrpc says how a program that does not answer has failed", async () => {
  const script = (code: string) => ["--", Deno.execPath(), "eval", code];
  const wait = "await new Promise((end) => setTimeout(end, 60_000))";
  const cases: [string[], number, string][] = [
    [["call", "sum", ...script("Deno.exit(7)")], 3, "ended with exit code 7"],
    [
      [
        "call",
        "sum",
        "--timeout",
        "1.5",
        ...script(
          `console.log("starting up"); ${wait}`,
        ),
      ],
      4,
      ' wrote "starting up", which is not JSON-RPC',
    ],
    [
      [
        "call",
        "sum",
        "--timeout",
        "1.5",
        ...script(`console.log(""); ${wait}`),
      ],
      4,
      " wrote an empty line, which is not JSON-RPC",
    ],
    [
      [
        "call",
        "sum",
        "--timeout",
        "1.5",
        ...script(
          `console.log("Content-Length: 2\\r\\n\\r\\n{}"); ${wait}`,
        ),
      ],
      4,
      " speaks as language servers do: add --lsp",
    ],
    [
      [
        "call",
        "sum",
        "--lsp",
        "--timeout",
        "1.5",
        ...script(
          `console.log("starting up"); ${wait}`,
        ),
      ],
      4,
      " wrote nothing with a Content-Length: is --lsp right?",
    ],
  ];
  for (const [args, code, words] of cases) {
    const ran = await run(args);
    assertEquals(ran.code, code, ran.err);
    assertStringIncludes(ran.err, words);
  }
});

Deno.test("jsonrpc call takes values that look like options", async () => {
  await using server = await serving({ tcpPort: 0 });
  const { port } = new URL(server.ws);
  const cases: [string[], string][] = [
    [["call", server.ws, "sum", "-1", "2"], "1"],
    [["call", server.ws, "sum", "-1", "-2", "--json"], "-3"],
    [["call", server.ws, "sum", "--", "-1.5", "2"], "0.5"],
    [
      ["call", server.ws, "--json", "echo", "--", "--json"],
      '"--json"',
    ],
    [["call", "-p", port, "sum", "1", "2"], "3"],
    [["call", "--url", server.ws, "sum", "1", "2"], "3"],
    [["call", server.ws, "sum", "--data", "[4,5]"], "9"],
    [["call", server.ws, "echo", "1.50", "--json"], "1.5"],
    [["call", server.ws, "echo", '"YQ=="'], '"YQ=="'],
    [["call", server.ws, "echo", "value=YQ=="], '"YQ=="'],
    [["call", server.ws, "echo", "value="], '""'],
  ];
  for (const [args, out] of cases) {
    assertEquals(await run(args), { code: 0, out, err: "" }, args.join(" "));
  }
});

Deno.test("jsonrpc call gives up in time", async () => {
  await using silent = Deno.serve(
    { port: 0, onListen() {} },
    fetchHandler({
      handlerMiddleware: [() => new Promise(() => {})],
    }),
  );
  const url = `ws://127.0.0.1:${silent.addr.port}`;
  const slow = await run(["call", url, "sum", "--timeout", "0.05"]);
  assertEquals(slow.code, 4);
});

Deno.test("jsonrpc call asks whether what answers speaks JSON-RPC", async () => {
  const answers = ['{"id":1}', '{"id":1,"result":5}', "close"];
  for (const answer of answers) {
    await using other = Deno.serve({ port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = () =>
        answer === "close" ? socket.close() : socket.send(answer);
      return response;
    });
    const url = `ws://127.0.0.1:${other.addr.port}`;
    const { code, err } = await run(["call", url, "sum"]);
    assertEquals(code, answer === "close" ? 3 : 1);
    assertStringIncludes(err, `. Is ${url} a JSON-RPC server?`);
  }
});

for (const words of [["listen"], ["call"]]) {
  Deno.test(`jsonrpc ${words} says at once that what it hears is no JSON-RPC`, async () => {
    await using server = greetAsSsh();
    const more = words[0] === "call" ? ["sum"] : [];
    const url = `tcp://${server.host}`;
    const { code, out, err } = await run([...words, url, ...more]);
    assertEquals([code, out], [3, ""]);
    assertStringIncludes(
      err,
      `jsonrpc: ${server.host} wrote "SSH-2.0-OpenSSH_9.2", which is not JSON-RPC`,
    );
  });
}

Deno.test("jsonrpc says what is wrong with its arguments", async () => {
  const wrong: [string[], string][] = [
    [["call"], "METHOD is missing"],
    [["call", "sum"], "Say where to call: a URL such as ws://127.0.0.1:8095"],
    [["call", "http://127.0.0.1:1"], "METHOD is missing"],
    [["notify", "http://127.0.0.1:1"], "METHOD is missing"],
    [["call", "--port", "1"], "METHOD is missing"],
    [["call", "http://127.0.0.1:1", "x", "--stream"], "no streams over HTTP"],
    [["listen", "http://127.0.0.1:1"], "no events over HTTP"],
    [["discover", "http://127.0.0.1:1", "x"], 'Unexpected argument "x"'],
    [["call", "ws://h", "x", "--nonsense"], "no option --nonsense"],
    [["call", "ws://h", "x", "--jsno"], "Did you mean --json?"],
    [["call", "ws://h", "x", "--timeout", "no"], "number of seconds"],
    [["call", "ws://h", "x", "--header", "no"], "NAME:VALUE"],
    [["call", "ws://h", "x", "-p", "1"], "There are two targets"],
    [["call", "http://h", "x", "1", "--data", "[]"], "exclude each other"],
    [["call", "http://h", "x", "--data", "1"], "JSON array or object, not 1"],
    [["serve"], "FILE is missing"],
    [["serve", "x.ts", "y.ts"], 'Unexpected argument "y.ts"'],
    [["serve", "x.ts", "-p", "8", "--tcp", "8"], "--port and --tcp are both 8"],
    [["serve", "x.ts", "--tcp", "8095"], "--port and --tcp are both 8095"],
    [["serve", "x.ts", "--port", "x"], 'from 0 to 65535, not "x"'],
    [["serve", "x.ts", "--lsp"], "--lsp is for --stdio"],
    [
      ["serve", "x.ts", "--stdio", "-p", "0"],
      "nowhere: leave out --port",
    ],
    [["serve", "x.ts", "--stdio", "--unix", "x"], "nowhere: leave out --unix"],
  ];
  for (const [args, words] of wrong) {
    const { code, err } = await run(args);
    assertEquals([code, err.includes(words)], [2, true], err);
  }
  assertEquals(await main(["nonsense"]), 2);
  assertEquals(await main([]), 2);
  assertEquals(await main(["--help"]), 0);
  assertEquals((await run(["cal"])).err.includes("Did you mean call?"), true);
  assertEquals((await run(["call", "--help"])).code, 0);
});

for (
  const [what, input, out, err] of [
    [
      "answers a last line that lacks its newline",
      '{"jsonrpc":"2.0","id":1,"method":"math.mul","params":[2,3]}',
      '{"jsonrpc":"2.0","id":1,"result":6}\n',
      /^$/,
    ],
    [
      "says that its input ended in a message",
      '{"jsonrpc":"2.0","id":1,"meth',
      "",
      /^jsonrpc: The standard streams ended: the stream ended in a message$/,
    ],
  ] as const
) {
  Deno.test(`jsonrpc serve --stdio ${what}`, async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-read",
        "--no-prompt",
        CLI,
        "serve",
        "--stdio",
        FILE,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const output = await child.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals(text(output.stdout), out);
    assertMatch(text(output.stderr).trim(), err);
  });
}

Deno.test("jsonrpc discover makes up no title for a server that says none", async () => {
  const methods = new Methods().add("sum", () => 1);
  await using server = await serve({ methods, port: 0 });
  const { out } = await run(["discover", server.urls[0]]);
  assertEquals(out, "METHODS\n  sum(): nothing");
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
  echo(value: any): any
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
  assertEquals([stream.out, stream.err], ["1\n2\n3", ""]);
  const events = await run(["listen", server.ws, "math", "ticks"], /2/);
  assertEquals(events.out, "1\n2");
  assertEquals((await run(["listen", server.ws, "math"])).code, 2);
});

Deno.test("jsonrpc call says how a result that stands for a stream is read", async () => {
  await using server = await serving();
  const call = ["call", server.ws, "math.count", "3", "--json"];
  const { code, out, err } = await run(call);
  assertEquals([code, out], [0, '{"token":1}']);
  assertEquals(err, "This may be a stream: --stream prints its values");
  // Whoever has more in its result than a stream has means something else.
  for (const other of [{ token: 1, user: "ada" }, { token: "x" }, [1]]) {
    const data = JSON.stringify([other]);
    assertEquals(
      (await run(["call", server.ws, "echo", "--data", data])).err,
      "",
    );
  }
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
  assertMatch(plain.err, /^Waiting for events of ws:\S+ \(Ctrl-C stops it\)/);
  const json = await run(["listen", url, "--json"], /tock/);
  assertEquals(json.out.split("\n")[0], '{"method":"tick","params":[1]}');
  assertEquals(peers.length, 2);
});

Deno.test("jsonrpc listen asks whether a server of another protocol is one of JSON-RPC", async () => {
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data);
      socket.send(JSON.stringify({ id, type: 4, data: "No.", uuid: null }));
    };
  });
  const { url } = server;
  const { code, err } = await run(["listen", url]);
  assertEquals(code, 1);
  assertStringIncludes(err, `Is ${url} a JSON-RPC server?`);
});

Deno.test("jsonrpc listen fails when the connection does", async () => {
  await using server = serveSockets((socket) => {
    socket.onopen = () => socket.close(1011, "broken");
  });
  const { code, err } = await run([
    "listen",
    server.url,
  ]);
  assertEquals(code, 3);
  assertStringIncludes(err, "broken");
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

Deno.test("jsonrpc names the permission that it lacks", async () => {
  const url = "ws://127.0.0.1:1";
  const cases: [string[], string[], string][] = [
    [["serve", FILE, "--port", "0"], ["--allow-net"], "--allow-read"],
    [["serve", FILE, "--port", "0"], [], "--allow-net"],
    [["call", url, "sum"], [], "--allow-net"],
    [["call", "sum", "--", "cat"], [], "--allow-run"],
    [
      ["call", url, "sum", "--data", "@x.json"],
      ["--allow-net"],
      "--allow-read",
    ],
    [["call", "sum"], [], "--allow-env=WIREKIT_URL"],
  ];
  for (const [args, permissions, flag] of cases) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, CLI, ...args],
      env: { NO_COLOR: "1" },
    }).output();
    const err = new TextDecoder().decode(stderr);
    assertEquals(code, 2, err);
    assertStringIncludes(err, `pass ${flag} to Deno`);
    assert(!err.includes("\n    at "), err);
  }
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
    new URL("wire/error.ts", import.meta.url).pathname,
    "--stdio",
  ]);
  assertStringIncludes(err, "it exports no function");
});

Deno.test("jsonrpc serve --stdio says what it cannot read", async () => {
  const message = '{"jsonrpc":"2.0","id":1,"method":"sum","params":[1,2]}';
  const answer = '{"jsonrpc":"2.0","id":1,"result":3}';
  const framed = `Content-Length: ${answer.length}\r\n\r\n${answer}`;
  const cases: [string, number, string, string][] = [
    [`Content-Length: 54\r\n\r\n${message}`, 0, framed, ""],
    [`${message}\n`, 1, "", "ended in a message. Is --lsp right?"],
    ["Content-Length: x\r\n\r\n{}", 1, "", "bad Content-Length header. Is"],
    [
      "Content-Length: 99999999999\r\n\r\n{}",
      ...[1, ""] as const,
      "jsonrpc: The standard streams ended: a message is over 16777216 bytes, " +
      "the most that is read\n",
    ],
  ];
  for (const [sent, code, out, err] of cases) {
    const args = ["run", "--quiet", "--allow-read", CLI, "serve", FILE];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args, "--stdio", "--lsp"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await new Blob([sent]).stream().pipeTo(child.stdin);
    const ended = await child.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals([ended.code, text(ended.stdout)], [code, out]);
    assertStringIncludes(text(ended.stderr), err);
  }
});

Deno.test("jsonrpc call does not doubt --lsp where a program announces too much", async () => {
  const announced = "Content-Length: 99999999999\\r\\n\\r\\n";
  const program = `head -c 1 >&2; printf "${announced}"; exec sleep 60`;
  const { code, err } = await run(
    ["call", "sum", "1", "--lsp", "--", "sh", "-c", program],
  );
  assertEquals(code, 3);
  assertMatch(err, /message over 16777216 bytes$/);
});

Deno.test("jsonrpc serve --stdio keeps what the file logs apart from the messages", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    file,
    `console.log("loaded");
    export function log() {
      console.log("a"); console.info("b"); console.table([1]); console.dir({});
      return 5;
    }`,
  );
  const args = ["run", "--quiet", "--allow-read", CLI, "serve", file];
  const served = [Deno.execPath(), ...args, "--stdio"];
  for (const lsp of [[], ["--lsp"]]) {
    const ran = await run(["call", "log", ...lsp, "--", ...served, ...lsp]);
    assertEquals([ran.code, ran.out, ran.err], [0, "5", ""]);
  }
  await Deno.remove(file);
});

Deno.test("jsonrpc serve tells one line of each fault, and whose page was refused", async () => {
  await using server = await serving();
  const socket = new WebSocket(server.ws);
  await new Promise((open) => socket.onopen = open);
  const answered = new Promise((answer) => socket.onmessage = answer);
  socket.send("x\nfake: line");
  await answered;
  socket.close();
  const headers = { origin: "http://localhost:3000" };
  const { body, status } = await fetch(server.http, {
    headers,
    method: "POST",
  });
  await body?.cancel();
  assertEquals(status, 403);
  assertEquals(server.errors.length, 2);
  assertStringIncludes(server.errors[0]!, "connection: SyntaxError");
  assertStringIncludes(server.errors[1]!, "--allow-origin");
  for (const line of server.errors) assert(!line.includes("\n"), line);
});
