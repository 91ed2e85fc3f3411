// Copyright 2026 the Wirekit authors. MIT license.

/** Packages of npm as clients of our servers, and as servers for our peers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  JsonRpcError,
  Methods,
  Peer,
  serve,
  servePeers,
} from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";
import { ContentLengthFramer } from "@wirekit/transport/framers";
import { connectTcp, listenTcp } from "@wirekit/transport/tcp";
import { Driver } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";
import { passed, testMatrix } from "./_matrix.ts";

const ours = "wirekit";

function npm(): Driver {
  const program = new URL("npm_peer.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--quiet", PEERS_LOCK, program];
  return new Driver([Deno.execPath(), ...args]);
}

interface Outcome {
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/** Our methods, as each of the clients calls them. */
function methods(heard: unknown[]): Methods {
  const waiting = new Methods()
    .add("sum", (_call, x: number, y: number) => x + y)
    .add("div", (_call, { x, y }) => x / y)
    .add("large", (_call, size: number) => "é".repeat(size))
    .add("note", (_call, text) => void heard.push(text))
    .add("seen", () => heard.length)
    .add("fail", () => {
      throw new JsonRpcError(7, "seven", { data: { more: 1 } });
    })
    .add("wait", (call) =>
      new Promise((_, reject) => {
        call.signal.onabort = () => reject(call.signal.reason);
      }))
    .add("eth_chainId", () => "0x1")
    .add("eth_blockNumber", () => "0x1");
  return waiting.addSubscription(
    "eth",
    "newHeads",
    async function* () {
      for (let n = 1; n < 4; n++) yield { number: `0x${n}`, hash: `0x${n}` };
    },
  );
}

async function serving(heard: unknown[]) {
  const table = methods(heard);
  const web = await serve({ port: 0, methods: table });
  const listener = await listenTcp(
    { port: 0 },
    () => new ContentLengthFramer(),
  );
  const peers = servePeers(listener, { methods: table });
  return {
    ws: `ws://127.0.0.1:${web.addr.port}`,
    tcp: `tcp://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      await peers.close();
      await listener.close();
      await web.close();
    },
  };
}

const CLIENTS = [
  "jayson",
  "rpc-websockets",
  "json-rpc-2.0",
  "vscode-jsonrpc",
  "open-rpc",
  "ethers",
  "viem",
];

for (const name of CLIENTS) {
  Deno.test(`Our server answers ${name}`, async () => {
    const heard: unknown[] = [];
    await using at = await serving(heard);
    await using driver = npm();
    const url = name === "vscode-jsonrpc" ? at.tcp : at.ws;
    await driver.do("client", { name, url });
    const call = (method: string, params?: unknown) =>
      driver.do<Outcome>("call", { method, params });
    assertEquals(await call("sum", [1, 2]), { result: 3 });
    passed(name, ours, "positional");
    if (name !== "ethers" && name !== "viem") {
      assertEquals(await call("div", { x: 6, y: 3 }), { result: 2 });
      passed(name, ours, "named");
    }
    assertEquals((await call("large", [3_000])).result, "é".repeat(3_000));
    const many = Array.from({ length: 50 }, (_, i) => call("sum", [i, 1]));
    assertEquals((await Promise.all(many)).at(-1), { result: 50 });
    passed(name, ours, "concurrent");
    assertEquals((await call("none", [])).error?.code, -32601);
    const { error } = await call("fail", []);
    assertEquals(error?.code, 7);
    passed(name, ours, "errors");
    if (name === "ethers" || name === "viem") {
      const events = await driver.do<unknown[]>("events", { count: 3 });
      assertEquals(events.length, 3);
      // The subscription is over by now, which they must not fail at.
      assertEquals(await call("sum", [2, 2]), { result: 4 });
      passed(name, ours, "subscriptions");
      return;
    }
    await driver.do("notify", { method: "note", params: ["hello"] });
    // Nothing tells when a notification arrived, but calls keep the order.
    while ((await call("seen", [])).result === 0);
    assertEquals(heard, ["hello"]);
    passed(name, ours, "notify");
    if (name !== "vscode-jsonrpc") return;
    const cancelled = await driver.do<Outcome>("cancelled", { method: "wait" });
    assertEquals(cancelled.error?.code, -32800);
    passed(name, ours, "cancel");
  });
}

for (
  const name of ["jayson", "rpc-websockets", "json-rpc-2.0", "vscode-jsonrpc"]
) {
  Deno.test(`Our peer calls a server of ${name}`, async () => {
    await using driver = npm();
    const url = await driver.do<string>("serve", { name });
    const isVscode = name === "vscode-jsonrpc";
    const transport = isVscode
      ? await connectTcp(
        { port: Number(new URL(url).port) },
        new ContentLengthFramer(),
      )
      : await connect(url);
    const methods = new Methods().add("name", () => "Ada");
    await using peer = new Peer(transport, { methods, timeout: 5_000 });
    assertEquals(await peer.request("sum", [1, 2]), 3);
    assertEquals(await peer.request("div", { x: 6, y: 3 }), 2);
    const none = await assertRejects(() => peer.request("none"), JsonRpcError);
    assertEquals(none.code, -32601);
    const seven = await assertRejects(() => peer.request("fail"), JsonRpcError);
    assertEquals([seven.code, seven.data], [7, 1]);
    await peer.notify("note", ["hello"]);
    passed(ours, name, "positional", "named", "errors", "notify");
    if (!isVscode) {
      const batch = peer.batch();
      for (let i = 0; i < 5; i++) void batch.request("sum", [i, 1]);
      const outcomes = await batch.send();
      assert(outcomes.every(({ status }) => status === "fulfilled"));
      passed(ours, name, "batch");
      return;
    }
    const controller = new AbortController();
    const waiting = peer.request("wait", undefined, {
      signal: controller.signal,
      awaitCancel: true,
    });
    setTimeout(() => controller.abort(), 20);
    const stopped = await assertRejects(() => waiting, JsonRpcError);
    assertEquals([stopped.code, stopped.message], [-32800, "stopped"]);
    const seen: unknown[] = [];
    const onProgress = (value: unknown) => seen.push(value);
    assertEquals(await peer.request("work", {}, { onProgress }), "done");
    assertEquals(seen, ["half"]);
    assertEquals(await peer.request("back"), "Ada");
    const signal = AbortSignal.abort();
    await assertRejects(
      () => peer.request("wait", [], { signal }),
      DOMException,
    );
    passed(ours, name, "cancel", "progress", "reverse");
  });
}

testMatrix("npm");
