// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { pair } from "@wirekit/transport/pair";
import { CloseError } from "@wirekit/transport/transport";
import { FakeTime, oddThrown, revoked } from "@wirekit/internal/testing";
import {
  ClosedError,
  Context,
  InternalError,
  JsonRpcError,
  LimitError,
  type LogEntry,
  Methods,
  Peer,
  TimeoutError,
} from "./mod.ts";
import { bench, exampleMethods, linked, type Received } from "./_test_util.ts";

/** A method that waits until it is told to go on. */
function gate() {
  const calls: (PromiseWithResolvers<unknown> & { call: Context })[] = [];
  const methods = exampleMethods().add("wait", (call) => {
    calls.push({ ...Promise.withResolvers(), call });
    return calls.at(-1)!.promise;
  });
  return { methods, calls };
}

Deno.test("Peer counts its ids from 1, each direction on its own", async () => {
  await using at = bench();
  for (const id of [1, 2, 3]) {
    void at.peer.request("sum").catch(() => {});
    assertEquals((await at.raw.receive()).id, id);
  }
});

Deno.test("Peer.request ends by its timeout, and cancels at the other end", async () => {
  using time = new FakeTime();
  await using at = bench();
  const call = at.peer.request("sum", [1], { timeout: 5_000 });
  const ended = assertRejects(() => call, TimeoutError, "within 5000 ms");
  const { id } = await at.raw.receive();
  await time.tick(4_999);
  await time.tick(1);
  await ended;
  assertEquals(await at.raw.receive(), {
    jsonrpc: "2.0",
    method: "$/cancelRequest",
    params: { id },
  });
  await at.peer.close();
  assertEquals(time.timers, 0);
});

Deno.test("Peer needs one timer for calls of many timeouts", async () => {
  using time = new FakeTime();
  await using at = bench();
  const ended: number[] = [];
  const timeouts = [300, 100, 200, 100, 400];
  const calls = timeouts.map((timeout) =>
    at.peer.request("sum", [], { timeout }).catch(() => ended.push(timeout))
  );
  assertEquals(time.timers, 1);
  await time.tick(150);
  assertEquals(ended, [100, 100]);
  assertEquals(time.timers, 1);
  await time.tick(500);
  assertEquals(ended, [100, 100, 200, 300, 400]);
  await Promise.all(calls);
  assertEquals(time.timers, 0);
});

Deno.test("Peer.request waits anew after progress, but not beyond its total", async () => {
  using time = new FakeTime();
  await using at = bench();
  const reports: unknown[] = [];
  const call = at.peer.request("work", { x: 1 }, {
    timeout: 100,
    totalTimeout: 250,
    onProgress: (value) => reports.push(value),
  });
  const ended = assertRejects(() => call, TimeoutError, "in all");
  const { params } = await at.raw.receive<
    { params: Record<string, unknown> }
  >();
  assertEquals(params.x, 1);
  const token = params.workDoneToken;
  for (const value of [1, 2]) {
    await time.tick(90);
    await at.raw.send({
      method: "$/progress",
      params: { token, value },
      jsonrpc: "2.0",
    });
  }
  await time.tick(69);
  assertEquals(reports, [1, 2]);
  await time.tick(1);
  await ended;
});

Deno.test("Peer delivers all progress before the call ends, and takes it by position too", async () => {
  await using at = bench();
  const seen: unknown[] = [];
  const call = at.peer.request("work", [7], {
    onProgress: (value) => seen.push(value),
  }).then((result) => seen.push(result));
  const { id, params } = await at.raw.receive<
    { id: number; params: unknown[] }
  >();
  assertEquals(params, [7, params[1]]);
  const token = params[1];
  await at.raw.send({
    jsonrpc: "2.0",
    method: "$/progress",
    params: { token, value: "a" },
  });
  await at.raw.send({
    jsonrpc: "2.0",
    method: "$/progress",
    params: [token, "b"],
  });
  await at.raw.send({ jsonrpc: "2.0", id, result: "done" });
  await at.raw.send({
    jsonrpc: "2.0",
    method: "$/progress",
    params: [token, "late"],
  });
  await call;
  await at.raw.tell({
    jsonrpc: "2.0",
    method: "$/progress",
    params: [99, "no"],
  });
  assertEquals(seen, ["a", "b", "done"]);
});

