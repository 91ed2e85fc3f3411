// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares this checkout with an older commit, in turn, in one run:
 *
 * ```sh
 * deno task bench-before 10591a1 --only hub,jsonrpc --rounds 5
 * ```
 *
 * Each round runs the suites of both checkouts, each with its own bench, in
 * alternating order. A row is the median of one of our systems now ÷ then. The
 * table goes into BEFORE.md beside this file.
 */

import { parseArgs } from "@std/cli/parse-args";
import { median, short } from "./harness.ts";

const ROOT = new URL("../", import.meta.url);
const PART = ".cache/bench/part.md";

/** Matches a row of ours: case, system, rate as `**5.72k** (5.33k–6.12k)`. */
const ROW_REGEXP =
  /^\| (?<cell>[^|]+?) +\| (?<system>(?:our|Wirekit)[^|]*?) +\| +\**(?<rate>[\d.]+k?)\**[ (|]/gm;

async function run(program: string, args: string[], cwd: URL): Promise<void> {
  const { success } = await new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} has failed`);
}

/** Runs one suite in a checkout, and returns our rates by row. */
async function ratesOf(
  root: URL,
  suite: string,
  seconds: string,
): Promise<Map<string, number>> {
  await run(Deno.execPath(), [
    ...["run", "-A", "bench/run.ts", "--only", suite],
    ...["--rounds", "1", "--seconds", seconds],
  ], root);
  const text = await Deno.readTextFile(new URL(PART, root));
  const rates = new Map<string, number>();
  for (const { groups } of text.matchAll(ROW_REGEXP)) {
    const { cell, system, rate } = groups as Record<string, string>;
    const value = parseFloat(rate!) * (rate!.endsWith("k") ? 1_000 : 1);
    rates.set(`${suite}: ${cell}, ${system}`, value);
  }
  return rates;
}

const flags = parseArgs(Deno.args, {
  string: ["_", "only", "rounds", "seconds"],
});
const {
  only = "hub,calls,jsonrpc,wsrpc,openwebnet",
  rounds = "3",
  seconds = "0.3",
  _: [commit],
} = flags;
if (commit === undefined) {
  throw new Error("Say which commit to compare with, such as 10591a1");
}
const before = new URL(`.cache/before-${commit}/`, ROOT);
await Deno.remove(before, { recursive: true }).catch(() => {});
await run("git", ["worktree", "prune"], ROOT);
await run(
  "git",
  ["worktree", "add", "--detach", before.pathname, `${commit}`],
  ROOT,
);
// One load generator for both: it is what measures.
for await (const { name } of Deno.readDir(new URL("bench/load", ROOT))) {
  const path = `bench/load/${name}`;
  await Deno.copyFile(new URL(path, ROOT), new URL(path, before));
}
const rows = new Map<string, { then: number[]; now: number[] }>();
try {
  for (const suite of only.split(",")) {
    for (let round = 0; round < Number(rounds); round++) {
      const sides = [["then", before], ["now", ROOT]] as const;
      for (const [side, root] of round % 2 ? sides.toReversed() : sides) {
        for (const [row, rate] of await ratesOf(root, suite, seconds)) {
          if (!rows.has(row)) rows.set(row, { then: [], now: [] });
          rows.get(row)![side].push(rate);
        }
      }
    }
  }
} finally {
  await run(
    "git",
    ["worktree", "remove", "--force", before.pathname],
    ROOT,
  );
}
const lines = [
  `# This house beside that of commit ${commit}`,
  "",
  `Written by \`deno task bench-before ${Deno.args.join(" ")}\` at ${
    new Date().toISOString().slice(0, 16)
  }Z: ${rounds} rounds of ${seconds} s in turn, medians.`,
  "",
  "| row | then | now | now ÷ then |",
  "| --- | --: | --: | --: |",
];
for (const [row, { then, now }] of rows) {
  if (then.length === 0 || now.length === 0) continue;
  const [old, young] = [median(then), median(now)];
  lines.push(
    `| ${row} | ${short(old)} | ${short(young)} | ${
      (young / old).toFixed(2)
    } |`,
  );
}
const text = `${lines.join("\n")}\n`;
await Deno.writeTextFile(new URL("BEFORE.md", import.meta.url), text);
Deno.stdout.writeSync(new TextEncoder().encode(text));
