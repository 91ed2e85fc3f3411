// Copyright 2026 the Wirekit authors. MIT license.

/** Our client with the real server of wsrpc-aiohttp. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { connect } from "@wirekit/wsrpc/client";
import {
  HandshakeError,
  LimitError,
  NotConnectedError,
  TimeoutError,
  WsrpcError,
} from "@wirekit/wsrpc";
import type { JsonObject } from "@wirekit/wsrpc";
import { PYTHON_PEERS, PythonProcess } from "./_peer.ts";
import { until } from "./_server.ts";

for (const version of PYTHON_PEERS) {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`Client (${version}) ${name}`, run);

  test("calls a Python server", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve());
    const { remote } = client;
    assertEquals(await remote.add({ a: 2, b: 3 }), 5);
    assertEquals(await remote.args({ x: 1 }), { args: [], kwargs: { x: 1 } });
    assertEquals(await remote.args([1, 2]), { args: [1, 2], kwargs: {} });
    assertEquals(await remote.args(5), { args: [5], kwargs: {} });
    assertEquals(await remote.args(), { args: [], kwargs: {} });
    assertEquals(await remote.kv({ seed: 5 }), {
      inited: true,
      kw: { seed: 5 },
    });
    assertEquals(await remote.kv.set({ key: "ключ", value: [1] }), true);
    assertEquals(await remote.kv.get({ key: "ключ" }), [1]);
    assertEquals(await remote.allowed(), "allowed-init");
    assertEquals(await remote.allowed.incr({ by: 4 }), 4);
    assertEquals(await remote.pref.hello({ name: "bob" }), "hello bob");
  });

  test("reads whatever Python writes", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve());
    const value = (name: string) => client.call("values", { name });
    assertEquals(await value("nan"), NaN);
    assertEquals(await value("infinities"), [Infinity, -Infinity]);
    assertEquals(await value("big"), 2n ** 63n + 1n);
    assertEquals(await value("bytes"), "AAH/");
    assertEquals(await value("tuple"), [1, [2]]);
    const error = await assertRejects(
      () => value("unserialisable"),
      WsrpcError,
    );
    assertEquals(error.type, "ValueError");
  });

  test("keeps all digits of an integer, both ways", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve());
    const echo = async (...values: unknown[]) => {
      const { args } = await client.call("args", values) as { args: unknown };
      return args;
    };
    for (
      const values of [
        [2n ** 53n + 1n, -(2n ** 53n) - 1n],
        [2n ** 64n + 1n, { deep: [10n ** 300n + 7n] }],
        [2 ** 53 - 1, -0.5, 1e300, "9007199254740993"],
      ]
    ) assertEquals(await echo(...values), values);
  });

  test("says that nobody is there", async () => {
    let url: string;
    {
      await using python = new PythonProcess(version);
      url = await python.serve();
    }
    const error = await assertRejects(() => connect(url), NotConnectedError);
    assert(!(error instanceof HandshakeError));
    assertStringIncludes(
      error.message,
      `Cannot connect to ${new URL(url).host}: nobody listens there`,
    );
  });

  test("turns the errors of Python into WsrpcError", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve());
    const failure = async (method: string, params = {}) => {
      const call = () => client.call(method, params);
      const { type, message, raw } = await assertRejects(call, WsrpcError);
      assertEquals(raw, { type, message });
      return [type, message];
    };
    assertEquals(await failure("boom", { message: "ошибка" }), [
      "ValueError",
      "ошибка",
    ]);
    assertEquals(await failure("boom_key"), ["KeyError", "'missing'"]);
    assertEquals((await failure("add", { a: 2 }))[0], "TypeError");
    const [type, message] = await failure("nope");
    assertEquals(type, "NotImplementedError");
    assert(message!.includes("not implemented"));
    assertEquals((await failure("kv.secret"))[1], "Method masked");
    assertEquals((await failure("kv.plain"))[1], "Method not implemented");
  });

  test("answers a Python server, inside a call and in a broadcast", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve(), {
      routes: {
        mul: (_peer, { x, y }) => x * y,
        zero: () => 0,
        fails() {
          throw new Error("secret");
        },
        notify: (_peer, { n }) => `seen ${n}`,
      },
    });
    const back = (method: string, params = {}) =>
      client.call("call_back", { method, params });
    assertEquals(await back("mul", { x: 6, y: 7 }), 42);
    assertEquals(await back("zero"), 0);
    await assertRejects(() => back("fails"), WsrpcError, "Route failed");
    await assertRejects(() => back("nope"), WsrpcError, "not implemented");
    assertEquals(
      await client.call("bcast", {
        name: "notify",
        params: { n: 1 },
      }),
      ["seen 1"],
    );
  });

  test("exchanges events with a Python server", async () => {
    await using python = new PythonProcess(version);
    const heard: JsonObject[] = [];
    await using client = await connect(await python.serve());
    client.addEventListener((event) => heard.push(event));
    await client.call("emit", { event: { Hello: "world" } });
    assertEquals(heard, [{ Hello: "world" }]);
    await client.call("listen");
    await client.emit({ from: "ours" });
    const { frame } = await python.event({ event: "event" });
    assertEquals(frame, { from: "ours" });
  });

  test("is kept by a Python server that pings often, and shows its token", async () => {
    await using python = new PythonProcess(version);
    const url = await python.serve({
      keepalive: 0.05,
      client_timeout: 0.5,
      token: "s3cret",
    });
    const refusal = await assertRejects(
      () => connect(url),
      HandshakeError,
      `Cannot connect to ${url}: the server answered 403 Forbidden`,
    );
    assertEquals([refusal.status, refusal.url], [403, url]);
    await using client = await connect(url, {
      headers: { authorization: "s3cret" },
    });
    const { peer } = client;
    await client.call("slow", { seconds: 1 }); // Twenty pings.
    assertEquals(client.peer, peer);
  });

  test("fails its calls at once when the Python server goes, and comes back", async () => {
    await using python = new PythonProcess(version);
    const url = await python.serve();
    await using client = await connect(url, {
      reconnect: { minDelay: 20, maxDelay: 100 },
    });
    const call = assertRejects(
      () => client.call("slow", { seconds: 60 }),
      NotConnectedError,
    );
    await assertRejects(() => client.call("closeme"), NotConnectedError);
    await call;
    await client.ready();
    assertEquals(await client.call("add", { a: 1, b: 2 }), 3);

    const lost = client.call("slow", { seconds: 60 });
    const rejected = assertRejects(() => lost, NotConnectedError);
    await python.do("stop");
    await rejected;
    await python.serve({ port: Number(new URL(url).port) });
    await client.ready();
    assertEquals(await client.call("add", { a: 3, b: 4 }), 7);
  });

  test("drops a Python server that is frozen, on time", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve(), {
      heartbeat: { interval: 50, timeout: 300 },
    });
    const { peer } = client;
    python.pause();
    const start = performance.now();
    await assertRejects(() => client.call("add"), NotConnectedError);
    assert(performance.now() - start < 3_000);
    assert(peer!.signal.aborted);
    python.resume();
  });

  test("gives up a call on time, and the next one gets its own answer", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve());
    await assertRejects(
      () => client.call("slow_boom", { seconds: 0.1 }, { timeout: 20 }),
      TimeoutError,
    );
    assertEquals(await client.call("slow", { seconds: 0.2, value: 1 }), 1);
  });

  test("is not hit by the stray errors of a Python server", async () => {
    // The call back times out over there; the error that then comes late makes
    // the server send an error with its own, even id.
    await using python = new PythonProcess(version);
    const ignored: string[] = [];
    await using client = await connect(await python.serve(), {
      hooks: { ignored: (_, reason) => ignored.push(reason) },
      routes: {
        slow_fail: async () => {
          await new Promise((resolve) => setTimeout(resolve, 200));
          throw new Error("late");
        },
      },
    });
    const calls = Array.from(
      { length: 20 },
      (_, n) => client.call("slow", { seconds: 0.4, value: n }),
    );
    assertEquals(
      await client.call("fail_later", { seconds: 0.05 }),
      "timed out",
    );
    assertEquals(await Promise.all(calls), [...Array(20).keys()]);
    await until(() => ignored.length > 0);
    assert(/answer \d*[02468]$/.test(ignored[0]!), ignored[0]!);
  });

  test("refuses a call that would cost it the connection", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve());
    const { peer } = client;
    await assertRejects(
      () => client.call("length", { text: "x".repeat(4_194_304) }),
      LimitError,
    );
    const text = "x".repeat(4_190_000);
    assertEquals(await client.call("length", { text }), 4_190_000);
    assertEquals(client.peer, peer);
  });
}
