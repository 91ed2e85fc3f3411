// Copyright 2026 the Wirekit authors. MIT license.

/** Three servers, of which some are cut off from each other. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { HubReport } from "@wirekit/hub";
import { answering, lasting } from "./_ledger.ts";
import { Node } from "./_nodes.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";
import { Valve } from "./_valve.ts";

const LEASE = 4_000;
/** How long a call may take that nobody ends. */
const DEADLINE = 60_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const options = { sanitizeOps: false, sanitizeResources: false };

/** Servers whose links among each other can be cut, one by one. */
class Parted implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #links: { ends: number[]; valve: Valve }[] = [];
  engine!: Engine;

  /** Starts them; those that are to notice a cut soon ask each other often. */
  static async start(noticing = false): Promise<Parted> {
    const parted = new Parted();
    const link = (port: number, ...ends: number[]) => {
      const valve = parted.#stack.use(new Valve(port));
      parted.#links.push({ ends, valve });
      return valve.port;
    };
    // What servers tell each other of their ports would lead past a cut.
    const more = ["--cluster_advertise", "127.0.0.1:1"];
    if (noticing) {
      const config = await Deno.makeTempFile({ prefix: "nats-" });
      parted.#stack.defer(() => Deno.remove(config));
      await Deno.writeTextFile(config, 'ping_interval: "1s"\nping_max: 1\n');
      more.push("--config", config);
    }
    parted.engine = parted.#stack.use(await Engine.start(3, more, link));
    return parted;
  }

  /** Cuts a server off from others. */
  cut(server: number, others: number[]): void {
    for (const { ends, valve } of this.#links) {
      if (ends.includes(server) && ends.some((end) => others.includes(end))) {
        valve.shut();
      }
    }
  }

  /** Joins all again. */
  heal(): void {
    for (const { valve } of this.#links) valve.open();
  }

  /** Starts a hub that knows one of the servers. */
  async hub(server: number, name: string): Promise<Node> {
    const urls = [this.engine.urls[server]!];
    const node = this.#stack.use(new Node({ urls }, name, LEASE));
    await node.start();
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.heal();
    await this.#stack.disposeAsync();
  }
}

async function readiness(node: Node): Promise<number> {
  return (await node.get("/readyz")).status;
}

Deno.test(
  "The server that leads the nodes is cut off from the others, with a hub: another hub has its names only when that one has let go of them",
  options,
  async () => {
    await using parted = await Parted.start();
    // The first hub makes the buckets, which may be led by any server.
    const maker = await parted.hub(0, "maker");
    const alone = await parted.engine.leaderOf("hub-nodes");
    await maker.end("SIGTERM");
    const one = await parted.hub(alone, "one");
    const two = await parted.hub((alone + 1) % 3, "two");
    await using holder = lasting("bot", one.url);
    await holder.connect();
    await using rival = lasting("bot", two.url);
    const won = rival.connect({ timeout: 60_000 });
    // Two signs of life that say the same.
    await sleep(LEASE / 2);
    parted.cut(alone, [0, 1, 2]);
    const start = performance.now();
    let isWon = false;
    won.then(() => isWon = true, () => {});
    let heldUntil = 0;
    while (!isWon && performance.now() - start < 60_000) {
      if (await readiness(one) === 200) heldUntil = performance.now() - start;
      await sleep(20);
    }
    await won;
    assertEquals(await readiness(one), 503, one.text);
    const taken = performance.now() - start;
    record("Cut off with its server: a hub lets go", [heldUntil]);
    record("Cut off with its server: another has its names", [taken]);
  },
);

/** Two hubs at two servers, of which a third leads all; a client of each. */
async function startTwo(parted: Parted, stack: AsyncDisposableStack) {
  const { engine } = parted;
  const maker = await parted.hub(0, "maker");
  await maker.end("SIGTERM");
  // So that both hubs can renew their leases.
  const third = await engine.leaderOf("hub-nodes");
  const placement = { preferred: `s${third}` };
  const wish = JSON.stringify({ placement });
  for (let tries = 0; await engine.leaderOf("hub-names") !== third; tries++) {
    assert(tries < 40, "it does not lead the names");
    await engine.ask("LEADER.STEPDOWN", "hub-names", wish);
    await sleep(500);
  }
  const [left, right] = [(third + 1) % 3, (third + 2) % 3];
  const one = await parted.hub(left, "one");
  const two = await parted.hub(right, "two");
  stack.use(await answering("bot", two.url));
  const me = stack.use(lasting("me", one.url));
  await me.connect();
  const ask = () => me.request("bot", "echo", { n: 1 }, { timeout: DEADLINE });
  assertEquals(await ask(), { n: 1 });
  parted.cut(left, [right]);
  return { one, me, ask };
}

Deno.test(
  "Two servers are cut off from each other, and not from the third: calls between their hubs fail, and go on when the link is back",
  options,
  async () => {
    await using parted = await Parted.start();
    await using stack = new AsyncDisposableStack();
    const { one, ask } = await startTwo(parted, stack);
    for (let calls = 0; calls < 2; calls++) {
      const start = performance.now();
      const error = await assertRejects(ask);
      const took = performance.now() - start;
      record(`A call to a hub that is there and does not answer`, [took]);
      assertEquals(
        (error as Error).message,
        "The other hub is there, but does not answer.",
      );
      // The hub ends it, in some three seconds where nothing else runs.
      assert(took < DEADLINE / 2, `${took} ms`);
    }
    assert(/Node two is there, but does not answer/.test(one.text), one.text);
    parted.heal();
    const start = performance.now();
    while (!await ask().then(() => true, () => false)) {
      assert(performance.now() - start < 60_000, one.text);
    }
    record("Calls go on when the link is back", [performance.now() - start]);
  },
);

Deno.test(
  "Two servers have noticed that they do not reach each other: no call says that a client is not there, and readiness, page and metrics name the other hub",
  options,
  async () => {
    await using parted = await Parted.start(true);
    await using stack = new AsyncDisposableStack();
    const { one, me, ask } = await startTwo(parted, stack);
    const truths = [
      "The other hub is there, but does not answer.",
      "The hub of the destination cannot be reached.",
      "The answer was lost on the way between two hubs.",
    ];
    const start = performance.now();
    let quick = 0;
    while (quick < 10 || await readiness(one) === 200) {
      assert(performance.now() - start < 60_000, one.text);
      const asked = performance.now();
      const { message } = await assertRejects(ask) as Error;
      assert(truths.includes(message), message);
      quick = performance.now() - asked < 500 ? quick + 1 : 0;
      await sleep(100);
    }
    record("Noticed by all: calls fail at once", [performance.now() - start]);
    const silent = "The hub two is there, but does not answer.";
    assertEquals((await one.get("/readyz")).text, silent);
    const { problems, cluster } = JSON.parse(
      (await one.get("/api/report")).text,
    ) as HubReport;
    assert(problems.some(({ text }) => text.startsWith(silent)));
    assertEquals(cluster?.reason, silent);
    const metric = /cluster_node_unreached\{node="two"\} 1/;
    assertMatch((await one.get("/metrics")).text, metric);
    assert(!await me.ping("bot"));
    parted.heal();
    const healed = performance.now();
    while (!await ask().then(() => true, () => false)) {
      assert(performance.now() - healed < 60_000, one.text);
    }
    while (await readiness(one) !== 200) {
      assert(performance.now() - healed < 60_000, one.text);
      await sleep(100);
    }
  },
);
