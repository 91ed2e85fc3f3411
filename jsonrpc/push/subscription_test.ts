// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  ClosedError,
  EventQueue,
  type Gap,
  InvalidParamsError,
  JsonRpcError,
  Methods,
  OverflowError,
} from "../mod.ts";
import { bench, linked, type Received } from "../_test_util.ts";

const COUNT = new Methods()
  .addSubscription("demo", "count", async function* (_call, to: number) {
    for (let i = 1; i <= to; i++) yield i;
  })
  .addSubscription("demo", "fail", async function* () {
    yield 1;
    throw new JsonRpcError(7, "seven");
  })
  .addSubscription("demo", "crash", async function* () {
    yield 1;
    throw new Error("secret");
  });

Deno.test("Peer pushes events in the shape of go-ethereum, after the answer", async () => {
  await using at = bench({ methods: COUNT });
  await at.raw.send({
    jsonrpc: "2.0",
    method: "demo_subscribe",
    params: ["count", 2],
    id: 1,
  });
  const { result: subscription } = await at.raw.receive();
  assertEquals(typeof subscription, "string");
  for (const result of [1, 2]) {
    assertEquals(await at.raw.receive(), {
      jsonrpc: "2.0",
      method: "demo_subscription",
      params: { subscription, result },
    });
  }
  // Clients of Ethereum fail at any other member than `result`.
  const unsubscribe = { jsonrpc: "2.0", method: "demo_unsubscribe", id: 2 };
  const params = [subscription];
  assertEquals((await at.raw.ask({ ...unsubscribe, params })).result, false);
});

for (
  const [name, error] of Object.entries({
    count: null,
    fail: { code: 7, message: "seven" },
    crash: { code: -32603, message: "Internal error" },
  })
) {
  Deno.test(`Peer tells of the end of a subscription only if told to: ${name}`, async () => {
    const params = [name, 1];
    const subscribe = { jsonrpc: "2.0", method: "demo_subscribe", params };
    for (const subscriptionEnd of [undefined, false, true]) {
      const errors: unknown[] = [];
      await using at = bench({
        methods: new Methods().addAll(COUNT).add("ping", () => "pong"),
        ...(subscriptionEnd !== undefined && { subscriptionEnd }),
        onError: (error) => errors.push(error),
      });
      const { result: subscription } = await at.raw.ask({
        ...subscribe,
        id: 1,
      });
      assertEquals((await at.raw.receive()).params, {
        subscription,
        result: 1,
      });
      if (subscriptionEnd) {
        assertEquals((await at.raw.receive()).params, { subscription, error });
      }
      const ping = { jsonrpc: "2.0", method: "ping", id: 2 };
      assertEquals((await at.raw.ask(ping)).result, "pong");
      // What the subscriber does not hear of, the server does.
      const heard = name === "crash" || (name === "fail" && !subscriptionEnd);
      assertEquals(errors.length, heard ? 1 : 0);
    }
  });
}

Deno.test("Peer shows why a subscription crashed if it exposes errors", async () => {
  await using at = bench({
    methods: new Methods().addAll(COUNT),
    subscriptionEnd: true,
    exposeErrors: true,
  });
  const params = ["crash", 1];
  await at.raw.ask({ jsonrpc: "2.0", method: "demo_subscribe", params, id: 1 });
  await at.raw.receive();
  const { error } = (await at.raw.receive()).params as Received;
  assertEquals(error, { code: -32603, message: "secret" });
});

Deno.test("Peer starts no push before the answer to the batch that asked for it", async () => {
  const release = Promise.withResolvers<void>();
  const methods = new Methods().addAll(COUNT)
    .add("slow", () => release.promise);
  await using at = bench({ methods });
  await at.raw.send([
    { jsonrpc: "2.0", method: "demo_subscribe", params: ["count", 1], id: 1 },
    { jsonrpc: "2.0", method: "slow", id: 2 },
  ]);
  await delay(5);
  release.resolve();
  assertEquals((await at.raw.receive<Received[]>()).length, 2);
  assertEquals((await at.raw.receive()).method, "demo_subscription");
});

