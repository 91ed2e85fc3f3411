// Copyright 2026 the Wirekit authors. MIT license.

/** What clients older than winerp 1.5 can do on the Python of today. */

import { assertEquals } from "@std/assert";
import { type Server, WinerpProcess } from "./_peer.ts";

/**
 * Registers the tests.
 *
 * Before 1.5 a request or a ping fails on Python 3.10 and later, before anything
 * is sent or after it (`wait_for(loop=…)`). Serving and informing do work.
 *
 * @param subject What is tested, as the first words of each name.
 * @param startServer Starts it.
 */
export function testOld(
  subject: string,
  startServer: () => Promise<Server>,
): void {
  for (const version of ["1.2", "1.3"]) {
    Deno.test(`${subject} serves winerp ${version} clients`, async () => {
      await using server = await startServer();
      await using winerp = new WinerpProcess();
      await using old = new WinerpProcess(`winerp-${version}`);
      const alpha = await winerp.client("alpha", server);
      const beta = await old.client("beta", server);
      await beta.route("greet", "greet");
      await beta.route("raise", "raise");

      assertEquals(
        await alpha.request("beta", "greet", { name: "zoë 😀" }),
        "hello zoë 😀",
      );
      const error = await alpha.request("beta", "raise").catch(String);
      assertEquals(error, "Error: ClientRuntimeError: kaput");

      await beta.inform({ from: "zoë" }, ["alpha"]);
      const { data, source } = await alpha.event("information");
      assertEquals([data, source], ['{"from":"zoë"}', "beta"]);
      await alpha.inform([1.5, "x"], []);
      assertEquals(
        (await beta.event("information"))["data"],
        '[1.5,"x"]',
      );
    });
  }
}
