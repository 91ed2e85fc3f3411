// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { validate } from "@std/uuid/v7";
import { pair } from "@wirekit/transport/pair";
import { CloseError } from "@wirekit/transport/transport";
import {
  LimitError,
  NotConnectedError,
  RemoteError,
  RouteError,
  TimeoutError,
  WsrpcError,
} from "./errors.ts";
import type { JsonObject } from "./contract.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_options.ts";
import { FakeTime } from "@wirekit/internal/testing";
import { Raw } from "./testdata/raw.ts";

/** A peer whose other end is in the hands of the test. */
function rawPair(options: PeerOptions = {}) {
  const [near, far] = pair();
  return { peer: new Peer(near, options), raw: new Raw(far) };
}

/** Two peers. */
function peers(server: PeerOptions, client: PeerOptions = {}) {
  const [near, far] = pair();
  return { server: new Peer(near, server), client: new Peer(far, client) };
}

function never(): Promise<never> {
  return new Promise(() => {});
}

Deno.test("Peer calls with keywords, positions, one value, and nothing", async () => {
  const { server, client } = peers({
    routes: { args: (_peer, ...args: unknown[]) => args },
  });
  await using _server = server;
  await using _client = client;
  assertEquals(await client.call("args", { a: 1 }), [{ a: 1 }]);
  assertEquals(await client.call("args", {}), [{}]);
  assertEquals(await client.call("args", [1, [2]]), [1, [2]]);
  assertEquals(await client.call("args", 0), [0]);
  assertEquals(await client.call("args", ""), [""]);
  assertEquals(await client.call("args", null), []);
  assertEquals(await client.call("args"), []);
});

Deno.test("Peer sends no params where there are none, and odd ids from 1 on", async () => {
  const { peer, raw } = rawPair();
  await using _ = peer;
  const calls = [peer.call("a"), peer.call("b", { x: 1 }), peer.call("c", [])];
  assertEquals(await raw.text(), '{"id":1,"method":"a"}');
  assertEquals(await raw.text(), '{"id":3,"method":"b","params":{"x":1}}');
  assertEquals(await raw.text(), '{"id":5,"method":"c","params":[]}');
  raw.send('{"result": null, "id": 5}');
  raw.send('{"result": 3, "id": 3}');
  raw.send('{"result": 1, "id": 1}');
  assertEquals(await Promise.all(calls), [1, 3, null]);
  assertEquals(peer.calls, 0);
});

Deno.test("Peer gives falsy results as they are", async () => {
  const { peer, raw } = rawPair({
    routes: {
      zero: () => 0,
      no: () => false,
      empty: () => "",
      later: () => Promise.resolve(0),
      nothing: () => {},
    },
  });
  await using _ = peer;
  const ask = async (method: string) =>
    (await raw.ask({ id: 2, method })).result;
  assertEquals(await ask("zero"), 0);
  assertEquals(await ask("no"), false);
  assertEquals(await ask("empty"), "");
  assertEquals(await ask("later"), 0);
  assertEquals(await ask("nothing"), null);
});

Deno.test("Peer calls back inside a handler", async () => {
  const { server, client } = peers({
    routes: {
      async twice(peer, { method }) {
        return [await peer.call(method), await peer.remote.deep.er()];
      },
    },
  }, { routes: { name: () => "me", deep: { er: () => "deep" } } });
  await using _server = server;
  await using _client = client;
  assertEquals(await client.call("twice", { method: "name" }), ["me", "deep"]);
});

Deno.test("Peer starts handlers in the order of arrival, and answers as they end", async () => {
  const started: number[] = [];
  const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const { peer, raw } = rawPair({
    routes: {
      async wait(_peer, n: number) {
        started.push(n);
        await gates[n]!.promise;
        return n;
      },
    },
  });
  await using _ = peer;
  for (const n of [0, 1, 2]) raw.send({ id: 2 + n, method: "wait", params: n });
  await raw.rest();
  assertEquals(started, [0, 1, 2]);
  gates[2]!.resolve();
  assertEquals(await raw.next(), { result: 2, id: 4 });
  gates[0]!.resolve();
  assertEquals(await raw.next(), { result: 0, id: 2 });
  gates[1]!.resolve();
  assertEquals(await raw.next(), { result: 1, id: 3 });
});

