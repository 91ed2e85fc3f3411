// Copyright 2026 the Wirekit authors. MIT license.

/** How rate and latency change as the work grows: no cliff, and a plot. */

import { compare } from "../harness.ts";
import type { ServerName } from "../hub/servers.ts";
import type { Shape } from "../load/load.ts";
import type { Suite, Target } from "../suite.ts";
import { machine } from "../machine.ts";
import { plot, type Point } from "../plot.ts";
import { median, type Results, type Sample, short } from "../results.ts";
import { type LoadCell, system } from "./hub.ts";

/** One plot. */
interface Sweep {
  /** The name of its file. */
  name: string;
  /** What the plot shows. */
  title: string;
  /** What grows. */
  label: string;
  /** Whether that is a number of bytes. */
  isBytes?: boolean;
  /** How much of it. */
  values: number[];
  /** What is asked for then. */
  shape(value: number): Shape;
  /** The largest value that real winerp is asked for. */
  winerpUpTo: number;
  /** How large a change of the cost is a cliff, from one value to the next. */
  cliff(before: number, after: number): number;
}

const OURS = "our hub" satisfies ServerName;
const NAMES: ServerName[] = [OURS, "our hub, Deno.serve", "winerp"];

const SWEEPS: Sweep[] = [
  {
    name: "in_flight",
    title: "More in flight: one client, messages of 256 bytes",
    label: "requests in flight",
    values: [1, 4, 16, 64, 256],
    shape: (depth) => ({ pairs: 1, depth, message: 256 }),
    winerpUpTo: 256,
    cliff: () => 2,
  },
  {
    name: "clients",
    title: "More clients: each second one has one request in flight",
    label: "clients",
    values: [2, 10, 50, 200, 1_000, 2_000, 5_000],
    shape: (clients) => ({ pairs: clients / 2, depth: 1, message: 256 }),
    winerpUpTo: 200,
    cliff: () => 2,
  },
  {
    name: "message",
    title: "Larger messages: 4 clients with one request in flight each",
    label: "data of a request",
    isBytes: true,
    values: [8, 64, 512, 4_096, 32_768, 262_144, 1_048_576],
    shape: (data) => ({ pairs: 4, depth: 1, data }),
    winerpUpTo: 32_768,
    cliff: (before, after) => 2 * after / before,
  },
];

/** The worst growth of the hub's CPU per request, beside what it may be. */
function worstStep(sweep: Sweep, results: Results): number {
  let worst = 0;
  sweep.values.forEach((value, i) => {
    const before = sweep.values[i - 1];
    if (before === undefined) return;
    const growth = results.of(`${value}`, OURS, cpuOf)! /
      results.of(`${before}`, OURS, cpuOf)!;
    worst = Math.max(worst, growth / sweep.cliff(before, value));
  });
  return worst;
}

function cpuOf({ cpu }: { cpu: Record<string, number> }): number {
  return cpu["hub"]!;
}

/** The suite. */
export const suite: Suite = {
  name: "plots",
  title: "As the work grows",
  long: true,
  async run(plan) {
    const targets: Target[] = [];
    const details: string[] = [];
    for (const sweep of SWEEPS) {
      const cells = sweep.values.map((value): LoadCell => ({
        name: `${value}`,
        quick: true,
        isSpread: true, // As the points beside it.
        shape: sweep.shape(value),
        ...(value > sweep.winerpUpTo && { only: NAMES.slice(0, 2) }),
      }));
      const rounds = Math.min(plan.rounds, 2);
      const results = await compare(NAMES.map((name) => system(name)), cells, {
        ...plan,
        rounds,
        seconds: Math.min(plan.seconds, 0.4),
      });
      const points = (pick: (sample: Sample) => number): Point[] =>
        NAMES.flatMap((system) =>
          sweep.values.flatMap((value): Point[] => {
            const all = results.all(`${value}`, system).map(pick);
            if (all.length === 0) return [];
            return [{
              system,
              x: value,
              y: median(all),
              low: Math.min(...all),
              high: Math.max(...all),
            }];
          })
        );
      if (!plan.quick) {
        const file = new URL(`../plots/${sweep.name}.svg`, import.meta.url);
        await Deno.mkdir(new URL("./", file), { recursive: true });
        const date = new Date().toISOString().slice(0, 10);
        const picture = await plot([
          { title: "requests a second", points: points(({ rate }) => rate) },
          { title: "p99, ms", points: points(({ p99 }) => p99 / 1000) },
        ], {
          title: sweep.title,
          subtitle: `${date}, ${await machine()}. Medians of ${rounds} rounds` +
            ", bars from the smallest to the largest.",
          x: sweep.label,
          ...(sweep.isBytes && { isBytes: true }),
          systems: NAMES,
        });
        await Deno.writeTextFile(file, picture);
      }
      const worst = worstStep(sweep, results);
      targets.push({
        what: `no cliff: ${sweep.title}`,
        measured: `worst step of the hub's CPU × ${short(worst)}`,
        target: "≤ 1 × what is twice in proportion",
        met: Number.isNaN(worst) ? undefined : worst <= 1,
      });
      details.push(
        `### ${sweep.title}`,
        "",
        `![Rate and p99](plots/${sweep.name}.svg)`,
        "",
        results.table(OURS),
        "",
      );
    }
    return { targets, details: details.join("\n") };
  },
};
