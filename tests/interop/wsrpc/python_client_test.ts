// Copyright 2026 the Wirekit authors. MIT license.

/** Our server with the real client of wsrpc-aiohttp. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import type { CloseError } from "@wirekit/transport/transport";
import { NotConnectedError, WsrpcError } from "@wirekit/wsrpc";
import { PYTHON_PEERS, PythonProcess } from "./_peer.ts";
import { startOurs, until } from "./_server.ts";

for (const version of PYTHON_PEERS) {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`Server (${version}) ${name}`, run);

  test("answers the calls of a Python client", async () => {
    await using ours = await startOurs();
    await using python = new PythonProcess(version);
    assertEquals(await python.connect("p", ours.url), 101);
    const call = (method: string, params = {}) =>
      python.call("p", method, params);
    assertEquals(await call("add", { a: 2, b: 3 }), { result: 5 });
    assertEquals(await call("ping", { a: 1, b: "x" }), {
      result: { a: 1, b: "x" },
    });
    assertEquals(await call("args", { x: [1, null] }), {
      result: { args: [], kwargs: { x: [1, null] } },
    });
    assertEquals(await call("kv.set", { key: "ключ", value: "ï" }), {
      result: true,
    });
    assertEquals(await call("kv.get", { key: "ключ" }), { result: "ï" });
    assertEquals(await call("kv", { seed: 5 }), {
      result: { inited: true, kw: { seed: 5 } },
    });
    assertEquals(await call("allowed.incr", { by: 4 }), { result: 4 });
    assertEquals(await call("pref.hello", { name: "bob" }), {
      result: "hello bob",
    });
    await python.do("close", { client: "p" });
    await until(() => ours.wsrpc.clients.size === 0);
  });

  test("gives a Python client errors that it understands", async () => {
    await using ours = await startOurs();
    await using python = new PythonProcess(version);
    await python.connect("p", ours.url);
    const call = (method: string, params = {}) =>
      python.call("p", method, params);
    const failed = (type: string, message: string) => ({
      type,
      message,
      raw: { type, message },
    });
    assertEquals(
      await call("boom", { message: "ошибка" }),
      failed("ValueError", "ошибка"),
    );
    assertEquals(
      await call("nope"),
      failed(
        "NotImplementedError",
        'Callback function "nope" not implemented',
      ),
    );
    assertEquals(
      await call("kv.secret"),
      failed("NotImplementedError", "Method masked"),
    );
    assertEquals(
      await call("kv.plain"),
      failed("NotImplementedError", "Method not implemented"),
    );
    const { type } = await call("payload", { size: 4_194_304 });
    assertEquals(type, "LimitError");
    const { result } = await call("payload", { size: 4_000_000 });
    assertEquals(`${result}`.length, 4_000_000);
  });

  test("calls a Python client, inside a handler and out of it", async () => {
    await using ours = await startOurs();
    await using python = new PythonProcess(version);
    await python.connect("p", ours.url);
    const [peer] = ours.wsrpc.clients.values();
    assertEquals(await peer!.call("mul", { x: 6, y: 7 }), 42);
    assertEquals(await peer!.remote.ckv({ q: 1 }), "client-kv-init");
    assertEquals(await peer!.remote.ckv.get(), { q: 1 });
    assertEquals(
      await python.call("p", "call_back", {
        method: "mul",
        params: { x: 2, y: 3 },
      }),
      { result: 6 },
    );
    const error = await assertRejects(() => peer!.call("cboom"), WsrpcError);
    assertEquals([error.type, error.message], ["LookupError", "client side"]);
    await assertRejects(
      () => peer!.call("nope"),
      WsrpcError,
      "not implemented",
    );
    await assertRejects(() => peer!.call("mul", { x: 1 }), WsrpcError, "'y'");
    assertEquals(await peer!.call("values", { name: "nan" }), NaN);
    assertEquals(await peer!.call("values", { name: "infinities" }), [
      Infinity,
      -Infinity,
    ]);
  });

  test("exchanges events with a Python client, and broadcasts", async () => {
    await using ours = await startOurs();
    await using python = new PythonProcess(version);
    await python.connect("a", ours.url);
    await python.connect("b", ours.url);
    await python.do("client_emit", { client: "a", event: { from: "a" } });
    await until(() => ours.events.length === 1);
    assertEquals(ours.events, [{ from: "a" }]);
    await ours.wsrpc.emit({ Hello: "world" });
    for (const client of ["a", "b"]) {
      const { frame } = await python.event({ event: "event", client });
      assertEquals(frame, { Hello: "world" });
    }
    const results = await ours.wsrpc.broadcast("notify", { n: 1 });
    assertEquals(
      results.map((result) => result.status === "fulfilled" && result.value)
        .sort(),
      ["a seen", "b seen"],
    );
  });

  test("keeps a Python client alive, and drops a frozen one on time", async () => {
    await using ours = await startOurs({
      heartbeat: { interval: 50, timeout: 500 },
      idleTimeout: 120_000,
    });
    await using python = new PythonProcess(version);
    await python.connect("p", ours.url);
    const [peer] = ours.wsrpc.clients.values();
    await until(() => peer!.nextId > 11); // Five pings, five pongs.
    assertEquals(await python.call("p", "add", { a: 1, b: 1 }), { result: 2 });
    python.pause();
    const start = performance.now();
    const call = assertRejects(() => peer!.call("mul"), NotConnectedError);
    const reason = await peer!.closed;
    python.resume();
    await call;
    assertEquals((reason as CloseError).code, 1011);
    assert(performance.now() - start < 3_000);
    assertEquals(ours.wsrpc.clients.size, 0);
  });

  test("lets go of everything when a Python client is killed", async () => {
    await using ours = await startOurs();
    await using python = new PythonProcess(version);
    await python.connect("p", ours.url);
    const [peer] = ours.wsrpc.clients.values();
    python.do("call", { client: "p", method: "slow", params: { seconds: 60 } })
      .catch(() => {});
    await until(() => peer!.handlers === 1);
    const pending = assertRejects(
      () => peer!.call("slow", { seconds: 60 }),
      NotConnectedError,
    );
    const broadcast = ours.wsrpc.broadcast("slow", { seconds: 60 });
    await python.kill();
    await pending;
    const [result] = await broadcast;
    assert(result?.status === "rejected");
    assertInstanceOf(result.reason, NotConnectedError);
    assertEquals(ours.wsrpc.clients.size, 0);
  });

  test("refuses a Python client with 403", async () => {
    await using ours = await startOurs({
      authorize: (request: Request) =>
        request.headers.get("authorization") === "s3cret",
    });
    await using python = new PythonProcess(version);
    assertEquals(await python.connect("p", ours.url), 403);
    assertEquals(
      await python.connect("p", ours.url, { Authorization: "s3cret" }),
      101,
    );
  });

  test("is not moved by what a Python client gets wrong", async () => {
    await using ours = await startOurs();
    await using python = new PythonProcess(version);
    await python.connect("p", ours.url);
    const texts = [
      "no JSON",
      "[1]",
      '{"id": 0, "method": "add"}',
      '{"id": "x", "method": "add"}',
      '{"id": 4, "error": {"type": "E", "message": "stray"}}',
      '{"id": 3, "result": 1}',
    ];
    for (const text of texts) await python.do("raw", { client: "p", text });
    assertEquals(await python.call("p", "add", { a: 1, b: 2 }), { result: 3 });
    assert(ours.ignored.length >= 4);
  });

  test("serves many calls of a Python client at once", async () => {
    await using ours = await startOurs();
    await using python = new PythonProcess(version);
    await python.connect("p", ours.url);
    const results = await python.do<unknown[]>("many", {
      client: "p",
      method: "add",
      params: { a: 1, b: 1 },
      count: 5_000,
    });
    assertEquals(results.length, 5_000);
    assert(results.every((result) => result === 2));
  });
}