Deno.test("Peer rejects all open calls at once when the other end goes", async () => {
  const { peer, raw } = rawPair();
  const calls = [peer.call("a"), peer.call("b")].map((call) =>
    assertRejects(
      () => call,
      NotConnectedError,
      "The connection has ended: Transport closed with code 1011: crash",
    )
  );
  assertEquals(peer.calls, 2);
  await raw.close(new CloseError(1011, { reason: "crash" }));
  const [error] = await Promise.all(calls);
  assertInstanceOf(error!.cause, CloseError);
  assertEquals(error!.cause.reason, "crash");
  assertEquals(peer.calls, 0);
  assertInstanceOf(await peer.closed, CloseError);
  await assertRejects(() => peer.call("c"), NotConnectedError);
  await assertRejects(() => peer.emit({}), NotConnectedError);
});

Deno.test("Peer rejects all open calls at once when it is closed", async () => {
  const { peer } = rawPair();
  const call = assertRejects(() => peer.call("a"), NotConnectedError);
  const closing = peer.close();
  await call;
  await closing;
  await peer.close();
  assertEquals(await peer.closed, undefined);
  assert(peer.signal.aborted);
});

Deno.test("Peer lets handlers know when nobody will hear the answer", async () => {
  const gone = Promise.withResolvers<void>();
  const { peer, raw } = rawPair({
    routes: {
      wait(peer) {
        peer.signal.addEventListener("abort", () => gone.resolve());
        return never();
      },
    },
  });
  raw.send({ id: 2, method: "wait" });
  await raw.rest();
  assertEquals(peer.handlers, 1);
  await raw.close();
  await gone.promise;
  await peer.closed;
});

Deno.test("Peer ends a call at its deadline, and passes the late answer over", async () => {
  using time = new FakeTime();
  const ignored: string[] = [];
  const { peer, raw } = rawPair({
    heartbeat: { interval: Infinity },
    hooks: { ignored: (_, reason) => ignored.push(reason) },
  });
  const short = assertRejects(
    () => peer.call("slow", {}, { timeout: 100 }),
    TimeoutError,
    'No answer to "slow" within 100 ms',
  );
  const long = assertRejects(() => peer.call("slow"), TimeoutError);
  await time.tick(99);
  assertEquals(peer.calls, 2);
  await time.tick(1);
  await short;
  assertEquals(peer.calls, 1);
  raw.send({ result: 1, id: 1 });
  await time.tick(59_900);
  await long;
  raw.send({ error: { type: "E", message: "late" }, id: 3 });
  await time.settle();
  assertEquals(ignored, [
    "No call waits for the answer 1",
    "No call waits for the answer 3",
  ]);
  const next = peer.call("next");
  raw.send({ result: "mine", id: 5 });
  assertEquals(await next, "mine");
  await peer.close();
  assertEquals(time.timers, 0);
});

Deno.test("Peer ends a call by its signal, and lets go of the signal", async () => {
  const { peer, raw } = rawPair();
  await using _ = peer;
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener;
  const remove = signal.removeEventListener;
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove.apply(signal, args);
  };
  const done = peer.call("a", {}, { signal });
  raw.send({ result: 1, id: 1 });
  await done;
  assertEquals(listeners, 0);
  const call = peer.call("a", {}, { signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await assertRejects(() => call), reason);
  assertEquals(
    await assertRejects(() => peer.call("a", {}, { signal })),
    reason,
  );
  assertEquals(peer.calls, 0);
});

Deno.test("Peer refuses what cannot be sent", async () => {
  const { peer } = rawPair({ maxSentBytes: 100 });
  await using _ = peer;
  await assertRejects(
    () => peer.call("a", () => {}),
    TypeError,
    "Cannot serialize",
  );
  await assertRejects(() => peer.call("a", "é".repeat(50)), LimitError);
  await assertRejects(() => peer.emit({ a: "x".repeat(100) }), LimitError);
  await assertRejects(() => peer.emit({ id: 1 }), TypeError);
  await assertRejects(() => peer.call("a", 1, { timeout: 0 }), RangeError);
  assertEquals(peer.calls, 0);
});

Deno.test("Peer throws for options that make no sense", async () => {
  const [near] = pair();
  for (
    const options of [
      { timeout: 0 },
      { heartbeat: { interval: -1 } },
      { heartbeat: { timeout: NaN } },
      { firstId: 2 },
      { firstId: -1 },
    ]
  ) assertThrows(() => new Peer(near, options), RangeError);
  await near.close();
});

