// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { oddThrown, revoked, serveSockets } from "@wirekit/internal/testing";
import * as full from "./client.ts";
import * as errors from "./errors.ts";
import {
  Client,
  type ClientOptions,
  connect,
  LimitError,
  NotConnectedError,
  RemoteError,
  RouteError,
  TimeoutError,
  WsrpcError,
} from "./mini.ts";
import { serve } from "./serve.ts";
import { Server } from "./server.ts";
import type { AnyPeer } from "./caller.ts";

const connectMini = connect;
const never = () => new Promise<never>(() => {});
const BIG = 9007199254740993n;

interface Api {
  add(params: { a: number; b: number }): number;
  echo(value: unknown): unknown;
  kv: { get(params: { key: string }): string };
}

/** Our server, with the peers that it has. */
async function start(port = 0) {
  const peers: AnyPeer[] = [];
  const server = new Server({
    routes: {
      add: (_peer, { a, b }) => a + b,
      echo: (_peer, value) => value,
      args: (_peer, ...args) => args,
      never,
      refuse: () => {
        throw new RouteError("no such key", { type: "KeyError" });
      },
      kv: { get: (_peer, { key }) => `value of ${key}` },
      back: (peer, method, params) => peer.call(method, params),
    },
    hooks: { open: (peer) => void peers.push(peer) },
  });
  const listening = await serve(server, { port });
  return {
    peers,
    url: listening.urls[0]!,
    port: listening.addr.port,
    async [Symbol.asyncDispose]() {
      await listening.close();
      await server.close();
    },
  };
}

Deno.test("connect() calls, typed by a contract", async () => {
  await using server = await start();
  await using client = await connect<Api>(server.url);
  assertEquals(client.state, "open");
  const sum: number = await client.call("add", { a: 1, b: 2 });
  assertEquals(sum, 3);
  assertEquals(await client.remote.kv.get({ key: "a" }), "value of a");
  assertEquals(await client.call("echo", { id: BIG }), { id: BIG });
  const _compile = () => {
    // @ts-expect-error It takes numbers.
    client.call("add", { a: "1", b: 2 });
    // @ts-expect-error There is no such route.
    client.remote.sub();
  };
});

Deno.test("Client of mini has the errors of the full one", async () => {
  await using server = await start();
  await using client = await connect(server.url, { maxInFlight: 2 });
  const error = await assertRejects(() => client.call("refuse"), WsrpcError);
  assertEquals([error.type, error.message], ["KeyError", "no such key"]);
  assertInstanceOf(error, errors.WsrpcError);
  assertInstanceOf(error, RemoteError);
  await assertRejects(
    () => client.call("missing"),
    WsrpcError,
    'Callback function "missing" not implemented',
  );
  await assertRejects(
    () => client.call("never", undefined, { timeout: 20 }),
    TimeoutError,
    'No answer to "never" within 20 ms',
  );
  const stop = new AbortController();
  const { signal } = stop;
  const calls = [1, 2].map(() => client.call("never", {}, { signal }));
  await assertRejects(() => client.call("never"), LimitError, "maxInFlight");
  stop.abort(new Error("enough"));
  for (const call of calls) await assertRejects(() => call, Error, "enough");
  const large = "x".repeat(4 * 1024 * 1024);
  await assertRejects(
    () => client.call("echo", large),
    LimitError,
    "Message is larger than 4194303 bytes",
  );
  const cycle: unknown[] = [];
  cycle.push(cycle);
  await assertRejects(() => client.call("echo", cycle), TypeError, "params");
  await assertRejects(() => client.call("add", {}, { timeout: 0 }), RangeError);
  await client.close();
  await assertRejects(
    () => client.call("add"),
    NotConnectedError,
    "Not connected: the client is closed",
  );
});

Deno.test("Client of mini answers the server", async () => {
  await using server = await start();
  const lines: string[] = [];
  await using client = await connect(server.url, {
    maxHandlers: 1,
    logger: { error: (line) => lines.push(line) },
    routes: {
      mul: (_peer, { x, y }) => x * y,
      positions: (_peer, ...args) => args,
      nothing: () => {},
      callback: (peer, { a }) => peer.call("add", { a, b: 1 }),
      refuse: () => {
        throw new RouteError("not here", { type: "KeyError" });
      },
      fail: () => {
        throw new Error("secret\nof the page");
      },
      large: () => "x".repeat(4 * 1024 * 1024),
      loop: () => {
        const cycle: unknown[] = [];
        cycle.push(cycle);
        return cycle;
      },
      group: { deep: { er: () => BIG } },
      never,
    },
  });
  const back = (method: string, params?: unknown) =>
    client.call("back", [method, params]);
  assertEquals(await back("mul", { x: 6, y: 7 }), 42);
  assertEquals(await back("positions", [1, 2]), [1, 2]);
  assertEquals(await back("nothing"), null);
  assertEquals(await back("callback", { a: 1 }), 2);
  assertEquals(await back("group.deep.er"), BIG);
  assertEquals(await back("ping", { seq: 1 }), { seq: 1 });
  const [peer] = server.peers;
  const ask = async (method: string) => {
    const error = await assertRejects(() => peer!.call(method), WsrpcError);
    return `${error.type}: ${error.message}`;
  };
  assertEquals(await ask("refuse"), "KeyError: not here");
  assertEquals(await ask("fail"), "InternalError: Route failed");
  assertEquals(
    await ask("large"),
    "LimitError: Message is larger than 4194303 bytes",
  );
  assertEquals(await ask("loop"), "InternalError: Route failed");
  assertEquals(
    await ask("toString"),
    'NotImplementedError: Callback function "toString" not implemented',
  );
  assertEquals(lines, [
    'Route "fail" failed: Error: secret of the page',
    'Route "loop" failed: TypeError: Cannot serialize result: it cannot be JSON',
  ]);
  const open = peer!.call("never").catch(() => {});
  assertEquals(await ask("mul"), "LimitError: Too many requests");
  await client.close();
  await open;
});

