// Copyright 2026 the Wirekit authors. MIT license.

/** The protocol's own messages beside those of the user, in each convention. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { Methods, Peer } from "./mod.ts";
import { bench, linked } from "./_test_util.ts";

Deno.test("A user's method $/progress gets what belongs to no call, and no more", async () => {
  const others: unknown[] = [];
  const methods = new Methods()
    .add("$/progress", ({ params }) => void others.push(params));
  await using at = bench({ methods });
  const reports: unknown[] = [];
  const call = at.peer.request("work", {}, {
    onProgress: (value) => reports.push(value),
  });
  const { id, params } = await at.raw.receive<
    { id: number; params: { workDoneToken: number } }
  >();
  const tell = (token: unknown, value: unknown) =>
    at.raw.send({
      jsonrpc: "2.0",
      method: "$/progress",
      params: { token, value },
    });
  await tell("the server's own", 1);
  await tell(params.workDoneToken, 2);
  await tell(99, 3);
  await at.raw.send({ jsonrpc: "2.0", id, result: "done" });
  assertEquals(await call, "done");
  assertEquals(reports, [2]);
  assertEquals(others, [
    { token: "the server's own", value: 1 },
    { token: 99, value: 3 },
  ]);
});

Deno.test("A user's method $/cancelRequest gets what is answered by no handler here", async () => {
  const others: unknown[] = [];
  const methods = new Methods()
    .add("$/cancelRequest", ({ params }) => void others.push(params))
    .add("wait", ({ signal }) =>
      new Promise((_, reject) => {
        signal.onabort = () => reject(signal.reason);
      }));
  await using at = bench({ methods });
  await at.raw.send({ jsonrpc: "2.0", method: "wait", id: 7 });
  for (const id of [8, 7]) {
    const params = { id };
    await at.raw.send({ jsonrpc: "2.0", method: "$/cancelRequest", params });
  }
  assertEquals((await at.raw.receive()).error?.code, -32800);
  assertEquals(others, [{ id: 8 }]);
});

Deno.test("A user's method of an event's name gets the events of no subscription", async () => {
  const others: unknown[] = [];
  const methods = new Methods()
    .add("eth_subscription", ({ params }) => void others.push(params));
  await using at = bench({ methods });
  const subscribing = at.peer.subscribe<number>("eth", "newHeads");
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: "0x1" });
  const heads = await subscribing;
  for (const subscription of ["0x2", "0x1"]) {
    const params = { subscription, result: 5 };
    await at.raw.send({ jsonrpc: "2.0", method: "eth_subscription", params });
  }
  const { value } = await heads[Symbol.asyncIterator]().next();
  assertEquals(value, 5);
  assertEquals(others, [{ subscription: "0x2", result: 5 }]);
});

Deno.test("mcp: progress goes to params._meta.progressToken, by notifications/progress", async () => {
  const methods = new Methods().add("work", async (call) => {
    await call.report({ progress: 1, total: 2, message: "half" });
    await call.report(2);
    return call.params;
  });
  const options = { conventions: "mcp", methods } as const;
  await using at = bench(options);
  const params = { x: 1, _meta: { progressToken: "mine", other: 2 } };
  await at.raw.send({ jsonrpc: "2.0", method: "work", params, id: 1 });
  assertEquals(await at.raw.receive(), {
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: "mine", progress: 1, total: 2, message: "half" },
  });
  await at.raw.receive();
  await at.raw.receive();

  await using both = linked(options, options);
  const seen: unknown[] = [];
  const onProgress = (value: unknown) => seen.push(value);
  assertEquals(
    await both.client.request("work", { _meta: { a: 1 } }, { onProgress }),
    { _meta: { a: 1, progressToken: 1 } },
  );
  assertEquals(seen, [
    { progress: 1, total: 2, message: "half" },
    { progress: 2 },
  ]);
  await assertRejects(
    () => both.client.request("work", [1], { onProgress }),
    TypeError,
    "by name only",
  );
});

Deno.test("mcp: a cancelled call is not answered, whether it runs or waits", async () => {
  let signalled = 0;
  const methods = new Methods().add(
    "wait",
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.onabort = () => {
          signalled++;
          reject(new Error("stopped"));
        };
      }),
  );
  const errors: unknown[] = [];
  await using at = bench({
    conventions: "mcp",
    methods,
    maxHandlers: 1,
    onError: (error) => errors.push(error),
  });
  for (const id of [1, 2]) {
    await at.raw.send({ jsonrpc: "2.0", method: "wait", id });
  }
  for (const requestId of [2, 1, 3]) {
    const method = "notifications/cancelled";
    await at.raw.send({ jsonrpc: "2.0", method, params: { requestId } });
  }
  const ping = { jsonrpc: "2.0", method: "ping", id: 4 };
  assertEquals((await at.raw.ask(ping)).result, {});
  assertEquals([signalled, errors], [1, []]);
});

Deno.test("mcp: giving a call up tells so, and waits for no answer", async () => {
  await using at = bench({ conventions: "mcp" });
  const stop = new AbortController();
  const { signal } = stop;
  const call = at.peer.request("wait", {}, { signal, awaitCancel: true });
  const { id } = await at.raw.receive();
  stop.abort(new Error("no longer wanted"));
  await assertRejects(() => call, Error, "no longer wanted");
  assertEquals(await at.raw.receive(), {
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: id },
  });
});

Deno.test("A convention that is none is refused, by name", () => {
  assertThrows(
    () => new Peer(pair()[0], { conventions: "other" as "lsp" }),
    TypeError,
    'conventions must be "lsp" or "mcp": got "other"',
  );
});