Deno.test("Peer bounds its open calls", async () => {
  const { peer, raw } = rawPair({ maxInFlight: 2 });
  await using _ = peer;
  const calls = [peer.call("a"), peer.call("b")];
  await assertRejects(() => peer.call("c"), LimitError, "2 calls wait already");
  raw.send({ result: 1, id: 1 });
  raw.send({ result: 2, id: 3 });
  assertEquals(await Promise.all(calls), [1, 2]);
});

Deno.test("Peer turns every shape of an error into one class", async () => {
  const { peer, raw } = rawPair();
  await using _ = peer;
  const silent = "The peer did not say what went wrong";
  const shapes: [raw: unknown, type: string, message: string][] = [
    [{ type: "KeyError", message: "'a'" }, "KeyError", "'a'"],
    [{ type: "E", message: "m", code: 5 }, "E", "m"],
    [{ type: "E" }, "E", silent],
    [{ message: "m" }, "Error", "m"],
    [{}, "Error", silent],
    [null, "Error", silent],
    ["plain string", "Error", "plain string"],
    [{ code: 5 }, "Error", '{"code":5}'],
    [["a"], "Error", '["a"]'],
    [7, "Error", "7"],
  ];
  for (const [shape, type, message] of shapes) {
    const call = peer.call("a");
    const { id } = await raw.next();
    raw.send({ error: shape, id });
    const error = await assertRejects(() => call, RemoteError);
    assertInstanceOf(error, WsrpcError);
    assertEquals([error.type, error.message, error.raw], [
      type,
      message,
      shape,
    ]);
  }
  const call = peer.call("unknown");
  const { id } = await raw.next();
  raw.send({ error: "Route not found", result: null, id });
  await assertRejects(() => call, RemoteError, "Route not found");
});

Deno.test("Peer takes NaN from Python, and rejects a call whose answer is spoilt", async () => {
  const { peer, raw } = rawPair();
  await using _ = peer;
  const nan = peer.call("nan");
  const spoilt = assertRejects(() => peer.call("spoilt"), RemoteError);
  raw.send('{"result": NaN, "id": 1}');
  raw.send('{"result": oops, "id": 3}');
  assertEquals(await nan, NaN);
  const { message } = await spoilt;
  assertEquals(message, "Cannot read the answer: it is not JSON");
});

Deno.test("Peer tells the peer of a RouteError, and hides all else", async () => {
  const { peer, raw } = rawPair({
    routes: {
      known() {
        throw new RouteError("no such key", { type: "KeyError" });
      },
      secret() {
        throw new RangeError("password is 1234");
      },
      later: () => Promise.reject(new Error("password is 1234")),
      text() {
        throw "password is 1234";
      },
      circle() {
        const circle: unknown[] = [];
        circle.push(circle);
        return circle;
      },
    },
  });
  await using _ = peer;
  const ask = async (method: string) =>
    (await raw.ask({ id: 2, method })).error;
  assertEquals(await ask("known"), {
    type: "KeyError",
    message: "no such key",
  });
  const hidden = { type: "InternalError", message: "Route failed" };
  for (const method of ["secret", "later", "text"]) {
    assertEquals(await ask(method), hidden);
  }
  assertEquals(await ask("circle"), {
    type: "TypeError",
    message: "Cannot serialize result: it cannot be JSON",
  });
});

Deno.test("Peer asks exposeErrors what to tell of each error", async () => {
  const failures: unknown[] = [];
  const { peer, raw } = rawPair({
    exposeErrors(error, method) {
      if (method === "broken") throw new Error("the hook itself");
      return error instanceof SyntaxError
        ? undefined
        : { type: (error as Error).name ?? "Error", message: `told: ${error}` };
    },
    hooks: { error: (_, error) => failures.push(error) },
    routes: {
      open() {
        throw new RangeError("too large");
      },
      text() {
        throw "just text";
      },
      hidden() {
        throw new SyntaxError("hidden");
      },
      broken() {
        throw new RangeError("hidden");
      },
    },
  });
  await using _ = peer;
  const ask = async (method: string) =>
    (await raw.ask({ id: 2, method })).error;
  assertEquals(await ask("open"), {
    type: "RangeError",
    message: "told: RangeError: too large",
  });
  assertEquals(await ask("text"), {
    type: "Error",
    message: "told: just text",
  });
  const hidden = { type: "InternalError", message: "Route failed" };
  assertEquals(await ask("hidden"), hidden);
  assertEquals(await ask("broken"), hidden);
  assertEquals(failures.length, 1);
});

