// Copyright 2026 the Wirekit authors. MIT license.

/** Nodes that want the same names at the same time, while some are cut off. */

import { assert, assertEquals } from "@std/assert";
import type { Backplane } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { receiver } from "./_claims.ts";
import { record, say } from "./_record.ts";
import { Engine } from "./_servers.ts";
import { Valve } from "./_valve.ts";

/** When a node had a name, on one clock for all. */
interface Tenure {
  readonly node: number;
  readonly from: number;
  to: number;
}

const NODES = 3;
/** How many names are fought for at the same time. */
const NAMES = 100;
/** How many faults there are at least: each kind twice. */
const MIN_FAULTS = 8;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets nodes win and give up names, again and again. */
class Race {
  readonly #tenures = new Map<string, Tenure[]>();
  /** What each node has now. */
  readonly #held: Map<string, Tenure>[] = [];
  readonly #planes: Backplane[] = [];
  /** What lets a node give up a name. */
  readonly #ends: ((name: string) => void)[] = [];
  #isOver = false;
  /** What the nodes have logged. */
  readonly lines: string[] = [];
  readonly #goal: number;
  readonly #keeps: boolean;
  #wins = 0;
  readonly #done = Promise.withResolvers<void>();

  constructor(wins: number, keeps: boolean) {
    this.#goal = wins;
    this.#keeps = keeps;
  }

