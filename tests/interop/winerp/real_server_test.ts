// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The real winerp on both sides: the proof that `peer.py` drives it right, and
 * that what our hub is measured by is so.
 */

import { assertRejects } from "@std/assert";
import { startWinerp, WinerpProcess } from "./_peer.ts";
import { testOld } from "./_old.ts";
import { testStock } from "./_stock.ts";

testStock("winerp.Server", startWinerp);
testOld("winerp.Server", startWinerp);

Deno.test("winerp.Server leaves the requester of an unknown route waiting", async () => {
  await using server = await startWinerp();
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", server);
  await winerp.client("beta", server);

  await assertRejects(
    () => alpha.request("beta", "nothing", {}, 0.3),
    Error,
    "TimeoutError",
  );
});