Deno.test("Peer tells all errors if exposeErrors is true", async () => {
  const { peer, raw } = rawPair({
    exposeErrors: true,
    routes: {
      open() {
        throw new RangeError("too large");
      },
      text() {
        throw "just text";
      },
    },
  });
  await using _ = peer;
  const ask = async (method: string) =>
    (await raw.ask({ id: 2, method })).error;
  assertEquals(await ask("open"), { type: "RangeError", message: "too large" });
  assertEquals(await ask("text"), { type: "Error", message: "just text" });
});

Deno.test("Peer takes and gives integers that no number holds", async () => {
  const { peer, raw } = rawPair({ routes: { double: (_, n) => 2n * n } });
  await using _ = peer;
  raw.send('{"id":2,"method":"double","params":9007199254740993}');
  assertEquals(await raw.text(), '{"result":18014398509481986,"id":2}');
  const call = peer.call("a", { n: 2n ** 70n });
  assertEquals(
    await raw.text(),
    '{"id":1,"method":"a","params":{"n":1180591620717411303424}}',
  );
  raw.send('{"result": {"n": -9007199254740993, "m": 5}, "id": 1}');
  assertEquals(await call, { n: -9007199254740993n, m: 5 });
});

Deno.test("Peer answers even if what it should tell cannot be sent", async () => {
  const failures: unknown[] = [];
  const circle: unknown[] = [];
  circle.push(circle);
  const { peer, raw } = rawPair({
    maxSentBytes: 200,
    exposeErrors: (error) => ({
      type: "Error",
      message: String(error),
      more: error instanceof RangeError ? circle : undefined,
    }),
    hooks: { error: (_, error) => failures.push(error) },
    routes: {
      circle() {
        throw new RangeError("with a circle");
      },
      large() {
        throw new Error("x".repeat(300));
      },
      odd: () => ({
        get then(): unknown {
          throw new Error("odd");
        },
      }),
      thenable: () => ({
        then() {
          throw new Error("thenable");
        },
      }),
    },
  });
  await using _ = peer;
  const ask = async (method: string) =>
    (await raw.ask({ id: 2, method })).error;
  const hidden = { type: "InternalError", message: "Route failed" };
  assertEquals(await ask("circle"), hidden);
  assertEquals(await ask("large"), {
    type: "LimitError",
    message: "The error is too large: Message is larger than 200 bytes",
  });
  assertEquals(failures.length, 2);
  assertEquals(await ask("odd"), { type: "Error", message: "Error: odd" });
  assertEquals(await ask("thenable"), {
    type: "Error",
    message: "Error: thenable",
  });
});

Deno.test("Peer tells its caller and its log that an error is too large to send", async () => {
  const lines: string[] = [];
  const { peer, raw } = rawPair({
    maxSentBytes: 200,
    logger: { error: (line) => lines.push(line) },
    exposeErrors: (_, method) => ({
      type: "Error",
      message: "short",
      data: method === "data" ? "é".repeat(100) : "",
    }),
    routes: {
      refuse() {
        throw new RouteError("x".repeat(300), { type: "KeyError" });
      },
      limit() {
        throw new RouteError("x".repeat(300), { type: "LimitError" });
      },
      data() {
        throw new Error("with data");
      },
    },
  });
  await using _ = peer;
  const tooLarge = "The error is too large: Message is larger than 200 bytes";
  for (const method of ["refuse", "limit", "data"]) {
    const { error } = await raw.ask({ id: 2, method });
    assertEquals(error, { type: "LimitError", message: tooLarge });
  }
  assertEquals(lines, [
    'The error of route "refuse" cannot be sent: ' +
    "LimitError: Message is larger than 200 bytes",
    'The error of route "limit" cannot be sent: ' +
    "LimitError: Message is larger than 200 bytes",
    'The error of route "data" cannot be sent: ' +
    "LimitError: Message is larger than 200 bytes",
    'Route "data" failed: Error: with data',
  ]);
});

