// Copyright 2026 the Wirekit authors. MIT license.

/** A secret, as stock winerp clients can send it. */

import { assertEquals, assertRejects } from "@std/assert";
import { startHub } from "./_hub.ts";
import { type Address, WinerpProcess } from "./_peer.ts";

const token = "s3cret/+=";

const WAYS: Record<string, (port: number) => Address> = {
  "as the password in the host": (port) => ({
    host: `bot:${encodeURIComponent(token)}@127.0.0.1`,
    port,
  }),
  "in the query behind the port": (port) => ({
    port: `${port}/?token=${encodeURIComponent(token)}`,
  }),
  "in the path behind the port": (port) => ({
    port: `${port}/hub/${encodeURIComponent(token)}`,
  }),
  "in the query of the uri": (port) => ({
    uri: `ws://127.0.0.1:${port}/?token=${encodeURIComponent(token)}`,
  }),
};

for (const [way, address] of Object.entries(WAYS)) {
  Deno.test(`Hub takes the token ${way}`, async () => {
    await using hub = await startHub({ token });
    await using winerp = new WinerpProcess();
    const bot = await winerp.client("bot", address(hub.port));
    assertEquals(await bot.ping(), true);
  });
}

const WRONG: Record<string, (port: number) => Address> = {
  "no token": (port) => ({ port }),
  "a wrong password": (port) => ({ host: "bot:wrong@127.0.0.1", port }),
  "the token as the name": (port) => ({ host: `s3cret:x@127.0.0.1`, port }),
  "a wrong query": (port) => ({ port: `${port}/?token=wrong` }),
  "an empty token": (port) => ({ port: `${port}/?token=` }),
};

for (const [what, address] of Object.entries(WRONG)) {
  Deno.test(`Hub refuses ${what} at the handshake`, async () => {
    await using hub = await startHub({ token });
    await using winerp = new WinerpProcess();
    await assertRejects(
      () => winerp.client("bot", address(hub.port)),
      Error,
      "InvalidStatusCode: server rejected WebSocket connection: HTTP 401",
    );
  });
}
