// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares two kinds of one system that differ by a few hundredths: both run at
 * the same time, each process on its core, and are loaded in turn in short
 * slices. Whole measurements one after the other swing by more than that.
 */

import {
  type Cell,
  HERE,
  type Plan,
  reasonOf,
  type System,
} from "./harness.ts";
import { Results, type Sample } from "./results.ts";
import { compareStarts, inTurn, type Ratio, rowsOf } from "./rows.ts";
import type { Target } from "./suite.ts";

/** How long a slice is, in seconds, and how many of each follow a start. */
const SECONDS = 0.1;
const SLICES = 6;

/** Ours ÷ theirs. */
export interface PairRatios {
  rate: Ratio;
  /** Of the 99th percentiles. */
  p99: Ratio;
  /** Of the CPU time of one process. */
  cpu: Ratio;
}

/** What was seen of two systems. */
export interface Pairs {
  /** All slices. */
  results: Results;
  /** Ours ÷ theirs, by the name of the cell; nothing of one that failed. */
  ratios: Map<string, PairRatios | undefined>;
}

/** What to compare, and how often. */
export interface PairOptions {
  /** The process whose CPU time is compared; by default `hub`. */
  role?: string;
  /** How often both are started: by default once more than there are rounds. */
  starts?: number;
}

/**
 * Compares two systems.
 *
 * @typeParam C The case to measure.
 * @param ours The one, whose ratio is asked for.
 * @param theirs What it is divided by.
 * @param cells The cases.
 * @param plan How long, and how often.
 * @param options What to compare, and how often.
 * @returns The ratios.
 */
export async function comparePairs<C extends Cell>(
  ours: System<C>,
  theirs: System<C>,
  cells: readonly C[],
  plan: Plan,
  { role = "hub", starts: most = plan.rounds + 1 }: PairOptions = {},
): Promise<Pairs> {
  const results = new Results();
  const ratios: Pairs["ratios"] = new Map();
  const cpuOf = ({ cpu }: Sample) => cpu[role]!;
  for (const cell of cells) {
    if (plan.quick && !cell.quick) continue;
    const [one, other] = [ours, theirs].map((system) =>
      rowsOf([() => system], [cell], [])[0]!
    );
    try {
      const starts = await inTurn(
        [() => one!.start(HERE), () => other!.start(HERE)],
        {
          starts: plan.quick ? 1 : most,
          slices: SLICES,
          seconds: SECONDS,
        },
      );
      for (const [a, b] of starts.flat()) {
        results.add(cell.name, ours.name, a);
        results.add(cell.name, theirs.name, b);
      }
      const rate = compareStarts(starts, (a, b) => a.rate / b.rate);
      const p99 = compareStarts(starts, (a, b) => a.p99 / b.p99);
      const cpu = compareStarts(starts, (a, b) => cpuOf(a) / cpuOf(b));
      ratios.set(cell.name, { rate, p99, cpu });
      plan.log(
        `${cell.name}, ${ours.name} ÷ ${theirs.name}: rate ${shown(rate)}, ` +
          `CPU ${shown(cpu)}`,
      );
    } catch (error) {
      ratios.set(cell.name, undefined);
      results.fail(cell.name, ours.name, reasonOf(error));
      plan.log(`${cell.name}: failed: ${reasonOf(error)}`);
    }
  }
  return { results, ratios };
}

/**
 * Shows a ratio with its range.
 *
 * @param ratio The ratio.
 * @returns Such as `0.998 (0.971–1.013)`.
 */
export function shown({ middle, low, high }: Ratio): string {
  return `${middle.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}

/**
 * Creates the rows of what two systems have in common.
 *
 * @param what What is compared.
 * @param pairs What was measured.
 * @param targets Of ours ÷ theirs the least rate, and, if they are asked for, the
 * most CPU time and the most of the 99th percentile.
 * @returns A row for each cell and target. A target is met if the median of the
 * starts is; their range stands beside it.
 */
export function pairTargets(
  what: string,
  { ratios }: Pairs,
  { rate: least, cpu: most, p99: latest }: {
    rate: number;
    cpu?: number;
    p99?: number;
  },
): Target[] {
  const target = (
    what: string,
    ratio: Ratio | undefined,
    target: string,
    isMet: (middle: number) => boolean,
  ): Target => ({
    what,
    measured: ratio ? shown(ratio) : "not measured",
    target,
    met: ratio && isMet(ratio.middle),
    why: "Rows measured in slices",
  });
  return [...ratios].flatMap(([cell, ratio]) => [
    target(
      `${what}, ${cell}`,
      ratio?.rate,
      `≥ ${least}`,
      (middle) => middle >= least,
    ),
    ...most === undefined ? [] : [
      target(
        `${what}, ${cell}, the hub's CPU`,
        ratio?.cpu,
        `≤ ${most}`,
        (middle) => middle <= most,
      ),
    ],
    ...latest === undefined ? [] : [
      target(
        `${what}, ${cell}, p99`,
        ratio?.p99,
        `≤ ${latest}`,
        (middle) => middle <= latest,
      ),
    ],
  ]);
}
