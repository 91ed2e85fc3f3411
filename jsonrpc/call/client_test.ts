// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { delay } from "@std/async/delay";
import { deadline } from "@std/async/deadline";
import { connect as connectCarrier } from "@wirekit/transport/connect";
import { pair } from "@wirekit/transport/pair";
import { NewlineFramer } from "@wirekit/transport/framers";
import { listenTcp } from "@wirekit/transport/tcp";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import {
  Client,
  type ClientOptions,
  ClosedError,
  connect,
  type Context,
  type Gap,
  JsonRpcError,
  LimitError,
  Methods,
  type OutgoingCall,
  Peer,
  type PeerOptions,
  serve,
  servePeers,
  TimeoutError,
} from "../mod.ts";
import { exampleMethods } from "../_test_util.ts";

/** A server that can be away, and a client of it. */
class Site implements AsyncDisposable {
  readonly servers: Peer[] = [];
  readonly client: Client;
  isUp = true;
  readonly #options: PeerOptions;

  constructor(server: PeerOptions = {}, options: ClientOptions = {}) {
    this.#options = server;
    this.client = new Client({
      transport: () => this.#open(),
      reconnect: { minDelay: 1 },
      ...options,
    });
  }

  #open(): Promise<Transport> {
    if (!this.isUp) return Promise.reject(new Error("server is down"));
    const [near, far] = pair();
    this.servers.push(new Peer(far, this.#options));
    return Promise.resolve(near);
  }

  async drop(): Promise<void> {
    await this.servers.at(-1)!.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    for (const server of this.servers) await server.close();
  }
}

/** A method that ends when it is told to. */
function waiting() {
  const started: Context[] = [];
  const methods = exampleMethods().add("wait", (call) => {
    started.push(call);
    return new Promise(() => {});
  });
  return { methods, started };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    assert(i < 1_000, "it does not come true");
    await delay(1);
  }
}

Deno.test("Client makes calls wait for a connection, and sends them in order", async () => {
  const heard: unknown[] = [];
  const methods = new Methods().add("note", (_call, x) => void heard.push(x));
  await using site = new Site({ methods });
  await site.client.ready();
  site.isUp = false;
  await site.drop();
  await until(() => !site.client.peer);
  const calls = [1, 2, 3].map((x) => site.client.request("note", [x]));
  const notified = site.client.notify("note", [4]);
  const batch = site.client.batch();
  batch.notify("note", [5]);
  const last = batch.request("note", [6]);
  void batch.send();
  site.isUp = true;
  await Promise.all([...calls, notified, last]);
  assertEquals(heard, [1, 2, 3, 4, 5, 6]);
});

Deno.test("Client fails calls in flight, but repeats those that are idempotent", async () => {
  const { methods, started } = waiting();
  await using site = new Site({ methods });
  const plain = site.client.request("wait");
  const repeated = site.client.request("wait", [], { idempotent: true });
  repeated.catch(() => {});
  await until(() => started.length === 2);
  await site.drop();
  const failure = await assertRejects(() => plain, ClosedError);
  assertEquals(failure.sent, true);
  await until(() => started.length === 3);
  assertEquals(site.servers.length, 2);
});

Deno.test("Client takes a call that it repeats through its middleware again", async () => {
  const { methods, started } = waiting();
  const seen: string[] = [];
  const callMiddleware = [(
    call: OutgoingCall,
    next: (call: OutgoingCall) => Promise<unknown>,
  ) => {
    seen.push(call.method);
    return next(call);
  }];
  await using site = new Site({ methods }, { callMiddleware });
  await site.client.ready();
  const repeated = site.client.request("wait", [], { idempotent: true });
  repeated.catch(() => {});
  await until(() => started.length === 1);
  await site.drop();
  await until(() => started.length === 2);
  assertEquals(seen, ["wait", "wait"]);
});

Deno.test("Client takes no error of a middleware for the end of the connection", async () => {
  const lost = new ClosedError("token", { reason: "elsewhere", sent: false });
  const callMiddleware = [() => Promise.reject(lost)];
  await using site = new Site({}, { callMiddleware });
  await site.client.ready();
  const error = await assertRejects(
    () => site.client.request("sum", [], { timeout: 1_000 }),
  );
  assertEquals(error, lost);
});

Deno.test("Client keeps the time of a call over connections", async () => {
  await using site = new Site();
  await site.client.ready();
  site.isUp = false;
  await site.drop();
  await assertRejects(
    () => site.client.request("sum", [], { timeout: 20, idempotent: true }),
    TimeoutError,
    "no connection within",
  );
  const controller = new AbortController();
  const aborted = site.client.request("sum", [], { signal: controller.signal });
  controller.abort();
  await assertRejects(() => aborted, DOMException);
  await assertRejects(
    () => site.client.request("sum", [], { signal: controller.signal }),
    DOMException,
  );
});

