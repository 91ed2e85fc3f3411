// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares Wirekit side by side with foreign programs; see README.md here.
 *
 * - `--quick`: one short round of the main cells, for a record.
 * - `--rounds N`, `--seconds N`: how often and how long to measure each cell.
 * - `--only NAME[,NAME]`: only some suites; RESULTS.md is not changed.
 * - `--cells REGEXP`: of these only cells whose names match.
 */

import { parseArgs } from "@std/cli/parse-args";
import { type Plan, reasonOf } from "./harness.ts";
import { machine } from "./machine.ts";
import { versions } from "./peers/install.ts";
import { type Suite, type Target, targetTable } from "./suite.ts";
import { suites } from "./suites.ts";
import { withSummary } from "./summary.ts";

const flags = parseArgs(Deno.args, {
  string: ["rounds", "seconds", "only", "cells"],
  boolean: ["quick"],
  unknown: (arg) => {
    print(`Unknown argument ${arg}`);
    Deno.exit(2);
  },
});

const plan: Plan = {
  rounds: Number(flags.rounds ?? (flags.quick ? 1 : 3)),
  seconds: Number(flags.seconds ?? (flags.quick ? 0.25 : 0.5)),
  quick: flags.quick,
  ...(flags.cells && { cells: new RegExp(flags.cells) }),
  log: (line) => print(`  ${line}`),
};

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function commit(): Promise<string> {
  const { stdout } = await new Deno.Command("git", {
    args: ["rev-parse", "--short", "HEAD"],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

function load(): string {
  return Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
}

function chosen(): Suite[] {
  const names = flags.only?.split(",");
  for (const name of names ?? []) {
    if (suites.some((suite) => suite.name === name)) continue;
    print(`There is no suite ${name}: ${suites.map((s) => s.name).join(", ")}`);
    Deno.exit(2);
  }
  return names?.map((name) => suites.find((suite) => suite.name === name)!) ??
    suites.filter(({ long = false }) => !(long && flags.quick));
}

/** The short form has no figures for the targets of its other cells. */
function isOfPlan({ met }: Target): boolean {
  return !(flags.quick && met === undefined);
}

const begin = new Date();
const start = load();
const targets: Target[] = [];
const details: string[] = [];

/** What is known so far. */
async function report(): Promise<string> {
  const minutes = Math.ceil((Date.now() - begin.getTime()) / 60_000);
  return [
    "# Results",
    "",
    "Written by `deno task bench`; README.md says how to read it.",
    "",
    `- When: ${begin.toISOString().slice(0, 16)}Z, commit ${await commit()}`,
    `- Machine: ${await machine()}, load ${start} at the start`,
    `- Versions: Deno ${Deno.version.deno}, ${await versions()}`,
    `- ${plan.rounds} rounds of ${plan.seconds} s a cell, ${minutes} minutes`,
    "",
    "## Targets",
    "",
    targetTable(targets),
    ...details,
    "",
  ].join("\n");
}

const file = new URL(
  flags.only || flags.cells ? "../.cache/bench/part.md" : "RESULTS.md",
  import.meta.url,
);
for (const { name, title, run } of chosen()) {
  print(`\n${title} (--only ${name})`);
  const from = Date.now();
  const when = `At ${
    new Date(from).toISOString().slice(11, 16)
  }, load ${load()}`;
  const tell = (text: string) => {
    const took = `${Math.round((Date.now() - from) / 1000)} s`;
    details.push("", `## ${title}`, "", `${when}, in ${took}.`, "", text);
    print(`  ${took}`);
  };
  try {
    const report = await run(plan);
    targets.push(...report.targets.filter(isOfPlan));
    tell(report.details);
  } catch (error) {
    tell(`Failed: ${reasonOf(error)}`);
    targets.push({
      what: title,
      measured: reasonOf(error),
      target: "",
      met: undefined,
    });
  }
  // After each suite, so that what was measured is not lost.
  if (flags.only || flags.cells || !flags.quick) {
    await Deno.mkdir(new URL(".", file), { recursive: true });
    await Deno.writeTextFile(file, await report());
  }
}
print(`\n${await report()}`);
if (!flags.only && !flags.cells && !flags.quick) {
  const page = new URL("../README.md", import.meta.url);
  const text = await Deno.readTextFile(page);
  const results = await Deno.readTextFile(file);
  await Deno.writeTextFile(page, withSummary(text, results));
  const plots = new URL("plots", import.meta.url);
  await new Deno.Command(Deno.execPath(), {
    args: [
      "fmt",
      "--quiet",
      ...[file, plots, page].map(({ pathname }) => pathname),
    ],
  }).output();
}
