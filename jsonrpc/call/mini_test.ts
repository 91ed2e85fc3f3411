// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { oddThrown, revoked } from "@wirekit/internal/testing";
import { Methods } from "../answer/methods.ts";
import { serve } from "../answer/serve.ts";
import { contract, param, type } from "../contract/contract.ts";
import type { Connection } from "../answer/context.ts";
import * as errors from "../wire/error.ts";
import {
  Client,
  type ClientOptions,
  connect,
  JsonRpcError,
  LimitError,
  MethodNotFoundError,
  type MiniCaller,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "./mini.ts";

const never = () => new Promise<never>(() => {});

const calculator = contract({
  methods: {
    "math.sum": {
      params: [param("x", type<number>()), param("y", type<number>())],
      result: type<number>(),
    },
  },
});

/** Our server, and the clients that called `hello`. */
async function start(port = 0) {
  const peers: Connection[] = [];
  const cancelled = Promise.withResolvers<void>();
  const heard: unknown[] = [];
  const methods = new Methods()
    .add("math.sum", (_call, x: number, y: number) => x + y)
    .add("echo", (_call, value: unknown) => value)
    .add("params", (call) => call.params ?? null)
    .add("hello", (call) => void peers.push(call.peer))
    .add("hear", (_call, value: unknown) => void heard.push(value))
    .add("heard", () => heard)
    .add("large", (_call, size: number) => "x".repeat(size))
    .add("withdraw", () => {
      throw new errors.JsonRpcError(402, "Not enough", {
        data: { balance: 3 },
      });
    })
    .add("never", (call) => {
      call.signal.addEventListener("abort", () => cancelled.resolve());
      return never();
    })
    .add(
      "back",
      (call, method: string, params: unknown[]) =>
        call.peer.request(method, params),
    );
  const server = await serve({ port, methods });
  return {
    peers,
    cancelled: cancelled.promise,
    url: server.urls[0]!,
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** A client whose server is in the hands of the test. */
async function raw(options: ClientOptions) {
  const { promise: opened, resolve } = Promise.withResolvers<WebSocket>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const protocol = request.headers.get("sec-websocket-protocol")!;
      const { response, socket } = Deno.upgradeWebSocket(request, { protocol });
      socket.onopen = () => resolve(socket);
      return response;
    },
  );
  const client = await connect(`ws://127.0.0.1:${server.addr.port}`, {
    protocols: ["jsonrpc"],
    ...options,
  });
  const socket = await opened;
  const answers: string[] = [];
  let came = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    answers.push(data);
    came.resolve();
    came = Promise.withResolvers();
  };
  return {
    client,
    socket,
    answers,
    /** Waits for a message of the client with these words. */
    async seen(words: string): Promise<void> {
      while (!answers.some((text) => text.includes(words))) await came.promise;
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.shutdown();
    },
  };
}

Deno.test("connect() of jsonrpc/mini calls, typed by a contract", async () => {
  await using server = await start();
  await using client = await connect<typeof calculator>(server.url);
  assertEquals(client.state, "open");
  const sum: number = await client.remote.math.sum(1, 2);
  assertEquals(sum, 3);
  assertEquals(await client.request("math.sum", [1, 2]), 3);
  assertEquals(await client.request("params"), null);
  assertEquals(await client.request("params", []), null);
  assertEquals(await client.request("params", { a: [1] }), { a: [1] });
  await client.notify("hear", ["this"]);
  assertEquals(await client.request("heard"), ["this"]);
  // It is no promise, and no call to write it as JSON.
  assertEquals(JSON.stringify([client.remote]), "[null]");
  assertEquals(await client.remote, client.remote);
  const _compile = () => {
    // @ts-expect-error It takes numbers.
    client.remote.math.sum("1", 2);
    // @ts-expect-error There is no such method.
    client.remote.math.sub(1, 2);
  };
});

