// Copyright 2026 the Wirekit authors. MIT license.

/** web3.py, which sends its text in binary frames, as a client of our server. */

import { assertEquals } from "@std/assert";
import { Methods, serve } from "@wirekit/jsonrpc";
import { Driver } from "../../_driver.ts";
import { pythonOf } from "../../_python.ts";

Deno.test("Our server answers web3.py, and pushes to it", async () => {
  const methods = new Methods()
    .add("eth_chainId", () => "0x7")
    .add("eth_blockNumber", () => "0x10")
    .addSubscription("eth", "newHeads", async function* () {
      for (let n = 1; n < 4; n++) yield { number: `0x${n}`, hash: `0x${n}` };
    });
  await using server = await serve({ port: 0, methods });
  const program = new URL("web3_peer.py", import.meta.url).pathname;
  await using driver = new Driver([pythonOf("jsonrpc"), "-u", program]);
  const url = `ws://127.0.0.1:${server.addr.port}`;
  assertEquals(await driver.do("connect", { url }), 7);
  const call = (method: string) => driver.do("call", { method, params: [] });
  assertEquals(await call("eth_blockNumber"), "0x10");
  assertEquals(await driver.do("events", { count: 3 }), [1, 2, 3]);
  // The subscription is over, which it must not fail at.
  assertEquals(await call("eth_blockNumber"), "0x10");
});
