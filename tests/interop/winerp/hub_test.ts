// Copyright 2026 the Wirekit authors. MIT license.

/** Stock winerp clients at our hub: all that they had, and what winerp loses. */

import { Hub } from "@wirekit/hub/hub";
import { serve, type ServeOptions } from "@wirekit/hub/serve";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { until } from "../../_driver.ts";
import { startHub } from "./_hub.ts";
import { type Server, WinerpProcess } from "./_peer.ts";
import { testOld } from "./_old.ts";
import { testOwn } from "./_own.ts";
import { testStock } from "./_stock.ts";

/** The hub inside a server of someone else, in the process of the test. */
function startFetch(): Promise<Server> {
  const hub = new Hub();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, hub.fetch);
  return Promise.resolve({
    port: server.addr.port,
    [Symbol.asyncDispose]: async () => {
      await hub.close();
      await server.shutdown();
    },
  });
}

/** Our hub in this process, with what it warns of. */
async function startServe(
  options: ServeOptions,
): Promise<Server & { warnings: string[] }> {
  const warnings: string[] = [];
  const logger = { warn: (line: string) => void warnings.push(line) };
  const server = await serve({ port: 0, logger, ...options });
  return {
    port: Number(new URL(server.urls[0]).port),
    warnings,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

testStock("Hub", startHub);
testStock("Hub.fetch in a server", startFetch);
testOld("Hub", startHub);
testOwn("Hub", startHub);

// Not of a cluster: the order holds within a hub, among hubs one wins.
Deno.test("Hub lets in three clients of one name in the order they came", async () => {
  await using hub = await startHub();
  await using winerp = new WinerpProcess();
  const clients = [];
  for (const key of ["first", "second", "third"]) {
    const client = await winerp.client("alpha", {
      ...hub,
      key,
      wait: key === "first",
      reconnect: false,
    });
    if (key !== "first") {
      await client.raw('{"type":5}');
      await client.event("error", { text: "Not authorized." });
    }
    clients.push(client);
  }

  const [first, second, third] = clients;
  await first!.drop();
  await second!.event("ready");
  assertEquals(await second!.ping(), true);
  assertEquals((await third!.state()).onHold, true);
  await second!.drop();
  await third!.event("ready");
  assertEquals(await third!.ping(), true);
});

Deno.test("Hub fails the open requests of stock clients as it closes, and they come back", async () => {
  const hub = await startServe({});
  await using winerp = new WinerpProcess();
  await using other = new WinerpProcess();
  const alpha = await winerp.client("alpha", { port: hub.port });
  const beta = await other.client("beta", { port: hub.port });
  await alpha.route("gated", "gated");
  await beta.route("gated", "gated");

  const calls = [
    alpha.request("beta", "gated", {}, 60),
    alpha.request("beta", "gated", {}, 60),
    beta.request("alpha", "gated", {}, 60),
  ].map((call) =>
    assertRejects(() => call, Error, "ClientRuntimeError: The hub is closing.")
  );
  for (let i = 0; i < 2; i++) await other.event({ event: "run" });
  await winerp.event({ event: "run" });
  const start = performance.now();
  await hub[Symbol.asyncDispose]();
  await Promise.all(calls);
  assert(performance.now() - start < 10_000, "They waited");

  // They survive it: nothing runs twice, and they find the next hub.
  await using next = await startServe({ port: hub.port });
  for (const client of [alpha, beta]) {
    await client.event("disconnect");
    await client.event("ready");
  }
  assertEquals(next.port, hub.port);
  assertEquals([await alpha.ran("gated"), await beta.ran("gated")], [1, 2]);
});

Deno.test("Hub waits for a bot whose route blocks its loop", async () => {
  await using hub = await startServe({ idleTimeout: 8_000 });
  await using winerp = new WinerpProcess();
  await using blocked = new WinerpProcess();
  const alpha = await winerp.client("alpha", { port: hub.port });
  const beta = await blocked.client("beta", { port: hub.port });
  await beta.route("block", "blocking", "6");
  assertEquals(await alpha.request("beta", "block", {}, 30), "awake");
  assertEquals(await beta.ran("block"), 1);
  assertEquals(hub.warnings, []);
});

Deno.test("Hub lets go of a bot that stands still, and its route runs once", async () => {
  await using hub = await startServe({ idleTimeout: 2_000 });
  await using winerp = new WinerpProcess();
  await using blocked = new WinerpProcess();
  const alpha = await winerp.client("alpha", { port: hub.port });
  const beta = await blocked.client("beta", { port: hub.port });
  await beta.route("block", "blocking", "5");
  await assertRejects(
    () => alpha.request("beta", "block", {}, 30),
    Error,
    "The destination disconnected before it answered.",
  );
  assertEquals(hub.warnings, [
    '"beta" (WebSocket) left: the connection ended: No answer to a ping ' +
    "(code 1006)",
  ]);
  await beta.event("disconnect");
  await beta.event("ready");
  assertEquals(await beta.ping(), true);
  assertEquals(await beta.ran("block"), 1);
});

Deno.test("Hub keeps a bot whose answer is too large", async () => {
  await using hub = await startServe({});
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", { port: hub.port });
  const beta = await winerp.client("beta", { port: hub.port });
  for (const size of [2 ** 21, 3_000_000, 9 * 2 ** 20, 40_000_000]) {
    const route = `large ${size}`;
    await beta.route(route, "large", `${size}`);
    await assertRejects(
      () => alpha.request("beta", route, {}, 30),
      Error,
      "The answer is larger than the hub passes on.",
    );
    assertEquals(await beta.ran(route), 1);
  }
  assertEquals(await beta.ping(), true);
  assertEquals(winerp.takeEvents("disconnect"), []);
  // It may say that the limit was met, which is no fault of the hub.
  const others = hub.warnings.filter((line) => !/maxMessageBytes/.test(line));
  assertEquals(others, []);
});

Deno.test("Hub says farewell to a bot whose message it does not read", async () => {
  await using hub = await startServe({});
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", { port: hub.port });
  const beta = await winerp.client("beta", { port: hub.port });
  await beta.route("large", "large", `${70_000_000}`);
  await assertRejects(
    () => alpha.request("beta", "large", {}, 30),
    Error,
    "The destination disconnected before it answered.",
  );
  await beta.event("disconnect");
  await beta.event("ready");
  assertEquals(await beta.ping(), true);
  assertEquals(await beta.ran("large"), 1);
  assertEquals(hub.warnings, [
    '"beta" (WebSocket) left: it sent a message too large to be read (code 1009)',
  ]);
});

Deno.test("Hub says what happened when a bot is sent more than it takes", async () => {
  await using hub = await startServe({ maxMessageBytes: 16 * 2 ** 20 });
  await using winerp = new WinerpProcess();
  await using other = new WinerpProcess();
  const alpha = await winerp.client("alpha", { port: hub.port });
  const beta = await other.client("beta", { port: hub.port });
  await beta.route("echo", "echo");
  for (const [i, size] of [2_200_000, 5_000_000, 12_000_000].entries()) {
    await assertRejects(
      () => alpha.request("beta", "echo", { text: "x".repeat(size) }, 30),
      Error,
      "The destination disconnected before it answered.",
    );
    await beta.event("disconnect");
    await beta.event("ready");
    await until(() => Promise.resolve(hub.warnings.length > i));
    const line = hub.warnings.at(-1)!;
    assertStringIncludes(line, '"beta" (WebSocket) left: ');
    assertStringIncludes(line, "It was being sent a message of ");
    assertStringIncludes(line, "take at most 2097152 (--max-message)");
    // It says that it is ready as it handles its last message, an old success,
    // once more: the hub may not have read its name yet.
    await until(() => alpha.ping("beta"));
  }
});