Deno.test("Context.report sends nothing to a caller who did not ask", async () => {
  const methods = new Methods().add("work", async (call) => {
    await call.report("half");
    await call.report("by token", "mine");
    return "done";
  });
  await using at = bench({ methods });
  await at.raw.send({ jsonrpc: "2.0", method: "work", id: 1 });
  assertEquals((await at.raw.receive()).params, {
    token: "mine",
    value: "by token",
  });
  assertEquals((await at.raw.receive()).result, "done");
  const params = { _meta: { progressToken: 5 } };
  await at.raw.send({ jsonrpc: "2.0", method: "work", params, id: 2 });
  assertEquals((await at.raw.receive()).params, { token: 5, value: "half" });
});

Deno.test("Peer.request ends at once when it is aborted, and cancels at the other end", async () => {
  await using at = bench();
  const controller = new AbortController();
  const { signal } = controller;
  const call = at.peer.request("sum", [], { signal });
  const { id } = await at.raw.receive();
  controller.abort(new Error("changed my mind"));
  await assertRejects(() => call, Error, "changed my mind");
  assertEquals((await at.raw.receive()).params, { id });
  await assertRejects(
    () => at.peer.request("sum", [], { signal }),
    Error,
    "changed my mind",
  );
});

Deno.test("Peer.request waits for the answer to its cancellation if told to", async () => {
  const { methods, calls } = gate();
  await using at = linked({ methods });
  const controller = new AbortController();
  const ask = () =>
    at.client.request("wait", [], {
      signal: controller.signal,
      awaitCancel: true,
    });
  const cancelled = ask();
  const late = ask();
  await at.client.request("sum");
  controller.abort();
  await at.client.request("sum");
  assert(calls[0]!.call.signal.aborted);
  calls[0]!.reject(calls[0]!.call.signal.reason);
  calls[1]!.resolve("too late to stop");
  const failure = await assertRejects(() => cancelled, JsonRpcError);
  assertEquals(failure.code, -32800);
  assertEquals(await late, "too late to stop");
});

Deno.test("Peer tells no peer of a cancellation that cannot bear it", async () => {
  await using at = bench({ cancel: false });
  const controller = new AbortController();
  const call = at.peer.request("sum", [], { signal: controller.signal });
  await at.raw.receive();
  controller.abort();
  await assertRejects(() => call, DOMException);
  void at.peer.notify("next");
  assertEquals((await at.raw.receive()).method, "next");
});

Deno.test("Peer answers -32800 whatever a cancelled handler throws", async () => {
  const methods = new Methods().add("wait", async ({ signal }) => {
    await delay(60_000, { signal });
  });
  await using at = bench({ methods });
  await at.raw.send({ jsonrpc: "2.0", method: "wait", id: "x" });
  await at.raw.send({
    jsonrpc: "2.0",
    method: "$/cancelRequest",
    params: { id: "x" },
  });
  const { id, error } = await at.raw.receive();
  assertEquals([id, error?.code], ["x", -32800]);
});

Deno.test("Peer cancels a call that waits for its turn without running it", async () => {
  const { methods, calls } = gate();
  await using at = bench({ methods, maxHandlers: 1 });
  for (const id of [1, 2]) {
    await at.raw.send({ jsonrpc: "2.0", method: "wait", id });
  }
  const cancel = { jsonrpc: "2.0", method: "$/cancelRequest" };
  await at.raw.send({ ...cancel, params: { id: 2 } });
  const { id, error } = await at.raw.receive();
  assertEquals([id, error?.code], [2, -32800]);
  assertEquals(calls.length, 1);
});

Deno.test("Peer is silent about a cancellation of what it does not know", async () => {
  await using at = bench({ methods: exampleMethods() });
  for (const params of [{ id: 1 }, [1], {}, undefined]) {
    const cancel = { jsonrpc: "2.0", method: "$/cancelRequest", params };
    assertEquals(await at.raw.tell(cancel), undefined);
  }
  const call = { jsonrpc: "2.0", method: "$/unknown", id: 1 };
  assertEquals((await at.raw.ask(call)).error?.code, -32601);
});

Deno.test("Peer runs no more handlers at a time than it may, in the order of the calls", async () => {
  const { methods, calls } = gate();
  await using at = linked({ methods, maxHandlers: 2 });
  const results = [1, 2, 3].map(() => at.client.request("wait"));
  const last = at.client.request("sum", [1, 2]);
  await delay(0);
  assertEquals(calls.length, 2);
  calls[1]!.resolve("b");
  await results[1];
  assertEquals(calls.length, 3);
  calls[0]!.resolve("a");
  calls[2]!.resolve("c");
  assertEquals(await Promise.all(results), ["a", "b", "c"]);
  assertEquals(await last, 3);
});

