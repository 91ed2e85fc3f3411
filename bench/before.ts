// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares this checkout with an older commit, row by row of the benchmark, into
 * the table of BEFORE.md:
 *
 * ```sh
 * deno task bench-before 10591a1
 * deno task bench-before 10591a1 --only hub,memory --starts 12
 * deno task bench-before --noise # this checkout beside itself
 * ```
 *
 * Servers and clients are those of each checkout; the load generator, and the
 * loops that call and measure, are of this one. A part of it, and this checkout
 * beside itself, go into `.cache/bench/before.md`.
 */

import { parseArgs } from "@std/cli/parse-args";
import { HERE, reasonOf } from "./harness.ts";
import { median, type Sample, short } from "./results.ts";
import {
  compareStarts,
  type Figure,
  inTurn,
  type Pace,
  type Ratio,
  ratioOf,
  type Row,
  type Start,
} from "./rows.ts";
import { suites } from "./suites.ts";

/** What measures in programs of ours: it is of this checkout in both. */
const MEASURING = [
  "load/histogram.mjs",
  "peers/worker.mjs",
  "peers/jsonrpc_work.mjs",
  "hub/wirekit_client.ts",
  "wsrpc/wirekit_client.ts",
];

/** What a floor may cost: what is surely below this counts as missed. */
const LEAST = 0.97;

/** Where few are in flight, processes differ more than their slices do. */
const ALONE: Pace = { starts: 6, slices: 4, seconds: 0.05 };
const TOGETHER: Pace = { starts: 4, slices: 4, seconds: 0.1 };

/** Fewer have no range that promises as much. */
const LEAST_STARTS = 4;

/** Rows that are measured with this checkout on both sides, too. */
const BESIDE_ITSELF = [
  "hub: 1x1, our hub",
  "hub: 1x64, our hub",
  "hub: 64 → 1, our hub",
  "calls: 1 in flight, Wirekit, ws:",
  "calls: 64 in flight, Wirekit, ws:",
  "jsonrpc: Poisson 4k/s, Wirekit ← Wirekit",
];

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    cwd: HERE,
    stdin: "null",
  }).output();
  if (success) return;
  const reason = new TextDecoder().decode(stderr);
  throw new Error(`${program} ${args.join(" ")}: ${reason}`);
}

/** The CPU time of a call in all programs of ours. */
function cpuOf({ cpu }: Sample): number {
  return Object.values(cpu).reduce((sum, each) => sum + each, 0);
}

/** Calls a second; at random times, where it is given, as if one by one. */
function rateOf({ isTimed }: Row, { rate, p50 }: Sample): number {
  return isTimed ? 1e6 / p50 : rate;
}

/** What was found of a row: its cells, and the ratios to judge it by. */
interface Found {
  cells: string[];
  ratios: Record<string, Ratio>;
}

function isUnsure({ middle, high }: Ratio): boolean {
  return middle < LEAST && high >= LEAST;
}

function told({ middle, low, high }: Ratio): string {
  return `**${middle.toFixed(2)}** (${low.toFixed(2)}–${high.toFixed(2)})`;
}

async function compareRow(row: Row, then: URL): Promise<Found> {
  const pace = { ...(row.isAlone ? ALONE : TOGETHER), ...asked };
  const starts: Start[] = [];
  const measure = async () => {
    starts.push(
      ...await inTurn([() => row.start(then), () => row.start(HERE)], pace),
    );
    return {
      rate: compareStarts(starts, (a, b) => rateOf(row, b) / rateOf(row, a)),
      CPU: compareStarts(starts, (a, b) => cpuOf(a) / cpuOf(b)),
    };
  };
  let ratios = await measure();
  // More starts say more.
  if (Object.values(ratios).some(isUnsure)) ratios = await measure();
  const of = (side: 0 | 1, pick: (slice: Sample) => number) =>
    short(median(starts.flat().map((pair) => pick(pair[side]))));
  const rate = (slice: Sample) => rateOf(row, slice);
  return {
    cells: [
      of(0, rate),
      of(1, rate),
      told(ratios.rate),
      of(0, cpuOf),
      of(1, cpuOf),
      told(ratios.CPU),
      `${starts.length}`,
    ],
    ratios,
  };
}

async function compareFigure(
  { unit, times, measure }: Figure,
  then: URL,
): Promise<Found> {
  const old: number[] = [];
  const young: number[] = [];
  for (let n = 0; n < times; n++) {
    const sides = [[old, then], [young, HERE]] as const;
    for (const [values, root] of n % 2 ? sides.toReversed() : sides) {
      values.push(await measure(root));
    }
  }
  const ratio = ratioOf(old.map((value, i) => value / young[i]!));
  const text = (values: number[]) => `${short(median(values))} ${unit}`;
  return {
    cells: [text(old), text(young), told(ratio), `${times}`],
    ratios: { [unit]: ratio },
  };
}

/** Names the rows of which some ratio is as asked for, with these ratios. */
function listed(
  found: Map<string, Found>,
  is: (ratio: Ratio) => boolean,
): string[] {
  return [...found].flatMap(([row, { ratios }]) => {
    const those = Object.entries(ratios).filter(([, ratio]) => is(ratio));
    if (those.length === 0) return [];
    return `- ${row}: ${
      those.map(([what, ratio]) => `${what} ${told(ratio)}`).join(", ")
    }`;
  });
}

