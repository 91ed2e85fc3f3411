// Copyright 2026 the Wirekit authors. MIT license.

/** What one client sends another at another hub, while the server restarts. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import { startNodes } from "./_nodes.ts";
import { say } from "./_record.ts";
import { Engine } from "./_servers.ts";

const LEASE = 15_000;

interface Sent {
  n: number;
}

Deno.test({
  name:
    "Requests and information that a client sends without a break arrive in order and once while the server restarts, and of the requests only those fail that were on the way",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    const [server] = engine.servers;
    await using started = await startNodes(engine, 2, LEASE);
    const [one, two] = started.nodes;
    const options = { maxInFlight: 20_000, maxHandlers: 20_000 };
    await using bot = new Client("bot", { url: two!.url, ...options });
    await using me = new Client("me", { url: one!.url, ...options });
    const got: number[] = [];
    bot.route("take", ({ n }: Sent) => {
      got.push(n);
      return n;
    });
    bot.addEventListener("information", ({ detail }) => {
      got.push((detail.data as Sent).n);
    });
    await bot.connect();
    await me.connect();
    let n = 0;
    for (const gap of [0, 100, 300]) {
      got.length = 0;
      const outcomes: Promise<string>[] = [];
      let isOver = false;
      const restarted = (async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        await server!.kill();
        await new Promise((resolve) => setTimeout(resolve, gap));
        await server!.start();
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        isOver = true;
      })();
      while (!isOver) {
        for (let each = 0; each < 12; each++) {
          const data = { n: n++ };
          if (each % 4 === 3) me.inform(data, "bot").catch(() => {});
          else {
            outcomes.push(
              me.request("bot", "take", data).then(() => "answered", String),
            );
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      await restarted;
      const counts = new Map<string, number>();
      for (const outcome of await Promise.all(outcomes)) {
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
      say(`  ${gap} ms: ${JSON.stringify(Object.fromEntries(counts))}`);
      // Each once, and none after a later one.
      assertEquals(
        got.filter((each, at) => at > 0 && each <= got[at - 1]!),
        [],
      );
      for (const outcome of counts.keys()) {
        assert(!outcome.includes("not found"), outcome);
      }
      assert((counts.get("answered") ?? 0) > 0);
    }
  },
});
