// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { pair } from "@wirekit/transport/pair";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { Client, connect, type ConnectOptions } from "./client.ts";
import { HandshakeError, NotConnectedError, TimeoutError } from "./errors.ts";
import type { JsonObject } from "./contract.ts";
import { FakeTime } from "@wirekit/internal/testing";
import { Raw } from "./testdata/raw.ts";

/** A place to connect to, in the hands of the test. */
class Place {
  /** The far ends of the connections so far. */
  readonly raws: Raw[] = [];
  /** What the next attempts fail with. */
  readonly failures: Error[] = [];
  #waiting: ((raw: Raw) => void)[] = [];

  /** Opens a connection: for the option of that name. */
  transport = (): Promise<Transport> => {
    const failure = this.failures.shift();
    if (failure) return Promise.reject(failure);
    const [near, far] = pair();
    const raw = new Raw(far);
    this.raws.push(raw);
    this.#waiting.shift()?.(raw);
    return Promise.resolve(near);
  };

  /** Waits for the next connection. */
  next(): Promise<Raw> {
    const { promise, resolve } = Promise.withResolvers<Raw>();
    this.#waiting.push(resolve);
    return deadline(promise, 5_000);
  }

  /** Connects to it. */
  connect(options: ConnectOptions = {}): Promise<Client> {
    return connect("ws://place", {
      transport: this.transport,
      reconnect: { minDelay: 1, maxDelay: 1 },
      ...options,
    });
  }
}

Deno.test("connect() rejects if there is nobody", async () => {
  const error = await assertRejects(
    () => connect("ws://127.0.0.1:1"),
    NotConnectedError,
    "127.0.0.1:1: nobody listens there",
  );
  assert(!(error instanceof HandshakeError));
  await assertRejects(() => connect("http://127.0.0.1:1"), TypeError);
  await assertRejects(() => connect("tcp://127.0.0.1:1"), NotConnectedError);
});

Deno.test("Client goes on when the first attempts fail", async () => {
  const place = new Place();
  place.failures.push(new CloseError(1006), new CloseError(1006));
  await using client = new Client("ws://place", {
    transport: place.transport,
    reconnect: { minDelay: 1, maxDelay: 1 },
  });
  assertEquals(client.state, "connecting");
  await client.ready();
  assertEquals(client.state, "open");
});

Deno.test("Client gives up at a refusal, and says which", async () => {
  const place = new Place();
  const refusal = new HandshakeError("The server answered 403", {
    url: "ws://place/",
    status: 403,
  });
  place.failures.push(refusal);
  const client = new Client("ws://place", {
    transport: place.transport,
    reconnect: { minDelay: 1, maxDelay: 1 },
  });
  const error = await assertRejects(() => client.ready(), NotConnectedError);
  assertEquals(
    error.message,
    "Not connected: The server answered 403",
  );
  assertEquals(await client.closed, refusal);
  assertEquals(client.state, "closed");
  assertEquals(place.raws.length, 0);
});

Deno.test("Client that shall not reconnect is closed with its connection", async () => {
  const place = new Place();
  const client = await place.connect({ reconnect: false });
  await place.raws[0]!.close(new CloseError(1011, { reason: "crash" }));
  assertInstanceOf(await client.closed, CloseError);
  assertEquals(client.state, "closed");
  assertEquals(place.raws.length, 1);
});

Deno.test("Client gives an attempt connectTimeout, with onOpen, and tries again", async () => {
  using time = new FakeTime();
  const place = new Place();
  let tries = 0;
  const client = new Client("ws://place", {
    transport: place.transport,
    connectTimeout: 1_000,
    reconnect: { minDelay: 1, maxDelay: 1 },
    onOpen: () => ++tries === 1 ? new Promise(() => {}) : undefined,
  });
  const late = assertRejects(
    () => client.ready({ timeout: 999 }),
    TimeoutError,
    "No connection within 999 ms to ws://place",
  );
  await time.tick(999);
  await late;
  assertEquals(client.state, "connecting");
  await time.tick(10);
  await client.ready();
  assertEquals([client.state, tries], ["open", 2]);
  await client.close();
  assertEquals(time.timers, 0);
});