Deno.test("Peer answers what is too much for the stack", async () => {
  const { peer, raw } = rawPair({ routes: { args: (_, ...args) => args } });
  await using _ = peer;
  const many = `[${"1,".repeat(1_000_000)}1]`;
  raw.send(`{"id":2,"method":"args","params":${many}}`);
  assertEquals((await raw.next()).error, {
    type: "InternalError",
    message: "Route failed",
  });
  // An engine may or may not write what nests so deep: there is an answer.
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  raw.send(`{"id":4,"method":"ping","params":${deep}}`);
  assert(/"id":4}$/.test(await raw.text()));
});

Deno.test("Peer tells of an unknown route what the caller knows, and no more", async () => {
  const { peer, raw } = rawPair();
  await using _ = peer;
  const { error } = await raw.ask({ id: 2, method: "nope" });
  assertEquals(error, {
    type: "NotImplementedError",
    message: 'Callback function "nope" not implemented',
  });
  const long = await raw.ask({ id: 2, method: "x".repeat(1e6) });
  assert(JSON.stringify(long).length < 300);
});

Deno.test("Peer echoes a ping untouched, before any handler is done", async () => {
  const { peer, raw } = rawPair({
    maxHandlers: 1,
    routes: { wait: never },
  });
  await using _ = peer;
  raw.send({ id: 2, method: "wait" });
  raw.send({ id: 4, method: "wait" });
  for (const params of [{ seq: 897.042788056 }, {}, { a: 1, b: "x" }, [1], 0]) {
    assertEquals(await raw.ask({ id: 2, method: "ping", params }), {
      result: params,
      id: 2,
    });
  }
  assertEquals(await raw.ask({ id: 2, method: "ping" }), { result: {}, id: 2 });
});

Deno.test("Peer answers every request exactly once, with the id that it had", async () => {
  const { peer, raw } = rawPair({ routes: { one: () => 1 } });
  await using _ = peer;
  for (const id of ["0", "-3", "9.5", '"a"', '""', "null", "true"]) {
    raw.send(`{"id":${id},"method":"one"}`);
    assertEquals(await raw.text(), `{"result":1,"id":${id}}`);
  }
  raw.send('{"id":9223372036854775809,"method":"one"}');
  assertEquals(await raw.text(), '{"result":1,"id":9223372036854775809}');
  assertEquals(await raw.rest(), []);
});

Deno.test("Peer answers both of two requests with one id", async () => {
  const gate = Promise.withResolvers<void>();
  const { peer, raw } = rawPair({
    routes: {
      slow: () => gate.promise.then(() => "slow"),
      fast: () => "fast",
    },
  });
  await using _ = peer;
  raw.send({ id: 3, method: "slow" });
  assertEquals(await raw.ask({ id: 3, method: "fast" }), {
    result: "fast",
    id: 3,
  });
  gate.resolve();
  assertEquals(await raw.next(), { result: "slow", id: 3 });
});

Deno.test("Peer answers what it cannot read, if somebody waits for it, and stays", async () => {
  const ignored: string[] = [];
  const { peer, raw } = rawPair({
    hooks: { ignored: (_, reason) => ignored.push(reason) },
  });
  await using _ = peer;
  assertEquals(await raw.ask('{"id": 7, "method": "x", "params": <'), {
    error: {
      type: "TypeError",
      message: "Cannot read the call: it is not JSON",
    },
    id: 7,
  });
  for (const method of [null, 1, ["a"], {}]) {
    assertEquals(await raw.ask({ id: 8, method }), {
      error: {
        type: "TypeError",
        message: "Cannot read the call: its method is not a string",
      },
      id: 8,
    });
  }
  assertEquals(ignored.length, 5);
  ignored.length = 0;
  for (
    const text of [
      "no JSON",
      "",
      "null",
      "[1,2]",
      "5",
      '"text"',
      '{"id":[1],"method":"x"}',
      '{"error":"Unexpected token","result":null,"id":null}',
    ]
  ) raw.send(text);
  assertEquals(await raw.rest(), []);
  assertEquals(ignored.length, 8);
  assertEquals(peer.signal.aborted, false);
});

