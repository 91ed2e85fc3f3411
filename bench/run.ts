// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares Wirekit side by side with foreign programs; see README.md here.
 *
 * - `--quick`: two short rounds, for a record.
 * - `--rounds N`, `--seconds N`: how often and how long to measure each cell.
 * - `--only NAME[,NAME]`: some suites only; RESULTS.md is left as it is.
 */

import { parseArgs } from "@std/cli/parse-args";
import { type Plan, reasonOf } from "./harness.ts";
import { versions } from "./peers/install.ts";
import { type Suite, type Target, targetTable } from "./suite.ts";
import { suites } from "./suites.ts";

const flags = parseArgs(Deno.args, {
  string: ["rounds", "seconds", "only"],
  boolean: ["quick"],
  unknown: (arg) => {
    print(`Unknown argument ${arg}`);
    Deno.exit(2);
  },
});

const plan: Plan = {
  rounds: Number(flags.rounds ?? (flags.quick ? 1 : 5)),
  seconds: Number(flags.seconds ?? (flags.quick ? 0.25 : 0.5)),
  quick: flags.quick,
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

async function machine(): Promise<string> {
  const cpu = /model name\s*: (.*)/.exec(
    await Deno.readTextFile("/proc/cpuinfo"),
  )?.[1] ?? "unknown processor";
  const cores = navigator.hardwareConcurrency;
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const load = Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
  return `${cores} cores of ${cpu}, ${memory} GiB, Linux ${Deno.osRelease()}, load ${load} at the start`;
}

function chosen(): Suite[] {
  const names = flags.only?.split(",");
  for (const name of names ?? []) {
    if (suites.some((suite) => suite.name === name)) continue;
    print(`There is no suite ${name}: ${suites.map((s) => s.name).join(", ")}`);
    Deno.exit(2);
  }
  return suites.filter(({ name }) => !names || names.includes(name));
}

const begin = new Date();
const head = [
  "# Results",
  "",
  "Written by `deno task bench`; README.md says how to read it.",
  "",
  `- When: ${begin.toISOString().slice(0, 16)}Z, commit ${await commit()}`,
  `- Machine: ${await machine()}`,
  `- ${plan.rounds} rounds of ${plan.seconds} s a cell`,
];
const targets: Target[] = [];
const details: string[] = [];
for (const { name, title, run } of chosen()) {
  print(`\n${title} (--only ${name})`);
  try {
    const report = await run(plan);
    targets.push(...report.targets);
    details.push("", `## ${title}`, "", report.details);
  } catch (error) {
    details.push("", `## ${title}`, "", `Not measured: ${reasonOf(error)}`);
    targets.push({
      what: title,
      measured: reasonOf(error),
      target: "",
      met: undefined,
    });
  }
}
const minutes = Math.ceil((Date.now() - begin.getTime()) / 60_000);
head.push(
  `- Versions: Deno ${Deno.version.deno}, ${await versions()}`,
  `- It took ${minutes} minutes`,
);
const text = [...head, "", "## Targets", "", targetTable(targets), ...details]
  .join("\n") + "\n";
print(`\n${text}`);
const file = new URL(
  flags.only ? "../.cache/bench/part.md" : "RESULTS.md",
  import.meta.url,
);
if (!flags.quick || flags.only) await Deno.writeTextFile(file, text);
