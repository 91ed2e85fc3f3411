// Copyright 2026 the Wirekit authors. MIT license.

/** What our hub gives stock clients beyond what the real server does. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { until } from "../../_driver.ts";
import { type Server, WinerpProcess } from "./_peer.ts";

/**
 * Registers the tests.
 *
 * @param subject What is tested.
 * @param startServer Starts it.
 */
export function testOwn(
  subject: string,
  startServer: () => Promise<Server>,
): void {
  Deno.test(`${subject} tells the requester of an unknown route at once, and the responder recovers`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    const alpha = await winerp.client("alpha", hub);
    const beta = await winerp.client("beta", hub);
    await beta.route("source", "source");

    await assertRejects(
      () => alpha.request("beta", "nothing"),
      Error,
      "ClientRuntimeError: Route not found",
    );
    // A client that was asked for a route it lacks stops listening for good. The
    // hub ends its connection, so that its program notices and starts it again.
    assertEquals(await beta.closed(), 1011);
    await assertRejects(() => beta.ping(), Error, "ClientNotReadyError");
    assertEquals(await alpha.ping("beta"), false);
    await beta.start();
    await beta.event("ready");
    assertEquals(await alpha.request("beta", "source"), "alpha");
  });

  Deno.test(`${subject} frees the name of a killed client and fails its calls at once`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    await using doomed = new WinerpProcess();
    const alpha = await winerp.client("alpha", hub);
    const beta = await doomed.client("beta", hub);
    await beta.route("gated", "gated");

    const call = assertRejects(
      () => alpha.request("beta", "gated", {}, 60),
      Error,
      "ClientRuntimeError",
    );
    await doomed.event({ event: "run" });
    await doomed.kill();
    await call;
    const next = await winerp.client("beta", hub);
    assertEquals(await next.ping(), true);
  });

  Deno.test(`${subject} costs nobody the connection for a late answer`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    const alpha = await winerp.client("alpha", { ...hub, reconnect: false });
    const beta = await winerp.client("beta", hub);
    await beta.route("timed out", "gated");
    await beta.route("left", "gated");
    await beta.route("source", "source");

    await assertRejects(
      () => alpha.request("beta", "timed out", {}, 0.05),
      Error,
      "TimeoutError",
    );
    await beta.openGate("timed out");
    assertEquals(await alpha.request("beta", "source"), "alpha");

    void alpha.request("beta", "left").catch(() => {});
    await winerp.event({ event: "run", route: "left" });
    await alpha.drop();
    await alpha.event("disconnect");
    await beta.openGate("left");
    assertEquals(await beta.ping(), true);
    assertEquals(winerp.takeEvents("disconnect"), []);
  });

  Deno.test(`${subject} fails the call of an object whose owner has left`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    const alpha = await winerp.client("alpha", hub);
    const beta = await winerp.client("beta", { ...hub, reconnect: false });
    await beta.route("thing", "object");

    await alpha.fetch("beta", "thing");
    await beta.drop();
    await beta.event("disconnect");
    await until(async () => !await alpha.ping("beta"));
    await assertRejects(
      () => alpha.twice(1),
      Error,
      "ClientRuntimeError: The data requester is no longer connected",
    );
    assertEquals(await alpha.ping(), true);
  });

  Deno.test(`${subject} lets in 300 clients that connect at once`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    const names = Array.from({ length: 300 }, (_, n) => `bot-${n}`);
    assertEquals(await winerp.crowd(hub.port, names, 10), 300);
  });

  Deno.test(`${subject} never cuts a broadcaster while clients come and go`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    await using crowd = new WinerpProcess();
    const alpha = await winerp.client("alpha", hub);
    const beta = await winerp.client("beta", hub);

    let over = false;
    const churn = crowd.churn(hub.port, 3).finally(() => over = true);
    let sent = 0;
    while (!over) {
      await alpha.inform(++sent, [], 1);
      await beta.event("information", { data: `${sent}` });
    }
    assert(await churn > 50, "Clients came and went");
    assert(sent > 50, "Broadcasts were sent");
    assertEquals(winerp.takeEvents("disconnect"), []);
  });

  Deno.test(`${subject} delivers a burst of informs without a pause`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    const alpha = await winerp.client("alpha", hub);
    const beta = await winerp.client("beta", hub);
    await beta.route("source", "source");

    // Nagle's algorithm shows once the connection has been used both ways: then
    // every burst takes 40 ms. One that does not shows that it is off.
    const took: number[] = [];
    for (let round = 0; round < 8; round++) {
      await alpha.request("beta", "source");
      await alpha.inform("burst", ["beta"], 5);
      const at: number[] = [];
      for (let n = 0; n < 5; n++) {
        at.push(Number((await beta.event("information"))["at"]));
      }
      took.push(at.at(-1)! - at[0]!);
    }
    assert(Math.min(...took) < 0.02, `The bursts took ${took} s`);
  });

  Deno.test(`${subject} lets a frozen client block nobody, and drops it`, async () => {
    await using hub = await startServer();
    await using winerp = new WinerpProcess();
    await using stuck = new WinerpProcess();
    const alpha = await winerp.client("alpha", hub);
    const beta = await winerp.client("beta", hub);
    await stuck.client("stuck", hub);

    stuck.pause();
    const load = "x".repeat(500_000);
    let sent = 0;
    do {
      assert(++sent < 200, "The frozen client was not dropped after 100 MB");
      await alpha.inform(load);
      await beta.event("information");
      assertEquals(await alpha.ping(), true);
    } while (await alpha.ping("stuck"));

    stuck.resume();
    await stuck.event({ event: "disconnect", client: "stuck" });
    await stuck.event({ event: "ready", client: "stuck" });
  });
}