Deno.test("Peer ends a push on unsubscribing, once", async () => {
  let stopped = false;
  const methods = new Methods()
    .addSubscription("demo", "ticks", async function* ({ signal }) {
      yield 0;
      await delay(60_000, { signal }).catch(() => stopped = true);
    });
  await using at = bench({ methods });
  const ask = async (verb: string, params: unknown[]) =>
    await at.raw.ask({ jsonrpc: "2.0", method: `demo_${verb}`, params, id: 1 });
  const { result: id } = await ask("subscribe", ["ticks"]);
  await at.raw.receive();
  assertEquals((await ask("unsubscribe", [id])).result, true);
  await delay(0);
  assert(stopped);
  assertEquals((await ask("unsubscribe", [id])).result, false);
  assertEquals((await ask("subscribe", ["other"])).error?.code, -32602);
});

Deno.test("Peer answers -32006 for one subscription too many", async () => {
  const methods = new Methods()
    .addSubscription("demo", "ticks", async function* ({ signal }) {
      await delay(60_000, { signal }).catch(() => {});
      yield* [];
    });
  await using at = linked({ methods, maxSubscriptions: 1 });
  await using _ticks = await at.client.subscribe("demo", "ticks");
  const failure = await assertRejects(
    () => at.client.subscribe("demo", "ticks"),
    JsonRpcError,
  );
  assertEquals(failure.code, -32006);
});

Deno.test("Subscription ends with the error of the other end", async () => {
  const errors: unknown[] = [];
  await using at = linked({
    methods: COUNT,
    subscriptionEnd: true,
    onError: (error) => errors.push(error),
  });
  for (const [name, code] of [["fail", 7], ["crash", -32603]] as const) {
    const events = await at.client.subscribe("demo", name);
    const failure = await assertRejects(
      () => Array.fromAsync(events),
      JsonRpcError,
    );
    assertEquals(failure.code, code);
  }
  assertEquals(errors.map((error) => (error as Error).message), ["secret"]);
});

Deno.test("Subscription gets events that overtook the answer", async () => {
  await using at = bench();
  const subscribing = at.peer.subscribe("eth", "newHeads");
  const { id, params } = await at.raw.receive();
  assertEquals(params, ["newHeads"]);
  const event = (result: number) => (
    {
      jsonrpc: "2.0",
      method: "eth_subscription",
      params: { subscription: 9, result },
    }
  );
  await at.raw.send(event(1));
  await at.raw.send({ jsonrpc: "2.0", id, result: 9 });
  await at.raw.send(event(2));
  const heads = await subscribing;
  await at.raw.send({
    jsonrpc: "2.0",
    method: "eth_subscription",
    params: { subscription: 9, error: { code: -32000, message: "over" } },
  });
  const seen: unknown[] = [];
  await assertRejects(
    async () => {
      for await (const head of heads) seen.push(head);
    },
    JsonRpcError,
    "over",
  );
  assertEquals(seen, [1, 2]);
});

Deno.test("Subscription throws when the connection is lost", async () => {
  const methods = new Methods()
    .addSubscription("demo", "ticks", async function* ({ signal }) {
      yield 1;
      await delay(60_000, { signal }).catch(() => {});
    });
  await using at = linked({ methods, subscriptionEnd: true });
  const ticks = await at.client.subscribe("demo", "ticks");
  const seen: unknown[] = [];
  await assertRejects(async () => {
    for await (const tick of ticks) {
      seen.push(tick);
      await at.server.close();
    }
  }, ClosedError);
  assertEquals(seen, [1]);
});

Deno.test("Subscription that overflows unsubscribes", async () => {
  await using at = bench();
  const subscribing = at.peer.subscribe("eth", "logs", [], { maxItems: 1 });
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: "0x1" });
  const logs = await subscribing;
  for (const result of [1, 2]) {
    const params = { subscription: "0x1", result };
    await at.raw.send({ jsonrpc: "2.0", method: "eth_subscription", params });
  }
  const { method, params } = await at.raw.receive();
  assertEquals([method, params], ["eth_unsubscribe", ["0x1"]]);
  await assertRejects(() => Array.fromAsync(logs), OverflowError);
});

