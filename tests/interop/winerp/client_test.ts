// Copyright 2026 the Wirekit authors. MIT license.

/** Our client, with stock winerp on the other side. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client, NotConnectedError } from "@wirekit/hub/client";
import { connectWebSocket } from "@wirekit/transport/websocket";
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

Deno.test("Client takes no answer at winerp.Server from who guesses its uuids", async () => {
  await using server = await startWinerp();
  await using winerp = new WinerpProcess();
  const url = `ws://127.0.0.1:${server.port}`;
  const stock = await winerp.client("stock", server);
  await stock.route("gated", "gated", '"true"');
  await using client = new Client("ours", { url });
  await client.connect();
  await using mallory = await connectWebSocket(url);
  await mallory.send('{"type":1,"id":"mallory","uuid":"1"}');
  const messages = mallory[Symbol.asyncIterator]();
  await messages.next();

  // It is asked once, and so knows one uuid.
  const asked = client.request("mallory", "r");
  const { value } = await messages.next();
  const { uuid } = JSON.parse(value!);
  const answer = (uuid: string, data: unknown) =>
    mallory.send(JSON.stringify({
      type: 3,
      id: "stock",
      destination: "ours",
      route: null,
      uuid,
      data,
    }));
  await answer(uuid, "asked");
  assertEquals(await asked, "asked");

  const answered = client.request("stock", "gated");
  await winerp.event({ event: "run", route: "gated" });
  const count = Number.parseInt(uuid.slice(-12), 16);
  for (let n = 1; n <= 50; n++) {
    const next = (count + n).toString(16).padStart(12, "0");
    await answer(uuid.slice(0, -12) + next, "forged");
  }
  assertEquals(await client.ping("mallory"), true);
  await stock.openGate("gated");
  assertEquals(await answered, "true");
});
