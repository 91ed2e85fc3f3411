// Copyright 2026 the Wirekit authors. MIT license.

/** What works between whom: client × server × feature. */

import { assert } from "@std/assert";

const results = new Map<string, Set<string>>();

/**
 * Notes that features work.
 *
 * @param client Who called.
 * @param server Who answered.
 * @param features What worked.
 */
export function passed(
  client: string,
  server: string,
  ...features: string[]
): void {
  const key = `${client} | ${server}`;
  const known = results.get(key) ?? new Set();
  for (const feature of features) known.add(feature);
  results.set(key, known);
}

/**
 * Prints what worked: the last test of a file.
 *
 * @param name Of whom.
 */
export function testMatrix(name: string): void {
  Deno.test(`The matrix of ${name} is printed`, () => {
    const lines = [...results].map(([pair, features]) =>
      `| ${pair} | ${[...features].join(", ")} |`
    );
    const head = ["", "| client | server | works |", "| --- | --- | --- |"];
    const text = [...head, ...lines, ""].join("\n");
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    assert(lines.length > 0);
  });
}
