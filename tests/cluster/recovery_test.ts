// Copyright 2026 the Wirekit authors. MIT license.

/** How soon each thing is over that can happen to a hub or a server. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client, type HubReport, OnHoldError } from "@wirekit/hub";
import { ROOT } from "../_packages.ts";
import { answering, lasting } from "./_ledger.ts";
import { Node, startNodes } from "./_nodes.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";
import { Valve } from "./_valve.ts";

const LEASE = 4_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const options = { sanitizeOps: false, sanitizeResources: false };

/** A client that waits for a name that another has, and gets it in the end. */
async function waiting(name: string, url: string) {
  const client = lasting(name, url);
  client.route("echo", (data: unknown) => data);
  const held = Promise.withResolvers<void>();
  client.addEventListener("hold", () => held.resolve());
  const ready = client.connect({ timeout: Infinity }).then(() =>
    performance.now()
  );
  ready.catch(() => {});
  await held.promise;
  return { client, ready, [Symbol.asyncDispose]: () => client.close() };
}

/** Records how long something took. */
function took(what: string, start: number): void {
  record(what, [performance.now() - start]);
}

/** Two hubs on one server: `bot` is at the first, `me` at the second. */
async function openScene(lease = LEASE) {
  const stack = new AsyncDisposableStack();
  const engine = stack.use(await Engine.start(1));
  const { nodes: [one, two] } = stack.use(await startNodes(engine, 2, lease));
  const bot = stack.use(await answering("bot", one!.url));
  const me = stack.use(await answering("me", two!.url));
  return {
    server: engine.servers[0]!,
    one: one!,
    two: two!,
    bot,
    me,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Tries until it works; throws what `late` says after half a minute. */
async function until(act: () => Promise<void>, late: () => string) {
  const end = performance.now() + 30_000;
  for (;;) {
    try {
      return await act();
    } catch (cause) {
      if (performance.now() > end) throw new Error(late(), { cause });
      await sleep(20);
    }
  }
}

/** What a hub tells of its cluster over HTTP. */
async function toldBy(node: Node) {
  const { status, text: ready } = await node.get("/readyz");
  const { text: metrics } = await node.get("/metrics");
  const report = JSON.parse((await node.get("/api/report")).text) as HubReport;
  const problems = report.problems.map(({ id }) => id);
  return { status, ready, metrics, problems };
}

Deno.test(
  "A hub that is killed: calls to it fail, and its names are free, within its lease and a second",
  options,
  async () => {
    await using scene = await openScene();
    const { one, two, bot, me } = scene;
    await using heir = await waiting("bot", two.url);
    const call = me.request("bot", "never", {}, { timeout: 60_000 });
    call.catch(() => {});
    await sleep(500);
    const start = performance.now();
    await one.end("SIGKILL");
    await assertRejects(
      () => call,
      Error,
      "The destination disconnected before it answered.",
    );
    took("A call to a hub that was killed fails", start);
    const freed = await heir.ready - start;
    record("Its name is another's", [freed]);
    await two.says(/ warn Node node1 is gone: no sign of it for \d+ s/);
    assert(freed < LEASE + 1_000, `${freed}`);
    assertEquals(await me.request("bot", "echo", { a: 1 }), { a: 1 });
    assert(bot.state !== "closed");
  },
);

Deno.test(
  "A hub that leaves: its names are free at once",
  options,
  async () => {
    await using scene = await openScene();
    const { one, two } = scene;
    await using heir = await waiting("bot", two.url);
    await one.end("SIGTERM");
    const start = performance.now();
    const freed = Math.max(await heir.ready - start, 0);
    record("After a hub has ended by SIGTERM", [freed]);
    await two.says(/ info Node node1 is gone: it has left/);
    assert(freed < 1_000, `${freed}`);
  },
);

Deno.test(
  "A hub that is killed and started again at once: what it was does not count as a hub, and who waits for a name of it reads how long",
  options,
  async () => {
    // So long that the hub is there again before it ends.
    await using scene = await openScene(12_000);
    const { one, two, bot } = scene;
    await one.end("SIGKILL");
    await one.start();
    await one.says(/forms one hub with 1 other node\n/);
    await one.says(
      /"bot" is on hold: a hub that gives no sign of life has the name: free within \d+ s/,
    );
    assertMatch((await one.get("/metrics")).text, /hub_cluster_nodes 2$/m);
    await bot.ready({ timeout: 30_000 });
    for (const node of [one, two]) {
      const { metrics } = await toldBy(node);
      assertMatch(metrics, /hub_cluster_nodes 2$/m);
    }
  },
);

Deno.test(
  "A hub that freezes for longer than its lease: it gives up its names, and no late answer of it arrives",
  options,
  async () => {
    await using scene = await openScene();
    const { one, two, bot, me } = scene;
    await using heir = await waiting("bot", two.url);
    let ran = 0;
    bot.route("count", () => ++ran);
    heir.client.route("count", () => -1);
    await me.request("bot", "echo", {});
    one.signal("SIGSTOP");
    const start = performance.now();
    const call = me.request("bot", "count", {}, { timeout: 30_000 });
    await assertRejects(() => call, Error, "disconnected before it answered");
    await heir.ready;
    took("The name of a frozen hub is another's", start);
    const held = Promise.withResolvers<void>();
    bot.addEventListener("hold", () => held.resolve());
    assertEquals(await me.request("bot", "count", {}), -1);
    one.signal("SIGCONT");
    await held.promise;
    await sleep(500);
    // What came to the frozen hub in the meantime was another's to answer.
    assertEquals(ran, 0);
    assertEquals(await me.request("bot", "count", {}), -1);
    await heir.client.close();
    await bot.ready({ timeout: 10_000 });
    assertEquals(await me.request("bot", "count", {}), 1);
  },
);

Deno.test(
  "A hub that stays frozen: calls to names that it had fail in seconds, though its server still takes messages for it",
  options,
  async () => {
    await using scene = await openScene();
    const { one, two, me } = scene;
    one.signal("SIGSTOP");
    await two.says(/Node node1 is gone/);
    const times: number[] = [];
    for (let n = 0; n < 2; n++) {
      const start = performance.now();
      await assertRejects(
        () => me.request("bot", "echo", {}, { timeout: 60_000 }),
        Error,
        "The destination disconnected before it answered.",
      );
      times.push(performance.now() - start);
    }
    record("A call to a frozen hub that nobody waits for any more", times);
    assert(Math.max(...times) < 20_000, `${times}`);
    assert(!await me.ping("bot"));
  },
);

Deno.test(
  "A hub that freezes for longer than its lease: clients whose names nobody wants hear nothing of it",
  options,
  async () => {
    await using engine = await Engine.start(1);
    await using started = await startNodes(engine, 2, LEASE);
    const [one, two] = started.nodes as [Node, Node];
    await using stack = new AsyncDisposableStack();
    const told: string[] = [];
    for (let n = 0; n < 20; n++) {
      // It has no sign of life that it would miss.
      const bot = new Client(`bot ${n}`, {
        url: one.url,
        heartbeat: { interval: Infinity },
      });
      stack.use(bot);
      bot.route("echo", (data) => data);
      await bot.connect();
      for (const event of ["connect", "ready", "hold", "disconnect"] as const) {
        bot.addEventListener(event, () => void told.push(`${n} ${event}`));
      }
    }
    await using me = await answering("me", two.url);
    for (let round = 0; round < 2; round++) {
      one.text = two.text = "";
      one.signal("SIGSTOP");
      await two.says(/Node node1 is gone/);
      // The other hub removes what is left of its names.
      await sleep(2_000);
      one.signal("SIGCONT");
      await one.says(/can be reached again/);
      for (let n = 0; n < 20; n++) {
        await until(async () => {
          assertEquals(await me.request(`bot ${n}`, "echo", { n }), { n });
        }, () => one.text + two.text);
      }
      await sleep(500);
      assertEquals(told, [], one.text);
      const [line, ...more] = one.text.match(/.*no others.*/g) ?? [];
      assertMatch(line!, /This hub stood still for \d+ s, .* suspended or/);
      assertEquals(more, []);
    }
  },
);

Deno.test(
  "A server that is gone: local calls go on, remote ones fail at once, and all heals",
  options,
  async () => {
    await using scene = await openScene();
    const { one, two, me, server } = scene;
    await using beside = await answering("beside", one.url);
    const open = me.request("bot", "never", {}, { timeout: 60_000 });
    open.catch(() => {});
    await sleep(200);
    const start = performance.now();
    await server.kill();
    await assertRejects(
      () => open,
      Error,
      "The NATS servers cannot be reached.",
    );
    took("An open call fails without a server", start);
    const ask = performance.now();
    await assertRejects(
      () => me.request("bot", "echo", {}),
      Error,
      "The NATS servers cannot be reached.",
    );
    took("A new call fails without a server", ask);
    await until(async () => {
      const away = await toldBy(one);
      assertEquals(away.status, 503);
      assertMatch(away.ready, /The NATS servers cannot be reached/);
      assertMatch(away.metrics, /cluster_state\{state="open"\} 0/);
      assert(away.problems.includes("cluster"), `${away.problems}`);
    }, () => one.text);
    assertMatch(one.text, / error The NATS servers cannot be reached/);
    assertEquals(await beside.request("bot", "echo", { a: 1 }), { a: 1 });
    // A name that is claimed now has to wait.
    await using late = await waiting("late", one.url);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", new URL("hub/cli.ts", ROOT).pathname, "list"],
        ...["--url", one.url, "--timeout", "1.5"],
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 3, said);
    assertMatch(said, /The hub cannot give out names now: it may not reach/);
    await using hasty = lasting("hasty", one.url);
    await assertRejects(
      () => hasty.connect({ timeout: 1_500 }),
      OnHoldError,
    );
    // Longer than the lease: all names are doubtful.
    await sleep(LEASE);
    assertEquals(await beside.request("bot", "echo", { a: 1 }), { a: 1 });
    await server.start();
    const back = performance.now();
    await until(async () => {
      assertEquals(await me.request("bot", "echo", { a: 2 }), { a: 2 });
    }, () => one.text + two.text);
    took("After the server is back", back);
    await until(async () => {
      const healed = await toldBy(one);
      assertEquals(healed.status, 200);
      assertMatch(healed.metrics, /cluster_state\{state="open"\} 1/);
      assert(!healed.problems.includes("cluster"), `${healed.problems}`);
    }, () => one.text);
    await late.ready;
    assertEquals(await me.request("late", "echo", { a: 3 }), { a: 3 });
  },
);

Deno.test(
  "A hub whose link is cut: it stops by itself, and what it said comes too late",
  options,
  async () => {
    await using engine = await Engine.start(1);
    await using valve = new Valve(engine.servers[0]!.port);
    const urls = [`nats://127.0.0.1:${valve.port}`];
    await using one = new Node({ urls }, "one", LEASE);
    await using two = new Node(engine, "two", LEASE);
    await Promise.all([one.start(), two.start()]);
    await using bot = await answering("bot", one.url);
    await using me = await answering("me", two.url);
    await using heir = await waiting("bot", two.url);
    const runs = Promise.withResolvers<void>();
    bot.route("who", async () => {
      runs.resolve();
      await sleep(300);
      return "the old one";
    });
    heir.client.route("who", () => "the new one");
    const call = me.request("bot", "who", {}, { timeout: 30_000 });
    call.catch(() => {});
    await runs.promise;
    valve.shut();
    const start = performance.now();
    await assertRejects(() => call, Error, "disconnected before it answered");
    await heir.ready;
    took("The name behind a cut link is another's", start);
    assertEquals(await me.request("bot", "who", {}), "the new one");
    valve.open();
    await one.says(/can be reached again/);
    // What the log says last of a node is how it is.
    await two.says(/Node one is (here|back)/);
    const last = [...two.text.matchAll(/Node one is (\w+)/g)].at(-1)?.[1];
    assert(last !== "gone", two.text);
    assert(!/Node one/.test(one.text), one.text);
    assertEquals(await me.request("bot", "who", {}), "the new one");
    await heir.client.close();
    await until(async () => {
      assertEquals(await me.request("bot", "who", {}), "the old one");
    }, () => `The old one is not back: ${one.text}`);
  },
);

Deno.test(
  "A server that has lost its disk: hubs claim their names again",
  options,
  async () => {
    await using scene = await openScene();
    const { one, two, bot, me, server } = scene;
    assertEquals(await me.request("bot", "echo", { a: 1 }), { a: 1 });
    let lost = 0;
    bot.addEventListener("disconnect", () => lost++);
    await server.kill();
    await server.wipe();
    await server.start();
    const start = performance.now();
    await using heir = await waiting("bot", two.url);
    await Promise.all([one.says(/reached again/), two.says(/reached again/)]);
    await until(async () => {
      assertEquals(await me.request("bot", "echo", { a: 2 }), { a: 2 });
    }, () => one.text + two.text);
    took("After a server has lost its disk", start);
    // One of both has the name, and the other waits: it comes back for that.
    const states = () => [bot.state, heir.client.state].sort().join();
    while (states() !== "held,open") {
      await sleep(50);
      assert(performance.now() - start < 30_000, states());
    }
  },
);