Deno.test("Peer answers -32009 over its limit of calls, and drops notifications loudly", async () => {
  const { methods, calls } = gate();
  const errors: unknown[] = [];
  await using at = bench({
    methods,
    maxHandlers: 1,
    maxQueuedCalls: 0,
    onError: (error) => errors.push(error),
  });
  await at.raw.send({ jsonrpc: "2.0", method: "wait", id: 1 });
  const busy = await at.raw.ask({ jsonrpc: "2.0", method: "wait", id: 2 });
  assertEquals(busy.error?.code, -32009);
  await at.raw.send({ jsonrpc: "2.0", method: "wait" });
  await delay(0);
  assertEquals((errors[0] as Error).message, "Too many calls in flight");
  calls[0]!.resolve("first");
  assertEquals((await at.raw.receive()).result, "first");
  assertEquals(calls.length, 1);
});

Deno.test("Peer answers -32007 for a request that is too large, and does not run it", async () => {
  let ran = 0;
  const methods = new Methods().add("run", () => void ran++);
  await using at = bench({ methods, maxRequestBytes: 100 });
  const call = {
    jsonrpc: "2.0",
    method: "run",
    params: ["é".repeat(30)],
    id: 1,
  };
  assertEquals((await at.raw.ask(call)).error?.code, -32007);
  const [answer] = await at.raw.ask<Received[]>([call, { ...call, id: 2 }]);
  assertEquals([answer!.id, answer!.error?.code], [1, -32007]);
  assertEquals(ran, 0);
  assertEquals((await at.raw.ask({ ...call, params: [] })).result, null);
});

Deno.test("Peer answers -32008 and -32011 instead of what is too large", async () => {
  const methods = new Methods()
    .add("text", (_call, length: number) => "x".repeat(length));
  await using at = bench({ methods, maxResponseBytes: 200 });
  const call = (length: number, id: number) => (
    { jsonrpc: "2.0", method: "text", params: [length], id }
  );
  assertEquals((await at.raw.ask(call(300, 1))).error?.code, -32008);
  const answers = await at.raw.ask<Received[]>([call(100, 1), call(100, 2)]);
  assertEquals(answers.map(({ id, error }) => [id, error?.code]), [
    [1, -32011],
    [2, -32011],
  ]);
});

Deno.test("Peer answers -32008 instead of an error that is too large, and reports why", async () => {
  const reported: string[] = [];
  const methods = new Methods()
    .add("data", () => {
      throw new JsonRpcError(7, "short", { data: "é".repeat(100) });
    })
    .add("message", () => {
      throw new JsonRpcError(7, "x".repeat(300));
    })
    .add("fails", () => {
      throw new Error("y".repeat(300));
    });
  await using at = bench({
    methods,
    maxResponseBytes: 200,
    exposeErrors: true,
    onError: (error) => reported.push(String(error)),
  });
  for (const method of ["data", "message", "fails"]) {
    const { error } = await at.raw.ask({ jsonrpc: "2.0", method, id: 1 });
    assertEquals([error?.code, error?.message], [-32008, "Response too large"]);
  }
  const rest = "it is larger than 200 bytes (maxResponseBytes)";
  assertEquals(reported, [
    `LimitError: Error 7 is not sent: ${rest}`,
    `LimitError: Error 7 is not sent: ${rest}`,
    `Error: ${"y".repeat(300)}`,
    `LimitError: Error -32603 is not sent: ${rest}`,
  ]);
});

Deno.test("Peer replaces no error that is too large by one that is larger", async () => {
  const reported: unknown[] = [];
  await using at = bench({
    methods: new Methods().add("short", () => 1),
    maxResponseBytes: 70,
    onError: (error) => reported.push(error),
  });
  const call = (method: string, id: number) => ({ jsonrpc: "2.0", method, id });
  assertEquals((await at.raw.ask(call("none", 1))).error?.code, -32601);
  const answers = await at.raw.ask<Received[]>([
    call("short", 1),
    call("short", 2),
  ]);
  assertEquals(answers.map(({ error }) => error?.code), [-32011, -32011]);
  assertEquals(reported, []);
});

