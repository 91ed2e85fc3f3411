// Copyright 2026 the Wirekit authors. MIT license.

/** A part of the benchmark: what it measures, and what was asked for. */

import type { Plan } from "./harness.ts";
import { type Results, type Sample, short } from "./results.ts";
import type { Figure, Row } from "./rows.ts";

/** The headings of README.md under which misses are explained. */
export const EXPLAINED = [
  "What is out of reach here, and why",
  "One in flight",
  "Many receivers",
  "Large messages",
  "Beside the relay",
  "Messages by lines",
  "Beside Rust and Go",
  "The slowest calls beside Rust",
  "CPU of a call by name",
  "Stock clients",
  "JSON-RPC beside others",
  "wsrpc beside wsrpc-aiohttp",
  "Foreign clients at our server",
  "Newcomers",
  "Floods",
  "OpenWebNet beside OWNd",
  "Memory",
  "The start",
  "The first 2 KiB at once",
  "POST /call",
  "Rows measured in slices",
  "An open page",
  "Between two hubs",
] as const;

/** One of them. */
export type Explained = typeof EXPLAINED[number];

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
  /** The best that can be had here, as far as it is measured. */
  ceiling?: Ceiling;
  /** The heading of README.md under which a miss is explained. */
  why?: Explained;
}

/** What the same work comes to with our code taken out of it. */
export interface Ceiling {
  /** What is left then. */
  of: string;
  /** What was measured of that, if it could be. */
  value: number | undefined;
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
  /** The system that does the same work without our code: the best there is. */
  ceiling?: string;
  /** What that is divided by, if not by `theirs`. */
  ceilingOver?: string;
  /** The heading of README.md under which a miss is explained. */
  why?: Explained;
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
  const { cell, ours, theirs, atLeast, atMost, pick, why } = options;
  const { latency = pick === undefined } = options;
  const { ceiling: of, ceilingOver = theirs } = options;
  const known = {
    ...(why && { why }),
    ...(of && {
      ceiling: { of, value: results.ratio(cell, of, ceilingOver, pick) },
    }),
  };
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
    ...known,
  };
}

/**
 * Creates the row of a single value.
 *
 * @param what What it is.
 * @param value What was measured, if it could be.
 * @param atMost The target.
 * @param unit The unit.
 * @param known What is known of a miss.
 * @returns The row.
 */
export function valueTarget(
  what: string,
  value: number | undefined,
  atMost: number,
  unit: string,
  known: Pick<Target, "ceiling" | "why"> = {},
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
    ...known,
  };
}

/** The name of a heading in a link. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\w -]/g, "").replaceAll(" ", "-");
}

/** What is known of a miss: the best that can be had, and where it is explained. */
function bound({ met, ceiling, why = EXPLAINED[0] }: Target): string {
  if (met !== false) return "";
  const link = (text: string) => `[${text}](README.md#${anchor(why)})`;
  const { of, value } = ceiling ?? {};
  return value === undefined
    ? link("why")
    : `${short(value)}: ${link(`${of}`)}`;
}

/**
 * Formats targets as a table in Markdown.
 *
 * @param targets The rows.
 * @returns The table. Beside what is missed it has the best that can be had.
 */
export function targetTable(targets: Target[]): string {
  const words = (met: boolean | undefined) =>
    met === undefined ? "not measured" : met ? "yes" : "**no**";
  return [
    "| what | measured | target | met | ceiling |",
    "| --- | --: | --: | --- | --- |",
    ...targets.map((target) =>
      `| ${target.what} | ${target.measured} | ${target.target} | ${
        words(target.met)
      } | ${bound(target)} |`
    ),
  ].join("\n");
}