Deno.test("Client of mini shows errors only if it is told to", async () => {
  await using server = await start();
  await using _client = await connect(server.url, {
    exposeErrors: true,
    routes: {
      fail: () => {
        throw new RangeError("too far");
      },
      odd: () => {
        throw "text";
      },
    },
  });
  const [peer] = server.peers;
  const error = await assertRejects(() => peer!.call("fail"), WsrpcError);
  assertEquals([error.type, error.message], ["RangeError", "too far"]);
  const odd = await assertRejects(() => peer!.call("odd"), WsrpcError);
  assertEquals([odd.type, odd.message], ["Error", "text"]);
});

Deno.test("Client of mini sends and hears events", async () => {
  await using server = await start();
  const lines: string[] = [];
  await using client = await connect(server.url, {
    logger: { error: (line) => lines.push(line) },
  });
  const [peer] = server.peers;
  const heard = Promise.withResolvers<unknown>();
  const broken = () => {
    throw new Error("broken");
  };
  client.addEventListener(broken);
  client.addEventListener(heard.resolve);
  await peer!.emit({ Hello: "world" });
  assertEquals(await heard.promise, { Hello: "world" });
  assertEquals(lines, ["A listener failed: Error: broken"]);
  assertEquals(client.removeEventListener(broken), true);
  assertEquals(client.removeEventListener(broken), false);
  const told = Promise.withResolvers<unknown>();
  peer!.addEventListener(told.resolve);
  await client.emit({ told: true });
  assertEquals(await told.promise, { told: true });
  await assertRejects(() => client.emit({ id: 1 }), TypeError, "member id");
});

Deno.test("Client of mini comes back, and greets each connection first", async () => {
  const first = await start();
  const { port } = first;
  const greeted: unknown[] = [];
  await using client = await connect<Api>(first.url, {
    reconnect: { minDelay: 1, maxDelay: 20 },
    async onOpen(peer) {
      greeted.push(await peer.remote.echo("hello"));
    },
  });
  assertEquals(greeted, ["hello"]);
  const lost = assertRejects(
    () => (client as Client).call("never"),
    NotConnectedError,
    "has ended",
  );
  await first[Symbol.asyncDispose]();
  await lost;
  assertEquals(client.state === "open", false);
  await assertRejects(
    () => client.call("add", { a: 1, b: 2 }),
    NotConnectedError,
    "Not connected: The connection to ws://127.0.0.1",
  );
  await assertRejects(() => client.ready({ timeout: 10 }), TimeoutError);
  await using _second = await start(port);
  await client.ready({ timeout: 20_000 });
  assertEquals(greeted, ["hello", "hello"]);
  assertEquals(await client.call("add", { a: 1, b: 2 }), 3);
});

Deno.test("connect() of mini rejects as soon as the first attempt fails", async () => {
  await using refusing = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(null, { status: 403 }),
  );
  const url = `ws://127.0.0.1:${refusing.addr.port}/s3cret?t=s3cret`;
  const error = await assertRejects(() => connect(url), NotConnectedError);
  assertStringIncludes(
    error.message,
    `127.0.0.1:${refusing.addr.port}: nobody`,
  );
  assert(!Deno.inspect(error).includes("s3cret"));
  const stop = new AbortController();
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const muteUrl = `ws://127.0.0.1:${mute.addr.port}`;
  const connecting = connect(muteUrl, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => connecting, Error, "enough");
  await assertRejects(
    () => connect(muteUrl, { signal: stop.signal }),
    Error,
    "enough",
  );
  await assertRejects(
    () => connect(muteUrl, { connectTimeout: 30 }),
    TimeoutError,
    "no connection within 30 ms",
  );
  await assertRejects(() => connect("http://127.0.0.1"), TypeError, "ws:");
  await assertRejects(
    () => connect("ws://a:s3cret@127.0.0.1"),
    TypeError,
    "credentials",
  );
});

