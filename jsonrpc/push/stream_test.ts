// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { JsonRpcError, Methods, TimeoutError } from "../mod.ts";
import { bench, linked } from "../_test_util.ts";

Deno.test("Peer reads a stream ahead, but not further than it may", async () => {
  let made = 0;
  const methods = new Methods().add("count", async function* () {
    for (;;) yield ++made;
  });
  await using at = linked({ methods, readAhead: 4 });
  const values = at.client.stream<number>("count");
  for await (const value of values) {
    await delay(0);
    assert(made <= value + 8, `${made} made when ${value} was read`);
    if (value === 20) break;
  }
  await delay(0);
  const stopped = made;
  await delay(5);
  assertEquals(made, stopped);
});

Deno.test("Peer runs the end of a generator whose reader leaves", async () => {
  const ended = Promise.withResolvers<string>();
  const methods = new Methods().add("count", async function* () {
    try {
      for (let i = 0;; i++) yield i;
    } finally {
      ended.resolve("ended");
    }
  });
  await using at = linked({ methods });
  for await (const _ of at.client.stream("count")) break;
  assertEquals(await ended.promise, "ended");
});

Deno.test("Peer passes an error in the midst of a stream on, after the values before", async () => {
  const methods = new Methods().add("count", async function* () {
    yield 1;
    yield undefined;
    throw new JsonRpcError(7, "seven");
  });
  await using at = linked({ methods });
  const seen: unknown[] = [];
  await assertRejects(
    async () => {
      for await (const value of at.client.stream("count")) seen.push(value);
    },
    JsonRpcError,
    "seven",
  );
  assertEquals(seen, [1, null]);
});

Deno.test("Peer speaks the pull protocol of StreamJsonRpc", async () => {
  const methods = new Methods().add("abc", async function* () {
    yield* ["a", "b", "c"];
  });
  await using at = bench({ methods, readAhead: 0 });
  const ask = async (method: string, params: unknown) =>
    await at.raw.ask({ jsonrpc: "2.0", method, params, id: 1 });
  const { token } = (await ask("abc", [])).result as { token: number };
  const next = async () => (await ask("$/enumerator/next", { token })).result;
  assertEquals(await next(), { values: ["a"], finished: false });
  assertEquals(await next(), { values: ["b"], finished: false });
  assertEquals(await next(), { values: ["c"], finished: false });
  assertEquals(await next(), { values: [], finished: true });
  assertEquals((await ask("$/enumerator/next", [token])).error?.code, -32001);
  assertEquals((await ask("$/enumerator/abort", { token })).result, null);
});

Deno.test("Peer answers a second question to a stream with an error", async () => {
  const methods = new Methods().add("never", async function* () {
    await new Promise(() => {});
    yield 1;
  });
  await using at = bench({ methods });
  const call = { jsonrpc: "2.0", id: 1 };
  const { result } = await at.raw.ask({ ...call, method: "never" });
  const next = { ...call, method: "$/enumerator/next", params: result };
  await at.raw.send(next);
  assertEquals((await at.raw.ask({ ...next, id: 2 })).id, 2);
});

Deno.test("readStream reads values that came with the answer, and those alone without a token", async () => {
  await using at = bench();
  const reading = Array.fromAsync(at.peer.stream("list"));
  const first = await at.raw.receive();
  await at.raw.send({
    jsonrpc: "2.0",
    id: first.id,
    result: { token: "t", values: [1, 2] },
  });
  const next = await at.raw.receive();
  assertEquals([next.method, next.params], ["$/enumerator/next", {
    token: "t",
  }]);
  await at.raw.send({
    jsonrpc: "2.0",
    id: next.id,
    result: { values: [3], finished: true },
  });
  assertEquals(await reading, [1, 2, 3]);

  for (const result of [{ values: [4, 5] }, [4, 5]]) {
    const all = Array.fromAsync(at.peer.stream("list"));
    const { id } = await at.raw.receive();
    await at.raw.send({ jsonrpc: "2.0", id, result });
    assertEquals(await all, [4, 5]);
  }
  const none = at.peer.stream("list").next();
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: 5 });
  await assertRejects(() => none, TypeError, "no stream");
});

