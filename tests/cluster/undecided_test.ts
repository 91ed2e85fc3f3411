// Copyright 2026 the Wirekit authors. MIT license.

/** NATS is there and decides nothing, or has been away for longer than a lease. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { HubReport } from "@wirekit/hub";
import { ROOT } from "../_packages.ts";
import { answering, lasting } from "./_ledger.ts";
import { type Node, startNodes } from "./_nodes.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";

const options = { sanitizeOps: false, sanitizeResources: false };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until a hub is as ready as that. */
async function becomes(node: Node, status: number, within: number) {
  const start = performance.now();
  while ((await node.get("/readyz")).status !== status) {
    assert(performance.now() - start < within, `not ${status}: ${node.text}`);
    await sleep(50);
  }
  return performance.now() - start;
}

Deno.test(
  "Two of three servers are killed: long before the lease ends, readiness, page and metrics say that nobody decides, and so does the log of a client on hold",
  options,
  async () => {
    await using engine = await Engine.start(3);
    await using started = await startNodes(engine, 2, 30_000);
    const [one, two] = started.nodes as [Node, Node];
    const leader = await engine.leaderOf("hub-names");
    const others = engine.servers.filter((_, i) => i !== leader);
    await Promise.all(others.map((server) => server.kill()));
    await using fresh = lasting("fresh", one.url);
    const open = fresh.connect({ timeout: 60_000 });
    open.catch(() => {});
    await one.says(/"fresh" is on hold: .*/);
    assertMatch(one.text, /on hold: nobody can say now whether the name is/);
    await becomes(one, 503, 12_000);
    const reason = "The NATS servers do not decide now who has which name.";
    assertEquals((await one.get("/readyz")).text, reason);
    assertMatch((await one.get("/metrics")).text, /cluster_refused 1/);
    const hasProblem = async () => {
      const { text } = await one.get("/api/report");
      const { problems } = JSON.parse(text) as HubReport;
      return problems.some(({ text }) => text.startsWith(reason));
    };
    const start = performance.now();
    while (!await hasProblem()) {
      assert(performance.now() - start < 10_000, one.text);
      await sleep(100);
    }
    // The other has no client that waits: it finds out by its lease.
    record("Nobody decides: a hub says so", [await becomes(two, 503, 20_000)]);
    assertEquals((await two.get("/readyz")).text, reason);
    await one.says(/The NATS servers do not decide now/);
    await Promise.all(others.map((server) => server.start()));
    await open;
    for (const node of [one, two]) await becomes(node, 200, 30_000);
    assertMatch((await one.get("/metrics")).text, /cluster_refused 0/);
    await one.says(/The NATS servers decide again/);
    assertEquals(one.text.match(/do not decide now/g)?.length, 1, one.text);
  },
);

Deno.test(
  "Servers come back after more than a lease: no call says that a client is not there, though its hub is back later",
  options,
  async () => {
    await using engine = await Engine.start(3);
    await using started = await startNodes(engine, 2, 2_000);
    const [one, two] = started.nodes as [Node, Node];
    await using _bot = await answering("bot", two.url);
    await using me = lasting("me", one.url);
    await me.connect();
    const ask = () => me.request("bot", "echo", { n: 1 }, { timeout: 30_000 });
    await ask();
    for (let round = 0; round < 2; round++) {
      await Promise.all(engine.servers.map((server) => server.kill()));
      await one.says(/Other hubs may take over the names of this one by now/);
      // The other one is back later.
      two.signal("SIGSTOP");
      await Promise.all(engine.servers.map((server) => server.start()));
      const freed = sleep(round === 0 ? 0 : 12_000)
        .then(() => two.signal("SIGCONT"));
      const start = performance.now();
      const said = new Set<string>();
      let calm = 0;
      while (calm < 20) {
        const failed = await ask().then(() => undefined, (error) => error);
        calm = failed ? 0 : calm + 1;
        if (failed) said.add(failed.message);
        assert(performance.now() - start < 60_000, one.text);
        await sleep(10);
      }
      await freed;
      record("Back after a lease: calls go on", [performance.now() - start]);
      for (const text of said) {
        assertMatch(text, /NATS servers|could not renew|cannot be reached/);
      }
    }
  },
);

Deno.test(
  "A server that keeps no copy of the names is named in the log, and so is its return",
  options,
  async () => {
    await using engine = await Engine.start(3);
    await using started = await startNodes(engine, 1, 4_000);
    const [one] = started.nodes as [Node];
    const leader = await engine.leaderOf("hub-names");
    const lost = (leader + 1) % 3;
    await engine.servers[lost]!.kill();
    await one.says(new RegExp(`server s${lost} keeps no copy of the names`));
    await engine.servers[lost]!.start();
    await one.says(new RegExp(`server s${lost} keeps a copy of the names`));
    assertEquals(one.text.match(/keeps no copy/g)?.length, 1);
  },
);

Deno.test(
  "A ping asks the hub of a client: one that hangs is not taken for an answer",
  options,
  async () => {
    await using engine = await Engine.start(1);
    await using started = await startNodes(engine, 2, 30_000);
    const [one, two] = started.nodes as [Node, Node];
    await using _bot = await answering("bot", two.url);
    await using me = lasting("me", one.url);
    await me.connect();
    const ping = async () => {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: [
          ..."run --no-prompt -A".split(" "),
          new URL("hub/cli.ts", ROOT).pathname,
          ..."ping bot --url".split(" "),
          one.url,
        ],
        stderr: "inherit",
      }).output();
      return new TextDecoder().decode(stdout);
    };
    assert(await me.ping("bot"));
    assertEquals(await ping(), "bot is connected\n");
    two.signal("SIGSTOP");
    const [isThere, said] = await Promise.all([me.ping("bot"), ping()]);
    assert(!isThere);
    assertEquals(said, '"bot" is at the hub node2, which does not answer\n');
    two.signal("SIGCONT");
    while (!await me.ping("bot")) await sleep(50);
  },
);