Deno.test("Client says why there is no connection when a call has waited in vain", async () => {
  await using client = new Client({
    transport: () => Promise.reject(new Error("server is down")),
    reconnect: { minDelay: 60_000 },
  });
  await until(() => client.state === "waiting");
  const error = await assertRejects(
    () => client.request("sum", [], { timeout: 10 }),
    TimeoutError,
    "ms: server is down",
  );
  assertEquals((error.cause as Error).message, "server is down");
});

Deno.test("Client lets only so many bytes wait", async () => {
  await using site = new Site({}, { maxWaitingBytes: 100 });
  await site.client.ready();
  site.isUp = false;
  await site.drop();
  await until(() => !site.client.peer);
  const first = site.client.request("sum", ["x".repeat(40)], { timeout: 50 });
  await assertRejects(
    () => site.client.request("sum", ["x".repeat(40)]),
    LimitError,
    "waiting for a connection",
  );
  const batch = site.client.batch();
  const call = batch.request("sum", ["x".repeat(40)]);
  void batch.send();
  await assertRejects(() => call, LimitError);
  await assertRejects(() => first, TimeoutError);
});

Deno.test("Client subscribes again under the same handle, and shows the gap", async () => {
  const methods = new Methods()
    .addSubscription("demo", "boots", async function* ({ signal }) {
      yield site.servers.length;
      await delay(60_000, { signal }).catch(() => {});
    });
  await using site = new Site({ methods });
  const seen: unknown[] = [];
  const boots = await site.client.subscribe("demo", "boots", [], {
    onGap: (gap: Gap) => seen.push(gap),
  });
  for await (const boot of boots) {
    seen.push(boot);
    if (boot === 3) break;
    await site.drop();
  }
  const gap = { reason: "reconnect" };
  assertEquals(seen, [1, gap, 2, gap, 3]);
  await boots.unsubscribe();
  await boots.unsubscribe();
  await site.drop();
  await site.client.ready();
});

Deno.test("Client ends a subscription that the server no longer has", async () => {
  let had = false;
  const methods = new Methods()
    .addSubscription("demo", "once", async function* ({ signal }) {
      if (had) throw new JsonRpcError(410, "Gone");
      had = true;
      yield 1;
      await delay(60_000, { signal }).catch(() => {});
    });
  await using site = new Site({
    methods,
    handlerMiddleware: [(call, next) => {
      if (had && call.method === "demo_subscribe") {
        throw new JsonRpcError(410, "Gone");
      }
      return next();
    }],
  });
  const once = await site.client.subscribe("demo", "once");
  await assertRejects(
    async () => {
      for await (const _ of once) await site.drop();
    },
    JsonRpcError,
    "Gone",
  );
});

Deno.test("Client logs in before anything else is sent", async () => {
  const heard: string[] = [];
  const methods = exampleMethods()
    .add("login", (_call, user) => void heard.push(user));
  let tries = 0;
  const errors: unknown[] = [];
  await using site = new Site({
    methods,
    handlerMiddleware: [(call, next) => {
      heard.push(call.method);
      return next();
    }],
  }, {
    onOpen: async (peer) => {
      if (++tries === 1) throw new Error("no token yet");
      await peer.request("login", ["ada"]);
    },
    onError: (error) => errors.push(error),
  });
  assertEquals(await site.client.request("sum", [1, 2]), 3);
  assertEquals(heard, ["login", "ada", "sum"]);
  assertEquals((errors[0] as Error).message, "no token yet");
});

Deno.test("Client ends everything when it is closed", async () => {
  const { methods, started } = waiting();
  methods.addSubscription("demo", "never", async function* ({ signal }) {
    await delay(60_000, { signal }).catch(() => {});
    yield* [];
  });
  await using site = new Site({ methods });
  const call = site.client.request("wait", [], { idempotent: true });
  const events = await site.client.subscribe("demo", "never");
  await until(() => started.length === 1);
  const ended = assertRejects(() => call, ClosedError);
  await site.client.close();
  await ended;
  await assertRejects(() => Array.fromAsync(events), ClosedError);
  await assertRejects(() => site.client.request("sum"), ClosedError);
  await assertRejects(() => site.client.notify("sum"), ClosedError);
  await assertRejects(() => site.client.subscribe("a", "b"), ClosedError);
  const batch = site.client.batch();
  const late = batch.request("sum");
  await batch.send();
  await assertRejects(() => late, ClosedError);
  assertEquals(await site.client.closed, undefined);
});

