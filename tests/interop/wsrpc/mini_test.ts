// Copyright 2026 the Wirekit authors. MIT license.

/** Our small client with the real server of wsrpc-aiohttp. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  type Client,
  connect,
  LimitError,
  NotConnectedError,
  TimeoutError,
  WsrpcError,
} from "@wirekit/wsrpc/mini";
import { PYTHON_PEERS, PythonProcess } from "./_peer.ts";

for (const version of PYTHON_PEERS) {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`The small client (${version}) ${name}`, run);

  test("calls a Python server", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve());
    const { remote } = client;
    assertEquals(await remote.add({ a: 2, b: 3 }), 5);
    assertEquals(await remote.args([1, 2]), { args: [1, 2], kwargs: {} });
    assertEquals(await remote.args(), { args: [], kwargs: {} });
    await remote.kv({ seed: 5 });
    assertEquals(await remote.kv.set({ key: "ключ", value: [1] }), true);
    assertEquals(await remote.kv.get({ key: "ключ" }), [1]);
    assertEquals(await client.call("values", { name: "nan" }), NaN);
    assertEquals(
      await client.call("values", { name: "big" }),
      2n ** 63n + 1n,
    );
    assertEquals(await remote.args(2n ** 64n), {
      args: [2n ** 64n],
      kwargs: {},
    });
    const error = await assertRejects(
      () => client.call("boom", { message: "why" }),
      WsrpcError,
      "why",
    );
    assertEquals(error.type, "ValueError");
    await assertRejects(
      () => client.call("nope"),
      WsrpcError,
      "not implemented",
    );
    await assertRejects(
      () => client.call("slow", { seconds: 5 }, { timeout: 50 }),
      TimeoutError,
    );
    await assertRejects(
      () => client.call("length", { text: "x".repeat(4 * 1024 * 1024) }),
      LimitError,
    );
    assertEquals(
      await remote.length({ text: "x".repeat(4_000_000) }),
      4_000_000,
    );
  });

  test("is called by a Python server, and hears its events", async () => {
    await using python = new PythonProcess(version);
    await using client = await connect(await python.serve(), {
      routes: {
        mul: (_peer, { x, y }) => x * y,
        fail: () => {
          throw new Error("secret");
        },
      },
    });
    const back = (method: string, params = {}) =>
      client.call("call_back", { method, params });
    assertEquals(await back("mul", { x: 6, y: 7 }), 42);
    assertEquals(await back("ping", { seq: 1 }), { seq: 1 });
    await assertRejects(() => back("fail"), WsrpcError, "Route failed");
    await assertRejects(() => back("none"), WsrpcError, "not implemented");
    const heard = new Promise((resolve) => client.addEventListener(resolve));
    await client.call("emit", { event: { Hello: "page" } });
    assertEquals(await heard, { Hello: "page" });
  });

  test("answers the pings of a Python server, and asks it too", async () => {
    await using python = new PythonProcess(version);
    const url = await python.serve({ keepalive: 0.05, client_timeout: 1 });
    await using client = await connect(url, {
      heartbeat: { interval: 20, timeout: 2_000 },
    });
    assertEquals(await client.call("slow", { seconds: 0.5, value: 7 }), 7);
    assertEquals(client.state, "open");
  });

  test("comes back when a Python server is killed and started again", async () => {
    let url: string;
    let client: Client;
    {
      await using python = new PythonProcess(version);
      url = await python.serve();
      client = await connect(url, { reconnect: { minDelay: 5, maxDelay: 50 } });
      const lost = assertRejects(
        () => client.call("slow", { seconds: 60 }),
        NotConnectedError,
      );
      await python.kill();
      await lost;
    }
    await using _client = client;
    await using again = new PythonProcess(version);
    await again.serve({ port: Number(new URL(url).port) });
    await client.ready({ timeout: 20_000 });
    assertEquals(await client.call("add", { a: 1, b: 2 }), 3);
  });

  test("is let in by a token in the query only", async () => {
    await using python = new PythonProcess(version);
    const url = await python.serve({ token: "s3cret" });
    const error = await assertRejects(() => connect(url), NotConnectedError);
    assertEquals(Deno.inspect(error).includes("s3cret"), false);
  });
}
