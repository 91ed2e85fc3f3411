// Copyright 2026 the Wirekit authors. MIT license.

/** What the tests measure by the way, for the record. */

import { ROOT } from "../_packages.ts";

/**
 * Prints how long something took.
 *
 * @param what What.
 * @param times The times, in milliseconds.
 */
export function record(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const worst = sorted.at(-1) ?? NaN;
  say(`  ${what}: ${short(middle)}, worst ${short(worst)} of ${times.length}`);
}

/** Prints a line. */
export function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function short(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** Where tables stand. */
export const HUB_README = new URL("hub/cluster/README.md", ROOT);
export const TESTS_README = new URL("tests/cluster/README.md", ROOT);

/**
 * Writes a table into a README, and prints it.
 *
 * @param task The task that makes it, which is named above it.
 * @param rows The head, and the rows.
 * @param readme Where it stands.
 */
export async function writeTable(
  task: string,
  rows: readonly (readonly string[])[],
  readme = HUB_README,
): Promise<void> {
  const [head, ...body] = rows.map((row) => `| ${row.join(" | ")} |`);
  const isNumber = (column: number) =>
    rows.slice(1).every((row) => /^\d/.test(row[column]!));
  const rule = `|${
    rows[0]!.map((_, n) => isNumber(n) ? "--:" : "---").join("|")
  }|`;
  const table = [head, rule, ...body].join("\n");
  say(table);
  const text = await Deno.readTextFile(readme);
  const mark = `<!-- deno task ${task} -->`;
  const begin = text.indexOf(mark);
  const end = text.indexOf("<!-- end -->", begin);
  if (begin < 0 || end < 0) throw new Error(`${readme} has no ${mark}`);
  const [before, after] = [text.slice(0, begin), text.slice(end)];
  await Deno.writeTextFile(
    readme,
    `${before}${mark}\n\n${table}\n\n${after}`,
  );
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", readme.pathname],
  }).output();
}
