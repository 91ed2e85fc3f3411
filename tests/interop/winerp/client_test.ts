// Copyright 2026 the Wirekit authors. MIT license.

/** Our client, with stock winerp on the other side. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { NotConnectedError } from "@wirekit/hub/errors";
import { testClient } from "./_client.ts";
import { startHub } from "./_hub.ts";
import { startWinerp, WinerpProcess } from "./_peer.ts";

testClient("at winerp.Server", startWinerp);
testClient("at Hub", startHub);

Deno.test("Client comes back after winerp.Server was killed and started again", async () => {
  await using first = new WinerpProcess();
  const port = await first.do<number>("serve");
  await using client = new Client("ours", { url: `ws://127.0.0.1:${port}` });
  await client.connect();

  const lost = client.waitFor("disconnect");
  await first.kill();
  await lost;
  await assertRejects(() => client.ping(), NotConnectedError);
  const back = client.waitFor("ready");
  await using second = new WinerpProcess();
  await second.do("serve", { port });
  await back;
  assertEquals(await client.ping("ours"), true);
});
