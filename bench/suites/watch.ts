// Copyright 2026 the Wirekit authors. MIT license.

/** What it costs that a hub tells of itself. */

import { compare } from "../harness.ts";
import { ratioTarget, type Suite } from "../suite.ts";
import { type LoadCell, system } from "./hub.ts";

const CELLS: LoadCell[] = [
  {
    name: "1x64",
    shape: { pairs: 1, depth: 64, message: 256 },
    quick: true,
  },
  {
    name: "64 → 1",
    shape: { pairs: 64, services: 1, depth: 1, message: 256 },
    quick: true,
  },
  {
    name: "inform 1 → 200",
    shape: { pairs: 0, receivers: 200, depth: 1, data: 64 },
  },
];

/** The suite. */
export const suite: Suite = {
  name: "watch",
  title: "The hub, one that nobody can watch, and one with an open page",
  async run(plan) {
    const [hub, off, page] = [
      "our hub",
      "our hub, unwatched",
      "our hub, page open",
    ] as const;
    const results = await compare([hub, off, page].map(system), CELLS, plan);
    const targets = CELLS.flatMap(({ name: cell }) => [
      ratioTarget(`counters on ÷ off, ${cell}`, results, {
        cell,
        ours: hub,
        theirs: off,
        atLeast: 0.95,
      }),
      ratioTarget(`page open ÷ closed, ${cell}`, results, {
        cell,
        ours: page,
        theirs: hub,
        atLeast: 0.97,
      }),
    ]);
    return { targets, details: results.table(off) };
  },
};