Deno.test("readStream tells the peer when its signal fires, and when it times out", async () => {
  await using at = bench();
  const controller = new AbortController();
  const { signal } = controller;
  const stream = at.peer.stream("list", [], { signal, timeout: 50 });
  const reading = stream.next();
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: { token: 5 } });
  assertEquals((await at.raw.receive()).method, "$/enumerator/next");
  controller.abort();
  await assertRejects(() => reading, DOMException);
  assertEquals((await at.raw.receive()).method, "$/cancelRequest");
  const { method, params } = await at.raw.receive();
  assertEquals([method, params], ["$/enumerator/abort", { token: 5 }]);
  assertEquals(await stream.next(), { done: true, value: undefined });

  const slow = at.peer.stream("list", [], { timeout: 5 });
  await assertRejects(() => slow.next(), TimeoutError);
});

Deno.test("readStream that is left before the answer closes the stream when it comes", async () => {
  await using at = bench();
  const stream = at.peer.stream("list");
  const reading = stream.next();
  const { id } = await at.raw.receive();
  await stream.return!();
  await at.raw.send({ jsonrpc: "2.0", id, result: { token: 5 } });
  assertEquals((await at.raw.receive()).method, "$/enumerator/abort");
  assertEquals(await reading, { done: true, value: undefined });
});

Deno.test("Peer answers -32006 for one stream too many, and ends all on close", async () => {
  let ended = 0;
  const methods = new Methods().add("count", async function* () {
    try {
      for (let i = 0;; i++) yield i;
    } finally {
      ended++;
    }
  });
  await using at = linked({ methods, maxSubscriptions: 1 });
  const first = at.client.stream("count");
  await first.next();
  const failure = await assertRejects(
    () => at.client.stream("count").next(),
    JsonRpcError,
  );
  assertEquals(failure.code, -32006);
  await at.client.close();
  await at.server.closed;
  await delay(0);
  assertEquals(ended, 1);
});

/** A stream that a call makes once it may, and whether somebody has ended it. */
function laterStream() {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const stream = new ReadableStream({ cancel: () => ended.resolve() });
  const methods = new Methods()
    .add("open", () => stream)
    .add("late", async () => {
      begun.resolve();
      await gate.promise;
      return stream;
    });
  return {
    methods,
    begun: begun.promise,
    make: gate.resolve,
    ended: () => deadline(ended.promise, 5_000),
  };
}

for (const method of ["open", "late"]) {
  Deno.test(`Peer ends the stream of a notification, which nobody reads: ${method}`, async () => {
    const { methods, make, ended } = laterStream();
    await using at = bench({ methods });
    await at.raw.send({ jsonrpc: "2.0", method });
    make();
    await ended();
  });

  Deno.test(`Peer ends a stream that would be one too many: ${method}`, async () => {
    const { methods, make, ended } = laterStream();
    await using at = linked({ methods, maxSubscriptions: 0 });
    make();
    await assertRejects(() => at.client.request(method), JsonRpcError);
    await ended();
  });
}

Deno.test("Peer ends the stream of a call that was cancelled where that is not answered", async () => {
  const { methods, begun, make, ended } = laterStream();
  await using at = bench({ methods, conventions: "mcp" });
  await at.raw.send({ jsonrpc: "2.0", id: 1, method: "late" });
  await begun;
  await at.raw.send({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: 1 },
  });
  make();
  await ended();
});

Deno.test("Peer ends a stream that is made when its connection is gone", async () => {
  const { methods, begun, make, ended } = laterStream();
  await using at = linked({ methods });
  const refused = assertRejects(() => at.client.request("late"));
  await begun;
  await at.server.close();
  await refused;
  make();
  await ended();
});

Deno.test("Peer ends all streams when its connection is gone, also after one that ends badly", async () => {
  const { methods, ended } = laterStream();
  const never = { next: () => new Promise<never>(() => {}) };
  const odd = (end: () => unknown) => ({
    [Symbol.asyncIterator]: () => ({ ...never, return: end }),
  });
  methods.add("throws", () =>
    odd(() => {
      throw new Error("It does not end");
    }));
  methods.add("no promise", () => odd(() => undefined));
  await using at = linked({ methods });
  for (const method of ["throws", "no promise", "open"]) {
    await at.client.request(method);
  }
  await at.server.close();
  await ended();
});