Deno.test("Client of jsonrpc/mini has the errors of the full one", async () => {
  await using server = await start();
  await using client = await connect(server.url, { maxInFlight: 2 });
  const error = await assertRejects(
    () => client.request("withdraw"),
    JsonRpcError,
    "Not enough",
  );
  assertInstanceOf(error, errors.JsonRpcError);
  assertInstanceOf(error, RemoteError);
  assertEquals([error.code, error.data], [402, { balance: 3 }]);
  await assertRejects(() => client.request("missing"), MethodNotFoundError);
  await assertRejects(
    () => client.request("never", [], { timeout: 20 }),
    TimeoutError,
    'Cannot call "never": no response within 20 ms',
  );
  await server.cancelled;
  const stop = new AbortController();
  const { signal } = stop;
  const calls = [1, 2].map(() => client.request("never", [], { signal }));
  await assertRejects(() => client.request("echo"), LimitError, "maxInFlight");
  stop.abort(new Error("enough"));
  for (const call of calls) await assertRejects(() => call, Error, "enough");
  await assertRejects(() => client.request("echo", [1n]), TypeError);
  await client.close();
  await assertRejects(
    () => client.request("echo"),
    NotConnectedError,
    "is closed",
  );
  await assertRejects(() => client.notify("echo"), NotConnectedError);
});

Deno.test("Client of jsonrpc/mini tells nobody of a call that it gives up, if so told", async () => {
  await using server = await start();
  await using client = await connect(server.url, { cancel: false });
  const told = server.cancelled.then(() => "told");
  await assertRejects(() => client.request("never", [], { timeout: 10 }));
  await client.request("echo", [1]);
  assertEquals(
    await Promise.race([told, Promise.resolve("not told")]),
    "not told",
  );
});

Deno.test("Client of jsonrpc/mini answers the server, and hears it", async () => {
  await using server = await start();
  const lines: string[] = [];
  const noticed = Promise.withResolvers<unknown[]>();
  await using client = await connect(server.url, {
    maxHandlers: 2,
    logger: { warn: (line) => lines.push(line) },
    methods: {
      name: () => "zoë",
      nothing: () => {},
      positions: (_call, ...args) => args,
      callback: ({ peer }, x) => peer.request("math.sum", [x, 1]),
      refuse: () => {
        throw new JsonRpcError(7, "not here");
      },
      fail: () => {
        throw new Error("secret\nof the page");
      },
      notice: ({ id, method, params }, ...args) =>
        noticed.resolve([id, method, params, args]),
      never,
    },
  });
  const back = (method: string, params: unknown[] = []) =>
    client.request("back", [method, params]);
  assertEquals(await back("name"), "zoë");
  assertEquals(await back("nothing"), null);
  assertEquals(await back("positions", [1, [2]]), [1, [2]]);
  assertEquals(await back("callback", [2]), 3);
  await client.request("hello");
  const [peer] = server.peers;
  await assertRejects(() => peer!.request("refuse"), JsonRpcError, "not here");
  await assertRejects(
    () => peer!.request("fail"),
    errors.InternalError,
    "Internal error",
  );
  await assertRejects(() => peer!.request("toString"), MethodNotFoundError);
  assertEquals(lines, ['Method "fail" failed: Error: secret of the page']);
  await peer!.notify("notice", { a: 1 });
  assertEquals(await noticed.promise, [
    undefined,
    "notice",
    { a: 1 },
    [{ a: 1 }],
  ]);
  await peer!.notify("unknown");
  await peer!.notify("fail");
  assertEquals(await back("name"), "zoë");
  assertEquals(lines.length, 2);
  const open = [1, 2].map(() => peer!.request("never").catch(() => {}));
  await assertRejects(
    () => peer!.request("name"),
    errors.InternalError,
    "Too many requests",
  );
  await client.close();
  await Promise.all(open);
});

Deno.test("Client of jsonrpc/mini shows errors only if it is told to", async () => {
  await using server = await start();
  await using client = await connect(server.url, {
    exposeErrors: true,
    methods: {
      fail: () => {
        throw new Error("shown");
      },
    },
  });
  await client.request("hello");
  await assertRejects(
    () => server.peers[0]!.request("fail"),
    errors.InternalError,
    "shown",
  );
});

Deno.test("Client of jsonrpc/mini comes back, and logs in first", async () => {
  const first = await start();
  const { port, url } = first;
  const greeted: unknown[] = [];
  const onOpen = async (peer: MiniCaller) => {
    greeted.push(await peer.request("echo", ["hello"]));
  };
  await using client = await connect(url, {
    reconnect: { minDelay: 1, maxDelay: 20 },
    onOpen,
  });
  const lost = assertRejects(
    () => client.request("never"),
    NotConnectedError,
    "has ended",
  );
  await first[Symbol.asyncDispose]();
  await lost;
  await assertRejects(
    () => client.request("echo"),
    NotConnectedError,
    "Not con",
  );
  await using _second = await start(port);
  await client.ready({ timeout: 20_000 });
  assertEquals(greeted, ["hello", "hello"]);
  assertEquals(await client.request("math.sum", [1, 2]), 3);
});

