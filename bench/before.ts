// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares this checkout with an older commit, row by row of the benchmark, into
 * the table of BEFORE.md:
 *
 * ```sh
 * deno task bench-before 10591a1
 * deno task bench-before 10591a1 --only hub,memory --slices 20
 * ```
 *
 * Servers and clients are those of each checkout; the load generator, and the
 * loops that call and measure, are of this one.
 */

import { parseArgs } from "@std/cli/parse-args";
import { HERE, median, reasonOf, short } from "./harness.ts";
import {
  type Figure,
  inTurn,
  type Pace,
  type Row,
  type Slice,
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

/** What a floor may cost: below this, a row counts as missed. */
const LEAST = 0.97;

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
function cpuOf({ cpu }: Slice): number {
  return Object.values(cpu).reduce((sum, each) => sum + each, 0);
}

/** Returns the cells of a row, and whether it is as good as it was. */
async function compareRow(
  { start }: Row,
  then: URL,
  pace: Pace,
): Promise<[cells: string[], isMet: boolean]> {
  const pairs = await inTurn([() => start(then), () => start(HERE)], pace);
  const of = (side: 0 | 1, pick: (slice: Slice) => number) =>
    short(median(pairs.map((pair) => pick(pair[side]))));
  const rate = median(pairs.map(([a, b]) => b.rate / a.rate));
  const cpu = median(pairs.map(([a, b]) => cpuOf(a) / cpuOf(b)));
  const rateOf = (slice: Slice) => slice.rate;
  return [[
    of(0, rateOf),
    of(1, rateOf),
    rate.toFixed(2),
    of(0, cpuOf),
    of(1, cpuOf),
    cpu.toFixed(2),
  ], rate >= LEAST || cpu >= LEAST];
}

async function compareFigure(
  { unit, times, measure }: Figure,
  then: URL,
): Promise<[cells: string[], isMet: boolean]> {
  const old: number[] = [];
  const young: number[] = [];
  for (let n = 0; n < times; n++) {
    const sides = [[old, then], [young, HERE]] as const;
    for (const [values, root] of n % 2 ? sides.toReversed() : sides) {
      values.push(await measure(root));
    }
  }
  const ratio = median(old) / median(young);
  const text = (values: number[]) => `${short(median(values))} ${unit}`;
  return [[text(old), text(young), ratio.toFixed(2)], ratio >= LEAST];
}

const flags = parseArgs(Deno.args, {
  string: ["_", "only", "starts", "slices", "seconds"],
  unknown: (arg) => {
    if (!arg.startsWith("-")) return;
    print(`Unknown argument ${arg}`);
    Deno.exit(2);
  },
});
const { starts = "2", slices = "4", seconds = "0.2", _: [commit] } = flags;
const pace: Pace = {
  starts: Number(starts),
  slices: Number(slices),
  seconds: Number(seconds),
};
if (commit === undefined) {
  throw new Error("Say which commit to compare with, such as 10591a1");
}
const comparable = suites.filter(({ rows, figures }) => rows ?? figures);
const chosen = flags.only?.split(",") ?? comparable.map(({ name }) => name);
for (const name of chosen) {
  if (comparable.some((suite) => suite.name === name)) continue;
  const names = comparable.map((suite) => suite.name).join(", ");
  throw new Error(`There is nothing to compare in ${name}: ${names}`);
}

const begin = Date.now();
const then = new URL(`.cache/before-${commit}/`, HERE);
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
const rows: string[] = [];
const figures: string[] = [];
const missed: string[] = [];
try {
  for (const suite of comparable) {
    if (!chosen.includes(suite.name)) continue;
    const measure = async (
      table: string[],
      name: string,
      result: Promise<[cells: string[], isMet: boolean]>,
    ) => {
      const row = `${suite.name}: ${name}`;
      try {
        const [cells, isMet] = await result;
        table.push(`| ${row} | ${cells.join(" | ")} |`);
        if (!isMet) missed.push(row);
      } catch (error) {
        table.push(`| ${row} | failed: ${reasonOf(error)} |`);
        missed.push(row);
      }
      print(table.at(-1)!);
    };
    for (const row of suite.rows ?? []) {
      await measure(rows, row.name, compareRow(row, then, pace));
    }
    for (const figure of suite.figures ?? []) {
      await measure(figures, figure.name, compareFigure(figure, then));
    }
  }
} finally {
  await run("git", "worktree", "remove", "--force", then.pathname);
}

const minutes = Math.ceil((Date.now() - begin) / 60_000);
const options = flags.only ? ` --only ${flags.only}` : "";
const missing = missed.length === 0
  ? `All ${rows.length + figures.length} rows reach ${LEAST}.`
  : `${missed.length} of ${rows.length + figures.length} rows reach ${LEAST} ` +
    `neither in rate nor in CPU:\n\n${
      missed.map((row) => `- ${row}`).join("\n")
    }`;
const text = [
  `# This house beside that of commit ${commit}`,
  "",
  `Written by \`deno task bench-before ${commit}${options}\` at ${
    new Date().toISOString().slice(0, 16)
  }Z, in ${minutes} min. Both ran at the same time, and were loaded in ` +
  `turn: ${pace.starts} times ${pace.slices} slices of ${pace.seconds} s. The ` +
  "ratios are medians of those of two slices, one after the other; above 1, " +
  "this house is the better one. CPU is that of all programs of ours for a call.",
  "",
  missing,
  "",
  ...(rows.length > 0
    ? [
      "| row | calls/s then | now | now ÷ then | CPU µs then | now | then ÷ now |",
      "| --- | --: | --: | --: | --: | --: | --: |",
      ...rows,
      "",
    ]
    : []),
  ...(figures.length > 0
    ? [
      "| figure | then | now | then ÷ now |",
      "| --- | --: | --: | --: |",
      ...figures,
      "",
    ]
    : []),
].join("\n");
const { pathname } = new URL("BEFORE.md", import.meta.url);
await Deno.writeTextFile(pathname, text);
await run(Deno.execPath(), "fmt", "--quiet", pathname);
print(`\n${missing}`);
