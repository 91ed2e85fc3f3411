// Copyright 2026 the Wirekit authors. MIT license.

/** Our server with the real `@wsrpc/client`, and with everybody at once. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "@wirekit/wsrpc/client";
import { NotConnectedError, WsrpcError } from "@wirekit/wsrpc";
import type { Peer } from "@wirekit/wsrpc/peer";
import { type JsOutcome, JsProcess, PythonProcess } from "./_peer.ts";
import { type OurServer, startOurs, until } from "./_server.ts";

/** The one client of a server. */
function onlyClient(ours: OurServer): Peer {
  const [peer] = ours.wsrpc.clients.values();
  return peer!;
}

Deno.test("Server answers the calls of a JavaScript client", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url);
  assertEquals(await js.call("add", { a: 2, b: 3 }), { result: 5 });
  assertEquals(await js.call("args", [1, 2]), {
    result: { args: [1, 2], kwargs: {} },
  });
  assertEquals(await js.call("args"), { result: { args: [], kwargs: {} } });
  assertEquals(await js.call("args", 5), { result: { args: [5], kwargs: {} } });
  assertEquals(await js.call("ping", { a: 1 }), { result: { a: 1 } });
  assertEquals(await js.do("proxy", { params: { key: "a", value: [1] } }), {
    result: true,
  });
  assertEquals(await js.call("kv.get", { key: "a" }), { result: [1] });
  assertEquals(await js.call("slow", { seconds: 0, value: 0 }), { result: 0 });
  assertEquals(
    await js.do("queued", {
      url: ours.url,
      method: "add",
      params: { a: 20, b: 22 },
    }),
    { result: 42 },
  );
});

Deno.test("Server gives a JavaScript client errors as objects", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url);
  assertEquals(await js.call("boom", { message: "ünï" }), {
    rejected: { type: "ValueError", message: "ünï" },
  });
  assertEquals(await js.call("nope", {}), {
    rejected: {
      type: "NotImplementedError",
      message: 'Callback function "nope" not implemented',
    },
  });
  assertEquals(await js.call("kv2.secret"), {
    rejected: { type: "NotImplementedError", message: "Method masked" },
  });
});

Deno.test("Server understands all that a JavaScript client answers", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url);
  const peer = onlyClient(ours);
  assertEquals(await peer.call("mul", { x: 6, y: 7 }), 42);
  assertEquals(await peer.call("ns.sub", { x: 1 }), ["dotted", { x: 1 }]);
  assertEquals(await peer.call("echo", [1]), [1]);
  // What it makes of 0 is its own: it sends null.
  assertEquals(await peer.call("zero"), null);
  assertEquals(
    await js.call("call_back", { method: "mul", params: { x: 2, y: 3 } }),
    { result: 6 },
  );
  const failure = async (method: string) => {
    const call = () => peer.call(method, {});
    const { type, message, raw } = await assertRejects(call, WsrpcError);
    return [type, message, raw];
  };
  const silent = "The peer did not say what went wrong";
  assertEquals(await failure("thrower"), ["Error", silent, {}]);
  assertEquals(await failure("throwStr"), [
    "Error",
    "plain string",
    "plain string",
  ]);
  assertEquals(await failure("throwObj"), ["MyErr", "obj", {
    type: "MyErr",
    message: "obj",
  }]);
  assertEquals(await failure("rejectNothing"), ["Error", silent, null]);
  const sync = "sync throw in async route";
  assertEquals(await failure("flaggedThrow"), ["Error", sync, sync]);
  assertEquals(await failure("nope"), [
    "Error",
    "Route not found",
    "Route not found",
  ]);
});

Deno.test("Server exchanges events with a JavaScript client", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url);
  await js.do("emit", { event: { from: "js", ev: 1 } });
  await until(() => ours.events.length === 1);
  assertEquals(ours.events, [{ from: "js", ev: 1 }]);
  await ours.wsrpc.emit({ Hello: "world" });
  assertEquals((await js.event({ event: "event" })).frame, { Hello: "world" });
});