Deno.test("Subscription with the policy of waiting slows the other end down", async () => {
  let made = 0;
  const text = "x".repeat(100_000);
  const methods = new Methods()
    .addSubscription("demo", "flood", async function* () {
      for (; made < 200; made++) yield text;
    });
  await using at = linked({ methods, subscriptionEnd: true });
  const flood = await at.client.subscribe("demo", "flood", [], {
    overflow: "wait",
    maxItems: 4,
  });
  await delay(20);
  assert(made < 100, `${made} events ran ahead of their reader`);
  let read = 0;
  for await (const _ of flood) read++;
  assertEquals(read, 200);
});

Deno.test("Peer reports events of no subscription", async () => {
  const errors: unknown[] = [];
  await using at = bench({ onError: (error) => errors.push(error) });
  const subscribing = at.peer.subscribe("eth", "logs");
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: "0x1" });
  await subscribing;
  const params = { subscription: "0x2", result: 1 };
  await at.raw.tell({ jsonrpc: "2.0", method: "eth_subscription", params });
  assertEquals(
    (errors[0] as Error).message,
    "Event of an unknown subscription",
  );
});

Deno.test("Methods refuses a subscription twice, and takes those of another table", () => {
  const methods = new Methods().addAll(COUNT);
  assert(methods.hasNamespace("demo"));
  assert(methods.getSubscription("demo", "count"));
  assertThrows(() => methods.addAll(COUNT), TypeError, "there already");
});

Deno.test("Subscription waits for a middleware before it says no", async () => {
  await using at = linked({
    methods: COUNT,
    handlerMiddleware: [async (call, next) => {
      await delay(0);
      if (call.method.endsWith("_subscribe")) throw new InvalidParamsError();
      return next();
    }],
  });
  await assertRejects(
    () => at.client.subscribe("demo", "count", [1]),
    InvalidParamsError,
  );
});

Deno.test("EventQueue drops the newest or the oldest, and tells where", async () => {
  for (const overflow of ["dropOldest", "dropNewest"] as const) {
    const seen: unknown[] = [];
    const queue = new EventQueue<number>({
      maxItems: 2,
      overflow,
      onGap: (gap: Gap) => seen.push(gap),
    });
    for (const event of [1, 2, 3, 4]) queue.push(event);
    assertEquals(queue.length, 2);
    seen.push((await queue.next()).value);
    queue.push(5);
    queue.end();
    for await (const event of queue) seen.push(event);
    const gap = { reason: "overflow", dropped: 2 };
    assertEquals(
      seen,
      overflow === "dropOldest" ? [gap, 3, 4, 5] : [1, 2, gap, 5],
    );
  }
});

Deno.test("EventQueue counts bytes where it knows them", () => {
  const queue = new EventQueue<string>({
    maxInboxBytes: 10,
    overflow: "dropNewest",
  });
  queue.push("large", 11);
  queue.push("small", 1);
  assertEquals(queue.length, 1);
  const oldest = new EventQueue<string>({
    maxInboxBytes: 10,
    overflow: "dropOldest",
  });
  for (const size of [4, 4, 9]) oldest.push("x", size);
  assertEquals(oldest.length, 1);
});

Deno.test("EventQueue that waits in vain ends at twice its limit", async () => {
  const queue = new EventQueue<number>({ maxItems: 1, overflow: "wait" });
  for (const event of [1, 2, 3]) queue.push(event);
  assert(queue.ended);
  await queue.next();
  await queue.next();
  await assertRejects(() => queue.next(), OverflowError);
  assertEquals(await queue.next(), { done: true, value: undefined });
});

Deno.test("EventQueue has one reader at a time, who learns of the end", async () => {
  const queue = new EventQueue<number>();
  const reading = queue.next();
  await assertRejects(() => queue.next(), TypeError);
  queue.end(new Error("over"));
  await assertRejects(() => reading, Error, "over");
  queue.end();
  queue.gap({ reason: "reconnect" });
  assertEquals(queue.push(1), undefined);
});
