// Copyright 2026 the Wirekit authors. MIT license.

/** Three servers, of which one is killed. */

import { assert, assertEquals } from "@std/assert";
import type { HubReport } from "@wirekit/hub";
import { answering, lasting, Ledger } from "./_ledger.ts";
import { type Node, startNodes } from "./_nodes.ts";
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

Deno.test(
  "All three servers keep the names and the nodes",
  options,
  async () => {
    await using engine = await Engine.start(3);
    await using _started = await startNodes(engine, 2, 15_000);
    type Info = {
      config: { num_replicas: number };
      cluster: { replicas: unknown[] };
    };
    for (const bucket of ["hub-names", "hub-nodes"]) {
      const { config, cluster } = await engine.ask<Info>("INFO", bucket);
      assertEquals([config.num_replicas, cluster.replicas.length], [3, 2]);
    }
  },
);

Deno.test(
  "Two of three servers are killed, and the one that led the nodes is left: within their lease its hubs know that they may not act",
  options,
  async () => {
    await using engine = await Engine.start(3);
    await using started = await startNodes(engine, 3, 4_000);
    const leader = await engine.leaderOf("hub-nodes");
    const others = engine.servers.filter((_, i) => i !== leader);
    // Two signs of life that say the same.
    await sleep(2_000);
    await Promise.all(others.map((server) => server.kill()));
    await sleep(4_000);
    // A leader knows only some ten seconds later that nobody follows it.
    const end = performance.now() + 4_000;
    while (performance.now() < end) {
      for (const node of started.nodes) {
        const { status, text } = await node.get("/readyz");
        assertEquals(status, 503, text);
      }
      await sleep(250);
    }
  },
);

Deno.test(
  "A server that hangs: its hub is with another in seconds, not minutes",
  options,
  async () => {
    await using engine = await Engine.start(3);
    await using started = await startNodes(engine, 2, 15_000);
    const [one, two] = started.nodes;
    const serverOf = async (node: Node) => {
      const { text } = await node.get("/api/report");
      const { cluster } = JSON.parse(text) as HubReport;
      return engine.servers.find(({ port }) =>
        cluster!.engine!.endsWith(`:${port}`)
      )!;
    };
    await using _bot = await answering("bot", one!.url);
    await using me = lasting("me", two!.url);
    await me.connect();
    const server = await serverOf(two!);
    server.signal("SIGSTOP");
    const start = performance.now();
    const ask = () => me.request("bot", "echo", { a: 1 }, { timeout: 1_000 });
    // What was on its way to it fails; the next call may still go there.
    let calm = 0;
    while (calm < 10) {
      calm = await ask().then(() => calm + 1, () => 0);
      assert(performance.now() - start < 30_000, two!.text);
    }
    record("Calls go on while a server hangs", [performance.now() - start]);
    assert(await serverOf(two!) !== server);
    server.signal("SIGCONT");
  },
);
