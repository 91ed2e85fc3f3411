// Copyright 2026 the Wirekit authors. MIT license.

/** What rules, rates and the counters of both cost. */

import { comparePairs, pairTargets } from "../pairs.ts";
import type { Suite } from "../suite.ts";
import { type LoadCell, system } from "./hub.ts";

const CELLS: LoadCell[] = [
  {
    name: "1x64",
    shape: { pairs: 1, depth: 64, message: 256 },
    quick: true,
  },
  { name: "64x1", shape: { pairs: 64, depth: 1, message: 256 }, quick: true },
  {
    name: "64 → 1",
    shape: { pairs: 64, services: 1, depth: 1, message: 256 },
  },
  {
    name: "inform 1 → 200",
    shape: { pairs: 0, receivers: 200, depth: 1, data: 64 },
  },
];

/** The suite. */
export const suite: Suite = {
  name: "rules",
  title: "The hub with rules by route and rates, and without",
  async run(plan) {
    const pairs = await comparePairs(
      system("our hub, rules"),
      system("our hub"),
      CELLS,
      plan,
    );
    return {
      targets: pairTargets("rules and rates ÷ none", pairs, { rate: 0.95 }),
      details: pairs.results.table("our hub"),
    };
  },
};