Deno.test("Server keeps a JavaScript client that answers its pings", async () => {
  await using ours = await startOurs({
    heartbeat: { interval: 20, timeout: 1_000 },
  }, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url);
  const peer = onlyClient(ours);
  await until(() => peer.nextId > 21);
  assertEquals(await js.call("add", { a: 1, b: 1 }), { result: 2 });
});

Deno.test("Server passes over what a JavaScript client gets wrong", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url);
  for (const text of ["no JSON", "null", "[1]", '{"id":4,"error":null}']) {
    await js.do("raw", { text });
  }
  assertEquals(await js.call("add", { a: 1, b: 2 }), { result: 3 });
  assertEquals(ours.ignored.length, 4);
});

Deno.test("Server answers each of the calls that a JavaScript client queued in an outage, though their ids come again", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url, 50);
  const first = onlyClient(ours);
  const waiting = assertRejects(() => first.call("echo2"), Error);
  for (let n = 0; n < 3; n++) await js.call("add", { a: n, b: 0 });
  const outcomes = js.do<JsOutcome[]>("outage", { method: "args", count: 3 });
  await waiting;
  await first.closed;
  await js.event({ event: "onclose" });
  // Its ids start at 3 again now, while the queued ones went on from 9.
  assertEquals((await outcomes).map(({ result }) => result), [
    { args: [0], kwargs: {} },
    { args: [1], kwargs: {} },
    { args: [2], kwargs: {} },
  ]);
  const second = onlyClient(ours);
  assert(second !== first);
  assertEquals(second.nextId, 3); // The ping that greets it.
});

Deno.test("Server fails its calls to a JavaScript client that has gone", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await js.connect(ours.url);
  const peer = onlyClient(ours);
  js.pause();
  const call = assertRejects(() => peer.call("mul"), NotConnectedError);
  await js.kill();
  await call;
});

Deno.test("Server brings Python, JavaScript and Deno together, and broadcasts to all", async () => {
  await using ours = await startOurs({}, "deno");
  await using js = new JsProcess();
  await using python = new PythonProcess("wsrpc");
  await using old = new PythonProcess("wsrpc-4.0");
  await js.connect(ours.url);
  await python.connect("python", ours.url);
  await old.connect("old", ours.url);
  await using deno = await connect(ours.url, {
    routes: { notify: () => "deno seen", mul: (_peer, { x, y }) => x * y },
  });
  assertEquals(ours.wsrpc.clients.size, 4);

  const seen = ["deno seen", "js seen", "old seen", "python seen"];
  const all = async (n: number) =>
    (await ours.wsrpc.broadcast("notify", { n })).map((result) =>
      result.status === "fulfilled" ? result.value : result.reason
    ).sort();
  assertEquals(await all(1), seen);
  for (
    const results of [
      await deno.call("bcast", { name: "notify", params: { n: 2 } }),
      (await js.call("bcast", { name: "notify", params: { n: 3 } })).result,
      (await python.call("python", "bcast", {
        name: "notify",
        params: { n: 4 },
      })).result,
    ]
  ) assertEquals((results as string[]).sort(), seen);
  assertEquals((await js.event({ event: "notified", n: 4 })).n, 4);
  assertEquals((await old.event({ event: "notified", n: 4 })).client, "old");

  // Each calls each, through a route of the server.
  ours.wsrpc.router.add("sum", async (_peer, { x, y }) => {
    const products = await ours.wsrpc.broadcast("mul", { x, y });
    return products.reduce(
      (sum, product) =>
        sum + (product.status === "fulfilled" ? Number(product.value) : 0),
      0,
    );
  });
  const sum = { x: 2, y: 3 };
  assertEquals(await deno.call("sum", sum), 24);
  assertEquals(await js.call("sum", sum), { result: 24 });
  assertEquals(await python.call("python", "sum", sum), { result: 24 });
  assertEquals(await old.call("old", "sum", sum), { result: 24 });

  await python.kill();
  await until(() => ours.wsrpc.clients.size === 3);
  assertEquals(await all(5), ["deno seen", "js seen", "old seen"]);
});
