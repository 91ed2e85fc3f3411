// Copyright 2026 the Wirekit authors. MIT license.

/** Our small client with servers of npm. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  connect,
  JsonRpcError,
  MethodNotFoundError,
  NotConnectedError,
} from "@wirekit/jsonrpc/mini";
import { Driver } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";

function npm(): Driver {
  const program = new URL("npm_peer.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--quiet", PEERS_LOCK, program];
  return new Driver([Deno.execPath(), ...args]);
}

for (const name of ["rpc-websockets", "json-rpc-2.0"]) {
  Deno.test(`The small client calls a server of ${name}`, async () => {
    await using driver = npm();
    const url = await driver.do<string>("serve", { name });
    await using client = await connect(url, {
      reconnect: { minDelay: 5, maxDelay: 50 },
      heartbeat: { interval: 20, timeout: 2_000 },
    });
    assertEquals(await client.request("sum", [1, 2]), 3);
    assertEquals(await client.remote.sum(1, 2), 3);
    assertEquals(await client.request("div", { x: 6, y: 3 }), 2);
    await assertRejects(() => client.request("none"), MethodNotFoundError);
    const seven = await assertRejects(
      () => client.request("fail"),
      JsonRpcError,
    );
    assertEquals([seven.code, seven.data], [7, 1]);
    await client.notify("note", ["hello"]);
    const many = Array.from(
      { length: 50 },
      (_, i) => client.request("sum", [i, 1]),
    );
    assertEquals((await Promise.all(many)).at(-1), 50);
    await new Promise((go) => setTimeout(go, 100)); // It is pinged meanwhile.
    assertEquals(client.state, "open");
    await driver[Symbol.asyncDispose]();
    while (client.state === "open") {
      await new Promise((go) => setTimeout(go, 5));
    }
    await assertRejects(() => client.request("sum", [1, 2]), NotConnectedError);
  });
}
