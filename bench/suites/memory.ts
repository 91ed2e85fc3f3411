// Copyright 2026 the Wirekit authors. MIT license.

/** What idle clients, clients that come and go, and one that never reads cost. */

import { HERE, type Plan, residentBytes } from "../harness.ts";
import { serve, type ServerName } from "../hub/servers.ts";
import { Generator, type Shape } from "../load/load.ts";
import { median, short } from "../results.ts";
import { type Suite, type Target, valueTarget } from "../suite.ts";

const PAIR: Shape = { pairs: 1, depth: 1, message: 256 };
const CHUNK = 500;
const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes that each idle client takes, with garbage and without. */
async function idle(
  name: ServerName,
  clients: number,
  root = HERE,
): Promise<{ held: number; all: number }> {
  await using server = await serve(name, root);
  await using load = await Generator.open(server.order, PAIR);
  await load.load(0.3);
  // What the engine takes to compile what many clients need, it takes once: the
  // allocator keeps it, and it is not theirs.
  const warm = clients / 2;
  for (let from = 0; from < warm; from += CHUNK) await load.idle(from, CHUNK);
  const before = await settled(server);
  for (let from = warm; from < warm + clients; from += CHUNK) {
    await load.idle(from, CHUNK);
  }
  const all = await residentBytes(server.pid);
  const after = await settled(server);
  return {
    held: (after - before) / clients,
    all: (all - before) / clients,
  };
}

/** The number of idle clients. */
const IDLE = 5_000;

const HUBS = ["our hub", "our hub, Deno.serve"] as const;
const BARE = "bare sockets";

/** Bytes more, once clients have come and gone, than after half as many before. */
async function churn(name: ServerName, clients: number): Promise<number> {
  await using server = await serve(name);
  await using load = await Generator.open(server.order, PAIR);
  await load.load(0.3);
  // The engine takes that long to be warm.
  const warm = clients / 2;
  for (let from = 0; from < warm; from += CHUNK) await load.churn(from, CHUNK);
  const before = await settled(server);
  for (let from = warm; from < warm + clients; from += CHUNK) {
    await load.churn(from, CHUNK);
  }
  return await settled(server) - before;
}

async function settled(
  server: Awaited<ReturnType<typeof serve>>,
): Promise<number> {
  // A connection may take a second to close.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await server.collect();
  await server.collect();
  return await residentBytes(server.pid);
}

/** How often each of the two floods is looked at: a p99 may be twice another. */
const FLOODS = 5;

interface Flooded {
  p99: number;
  peak: number;
}

/** What others see, and how the hub grows, when one client is flooded. */
async function flood(
  name: ServerName,
  mute: boolean,
  seconds: number,
): Promise<Flooded> {
  await using server = await serve(name);
  const shape: Shape = {
    pairs: 4,
    depth: 16,
    message: 256,
    flood: 16 * MIB,
    mute,
  };
  await using load = await Generator.open(server.order, shape);
  await load.load(0.5);
  await server.collect();
  const before = await residentBytes(server.pid);
  let peak = before;
  let ended = false;
  const watch = (async () => {
    while (!ended) {
      peak = Math.max(peak, await residentBytes(server.pid));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  try {
    const { p99 } = await load.flooded(seconds, 1_000);
    return { p99, peak: peak - before };
  } finally {
    ended = true;
    await watch;
  }
}

async function run(plan: Plan): Promise<{
  targets: Target[];
  details: string;
}> {
  const [clients, comers] = plan.quick ? [2_000, 2_000] : [IDLE, 100_000];
  const ours = "our hub" as const;
  const rows = [
    "| hub | KiB per idle client: held / with garbage | MiB more after clients came and went: how many | MiB more under flood: mute / reading | p99 µs of others: mute / reading |",
    "| --- | --: | --: | --: | --: |",
  ];
  const targets: Target[] = [];
  for (const name of plan.quick ? [ours] as const : HUBS) {
    // Only ours has a target.
    const [times, many] = name !== ours
      ? [1, comers / 5]
      : [plan.quick ? 1 : 3, comers];
    const perClient: number[] = [];
    const withGarbage: number[] = [];
    for (let i = 0; i < times; i++) {
      const { held, all } = await idle(name, clients);
      perClient.push(held / KIB);
      withGarbage.push(all / KIB);
      plan.log(`${name}: ${short(held / KIB)} KiB per idle client`);
    }
    const grown = await churn(name, many) / MIB;
    plan.log(`${name}: ${grown.toFixed(1)} MiB more after ${many} clients`);
    const mutes: Flooded[] = [];
    const readers: Flooded[] = [];
    for (let i = 0; i < (times > 1 ? FLOODS : 1); i++) {
      const order = i % 2 ? [false, true] : [true, false];
      for (const mute of order) {
        const seen = await flood(name, mute, plan.quick ? 1.5 : 3);
        (mute ? mutes : readers).push(seen);
        plan.log(
          `${name}, flood, ${mute ? "mute" : "reading"}: p99 ${
            short(seen.p99)
          } µs, ${(seen.peak / MIB).toFixed(1)} MiB more`,
        );
      }
    }
    const p99 = (all: Flooded[]) => median(all.map((each) => each.p99));
    const peak = (all: Flooded[]) => median(all.map((each) => each.peak)) / MIB;
    rows.push(
      `| ${name} | ${short(median(perClient))} / ${
        short(median(withGarbage))
      } | ${grown.toFixed(1)}: ${many} | ${peak(mutes).toFixed(1)} / ${
        peak(readers).toFixed(1)
      } | ${short(p99(mutes))} / ${short(p99(readers))} |`,
    );
    if (name !== ours) continue;
    // Neighbours in time have the same machine.
    const late = median(mutes.map(({ p99 }, i) => p99 / readers[i]!.p99));
    const bare = (await idle(BARE, clients)).held / KIB;
    plan.log(`${BARE}: ${short(bare)} KiB per idle client`);
    targets.push(
      valueTarget(
        `idle client in ${name} (of ${clients})`,
        median(perClient),
        5,
        "KiB",
        { ceiling: { of: BARE, value: bare }, why: "Memory" },
      ),
      valueTarget(
        `memory more after ${many} clients came and went`,
        Math.max(grown, 0.01),
        5,
        "MiB",
        { why: "Memory" },
      ),
      valueTarget(
        "memory more while one client never reads",
        peak(mutes),
        32,
        "MiB",
        { why: "Memory" },
      ),
      {
        what: "p99 of others: one never reads ÷ it reads",
        measured: short(late),
        target: "≤ 1.3",
        met: late <= 1.3,
        why: "Memory",
      },
    );
  }
  return { targets, details: rows.join("\n") };
}

/** The suite. */
export const suite: Suite = {
  name: "memory",
  title: "Memory of the hub",
  figures: HUBS.map((name) => ({
    name: `an idle client, ${name}`,
    unit: "KiB",
    times: 3,
    measure: async (root) => (await idle(name, IDLE, root)).held / KIB,
  })),
  run,
};
