// Copyright 2026 the Wirekit authors. MIT license.

/** What the page of a hub says while the server of its cluster is gone. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Chromium } from "../browser/_chromium.ts";
import { answering, lasting } from "./_ledger.ts";
import { startNodes } from "./_nodes.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";

const LEASE = 15_000;

Deno.test({
  name:
    "The page, /readyz, /metrics and the log of a hub say that the server of its cluster is gone, and that it is back, and nobody reloads anything",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    const [server] = engine.servers;
    await using started = await startNodes(engine, 2, LEASE);
    const [one, two] = started.nodes;
    const http = one!.url.replace("ws:", "http:");
    await using me = lasting("me", one!.url);
    await using _bot = await answering("bot", two!.url);
    await me.connect();
    await using browser = await Chromium.start();
    const page = await browser.open(http);
    await page.says("All hubs reach each other");
    await page.says("bot");
    // How busy each hub is, and who is where.
    for (let n = 0; n < 20; n++) await me.request("bot", "echo", { n });
    for (const node of ["node1", "node2"]) {
      await page.says(node);
      assertMatch(
        (await one!.get("/metrics")).text,
        new RegExp(`cluster_node_requests_total\\{node="${node}"\\} \\d`),
      );
    }
    type Nodes = Record<"nodes" | "names", Record<string, unknown>[]>;
    let told: Nodes;
    do {
      told = await me.request("@hub", "nodes") as Nodes;
    } while (
      !told.nodes.some(({ figures }) =>
        Number((figures as Record<string, number>)["requestsPerSecond"]) > 0
      )
    );
    const where = told.names.map(({ name, node }) => `${name} at ${node}`);
    assertEquals(where, ["bot at node2"]);
    // Gone if the page is loaded again.
    await page.run("globalThis.isTheSame = true");
    for (let round = 0; round < 2; round++) {
      one!.text = "";
      let start = performance.now();
      await server!.kill();
      await page.says(
        "The NATS servers cannot be reached. Clients of this hub reach each " +
          "other, no others.",
      );
      await page.says("Check that most of the NATS servers are running");
      // The log has it once, with what to do.
      await one!.says(/no others\. Check that most of the NATS servers/);
      assertEquals(one!.text.match(/no others/g)?.length, 1, one!.text);
      record("The page says that the server is gone", [
        performance.now() - start,
      ]);
      const { status, text: why } = await one!.get("/readyz");
      assertEquals(status, 503);
      assertMatch(why, /NATS servers cannot be reached/);
      assertEquals((await one!.get("/healthz")).status, 200);
      assertMatch(
        (await one!.get("/metrics")).text,
        /^wirekit_hub_cluster_state\{state="(waiting|fenced)"\} 1$/m,
      );
      await one!.says(/The connection to the NATS server is lost/);
      await one!.says(/NATS servers cannot be reached/);
      const ended = await me.request("bot", "echo", {}).then(() => "answered")
        .catch(String);
      assertMatch(ended, /cannot be reached/);

      start = performance.now();
      await server!.start();
      await page.says("All hubs reach each other");
      await page.until(
        '!document.body.innerText.includes("no others.")',
      );
      record("The page says that it is back", [performance.now() - start]);
      await one!.says(/The other hubs can be reached again/);
      assertEquals((await one!.get("/readyz")).status, 200);
      assertMatch(
        (await one!.get("/metrics")).text,
        /^wirekit_hub_cluster_state\{state="open"\} 1$/m,
      );
      assertEquals(await me.request("bot", "echo", { round }), { round });
      // It goes on telling who comes at other hubs.
      await using late = lasting(`late ${round}`, two!.url);
      await late.connect({ timeout: 30_000 });
      await page.says(`late ${round}`);
    }
    assert(
      await page.run("return globalThis.isTheSame"),
      "The page was loaded again",
    );
    await page.close();
  },
});