Deno.test("Peer never answers an answer: no stray error, no echo, no cross-talk", async () => {
  const ignored: string[] = [];
  const { peer, raw } = rawPair({
    hooks: { ignored: (_, reason) => ignored.push(reason) },
  });
  await using _ = peer;
  const call = peer.call("a");
  await raw.next();
  for (
    const stray of [
      { error: { type: "AttributeError", message: "stray" }, id: 2 },
      { error: "stray", id: 14 },
      { result: 1, id: 99 },
      { result: null, error: {}, id: -1 },
      { id: 12 },
      { result: 1, id: 1.5 },
    ]
  ) raw.send(stray);
  assertEquals(await raw.rest(), []);
  assertEquals(ignored.length, 6);
  raw.send({ result: "mine", id: 1 });
  assertEquals(await call, "mine");
});

Deno.test("Peer says who speaks the old protocol", async () => {
  const ignored: string[] = [];
  const { peer, raw } = rawPair({
    hooks: { ignored: (_, reason) => ignored.push(reason) },
  });
  await using _ = peer;
  raw.send({ serial: 1, type: "call", call: "test", arguments: null });
  assertEquals(await raw.rest(), []);
  assertMatch(ignored[0]!, /wsrpc-tornado/);
});

Deno.test("Peer tells and hears events", async () => {
  const heard: JsonObject[] = [];
  const hooked: JsonObject[] = [];
  const failures: unknown[] = [];
  const { peer, raw } = rawPair({
    hooks: {
      event: (_, event) => hooked.push(event),
      error: (_, error) => failures.push(error),
    },
  });
  await using _ = peer;
  await peer.emit({ Hello: "world" });
  assertEquals(await raw.text(), '{"Hello":"world"}');
  const listener = (event: JsonObject) => void heard.push(event);
  const broken = () => {
    throw new Error("listener");
  };
  peer.addEventListener(broken);
  peer.addEventListener(listener);
  raw.send({ from: "js", ev: 1 });
  raw.send({ id: null, method: null });
  raw.send({ id: null, other: 1 });
  raw.send({ method: "not a call" });
  await raw.rest();
  const events = [{ from: "js", ev: 1 }, { id: null, other: 1 }, {
    method: "not a call",
  }];
  assertEquals(heard, events);
  assertEquals(hooked, events);
  assertEquals(failures.length, 3);
  assertEquals(peer.removeEventListener(listener), true);
  assertEquals(peer.removeEventListener(listener), false);
  raw.send({ from: "js", ev: 2 });
  await raw.rest();
  assertEquals(heard.length, 3);
});

Deno.test("Peer tells its hooks of each call, whatever they throw", async () => {
  const told: unknown[] = [];
  const failures: unknown[] = [];
  const tell = (what: string) => (_peer: unknown, ...args: unknown[]) => {
    told.push([what, ...args]);
    throw new Error(what);
  };
  const boom = new Error("boom");
  const { peer, raw } = rawPair({
    hooks: {
      callStart: tell("start"),
      callSuccess: tell("success"),
      callFail: tell("fail"),
      ignored: tell("ignored"),
      event: tell("event"),
      error(_, error) {
        failures.push(error);
        throw new Error("the last");
      },
    },
    routes: {
      one: () => 1,
      boom() {
        throw boom;
      },
    },
  });
  await using _ = peer;
  assertEquals(
    (await raw.ask({ id: 2, method: "one", params: [5] })).result,
    1,
  );
  await raw.ask({ id: 2, method: "boom", params: { a: 1 } });
  raw.send({ a: 1 });
  raw.send("no JSON");
  await raw.rest();
  assertEquals(told, [
    ["start", "one", [5]],
    ["success", "one", [5], 1],
    ["start", "boom", { a: 1 }],
    ["fail", "boom", { a: 1 }, boom],
    ["event", { a: 1 }],
    ["ignored", "Cannot read a message: it is not JSON"],
  ]);
  assertEquals(failures.length, 6);
});

Deno.test("Peer runs so many handlers, lets more wait, and refuses the rest", async () => {
  let running = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  const { peer, raw } = rawPair({
    maxHandlers: 100,
    maxQueuedBytes: 1_000_000,
    routes: {
      async wait() {
        most = Math.max(most, ++running);
        await gate.promise;
        running--;
      },
    },
  });
  await using _ = peer;
  for (let id = 2; id <= 30_001; id++) raw.send({ id, method: "wait" });
  const refused = (await raw.rest()).length;
  assert(refused > 15_000 && refused < 25_000, `${refused} are refused`);
  assertEquals(peer.handlers, 30_000 - refused);
  gate.resolve();
  let answered = 0;
  for (; answered < 30_000 - refused; answered++) {
    assertEquals((await raw.next()).result, null);
  }
  assertEquals(most, 100);
  assertEquals(peer.handlers, 0);
});

