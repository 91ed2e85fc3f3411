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
    // A busy machine moves the CPU time of the hub less than its rate.
    const pick = ({ cpu }: { cpu: Record<string, number> }) => cpu["hub"]!;
    const compared = [
      {
        what: "counters on ÷ off",
        ours: hub,
        theirs: off,
        rate: 0.95,
        cpu: 1.05,
      },
      {
        what: "page open ÷ closed",
        ours: page,
        theirs: hub,
        rate: 0.97,
        cpu: 1.03,
      },
    ];
    const targets = CELLS.flatMap(({ name: cell }) =>
      compared.flatMap(({ what, ours, theirs, rate, cpu }) => [
        ratioTarget(`${what}, ${cell}`, results, {
          cell,
          ours,
          theirs,
          atLeast: rate,
        }),
        ratioTarget(`${what}, ${cell}, the hub's CPU`, results, {
          cell,
          ours,
          theirs,
          atMost: cpu,
          pick,
        }),
      ])
    );
    return { targets, details: results.table(off) };
  },
};