Deno.test("connect() ends by its signal", async () => {
  const place = new Place();
  const controller = new AbortController();
  const reason = new Error("enough");
  const failing = assertRejects(() =>
    connect("ws://place", {
      transport() {
        controller.abort(reason);
        return Promise.reject(new CloseError(1006));
      },
      signal: controller.signal,
    })
  );
  assertEquals(await failing, reason);
  assertEquals(
    await assertRejects(() => place.connect({ signal: controller.signal })),
    reason,
  );
});

Deno.test("connect() gives up an attempt that hangs, by its signal", async () => {
  const signal = AbortSignal.timeout(10);
  let aborted = false;
  await assertRejects(
    () =>
      connect("ws://place", {
        signal,
        transport: (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              aborted = true;
              reject(signal.reason);
            });
          }),
      }),
    DOMException,
  );
  assert(aborted);
});

Deno.test("Client fails its open calls, connects again, and repeats no id", async () => {
  const place = new Place();
  await using client = await place.connect();
  const [first] = place.raws;
  const call = assertRejects(() => client.call("a"), NotConnectedError);
  assertEquals((await first!.next()).id, 1);
  const again = place.next();
  await first!.close(new CloseError(1011));
  await call;
  assertEquals(client.state, "waiting");
  assertEquals(client.peer, undefined);
  await assertRejects(() => client.call("b"), NotConnectedError);
  await assertRejects(() => client.emit({}), NotConnectedError);
  const second = await again;
  await client.ready();
  assert(client.peer !== undefined);
  const other = client.call("b");
  assertEquals((await second.next()).id, 3);
  second.send({ result: "late and wrong", id: 1 });
  second.send({ result: "right", id: 3 });
  assertEquals(await other, "right");
});

Deno.test("Client stays closed", async () => {
  const place = new Place();
  const client = await place.connect();
  const waiting = assertRejects(() => client.call("a"), NotConnectedError);
  assertEquals((await place.raws[0]!.next()).method, "a");
  await client.close();
  await client.close();
  await waiting;
  assertEquals(client.state, "closed");
  assertEquals(await client.closed, undefined);
  await assertRejects(() => client.ready(), NotConnectedError, "closed");
  await assertRejects(() => client.call("a"), NotConnectedError, "closed");
  await assertRejects(() => place.raws[0]!.next(), Error, "has closed");
  assertEquals(place.raws.length, 1);
});

Deno.test("Client stays closed when it is closed in an outage", async () => {
  const place = new Place();
  const client = await place.connect({
    reconnect: { minDelay: 60_000, maxDelay: 60_000 },
  });
  const waits: unknown[] = [];
  await place.raws[0]!.close();
  await client.peer?.closed;
  const waiting = client.ready().catch((error) => waits.push(error));
  await client.close();
  await waiting;
  assertEquals(waits.length, 1);
  assertEquals(place.raws.length, 1);
});

Deno.test("Client waits longer and longer, at random, and gives up if told", async () => {
  using time = new FakeTime();
  const place = new Place();
  const delays: number[] = [];
  const client = new Client("ws://place", {
    transport: place.transport,
    reconnect: {
      maxAttempts: 9,
      onState: ({ delay }) => delay !== undefined && delays.push(delay),
    },
  });
  await client.ready();
  for (let i = 0; i < 20; i++) place.failures.push(new CloseError(1006));
  await place.raws[0]!.close();
  await time.tick(200_000);
  assertEquals(delays.length, 8);
  delays.forEach((delay, i) =>
    assert(delay <= Math.min(30_000, 100 * 2 ** i), `${delays}`)
  );
  assert(new Set(delays).size > 6);
  assertInstanceOf(await client.closed, CloseError);
  assertEquals(client.state, "closed");
  assertEquals(time.timers, 0);
});