Deno.test("Peer lets its calls wait for their turn instead of failing them", async () => {
  const { methods, calls } = gate();
  await using at = linked({ methods, maxHandlers: 2, maxQueuedCalls: 0 }, {
    maxInFlight: 2,
  });
  const results = [1, 2, 3, 4].map((n) => at.client.request("wait", [n]));
  await delay(0);
  assertEquals(calls.length, 2);
  for (let i = 0; i < 4; i++) {
    calls[i]!.resolve(i);
    assertEquals(await results[i], i);
    await delay(0);
  }
});

Deno.test("Peer remembers calls that thousands have overtaken", async () => {
  const { methods, calls } = gate();
  await using at = linked({ methods });
  const order: number[] = [];
  const slow = [0, 1, 2].map((n) =>
    at.client.request("wait").then(() => order.push(n))
  );
  for (let i = 0; i < 5_000; i++) {
    assertEquals(await at.client.request("sum", [i, 1]), i + 1);
  }
  for (const n of [1, 2, 0]) {
    calls[n]!.resolve(n);
    await slow[n];
  }
  assertEquals(order, [1, 2, 0]);
  const lost = at.client.request("wait");
  await at.client.close();
  await assertRejects(() => lost, ClosedError);
});

Deno.test("Peer sends no call that was given up before its turn", async () => {
  await using at = bench({ maxInFlight: 1 });
  const controller = new AbortController();
  const first = at.peer.request("first");
  const second = at.peer.request("second", [], { signal: controller.signal });
  const third = at.peer.request("third");
  controller.abort();
  await assertRejects(() => second, DOMException);
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: 1 });
  await first;
  const next = await at.raw.receive();
  assertEquals(next.method, "third");
  await at.raw.send({ jsonrpc: "2.0", id: next.id, result: 3 });
  assertEquals(await third, 3);
});

Deno.test("Peer refuses calls that would overfill its queue", async () => {
  await using at = bench({ maxInFlight: 1, maxWaitingBytes: 100 });
  const calls = ["a", "b", "c", "d"].map((name) =>
    at.peer.request(name.repeat(30))
  );
  await assertRejects(() => calls[2]!, LimitError, "waiting for their turn");
  await assertRejects(() => calls[3]!, LimitError);
  await at.raw.close();
  const sent = await assertRejects(() => calls[0]!, ClosedError);
  const unsent = await assertRejects(() => calls[1]!, ClosedError);
  assertEquals([sent.sent, unsent.sent], [true, false]);
});

Deno.test("Peer.request rejects for params that cannot be written", async () => {
  await using at = bench();
  await assertRejects(() => at.peer.request("sum", [1n]), TypeError);
  await assertRejects(() => at.peer.notify("sum", [1n]), TypeError);
});

Deno.test("Peer.batch sends on leaving its scope, also by an error", async () => {
  await using at = linked({ methods: exampleMethods() });
  const calls: Promise<unknown>[] = [];
  try {
    using batch = at.client.batch();
    calls.push(batch.request("sum", [1, 2]));
    calls.push(batch.request("subtract", { minuend: 3, subtrahend: 1 }));
    calls.push(batch.request("fail"));
    batch.notify("update");
    throw new Error("out of here");
  } catch {
    assertEquals(await Promise.all(calls.slice(0, 2)), [3, 2]);
    await assertRejects(() => calls[2]!, InternalError);
  }
});

Deno.test("Peer.batch sends one message by hand, or nothing", async () => {
  await using at = bench();
  assertEquals(await at.peer.batch().send(), []);
  const batch = at.peer.batch();
  const call = batch.request("a", [1]);
  batch.notify("b");
  const sent = batch.send();
  const [a, b] = await at.raw.receive<Received[]>();
  assertEquals([a!.method, b!.method], ["a", "b"]);
  await at.raw.send([{ jsonrpc: "2.0", id: a!.id, result: "A" }]);
  assertEquals(await call, "A");
  assertEquals(await sent, [{ status: "fulfilled", value: "A" }]);
  assertEquals(batch.calls.length, 1);
  await assertRejects(async () => void await batch.send(), TypeError);
});

Deno.test("Peer.batch drops what is cancelled", async () => {
  await using at = bench();
  const batch = at.peer.batch();
  const call = batch.request("a");
  batch.cancel();
  await assertRejects(() => call, DOMException, "batch was cancelled");
  batch[Symbol.dispose]();
  void at.peer.notify("next");
  assertEquals((await at.raw.receive()).method, "next");
});