Deno.test("Client of mini checks its options and routes", () => {
  const bad: [ClientOptions, string][] = [
    [{ maxSentBytes: NaN }, "maxSentBytes"],
    [{ timeout: -1 }, "timeout"],
    [{ routes: { a: 1 as never } }, 'Cannot add route: "a" is not a function'],
    [{ routes: { a: { b: null as never } } }, '"a.b" is not a function'],
  ];
  for (const [options, text] of bad) {
    assertThrows(() => new Client("ws://127.0.0.1:9", options), Error, text);
  }
});

Deno.test("Client of mini survives what no server of wsrpc sends", async () => {
  const { promise: opened, resolve } = Promise.withResolvers<WebSocket>();
  await using server = serveSockets((socket) => {
    socket.onopen = () => resolve(socket);
  });
  await using client = await connect(server.url);
  const socket = await opened;
  const answers: string[] = [];
  const seen = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    answers.push(data);
    if (data.includes('"last"')) seen.resolve();
  };
  const call = client.call("some");
  const texts = [
    "",
    "no json",
    "[]",
    "null",
    "7",
    '{"id":[],"result":1}',
    '{"id":null,"error":"?"}',
    '{"id":999,"result":1}',
    '{"id":-1,"result":1}',
    '{"id":1.5,"error":{}}',
    '{"id":"x","error":{}}',
    '{"id":2,"result":"not ours: it is even"}',
    '{"id":5,"method":7}',
    '{"id":6,"method":"constructor"}',
    '{"id":1,"result":NaN}',
    '{"id":1,"result":"twice"}',
    '{"id":9007199254740993,"method":"ping","params":["last"]}',
  ];
  for (const text of texts) socket.send(text);
  await seen.promise;
  assertEquals(await call, NaN);
  assertEquals(answers.slice(1), [
    '{"error":{"type":"TypeError","message":"Cannot read the call: its method is not a string"},"id":5}',
    '{"error":{"type":"NotImplementedError","message":"Callback function \\"constructor\\" not implemented"},"id":6}',
    '{"result":["last"],"id":9007199254740993}',
  ]);
  socket.close();
});

Deno.test("connect() of mini, and of the full client, makes no result of what is no answer", async () => {
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      const { id } = JSON.parse(data);
      socket.send(JSON.stringify({ id, type: 4, data: "Not authorized." }));
    };
  });
  for (const connect of [connectMini, full.connect]) {
    await using client = await connect(server.url);
    await assertRejects(
      () => client.call("some"),
      RemoteError,
      "Cannot read the answer: it has no result or error",
    );
  }
});

Deno.test("Client of mini is a part of the full one, by name and type", () => {
  // Whoever outgrows it changes one import.
  type Common = Omit<Client<Api>, "ready">;
  const _compile = (client: full.Client<Api>): Common => client;
  const names = Object.getOwnPropertyNames(Client.prototype);
  for (const name of names) assert(name in full.Client.prototype, name);
});

Deno.test("Client of mini, and the full one, answer once, whatever a route throws or returns", async () => {
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
    Object.assign(new Error(), { message: 5n }),
    Object.assign(new RouteError("a"), { type: 5n }),
    cycle,
    new RouteError("x".repeat(5_000_000)),
  ];
  const throwers = bad.map((thrown, i) =>
    [`throw${i}`, () => Promise.reject(thrown)] as const
  );
  const results = [revoked(), cycle, () => 1, {
    toJSON: () => bad.at(0)!.toString(),
  }];
  const writers = results.map((result, i) =>
    [`give${i}`, () => result] as const
  );
  const cases = [connectMini, full.connect as unknown as typeof connect]
    .flatMap(
      (connect) =>
        [false, true].map((exposeErrors) => ({ connect, exposeErrors })),
    );
  for (const { connect, exposeErrors } of cases) {
    await using server = await start();
    await using client = await connect(server.url, {
      exposeErrors,
      routes: Object.fromEntries<() => unknown>([...throwers, ...writers]),
      logger: {
        error() {
          throw new Error("the log is full");
        },
      },
    });
    for (const [name] of [...throwers, ...writers]) {
      await assertRejects(
        () => client.call("back", [name, []], { timeout: 20_000 }),
        WsrpcError,
        undefined,
        name,
      );
    }
    assertEquals(await client.call("add", { a: 1, b: 2 }), 3);
  }
});

Deno.test("connect() of mini, and of the full client, rejects when a callback fails", async (t) => {
  await using server = await start();
  for (const connect of [connectMini, full.connect]) {
    for (
      const thrown of [new Error("boom"), null, Symbol(), Object.create(null)]
    ) {
      await t.step("onState", async () => {
        const onState = () => {
          throw thrown;
        };
        await assertRejects(() =>
          connect(server.url, { reconnect: { onState } })
        );
      });
      await t.step("onOpen", async () => {
        const onOpen = () => Promise.reject(thrown);
        await assertRejects(
          () => connect(server.url, { onOpen }),
          NotConnectedError,
        );
      });
    }
  }
});