Deno.test("Peer has room again when what waited has run", async () => {
  const { peer, raw } = rawPair({
    maxHandlers: 1,
    maxQueuedBytes: 1_000,
    routes: { later: () => Promise.resolve("done") },
  });
  await using _ = peer;
  for (let round = 0; round < 20; round++) {
    for (let id = 2; id < 8; id++) raw.send({ id, method: "later" });
    for (let id = 2; id < 8; id++) {
      assertEquals(await raw.next(), { result: "done", id });
    }
  }
});

Deno.test("Peer runs nothing and tells nothing of a call after its end", async () => {
  const told: string[] = [];
  const gate = Promise.withResolvers<void>();
  const { peer, raw } = rawPair({
    hooks: {
      callStart: (_, method) => told.push(`start ${method}`),
      callSuccess: (_, method) => told.push(`success ${method}`),
      callFail: (_, method) => told.push(`fail ${method}`),
    },
    routes: {
      slow: () => gate.promise,
      slowFail: () => gate.promise.then(() => Promise.reject(new Error())),
      close: (peer) => void peer.close(),
    },
  });
  for (const method of ["slow", "slowFail", "close", "slow"]) {
    raw.send({ id: 2, method });
  }
  await peer.closed;
  gate.resolve();
  for (let i = 0; i < 50; i++) await Promise.resolve();
  assertEquals(told, ["start slow", "start slowFail", "start close"]);
});

Deno.test("Peer makes a call that is refused an error with a type", async () => {
  const { peer, raw } = rawPair({
    maxHandlers: 1,
    maxQueuedBytes: 0,
    routes: { wait: never },
  });
  await using _ = peer;
  raw.send({ id: 2, method: "wait" });
  assertEquals(await raw.ask({ id: 4, method: "wait" }), {
    error: { type: "LimitError", message: "Too many requests" },
    id: 4,
  });
});

Deno.test("Peer starts no handler while the other end does not read", async () => {
  let started = 0;
  const large = "x".repeat(1_000_000);
  const { peer, raw } = rawPair({
    routes: {
      large() {
        started++;
        return large;
      },
    },
  });
  await using _ = peer;
  for (let id = 2; id < 302; id++) raw.send({ id, method: "large" });
  const text = await raw.text(); // Lets the peer take all that was sent.
  assert(text.length > 1_000_000);
  for (let i = 0; i < 1000; i++) await Promise.resolve();
  assert(started < 6, `${started} handlers have run`);
  for (let i = 1; i < 300; i++) await raw.text();
  assertEquals(started, 300);
  assertEquals(peer.handlers, 0);
});

Deno.test("Peer makes a result that is too large an error", async () => {
  const { peer, raw } = rawPair({
    maxSentBytes: 200,
    routes: { large: () => "x".repeat(200) },
  });
  await using _ = peer;
  assertEquals(await raw.ask({ id: 2, method: "large" }), {
    error: { type: "LimitError", message: "Message is larger than 200 bytes" },
    id: 2,
  });
});

Deno.test("Peer sends by default what a Python peer still takes, and more if told", async () => {
  const result = (length: number) => "x".repeat(length);
  const routes = { large: (_: unknown, length: number) => result(length) };
  const overhead = '{"result":"","id":2}'.length;
  const most = 4_194_303 - overhead;
  {
    const { peer, raw } = rawPair({ routes });
    await using _ = peer;
    const ok = await raw.ask({ id: 2, method: "large", params: most });
    assertEquals(ok.result, result(most));
    const no = await raw.ask({ id: 2, method: "large", params: most + 1 });
    assertEquals((no.error as JsonObject).type, "LimitError");
  }
  const { peer, raw } = rawPair({ routes, maxSentBytes: 8_000_000 });
  await using _ = peer;
  const ok = await raw.ask({ id: 2, method: "large", params: most + 1 });
  assertEquals(ok.result, result(most + 1));
});

