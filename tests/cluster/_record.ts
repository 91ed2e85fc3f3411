// Copyright 2026 the Wirekit authors. MIT license.

/** What the tests measure by the way, for the record. */

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
