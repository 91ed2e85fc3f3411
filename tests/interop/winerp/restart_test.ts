// Copyright 2026 the Wirekit authors. MIT license.

/** Stock winerp clients survive that our hub goes and comes back. */

import { assertEquals } from "@std/assert";
import { until } from "../../_driver.ts";
import { startHub } from "./_hub.ts";
import { type WinerpClient, WinerpProcess } from "./_peer.ts";

/** Three clients whose last messages were of different kinds. */
async function three(
  winerp: WinerpProcess,
  port: number,
): Promise<[WinerpClient, WinerpClient, WinerpClient]> {
  const asked = await winerp.client("asked", { port });
  const asking = await winerp.client("asking", { port });
  const idle = await winerp.client("idle", { port });
  await asked.route("source", "source");
  assertEquals(await asking.request("asked", "source"), "asking");
  return [asked, asking, idle];
}

Deno.test("Hub is survived by its clients when it is restarted, and no route runs twice", async () => {
  await using winerp = new WinerpProcess();
  await using hub = await startHub();
  const clients = await three(winerp, hub.port);
  const [asked, asking] = clients;

  const begin = performance.now();
  assertEquals((await hub.stop()).success, true);
  assertEquals(performance.now() - begin < 2000, true);
  for (const client of clients) await client.event("disconnect");
  assertEquals(winerp.takeEvents("ready"), []);
  await using _again = await startHub({ port: hub.port });
  for (const client of clients) await client.event("ready");

  assertEquals(await asking.request("asked", "source"), "asking");
  assertEquals(await asked.ran("source"), 2);
  for (const client of clients) {
    assertEquals((await client.state()).authorized, true);
  }
});

Deno.test("Hub is survived by its clients when it crashes", async () => {
  await using winerp = new WinerpProcess();
  await using hub = await startHub();
  const clients = await three(winerp, hub.port);

  await hub.kill();
  for (const client of clients) await client.event("disconnect");
  await using _again = await startHub({ port: hub.port });
  // A client that was let in last takes that message twice, and believes it has
  // been let in again: only an answer shows that it really has.
  for (const client of clients) {
    await client.event("connect");
    await until(() => client.ping().catch(() => false));
  }
});