Deno.test("Peer pings, and drops a peer that is silent, on time", async () => {
  using time = new FakeTime();
  const { peer, raw } = rawPair();
  await time.tick(30_000);
  const ping = await raw.next();
  assertEquals([ping.id, ping.method], [1, "ping"]);
  assertEquals(Object.keys(ping.params as JsonObject), ["seq"]);
  const call = assertRejects(() => peer.call("a"), NotConnectedError);
  await time.tick(9_999);
  assertEquals(peer.signal.aborted, false);
  await time.tick(1);
  assert(peer.signal.aborted);
  await call;
  assertEquals(((await peer.closed) as CloseError).code, 1011);
  assertEquals(time.timers, 0);
});

Deno.test("Peer pings at its pace, whatever comes back", async () => {
  using time = new FakeTime();
  const { peer, raw } = rawPair({ pingFirst: true });
  const answers: ((ping: JsonObject) => JsonObject)[] = [
    ({ params }) => ({ result: params }),
    () => ({ result: null }),
    () => ({ result: {} }),
    () => ({ result: 0 }),
    () => ({ result: "" }),
    () => ({ result: "text" }),
    () => ({ result: { seq: "x" } }),
    () => ({ result: { other: 1 } }),
    () => ({ error: "Route not found" }),
    () => ({ error: null }),
    () => ({}),
  ];
  let ping = await raw.next();
  for (const answer of answers) {
    assertEquals(ping.method, "ping");
    raw.send({ ...answer(ping), id: ping.id });
    const silence = raw.next();
    let more = false;
    silence.then(() => more = true, () => {});
    await time.tick(39_999);
    assertEquals(more, false);
    await time.tick(1);
    ping = await silence;
  }
  assertEquals(peer.signal.aborted, false);
  await peer.close();
});

Deno.test("Peer keeps a peer that talks but does not answer the ping in time", async () => {
  using time = new FakeTime();
  const { peer, raw } = rawPair();
  await time.tick(30_000);
  raw.send({ still: "here" });
  await time.tick(10_000);
  assertEquals(peer.signal.aborted, false);
  await time.tick(40_000);
  assert(peer.signal.aborted);
});

Deno.test("Peer pings even if no more calls may wait", async () => {
  using time = new FakeTime();
  const { peer, raw } = rawPair({ maxInFlight: 1 });
  peer.call("a").catch(() => {});
  await raw.next();
  await time.tick(30_000);
  assertEquals((await raw.next()).method, "ping");
  await peer.close();
});

Deno.test("Peer does not ping if it is told not to", async () => {
  using time = new FakeTime();
  const { peer } = rawPair({ heartbeat: { interval: Infinity } });
  assertEquals(time.timers, 0);
  await peer.close();
});

Deno.test("Peer has a remote that can be awaited, logged and serialised", async () => {
  const { peer, raw } = rawPair();
  await using _ = peer;
  const { remote } = peer;
  assertEquals(await remote, remote);
  assertEquals(typeof await remote.kv, "function");
  JSON.stringify({ remote });
  Deno.inspect(remote);
  `${typeof remote[Symbol.iterator]}`;
  assertEquals(remote._private, undefined);
  assertThrows(() => remote.kv = 1, TypeError);
  const call = remote.name.call.apply.length({ a: 1 }, { timeout: 1_000 });
  assertEquals(await raw.next(), {
    id: 1,
    method: "name.call.apply.length",
    params: { a: 1 },
  });
  raw.send({ result: 1, id: 1 });
  assertEquals(await call, 1);
});

Deno.test("Peer has routes of its own besides the shared ones", async () => {
  const { server, client } = peers({ routes: { here: () => 1 } });
  await using _server = server;
  await using _client = client;
  await assertRejects(() => client.call("more"), RemoteError);
  server.router.add("more", () => 2);
  assertEquals(await client.call("more"), 2);
  assertEquals(server.router.remove("more"), true);
  assertEquals(server.router.remove("more"), false);
  await assertRejects(() => client.call("more"), RemoteError);
});

Deno.test("Peer has an id in a page that is not of https:, which has no randomUUID()", async () => {
  const { peer } = rawPair();
  await using _ = peer;
  const { randomUUID } = crypto;
  Object.assign(crypto, { randomUUID: undefined });
  try {
    assert(validate(peer.id), peer.id);
  } finally {
    Object.assign(crypto, { randomUUID });
  }
});

Deno.test("Peer has an id, and keeps a state", async () => {
  const { peer } = rawPair({ state: { user: "zoë" } });
  await using _ = peer;
  assert(validate(peer.id), peer.id);
  assertEquals(peer.id, peer.id);
  assertEquals(peer.state, { user: "zoë" });
});