Deno.test("Client gives up after so many tries, and says why", async () => {
  await using site = new Site({}, {
    reconnect: { minDelay: 1, maxAttempts: 2 },
  });
  await site.client.ready();
  site.isUp = false;
  await site.drop();
  const reason = await site.client.closed;
  assertEquals((reason as Error).message, "server is down");
});

Deno.test("Client drops a batch that is cancelled", async () => {
  await using site = new Site({ methods: exampleMethods() });
  const batch = site.client.batch();
  const call = batch.request("sum");
  batch.cancel();
  await assertRejects(() => call, DOMException);
  batch[Symbol.dispose]();
  using scope = site.client.batch();
  void scope.request("sum");
});

Deno.test("connect() comes back to a server on TCP that restarts", async () => {
  const methods = exampleMethods();
  const framer = () => new NewlineFramer();
  const first = await listenTcp({ port: 0 }, framer);
  const { port } = first.addr;
  const server = servePeers(first, { methods });
  await using client = await connect(`tcp://127.0.0.1:${port}`, {
    reconnect: { minDelay: 1, maxDelay: 20 },
  });
  assertEquals(await client.request("sum", [1, 2]), 3);
  assertEquals(await client.remote.sum(1, 2, 3), 6);
  await server.close();
  await first.close();
  const waiting = client.request("sum", [4], { idempotent: true });
  await using second = await listenTcp({ port }, framer);
  await using _server = servePeers(second, { methods });
  assertEquals(await deadline(waiting, 5_000), 4);
});

Deno.test("connect() rejects with what the last try failed with", async () => {
  await assertRejects(
    () => connect("tcp://127.0.0.1:1", { connectTimeout: 5_000 }),
    Error,
    "Cannot connect to 127.0.0.1:1: nobody listens there",
  );
});

Deno.test("connect() does not try again what can never succeed", async () => {
  for (const url of ["ftp://127.0.0.1", "no URL", "tcp://127.0.0.1"]) {
    const connecting = connect(url, { connectTimeout: Infinity });
    await assertRejects(() => deadline(connecting, 5_000), TypeError);
  }
  const bad = { headers: { "a b": "c" }, connectTimeout: Infinity };
  await assertRejects(
    () => deadline(connect("ws://127.0.0.1:1", bad), 5_000),
    TypeError,
  );
});

Deno.test("connect() rejects with the reason of its signal, whatever that is", async () => {
  const reason = new Error("stopped", { cause: "something else" });
  const controller = new AbortController();
  const connecting = connect("tcp://127.0.0.1:1", {
    signal: controller.signal,
  });
  controller.abort(reason);
  assertEquals(await assertRejects(() => connecting), reason);
  assertEquals(
    await assertRejects(() =>
      connect("tcp://127.0.0.1:1", { signal: controller.signal })
    ),
    reason,
  );
});

Deno.test("Client opens by its URL or by the option transport, and wants one of them", async () => {
  await using server = await serve({
    port: 0,
    tcpPort: 0,
    methods: exampleMethods(),
  });
  for (const url of server.urls) {
    await using byText = new Client(url);
    await using byUrl = new Client(new URL(url));
    await using byTransport = new Client("ws://127.0.0.1:1", {
      transport: (signal) => connectCarrier(url, { signal }),
    });
    for (const client of [byText, byUrl, byTransport]) {
      assertEquals(await client.request("sum", [1, 2]), 3);
    }
  }
  const options = { timeout: 1_000 } as ClientOptions & { transport: never };
  assertThrows(() => new Client(options), TypeError, "the option transport");
  assertThrows(() => new Client("no URL"), TypeError);
});

Deno.test("Client tries again when a server does not finish the handshake, and hides the secrets of the URL", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = silent.addr;
  await using client = new Client(`ws://me:secret@127.0.0.1:${port}/a?b=c`, {
    connectTimeout: 20,
    reconnect: { minDelay: 1, maxDelay: 1, maxAttempts: 3 },
  });
  const error = await client.closed as Error;
  assert(error instanceof TimeoutError);
  assertEquals(
    error.message,
    `Cannot connect to ws://127.0.0.1:${port}/…: no connection within 20 ms`,
  );
});

Deno.test("Client closes a transport that is opened too late", async () => {
  const [near, far] = pair();
  const opened = Promise.withResolvers<Transport>();
  const signals: AbortSignal[] = [];
  await using client = new Client({
    transport: (signal) => {
      signals.push(signal);
      return opened.promise;
    },
    connectTimeout: 10,
    reconnect: { maxAttempts: 1 },
  });
  assert(await client.closed instanceof TimeoutError);
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
  opened.resolve(near);
  assertEquals(await deadline(Array.fromAsync(far), 5_000), []);
});

