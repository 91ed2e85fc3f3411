// Copyright 2026 the Wirekit authors. MIT license.

/** Nodes that want the same names at the same time. */

import { assert, assertEquals } from "@std/assert";
import type { Backplane } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { record, say } from "./_record.ts";
import { Engine } from "./_servers.ts";

/** When a node had a name, on one clock for all. */
interface Tenure {
  readonly node: number;
  readonly from: number;
  to: number;
}

const NODES = 3;
/** How many names are fought for at the same time. */
const NAMES = 100;

/** Lets nodes win and give up names, again and again. */
class Race {
  readonly #planes: readonly Backplane[];
  readonly #tenures = new Map<string, Tenure[]>();
  readonly #left: number;
  #wins = 0;
  readonly #done = Promise.withResolvers<void>();

  constructor(planes: readonly Backplane[], wins: number) {
    this.#planes = planes;
    this.#left = wins;
  }

  /** Takes part as the hub of a node. */
  enter(node: number): void {
    const plane = this.#planes[node]!;
    const since = new Map<string, Tenure>();
    plane.onMessage({
      won: (name) => {
        const from = performance.now();
        const tenure: Tenure = { node, from, to: Infinity };
        since.set(name, tenure);
        if (!this.#tenures.has(name)) this.#tenures.set(name, []);
        this.#tenures.get(name)!.push(tenure);
        setTimeout(() => {
          // Or it was lost, which may not be while all are well.
          assertEquals(tenure.to, Infinity);
          tenure.to = performance.now();
          plane.release(name);
          if (++this.#wins >= this.#left) this.#done.resolve();
          // Who comes back at once would keep it for ever.
          else setTimeout(() => plane.claim(name), 30 * Math.random());
        }, 10 * Math.random());
      },
      held() {},
      lost: (name) => {
        since.get(name)!.to = performance.now();
      },
      message() {},
      undelivered() {},
      left() {},
      gone() {},
      attached() {},
      detached() {},
      figures: () => ({}),
    });
    for (let n = 0; n < NAMES; n++) plane.claim(`"name ${n}"`);
  }

  /** Waits for the end; returns how many there were. */
  async end(ms: number): Promise<number> {
    const timer = setTimeout(
      () => this.#done.reject(new Error(`Only ${this.#wins} names were won`)),
      ms,
    );
    await this.#done.promise.finally(() => clearTimeout(timer));
    return this.#wins;
  }

  /** Fails if two had a name at the same time. */
  check(): void {
    const shares = new Array(this.#planes.length).fill(0);
    for (const [name, tenures] of this.#tenures) {
      tenures.sort((a, b) => a.from - b.from);
      for (let i = 0; i < tenures.length; i++) {
        shares[tenures[i]!.node]++;
        const next = tenures[i + 1];
        if (!next) continue;
        assert(
          tenures[i]!.to <= next.from,
          `${name}: ${JSON.stringify([tenures[i], next])}`,
        );
      }
    }
    say(`  Wins of each node: ${shares.join(", ")}`);
    for (const share of shares) assert(share > 0, "A node never won");
  }
}

/** Lets three nodes fight for names; fails if two have one at once. */
export async function race(servers: number, wins: number, fault = false) {
  await using engine = await Engine.start(servers);
  const planes = await Promise.all(
    Array.from(
      { length: NODES },
      () =>
        connectNats({
          servers: engine.urls,
          connectTimeout: 30_000,
          lease: 10_000,
        }),
    ),
  );
  try {
    const race = new Race(planes, wins);
    const start = performance.now();
    planes.forEach((_, node) => race.enter(node));
    if (fault) {
      setTimeout(async () => {
        const server = engine.servers[1]!;
        await server.kill();
        await server.start();
      }, 500);
    }
    const won = await race.end(120_000);
    const ms = performance.now() - start;
    record(`${won} contested names, ${servers} servers`, [ms]);
    race.check();
    assertEquals(won >= wins, true);
  } finally {
    await Promise.all(planes.map((plane) => plane.close()));
  }
}