const flags = parseArgs(Deno.args, {
  string: ["_", "only", "starts", "slices", "seconds"],
  boolean: ["noise"],
  unknown: (arg) => {
    if (!arg.startsWith("-")) return;
    print(`Unknown argument ${arg}`);
    Deno.exit(2);
  },
});
const { only, noise, _: [commit] } = flags;
/** What the command line says of the pace, in place of the usual one. */
const asked: Partial<Pace> = {
  ...(flags.starts && { starts: Number(flags.starts) }),
  ...(flags.slices && { slices: Number(flags.slices) }),
  ...(flags.seconds && { seconds: Number(flags.seconds) }),
};
for (const [name, value] of Object.entries(asked)) {
  if (value > 0 && value < Infinity) continue;
  throw new Error(`--${name} ${flags[name as keyof Pace]}: no number above 0`);
}
if ((commit === undefined) !== noise) {
  throw new Error(
    "Say which commit to compare with, such as 10591a1, or --noise",
  );
}
if ((asked.starts ?? LEAST_STARTS) < LEAST_STARTS) {
  throw new Error(
    `--starts ${asked.starts}: fewer than ${LEAST_STARTS} say nothing`,
  );
}
const comparable = suites.filter(({ rows, figures }) => rows ?? figures);
const chosen = only?.split(",") ?? comparable.map(({ name }) => name);
for (const name of chosen) {
  if (comparable.some((suite) => suite.name === name)) continue;
  const names = comparable.map((suite) => suite.name).join(", ");
  throw new Error(`There is nothing to compare in ${name}: ${names}`);
}

const begin = Date.now();
const then = noise ? HERE : new URL(`.cache/before-${commit}/`, HERE);
if (!noise) {
  // Of a run that was stopped.
  await Deno.remove(then, { recursive: true }).catch(() => {});
  await run("git", "worktree", "prune");
  await run("git", "worktree", "add", "--detach", then.pathname, `${commit}`);
  for (const path of MEASURING) {
    await Deno.copyFile(
      new URL(`bench/${path}`, HERE),
      new URL(`bench/${path}`, then),
    );
  }
}
const HEAD = [
  "| row | calls/s then | now | now ÷ then | CPU µs then | now | then ÷ now | starts |",
  "| --- | --: | --: | --- | --: | --: | --- | --: |",
];
const rows: string[] = [];
const figures: string[] = [];
const itself: string[] = [];
const failed: string[] = [];
const found = new Map<string, Found>();
const measure = async (
  table: string[],
  row: string,
  result: Promise<Found>,
) => {
  try {
    const { cells, ratios } = await result;
    table.push(`| ${row} | ${cells.join(" | ")} |`);
    if (table !== itself) found.set(row, { cells, ratios });
  } catch (error) {
    table.push(`| ${row} | failed: ${reasonOf(error)} |`);
    failed.push(`- ${row}`);
  }
  print(table.at(-1)!);
};
try {
  for (const suite of comparable) {
    if (!chosen.includes(suite.name)) continue;
    for (const row of suite.rows ?? []) {
      const name = `${suite.name}: ${row.name}`;
      await measure(rows, name, compareRow(row, then));
      if (noise || !BESIDE_ITSELF.includes(name)) continue;
      await measure(itself, `beside itself, ${name}`, compareRow(row, HERE));
    }
    for (const figure of suite.figures ?? []) {
      const name = `${suite.name}: ${figure.name}`;
      await measure(figures, name, compareFigure(figure, then));
    }
  }
} finally {
  if (!noise) await run("git", "worktree", "remove", "--force", then.pathname);
}

const minutes = Math.ceil((Date.now() - begin) / 60_000);
const missed = listed(found, ({ high }) => high < LEAST);
const unsure = listed(found, isUnsure);
const part = (title: string, lines: string[]) =>
  lines.length > 0 ? [title, "", ...lines, ""] : [];
const verdict = [
  `${missed.length} of ${found.size} rows are below ${LEAST}, with all of the ` +
  `range of a ratio; ${unsure.length} may be or not, since only a part of it is.`,
  "",
  ...part("Below it:", missed),
  ...part("Not sure:", unsure),
  ...part("Failed:", failed),
].join("\n");
const options = Deno.args.slice(noise ? 0 : 1).map((arg) => ` ${arg}`).join("");
const what = noise ? "itself" : `that of commit ${commit}`;
const text = [
  `# This house beside ${what}`,
  "",
  `Written by \`deno task bench-before${
    noise ? "" : ` ${commit}`
  }${options}\` at ${
    new Date().toISOString().slice(0, 16)
  }Z, in ${minutes} min, load ${
    Deno.loadavg().map((value) => value.toFixed(1)).join(" ")
  } at the end. README.md says how to read it. Above 1, this house is the better ` +
  "one. A ratio is the median of the starts; in brackets, the range that holds " +
  "the true one with 7 chances of 8. CPU is that of all programs of ours for a " +
  "call. Where calls come at random times (Poisson), calls/s are one by one: 1 ÷ " +
  "their median latency; and the CPU time is without that of the caller, who " +
  "never sleeps.",
  "",
  verdict,
  ...part(
    "## This checkout beside itself",
    itself.length ? [...HEAD, ...itself] : [],
  ),
  ...part("## Rows", rows.length ? [...HEAD, ...rows] : []),
  ...part(
    "## Figures",
    figures.length
      ? [
        "| figure | then | now | then ÷ now | times |",
        "| --- | --: | --: | --- | --: |",
        ...figures,
      ]
      : [],
  ),
].join("\n");
const file = only || noise
  ? new URL("../.cache/bench/before.md", import.meta.url)
  : new URL("BEFORE.md", import.meta.url);
await Deno.mkdir(new URL(".", file), { recursive: true });
await Deno.writeTextFile(file, text);
await run(Deno.execPath(), "fmt", "--quiet", file.pathname);
print(`\n${verdict}`);
