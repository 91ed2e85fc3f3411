// Copyright 2026 the Wirekit authors. MIT license.

/** A part of the benchmark: what it measures, and what was asked for. */

import { type Plan, type Results, type Sample, short } from "./harness.ts";
import type { Figure, Row } from "./rows.ts";

/** One row of the table of targets. */
export interface Target {
  /** What is compared. */
  what: string;
  /** What was measured. */
  measured: string;
  /** What was asked for. */
  target: string;
  /** Whether it is met; `undefined` if it could not be measured. */
  met: boolean | undefined;
}

/** What a part of the benchmark found. */
export interface Report {
  /** Its targets. */
  targets: Target[];
  /** All that was measured, in Markdown. */
  details: string;
}

/** A part of the benchmark. */
export interface Suite {
  /** Its name for `--only`. */
  name: string;
  /** Its heading. */
  title: string;
  /** What of it `before.ts` compares with an older checkout. */
  rows?: Row[];
  /** The same of what is no rate. */
  figures?: Figure[];
  /** Whether the short form leaves it out. */
  long?: boolean;
  /** Runs the measurements. */
  run(plan: Plan): Promise<Report>;
}

/** What {@linkcode ratioTarget} compares. */
export interface RatioOptions {
  /** The name of the cell. */
  cell: string;
  /** The name of our system. */
  ours: string;
  /** The name of the other. */
  theirs: string;
  /** The minimum, if there is one. */
  atLeast?: number;
  /** The maximum, if there is one. */
  atMost?: number;
  /** What to compare, if not the rate. */
  pick?: (sample: Sample) => number;
  /** Whether the 99th percentile counts too, as it does for a rate. */
  latency?: boolean;
}

/** How many times the reference's 99th percentile ours may be. */
const WORST_P99 = 1.3;

/**
 * Creates the row of a ratio.
 *
 * @param what What is compared.
 * @param results What was measured.
 * @param options Which results to compare, and the target.
 * @returns The row.
 */
export function ratioTarget(
  what: string,
  results: Results,
  options: RatioOptions,
): Target {
  const { cell, ours, theirs, atLeast, atMost, pick } = options;
  const { latency = pick === undefined } = options;
  const target = atLeast !== undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  const ratio = results.ratio(cell, ours, theirs, pick);
  if (ratio === undefined) {
    return { what, measured: "not measured", target, met: undefined };
  }
  const isMet = (atLeast === undefined || ratio >= atLeast) &&
    (atMost === undefined || ratio <= atMost);
  const p99 = latency
    ? results.ratio(cell, ours, theirs, (sample) => sample.p99)
    : undefined;
  const isLate = p99 !== undefined && p99 > WORST_P99;
  const late = isLate ? ` (p99 × ${short(p99)})` : "";
  return {
    what,
    measured: `${short(ratio)}${late}`,
    target,
    met: isMet && !isLate,
  };
}

/**
 * Creates the row of a single value.
 *
 * @param what What it is.
 * @param value What was measured, if it could be.
 * @param atMost The target.
 * @param unit The unit.
 * @returns The row.
 */
export function valueTarget(
  what: string,
  value: number | undefined,
  atMost: number,
  unit: string,
): Target {
  const target = `≤ ${atMost} ${unit}`;
  if (value === undefined) {
    return { what, measured: "not measured", target, met: undefined };
  }
  return {
    what,
    measured: `${short(value)} ${unit}`,
    target,
    met: value <= atMost,
  };
}

/**
 * Formats targets as a table in Markdown.
 *
 * @param targets The rows.
 * @returns The table.
 */
export function targetTable(targets: Target[]): string {
  const words = (met: boolean | undefined) =>
    met === undefined ? "not measured" : met ? "yes" : "**no**";
  return [
    "| what | measured | target | met |",
    "| --- | --: | --: | --- |",
    ...targets.map(({ what, measured, target, met }) =>
      `| ${what} | ${measured} | ${target} | ${words(met)} |`
    ),
  ].join("\n");
}