Deno.test("connect() of jsonrpc/mini rejects when the first attempt fails, and a client keeps trying", async () => {
  const port = await (async () => {
    await using server = await start();
    return server.port;
  })();
  const url = `ws://127.0.0.1:${port}`;
  const error = await assertRejects(
    () => connect(url, { connectTimeout: 5_000, reconnect: { minDelay: 1 } }),
    NotConnectedError,
    "nobody listens there",
  );
  assert(!(error instanceof TimeoutError));
  await using client = new Client(url, {
    reconnect: { minDelay: 1, maxDelay: 10 },
  });
  await using _server = await start(port);
  await client.ready({ timeout: 20_000 });
  assertEquals(await client.request("math.sum", [1, 2]), 3);
  await assertRejects(
    () => connect("ws://127.0.0.1:9"),
    NotConnectedError,
    "nobody listens there",
  );
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const stop = new AbortController();
  const { signal } = stop;
  const muteUrl = `ws://127.0.0.1:${mute.addr.port}`;
  const aborted = connect(muteUrl, { signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => aborted, Error, "enough");
  await assertRejects(() => connect(muteUrl, { signal }), Error, "enough");
  await assertRejects(() => connect("http://a"), TypeError, "ws: or wss:");
});

Deno.test("Client of jsonrpc/mini has a limit of what it receives", async () => {
  await using server = await start();
  await using client = await connect(server.url, {
    maxMessageBytes: 1_000,
    reconnect: { minDelay: 1 },
  });
  await assertRejects(
    () => client.request("large", [1_000]),
    NotConnectedError,
    "message over 1000 bytes",
  );
  await client.ready({ timeout: 20_000 });
  assertEquals(await client.request("large", [3]), "xxx");
});

Deno.test("Client of jsonrpc/mini checks its options and methods", () => {
  const bad: [ClientOptions, string][] = [
    [{ maxMessageBytes: NaN }, "maxMessageBytes"],
    [{ timeout: 0 }, "timeout"],
    [
      { methods: { a: 1 as never } },
      'Cannot add method: "a" is not a function',
    ],
  ];
  for (const [options, text] of bad) {
    assertThrows(() => new Client("ws://127.0.0.1:9", options), Error, text);
  }
});

Deno.test("Client of jsonrpc/mini survives what no server of JSON-RPC sends", async () => {
  await using at = await raw({});
  const { client, socket, answers } = at;
  const calls = ["a", "b", "c", "d", "e"].map((method) =>
    client.request(method)
  );
  const outcomes = Promise.allSettled(calls);
  const texts = [
    "",
    "no json",
    "[]",
    "7",
    "null",
    '{"id":1}',
    '{"jsonrpc":"2.0","id":2,"result":1,"error":{}}',
    '{"jsonrpc":"2.0","id":3,"error":"?"}',
    '[{"jsonrpc":"2.0","id":4,"result":null},{"jsonrpc":"2.0","id":4,"result":2}]',
    '{"jsonrpc":"2.0","id":5,"result":{"id":1},"error":null}',
    '{"jsonrpc":"2.0","id":99,"result":1}',
    '{"jsonrpc":"2.0","id":{},"method":"x"}',
    '{"jsonrpc":"2.0","method":7,"id":1}',
    '{"jsonrpc":"2.0","method":"x","params":5,"id":6}',
    '{"jsonrpc":"2.0","method":"x","params":"y","id":"7"}',
    '{"method":"x","id":8}',
    '{"jsonrpc":"2.0","method":"constructor"}',
    '{"jsonrpc":"2.0","method":"constructor","id":9007199254740993}',
    '{"jsonrpc":"2.0","method":"x","id":"last"}',
  ];
  socket.send(new Uint8Array([123, 125]));
  for (const text of texts) socket.send(text);
  await at.seen('"last"');
  const [a, b, c, d, e] = await outcomes;
  const unread = (method: string, both: string) =>
    `MalformedResponseError: Cannot call "${method}": response has ${both} error`;
  assertEquals(
    [a, b, c].map((end) => `${(end as PromiseRejectedResult).reason}`),
    [
      unread("a", "no result or"),
      unread("b", "both result and"),
      "InternalError: ?",
    ],
  );
  assertEquals([d, e], [
    { status: "fulfilled", value: null },
    { status: "fulfilled", value: { id: 1 } },
  ]);
  const missing = '"error":{"code":-32601,"message":"Method not found"}}';
  const invalid = '"error":{"code":-32600,"message":"Invalid Request"}}';
  const unreadable =
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}';
  assertEquals(answers.slice(5), [
    unreadable,
    unreadable,
    unreadable,
    `{"jsonrpc":"2.0","id":null,${invalid}`,
    `{"jsonrpc":"2.0","id":null,${invalid}`,
    `{"jsonrpc":"2.0","id":null,${invalid}`,
    `{"jsonrpc":"2.0","id":null,${invalid}`,
    `{"jsonrpc":"2.0","id":1,${invalid}`,
    `{"jsonrpc":"2.0","id":6,${invalid}`,
    `{"jsonrpc":"2.0","id":"7",${invalid}`,
    `{"jsonrpc":"2.0","id":8,${invalid}`,
    `{"jsonrpc":"2.0","id":9007199254740993,${missing}`,
    `{"jsonrpc":"2.0","id":"last",${missing}`,
  ]);
});

