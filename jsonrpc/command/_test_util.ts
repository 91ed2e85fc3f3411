// Copyright 2026 the Wirekit authors. MIT license.

/** What the tests of the commands share. */

import { Random } from "@wirekit/internal/testing";

/** What stands in the place of something else. */
function deep(levels: number): unknown {
  let value: unknown = {};
  for (let i = 0; i < levels; i++) {
    value = i % 2 ? [value] : { anyOf: [value], items: value, const: value };
  }
  return value;
}

const DEEP = [deep(3_000), JSON.parse("[".repeat(9_000) + "]".repeat(9_000))];
const STRANGE: unknown[] = [
  ...[null, undefined, true, 0, 1e400, 2n ** 70n, "", "word", "\u202e\0"],
  ...[[], [null], [[]], {}, { name: null }, { name: "" }, { name: "n" }],
  ...[{ toString: null, valueOf: null }, JSON.parse('{"__proto__":{"a":1}}')],
  ...[{ length: 3 }, { name: "n", schema: null }, { type: [null, {}] }],
  ...DEEP,
];

/** A random number generator: a failure is found again by its seed. */
export function randomOf(seed: number): (below: number) => number {
  const random = new Random(seed);
  return (below) => random.below(below);
}

/** A value, in which something of a stranger stands here and there. */
export function mutated(
  value: unknown,
  random: (below: number) => number,
): unknown {
  if (random(25) === 0) return STRANGE[random(STRANGE.length)];
  if (DEEP.includes(value)) return value;
  if (Array.isArray(value)) {
    const more = random(8) === 0 ? [STRANGE[random(STRANGE.length)]] : [];
    return [...value, ...more].map((each) => mutated(each, random));
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .filter(() => random(15) > 0)
    .map(([name, each]) => [name, mutated(each, random)]);
  return Object.fromEntries(members);
}