Deno.test("Client gives up a login that takes too long, and is not open before it is done", async () => {
  const hang = Promise.withResolvers<void>();
  const states: string[] = [];
  const errors: unknown[] = [];
  await using site = new Site({ methods: exampleMethods() }, {
    connectTimeout: 50,
    onOpen: () => {
      states.push(site.client.state);
      return states.length === 1 ? hang.promise : undefined;
    },
    onError: (error) => errors.push(error),
  });
  assertEquals(await site.client.request("sum", [1, 2]), 3);
  assertEquals(states, ["connecting", "connecting"]);
  assertEquals(site.client.state, "open");
  assert(errors[0] instanceof TimeoutError);
});

Deno.test("Client closes at once while it logs in", async () => {
  const began = Promise.withResolvers<void>();
  await using site = new Site({}, {
    connectTimeout: Infinity,
    onOpen: () => {
      began.resolve();
      return new Promise(() => {});
    },
  });
  await began.promise;
  await deadline(site.client.close(), 5_000);
  assertEquals(site.client.state, "closed");
});

Deno.test("connect() with reconnect: false rejects with what the login failed with", async () => {
  await using server = await serve({ port: 0, methods: exampleMethods() });
  const error = new Error("wrong password");
  const connecting = connect(server.urls[0]!, {
    reconnect: false,
    onOpen: () => Promise.reject(error),
  });
  assertEquals(await assertRejects(() => connecting), error);
});

Deno.test("servePeers() refuses one connection too many, and keeps state for each", async () => {
  const methods = new Methods<{ count: number }>()
    .add("count", (call) => ++call.state.count);
  await using listener = await listenTcp(
    { port: 0 },
    () => new NewlineFramer(),
  );
  const seen: Peer[] = [];
  await using server = servePeers(listener, {
    methods,
    state: () => ({ count: 0 }),
    maxConnections: 2,
    onPeer: (peer) => seen.push(peer as unknown as Peer),
  });
  const url = `tcp://127.0.0.1:${listener.addr.port}`;
  await using a = await connect(url);
  await using b = await connect(url);
  assertEquals(await a.request("count"), 1);
  assertEquals(await a.request("count"), 2);
  assertEquals(await b.request("count"), 1);
  assertEquals([server.peers.size, seen.length], [2, 2]);
  await using c = await connect(url, { reconnect: { maxAttempts: 1 } });
  await assertRejects(() => c.request("count"), ClosedError);
});

Deno.test("Client with reconnect: false ends with its one connection, and says why", async () => {
  const methods = new Methods().add("wait", () => new Promise(() => {}));
  await using server = await serve({ port: 0, methods });
  const client = await connect(`ws://127.0.0.1:${server.addr.port}`, {
    reconnect: false,
  });
  assertEquals(client.state, "open");
  const call = client.request("wait");
  const lost = assertRejects(() => call, ClosedError, "4000: enough");
  const [peer] = server.peers;
  await peer!.close(new CloseError(4000, { reason: "enough" }));
  await lost;
  await client.closed;
  assertEquals(client.state, "closed");
  await assertRejects(() => client.request("wait"), ClosedError);
  await client.close();
});

Deno.test("Client.state follows the connection", async () => {
  const states: string[] = [];
  const gone = await listenTcp({ port: 0 }, () => new NewlineFramer());
  const { port } = gone.addr;
  await gone.close();
  const client = new Client(`tcp://127.0.0.1:${port}`, {
    reconnect: {
      minDelay: 1,
      maxAttempts: 2,
      onState: () => states.push(client.state),
    },
  });
  assertEquals(client.state, "connecting");
  await client.closed;
  assertEquals(client.state, "closed");
  assertEquals(states.includes("waiting"), true);
});

Deno.test("Client.ready says why there is no connection, and names no method", async () => {
  const client = new Client({
    transport: () => Promise.reject(new Error("nobody")),
    reconnect: { minDelay: 1, maxDelay: 1 },
  });
  const late = await assertRejects(
    () => client.ready({ timeout: 20 }),
    TimeoutError,
  );
  assertEquals(
    late.message,
    "Not connected: no connection within 20 ms: nobody",
  );
  await client.close();
  const closed = await assertRejects(() => client.ready(), ClosedError);
  assertMatch(closed.message, /^Not connected: the connection is closed/);
  assertEquals(closed.method, "");
});