Deno.test("Peer takes the [] of wsjsonrpc for a batch of notifications", async () => {
  const errors: unknown[] = [];
  await using at = bench({ onError: (error) => errors.push(error) });
  const batch = at.peer.batch();
  batch.notify("a");
  void batch.send();
  await at.raw.receive();
  assertEquals(await at.raw.tell("[]"), undefined);
  assertEquals((await at.raw.ask("[]")).error?.code, -32600);
});

Deno.test("Peer gathers the calls of a tick if told to", async () => {
  await using at = bench({ autoBatch: true });
  const calls = [at.peer.request("a"), at.peer.request("b")];
  const notified = at.peer.notify("c");
  const sent = await at.raw.receive<Received[]>();
  await notified;
  assertEquals(sent.map(({ method }) => method), ["a", "b", "c"]);
  await at.raw.send([
    { jsonrpc: "2.0", id: sent[1]!.id, result: "B" },
    { jsonrpc: "2.0", id: sent[0]!.id, result: "A" },
  ]);
  assertEquals(await Promise.all(calls), ["A", "B"]);
  const alone = at.peer.request("d");
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: "D" });
  assertEquals(await alone, "D");
  void at.peer.notify("e");
  assertEquals((await at.raw.receive()).method, "e");
});

Deno.test("Peer keeps a batch waiting until there is room for all of it", async () => {
  await using at = bench({ maxInFlight: 2 });
  const single = at.peer.request("single");
  const { id } = await at.raw.receive();
  const batch = at.peer.batch();
  for (const name of ["a", "b", "c"]) void batch.request(name);
  const outcomes = batch.send();
  await at.raw.send({ jsonrpc: "2.0", id, result: 1 });
  await single;
  const sent = await at.raw.receive<Received[]>();
  assertEquals(sent.length, 3);
  await at.raw.send(sent.map(({ id }) => ({ jsonrpc: "2.0", id, result: 0 })));
  assertEquals((await outcomes).length, 3);
});

Deno.test("Peer shows methods that are added and removed while it is open", async () => {
  const methods = new Methods();
  await using at = linked({ methods });
  await assertRejects(() => at.client.request("now"), JsonRpcError);
  methods.add("now", () => "now");
  assertEquals(await at.client.request("now"), "now");
  methods.remove("now");
  await assertRejects(() => at.client.request("now"), JsonRpcError);
});

Deno.test("Peer sends no data of errors to a peer that cannot bear it", async () => {
  const methods = new Methods().add("fail", () => {
    throw new JsonRpcError(5, "five", { data: "more" });
  });
  await using at = bench({ methods, errorData: false });
  const { error } = await at.raw.ask({ jsonrpc: "2.0", method: "fail", id: 1 });
  assertEquals(error, { code: 5, message: "five" });
});

for (const exposeErrors of [false, true]) {
  Deno.test(`Peer shows the message of an unexpected error only if told to: ${exposeErrors}`, async () => {
    const stack: Error = new Error("no such table");
    const thrown: Record<string, unknown> = {
      error: stack,
      cause: new TypeError("wrong", { cause: stack }),
      named: Object.assign(new Error("lost"), { code: 5, data: "more" }),
      empty: new Error(""),
      text: "just text",
      nothing: undefined,
    };
    const shown: Record<string, string> = exposeErrors
      ? { error: "no such table", cause: "wrong", named: "lost" }
      : {};
    const errors: unknown[] = [];
    const methods = new Methods()
      .add("planned", () => {
        throw new JsonRpcError(5, "five");
      })
      .add("unwritable", () => 1n);
    for (const [name, value] of Object.entries(thrown)) {
      methods.add(name, () => {
        throw value;
      });
    }
    await using at = bench({
      methods,
      exposeErrors,
      onError: (error) => errors.push(error),
    });
    const ask = async (method: string) =>
      (await at.raw.ask({ jsonrpc: "2.0", method, id: 1 })).error;
    for (const name of Object.keys(thrown)) {
      const message = shown[name] ?? "Internal error";
      assertEquals(await ask(name), { code: -32603, message }, name);
    }
    assertEquals(errors, Object.values(thrown));
    assertEquals(await ask("planned"), { code: 5, message: "five" });
    assertEquals((await ask("unwritable"))?.code, -32603);
  });
}