  /**
   * How long to keep a name. Some are kept until long after the lease of a node
   * that is cut off has ended.
   */
  #stay(): number {
    const isLong = this.#keeps && Math.random() < 0.03;
    return (isLong ? 6_000 : 10) * Math.random();
  }

  /** How often a name was won. */
  get wins(): number {
    return this.#wins;
  }

  /** Takes part as the hub of a node; instead of the one before, which is dead. */
  enter(node: number, plane: Backplane): void {
    this.die(node);
    const held = new Map<string, Tenure>();
    this.#held[node] = held;
    this.#ends[node] = (name) => {
      end(name);
      plane.release(name);
    };
    this.#planes[node] = plane;
    const isMine = () => this.#planes[node] === plane;
    const end = (name: string) => {
      const tenure = held.get(name);
      if (!tenure) return false;
      // It may have ended before, by a fence.
      tenure.to = Math.min(tenure.to, performance.now());
      return held.delete(name);
    };
    plane.onMessage(receiver({
      won: (name) => {
        if (!isMine()) return;
        assert(!held.has(name), `${name} was won twice`);
        const from = performance.now();
        const tenure: Tenure = { node, from, to: Infinity };
        held.set(name, tenure);
        if (!this.#tenures.has(name)) this.#tenures.set(name, []);
        this.#tenures.get(name)!.push(tenure);
        this.#wins++;
        if (this.#wins === this.#goal) this.#done.resolve();
        setTimeout(() => {
          if (!isMine() || held.get(name) !== tenure) return;
          if (this.#isOver && name === '"name 0"') return;
          end(name);
          plane.release(name);
          // Who comes back at once would keep it for ever.
          setTimeout(() => {
            if (isMine() && !this.#isOver) plane.claim(name);
          }, 30 * Math.random());
        }, this.#stay());
      },
      lost: (name) => void end(name),
    }));
    for (let n = 0; n < NAMES; n++) plane.claim(`"name ${n}"`);
  }

  /**
   * Looks which nodes have fenced themselves: what they had has ended, unless
   * nobody has taken it by the time they are back.
   */
  watch(): void {
    const now = performance.now();
    for (const [node, plane] of this.#planes.entries()) {
      const isFenced = plane?.status().state === "fenced";
      for (const tenure of this.#held[node]?.values() ?? []) {
        if (!isFenced) tenure.to = Infinity;
        else if (tenure.to === Infinity) tenure.to = now;
      }
    }
  }

  /** A node is gone, with all that it had. */
  die(node: number): void {
    const now = performance.now();
    for (const tenure of this.#held[node]?.values() ?? []) {
      if (tenure.to === Infinity) tenure.to = now;
    }
    this.#held[node]?.clear();
    delete this.#planes[node];
  }

  /** Waits for the end. */
  async end(ms: number): Promise<void> {
    const timer = setTimeout(
      () => this.#done.reject(new Error(`Only ${this.#wins} names were won`)),
      ms,
    );
    await this.#done.promise.finally(() => clearTimeout(timer));
  }

  /** Fails if a node cannot get a name once nobody else wants it. */
  async settle(): Promise<void> {
    this.#isOver = true;
    const deadline = performance.now() + 60_000;
    for (const [node, plane] of this.#planes.entries()) {
      for (const [other, end] of this.#ends.entries()) {
        if (other !== node) end('"name 0"');
      }
      if (!this.#held[node]!.has('"name 0"')) plane!.claim('"name 0"');
      while (!this.#held[node]!.has('"name 0"')) {
        assert(
          performance.now() < deadline,
          `Node ${node + 1} gets no name: ${this.#story()}`,
        );
        await sleep(20);
      }
      this.#ends[node]!('"name 0"');
    }
  }

  /** What an error says of all nodes. */
  #story(): string {
    const states = this.#planes.map((plane, node) => {
      const { state, reason = "", names, engine } = plane.status();
      const owner = names.get('"name 0"');
      return `${node + 1}: ${state} ${reason} ${engine}, name 0 of ${owner}`;
    });
    return [...states, ...this.lines.slice(-60)].join("\n");
  }

  /** Fails if two had a name at the same time. */
  check(): void {
    const shares = new Array(NODES).fill(0);
    let contests = 0;
    for (const [name, tenures] of this.#tenures) {
      tenures.sort((a, b) => a.from - b.from);
      for (let i = 0; i < tenures.length; i++) {
        shares[tenures[i]!.node]++;
        contests++;
        const next = tenures[i + 1];
        if (!next) continue;
        assert(
          tenures[i]!.to <= next.from,
          `${name}: ${JSON.stringify([tenures[i], next])}`,
        );
      }
    }
    say(`  ${contests} wins, of each node: ${shares.join(", ")}`);
    assertEquals(contests, this.#wins);
  }
}

/** What a race is run with. */
export interface RaceOptions {
  /** How many servers. */
  servers: number;
  /** How often a name is to be won, at least. */
  wins: number;
  /** Whether servers and nodes are killed, frozen and cut off. */
  faults?: boolean;
  /** How many faults there are at least; by default each kind twice. */
  minFaults?: number;
  /** How long it may take, in milliseconds. */
  patience?: number;
}

/** Lets three nodes fight for names; fails if two have one at once. */
export async function race(options: RaceOptions): Promise<void> {
  const { servers, wins, faults = false, patience = 180_000 } = options;
  const { minFaults = MIN_FAULTS } = options;
  // Longer than three servers take to choose a new leader.
  const lease = servers > 1 ? 12_000 : faults ? 3_000 : 10_000;
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await Engine.start(servers));
  // Each node is behind a link of its own, to one server.
  const valves = Array.from(
    { length: NODES },
    (_, i) => stack.use(new Valve(engine.servers[i % servers]!.port)),
  );
  const planes = new Set<Backplane>();
  const race = new Race(wins, faults);
  const log = (node: number) => (line: string) => {
    const at = (performance.now() / 1_000).toFixed(1);
    race.lines.push(`${at} ${node + 1}: ${line}`);
  };
  const connect = async (node: number) => {
    const plane = await connectNats({
      servers: faults
        ? [`nats://127.0.0.1:${valves[node]!.port}`]
        : engine.urls,
      connectTimeout: 30_000,
      lease,
      label: `node ${node + 1}`,
      logger: { info: log(node), warn: log(node), error: log(node) },
    });
    planes.add(plane);
    return plane;
  };
  stack.defer(async () => {
    await Promise.all([...planes].map((plane) => plane.close()));
  });
  const start = performance.now();
  for (
    const [node, plane] of (await Promise.all(valves.map((_, i) => connect(i))))
      .entries()
  ) race.enter(node, plane);
  const timer = setInterval(() => race.watch(), 20);
  stack.defer(() => clearInterval(timer));
  const trouble = async (n: number): Promise<string> => {
    const node = Math.floor(n / 4) % NODES;
    const server = engine.servers[n % servers]!;
    // A node that has heard of more servers is not dead behind one link.
    switch (servers > 1 && n % 4 === 2 ? 1 : n % 4) {
      case 0: {
        // Longer than the lease: it fences itself, or finds another server.
        valves[node]!.shut();
        await sleep(Math.min(lease, 6_000) + 1_500);
        valves[node]!.open();
        return `the link of node ${node + 1} to its server cut for long`;
      }
      case 1: {
        await server.kill();
        await sleep(1_000 * Math.random());
        await server.start();
        return "a server killed and started";
      }
      case 2: {
        // As a kill: it says nothing any more, and another comes in its place.
        const valve = valves[node]!;
        valve.shut();
        race.die(node);
        await sleep(lease);
        valves[node] = stack.use(
          new Valve(engine.servers[node % servers]!.port),
        );
        race.enter(node, await connect(node));
        return `node ${node + 1} dead, and a new one`;
      }
      default: {
        server.signal("SIGSTOP");
        await sleep(500 + 2_000 * Math.random());
        server.signal("SIGCONT");
        return "a server frozen";
      }
    }
  };
  // All faults happen, however soon the names are won.
  const troubles = (async () => {
    for (let n = 0; faults && (n < minFaults || race.wins < wins); n++) {
      say(`  ${race.wins} wins, ${await trouble(n)}`);
      await sleep(500);
    }
  })();
  await Promise.all([race.end(patience), troubles]);
  await race.settle();
  record(`${race.wins} contested names, ${servers} servers`, [
    performance.now() - start,
  ]);
  race.check();
}