Deno.test("Client calls onOpen on every connection, before it is open", async () => {
  const place = new Place();
  const states: string[] = [];
  const connecting = place.connect({
    async onOpen(peer) {
      states.push(`${await peer.call("subscribe")}`);
    },
  });
  const raw = await place.next();
  assertEquals((await raw.next()).method, "subscribe");
  raw.send({ result: "first", id: 1 });
  await using client = await connecting;
  const again = place.next();
  await raw.close();
  const second = await again;
  assertEquals((await second.next()).method, "subscribe");
  assertEquals(client.state, "connecting");
  second.send({ result: "second", id: 3 });
  await client.ready();
  assertEquals(states, ["first", "second"]);
});

Deno.test("Client tries anew when onOpen fails", async () => {
  const place = new Place();
  let tries = 0;
  await using client = new Client("ws://place", {
    transport: place.transport,
    reconnect: { minDelay: 1, maxDelay: 1 },
    async onOpen(peer) {
      if (++tries === 1) throw new Error("no subscription");
      assertEquals(peer.nextId, 1);
      await Promise.resolve();
    },
  });
  await client.ready();
  assertEquals(tries, 2);
  assertEquals(client.state, "open");
  await assertRejects(() => place.raws[0]!.next(), Error, "has closed");
  await assertRejects(
    () =>
      place.connect({
        onOpen() {
          throw new Error("never");
        },
      }),
    NotConnectedError,
    "never",
  );
});

Deno.test("Client ends an onOpen that hangs when it is closed", async () => {
  const place = new Place();
  const client = new Client("ws://place", {
    transport: place.transport,
    onOpen: (peer) => peer.call("never answered").then(() => {}),
  });
  const raw = await place.next();
  await raw.next();
  await client.close();
  await assertRejects(() => client.ready(), NotConnectedError);
  assertEquals(await client.closed, undefined);
});

Deno.test("Client keeps its routes and listeners over connections", async () => {
  const place = new Place();
  const heard: JsonObject[] = [];
  const told: string[] = [];
  const listener = (event: JsonObject) => void heard.push(event);
  const early = (event: JsonObject) => void heard.push(event);
  await using client = await place.connect({
    routes: { one: () => 1 },
    hooks: { open: () => told.push("open"), close: () => told.push("close") },
  });
  client.addEventListener(listener);
  client.addEventListener(early);
  assertEquals(client.removeEventListener(early), true);
  client.router.add("two", () => 2);
  const [first] = place.raws;
  assertEquals((await first!.ask({ id: 2, method: "one" })).result, 1);
  first!.send({ n: 1 });
  await first!.rest();
  const again = place.next();
  await first!.close();
  const second = await again;
  assertEquals((await second.ask({ id: 2, method: "two" })).result, 2);
  second.send({ n: 2 });
  await second.rest();
  await client.emit({ n: 3 });
  assertEquals(await second.next(), { n: 3 });
  assertEquals(
    await client.remote.three().catch(
      () => 3,
      second.send({
        error: {},
        id: 1,
      }),
    ),
    3,
  );
  assertEquals(heard, [{ n: 1 }, { n: 2 }]);
  assertEquals(told, ["open", "close", "open"]);
  assertEquals(client.removeEventListener(listener), true);
});

Deno.test("Client leaves alone what it was given", async () => {
  const place = new Place();
  const controller = new AbortController();
  const client = await place.connect({ signal: controller.signal });
  controller.abort();
  assertEquals(client.state, "open");
  await client.ready();
  assertEquals(client.peer?.signal.aborted, false);
  await client.close();
});

Deno.test("Client that was closed says so, whatever failed before", async () => {
  const client = new Client("ws://127.0.0.1:9");
  await assertRejects(() => client.ready({ timeout: 50 }), TimeoutError);
  await client.close();
  for (const act of [() => client.ready(), () => client.call("a")]) {
    const error = await assertRejects(act, NotConnectedError);
    assertEquals(error.message, "Not connected: the client is closed");
  }
});
