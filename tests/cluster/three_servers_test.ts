// Copyright 2026 the Wirekit authors. MIT license.

/** Three servers, of which one is killed. */

import { assert } from "@std/assert";
import { lasting, Ledger } from "./_ledger.ts";
import { startNodes } from "./_nodes.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";

const options = { sanitizeOps: false, sanitizeResources: false };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test(
  "One of three servers is killed, then the leader of the names: calls hardly stop",
  options,
  async () => {
    await using engine = await Engine.start(3);
    await using started = await startNodes(engine, 2, 15_000);
    const [one, two] = started.nodes;
    const gaps: number[] = [];
    for (const server of engine.servers) {
      await using ledger = new Ledger();
      await ledger.answers("bot", one!.url);
      await ledger.asks("me", two!.url, ["bot"]);
      await sleep(500);
      await server.kill();
      await sleep(1_500);
      await ledger.stop();
      record("The longest gap while a server is killed", [ledger.gap()]);
      ledger.check();
      assert(ledger.gap() < 5_000);
      // One asks, one question at a time: only that was on its way.
      const { answered = 0, ...failed } = ledger.outcomes;
      assert(answered > 10, `${answered}`);
      const count = Object.values(failed).reduce((sum, n) => sum + n, 0);
      assert(count <= 1, JSON.stringify(failed));
      gaps.push(ledger.gap());
      await server.start();
      await sleep(500);
    }
    gaps.sort((a, b) => a - b);
    assert(gaps[1]! < 1_000, `${gaps}`);
    const start = performance.now();
    await using fresh = lasting("fresh", one!.url);
    await fresh.connect({ timeout: 30_000 });
    record("A new name afterwards", [performance.now() - start]);
  },
);
