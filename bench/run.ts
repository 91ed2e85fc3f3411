// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares Wirekit side by side with foreign programs; see README.md here.
 *
 * - `--rounds N`: how often each cell is measured on each system (default 5).
 * - `--quick`: three short rounds, for a first look.
 */

import { parseArgs } from "@std/cli/parse-args";
import { type Cell, compare, short, type System, table } from "./harness.ts";
import * as requests from "./hub/requests.ts";
import * as openwebnet from "./openwebnet/decode.ts";
import * as wsrpc from "./wsrpc/calls.ts";

/** One table of the results. */
interface Table {
  title: string;
  systems: System[];
  cells: Cell[];
}

const flags = parseArgs(Deno.args, {
  string: ["rounds"],
  boolean: ["quick"],
  unknown: (arg) => {
    print(`Unknown argument ${arg}`);
    Deno.exit(2);
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 3 : 5));
const seconds = flags.quick ? 0.5 : 1;

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function output(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args }).output();
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

const tables: Table[] = [{
  title: "Requests from one client to another through the hub",
  systems: [
    await requests.winerp(),
    requests.wirekit("ws"),
    requests.wirekit("tcp"),
  ],
  cells: requests.cells,
}, {
  title: "Calls of a wsrpc server (server ← client)",
  systems: await wsrpc.systems(),
  cells: wsrpc.cells,
}, {
  title: "OpenWebNet frames decoded from bytes",
  systems: await openwebnet.systems(),
  cells: openwebnet.cells,
}];

const report = [
  "# Results",
  "",
  "Written by `deno task bench`; README.md says how to read it.",
  "",
  `- When: ${new Date().toISOString().slice(0, 16)}Z, commit ${await output(
    "git",
    "rev-parse",
    "--short",
    "HEAD",
  )}`,
  `- Machine: ${await machine()}`,
  `- Versions: Deno ${Deno.version.deno}, ${await requests
    .versions()}, ${await wsrpc.versions()}, ${await openwebnet.versions()}`,
  `- ${rounds} rounds of ${seconds} s a cell`,
];
for (const { title, systems, cells } of tables) {
  print(`\n${title}\n`);
  const results = await compare(systems, cells, {
    rounds,
    seconds,
    onSample: (cell, system, { rate }) =>
      print(`${cell.name}, ${system.name}: ${short(rate)} calls/s`),
  });
  report.push("", `## ${title}`, "", table(results, systems[0]!.name));
}
const text = report.join("\n") + "\n";
await Deno.writeTextFile(new URL("RESULTS.md", import.meta.url), text);
print(`\n${text}`);