Deno.test("Client of jsonrpc/mini answers a batch by one array, in its order", async () => {
  const slow = Promise.withResolvers<string>();
  const heard: string[] = [];
  await using at = await raw({
    methods: {
      slow: () => slow.promise,
      hear: (_call, word: string) => void heard.push(word),
      fail: () => {
        throw new JsonRpcError(5, "no");
      },
    },
  });
  const { client, socket, answers } = at;
  const call = client.request("ask");
  await at.seen('"ask"');
  const head = '{"jsonrpc":"2.0",';
  const batches = [
    [
      `${head}"method":"slow","id":"a"}`,
      `${head}"method":"hear","params":["one"]}`,
      `${head}"method":"fail","id":"b"}`,
      `${head}"id":1,"result":"answered"}`,
      "7",
      "[]",
      `${head}"method":"hear","params":["two"],"id":2}`,
    ],
    [`${head}"method":"hear","params":["three"]}`],
    [`${head}"id":99,"result":"stray"}`],
    [`${head}"method":"none","id":"last"}`],
  ];
  for (const batch of batches) socket.send(`[${batch}]`);
  assertEquals(await call, "answered");
  await at.seen('"last"');
  assertEquals(heard, ["one", "two", "three"]);
  slow.resolve("done");
  await at.seen('"done"');
  const invalid =
    `${head}"id":null,"error":{"code":-32600,"message":"Invalid Request"}}`;
  assertEquals(answers.slice(1), [
    `[${head}"id":"last","error":{"code":-32601,"message":"Method not found"}}]`,
    "[" + [
      `${head}"id":"a","result":"done"}`,
      `${head}"id":"b","error":{"code":5,"message":"no"}}`,
      invalid,
      invalid,
      `${head}"id":2,"result":null}`,
    ] + "]",
  ]);
});

Deno.test("Client of jsonrpc/mini answers once, whatever a method throws or returns", async () => {
  const unreadable = {
    get message() {
      throw null;
    },
  };
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const bad = [
    ...oddThrown(),
    unreadable,
    new JsonRpcError(5, "m", { data: 5n }),
    new JsonRpcError(5, "m", { data: cycle }),
  ];
  const throwers = bad.map((thrown, i) =>
    [`throw${i}`, () => Promise.reject(thrown)] as const
  );
  const writers = [revoked(), cycle, unreadable.constructor].map((result, i) =>
    [`give${i}`, () => result] as const
  );
  for (const exposeErrors of [false, true]) {
    await using server = await start();
    await using client = await connect(server.url, {
      exposeErrors,
      methods: Object.fromEntries([...throwers, ...writers]),
      logger: {
        warn() {
          throw new Error("the log is full");
        },
      },
    });
    for (const [name] of [...throwers, ...writers]) {
      const error = await assertRejects(
        () => client.request("back", [name, []], { timeout: 20_000 }),
        JsonRpcError,
        undefined,
        name,
      );
      assertEquals(error.code, -32603, name);
      await client.notify(name);
    }
    assertEquals(await client.request("math.sum", [1, 2]), 3);
  }
});

Deno.test("connect() of jsonrpc/mini rejects when a callback of its user fails", async () => {
  await using server = await start();
  const cases: ClientOptions[] = [null, new Error("boom")].flatMap((thrown) => {
    const fail = () => {
      throw thrown;
    };
    return [{ reconnect: { onState: fail } }, { onOpen: fail }];
  });
  for (const options of cases) {
    const all = { connectTimeout: 200, ...options };
    await assertRejects(() => connect(server.url, all), Error);
  }
});