Deno.test("Peer leaves out the data of an error that cannot be written", async () => {
  const methods = new Methods().add("fail", () => {
    throw new JsonRpcError(5, "five", { data: 1n });
  });
  await using at = bench({ methods });
  const { error } = await at.raw.ask({ jsonrpc: "2.0", method: "fail", id: 1 });
  assertEquals(error, { code: 5, message: "five" });
});

Deno.test("Peer runs middleware around both ends, notifications included", async () => {
  const seen: string[] = [];
  await using at = linked({
    methods: exampleMethods(),
    handlerMiddleware: [
      async (call, next) => {
        seen.push(`in ${call.method} ${call.id}`);
        if (call.method === "echo") call.params = ["changed"];
        return await next();
      },
      (call, next) => {
        if (call.method === "fail") return "mended";
        return next();
      },
    ],
  }, {
    callMiddleware: [
      (call, next) => {
        seen.push(`out ${call.method} ${call.options !== undefined}`);
        return next(call);
      },
    ],
  });
  assertEquals(await at.client.request("echo", [1]), ["changed"]);
  assertEquals(await at.client.request("fail"), "mended");
  await at.client.notify("update");
  const batch = at.client.batch();
  const call = batch.request("sum", [1]);
  await batch.send();
  assertEquals(await call, 1);
  assertEquals(seen.sort(), [
    "in echo 1",
    "in fail 2",
    "in sum 3",
    "in update undefined",
    "out echo true",
    "out fail true",
    "out sum true",
    "out update false",
  ]);
});

Deno.test("Peer sends a call on its own whose middleware came after the batch", async () => {
  await using at = linked({ methods: exampleMethods() }, {
    callMiddleware: [async (call, next) => {
      await delay(1);
      return await next(call);
    }],
  });
  const batch = at.client.batch();
  const call = batch.request("sum", [1, 2]);
  void batch.send();
  assertEquals(await call, 3);
  const dropped = at.client.batch();
  const never = dropped.request("sum", [1, 2]);
  dropped.cancel();
  await assertRejects(() => never, DOMException);
});

Deno.test("Peer logs every message in and out", async () => {
  const entries: LogEntry[] = [];
  await using at = linked({ methods: exampleMethods() }, {
    onMessage: (entry) => entries.push(entry),
  });
  await at.client.request("sum", [1, 2]);
  const shown = entries.map((
    { direction, kind, method, id },
  ) => [direction, kind, method, id]);
  assertEquals(shown, [
    ["out", "request", "sum", 1],
    ["in", "response", undefined, 1],
  ]);
  assertEquals(entries[1]!.message, { jsonrpc: "2.0", id: 1, result: 3 });
  assertEquals(entries[1]!.wire, '{"jsonrpc":"2.0","id":1,"result":3}');
});

Deno.test("Peer closes a connection on which nothing happens", async () => {
  await using at = linked({ idleTimeout: 5, methods: gate().methods });
  await at.client.request("sum");
  assertEquals(await at.client.closed, undefined);
});

Deno.test("Peer does not take a call that runs for idleness", async () => {
  const { methods, calls } = gate();
  await using at = linked({ idleTimeout: 5, methods });
  const call = at.client.request("wait");
  await delay(30);
  calls[0]!.resolve("still here");
  assertEquals(await call, "still here");
});

Deno.test("Peer gives up another end that shows no life", async () => {
  await using silent = bench({ heartbeat: { interval: 5, timeout: 5 } });
  assertEquals((await silent.raw.receive()).method, "rpc.ping");
  const reason = await silent.peer.closed as CloseError;
  assertEquals([reason.code, reason.reason], [
    1011,
    "no sign of life within 10 ms",
  ]);
});

Deno.test("Peer keeps another end that answers -32601 to its heartbeat", async () => {
  await using at = linked({}, { heartbeat: { interval: 5, timeout: 5_000 } });
  await delay(40);
  await assertRejects(() => at.client.request("sum"), JsonRpcError);
});

Deno.test("Peer.closed tells why a connection was lost", async () => {
  await using at = bench();
  const call = at.peer.request("sum");
  await at.raw.close(new CloseError(1012, { reason: "restarting" }));
  const failure = await assertRejects(() => call, ClosedError);
  assertEquals((failure.cause as CloseError).code, 1012);
  assertEquals(((await at.peer.closed) as CloseError).code, 1012);
});

Deno.test("Peer.notify that nobody awaits does no harm after the end", async () => {
  const reported = Promise.withResolvers<void>();
  const methods = new Methods().add("work", async (call) => {
    await call.peer.close();
    void call.report("late", "token");
    reported.resolve();
  });
  await using at = linked({ methods });
  void at.client.notify("work");
  await reported.promise;
  await at.client.closed;
  void at.client.notify("late");
  await delay(0);
});

Deno.test("Peer.close aborts the handlers that run, with nothing to report", async () => {
  const errors: unknown[] = [];
  const started = Promise.withResolvers<Context>();
  const methods = new Methods().add("wait", async (call) => {
    started.resolve(call);
    await delay(60_000, { signal: call.signal });
  });
  await using at = linked({ methods, onError: (error) => errors.push(error) });
  const call = at.client.request("wait");
  const { signal } = await started.promise;
  await at.server.close();
  await assertRejects(() => call, ClosedError);
  assert(signal.aborted);
});

Deno.test("Context makes a signal that fired before it was asked for", () => {
  const call = new Context({ method: "x" }, { state: {} });
  call.abort(new Error("gone"));
  assertEquals((call.signal.reason as Error).message, "gone");
});

Deno.test("Peer stops reading while its answers are not read", async () => {
  const text = "x".repeat(100_000);
  let ran = 0;
  const methods = new Methods().add("big", () => {
    ran++;
    return text;
  });
  const [near, far] = pair();
  await using _server = new Peer(far, { methods });
  for (let id = 0; id < 100; id++) {
    void near.send(JSON.stringify({ jsonrpc: "2.0", method: "big", id }));
  }
  await delay(20);
  assert(ran < 50, `${ran} calls ran ahead of their reader`);
  let answers = 0;
  for await (const _ of near) {
    if (++answers === 100) break;
  }
  assertEquals(ran, 100);
});

Deno.test("Two peers that do not read each other go on all the same", async () => {
  const text = "x".repeat(400_000);
  const methods = new Methods().add("big", () => text);
  await using at = linked({ methods }, { methods });
  const ask = (peer: Peer) =>
    Promise.all(Array.from({ length: 8 }, () => peer.request("big", [text])));
  const [a, b] = await Promise.all([ask(at.client), ask(at.server)]);
  assertEquals([a.length, b.length], [8, 8]);
});

Deno.test("Methods add() takes functions only", () => {
  for (const handler of [undefined, null, "x", {}]) {
    assertThrows(
      () => new Methods().add("sum", handler as never),
      TypeError,
      'Cannot add method "sum": it is not a function',
    );
  }
});

Deno.test("Peer ends its calls though its logger throws", async () => {
  const [near, far] = pair();
  await using peer = new Peer(near, {
    logger: {
      warn() {
        throw new Error("the log is full");
      },
    },
  });
  const call = peer.request("wait", [], { timeout: 600_000 });
  const outcome = assertRejects(() => call, ClosedError);
  await far.close(new CloseError(1011));
  await outcome;
  await peer.closed;
});

Deno.test("Peer answers once, whatever a handler throws or returns", async () => {
  const thrown = oddThrown();
  const fail = () => {
    throw null;
  };
  const returned = [
    revoked(),
    { then: fail },
    Object.defineProperty({}, "then", { get: fail }),
  ];
  const strange: [name: string, handler: () => unknown][] = [
    ...thrown.flatMap((error, i): typeof strange => [
      [`throw${i}`, () => {
        throw error;
      }],
      [`reject${i}`, () => Promise.reject(error)],
    ]),
    ...returned.map((result, i): typeof strange[number] => [
      `return${i}`,
      () => result,
    ]),
    ["resolve", () => Promise.resolve(revoked())],
  ];
  for (const exposeErrors of [false, true]) {
    const methods = exampleMethods()
      .add("twice", () => ({
        then: (done: (value: number) => void) => [done(1), done(2)],
      }));
    for (const [name, handler] of strange) methods.add(name, handler);
    const errors: unknown[] = [];
    await using at = linked({
      methods,
      exposeErrors,
      onError: (error) => errors.push(error),
    });
    for (const [name] of strange) {
      const call = at.client.request(name, [], { timeout: 20_000 });
      await assertRejects(() => call, InternalError, undefined, name);
      await at.client.notify(name);
    }
    assertEquals(await at.client.request("twice"), 1);
    assertEquals(await at.client.request("sum", [1, 2]), 3);
    assertEquals(errors.length, strange.length * 2);
  }
});
