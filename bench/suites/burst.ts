// Copyright 2026 the Wirekit authors. MIT license.

/** Three sends and a call in one go, from our client. */

import { type CallCell, compare } from "../harness.ts";
import { WIREKIT, wirekit } from "../peers/named.ts";
import { rowsOf } from "../rows.ts";
import { type Suite, valueTarget } from "../suite.ts";

interface BurstCell extends CallCell {
  /** What is sent before the call. */
  sends: number;
}

const CELLS: BurstCell[] = [
  { name: "3 sends and 1 answer", depth: 1, size: 64, sends: 3, quick: true },
  { name: "1 call of 6 KB", depth: 1, size: 6_000, sends: 0 },
];

/** The suite. */
export const suite: Suite = {
  name: "burst",
  title: "What Nagle's algorithm would delay by 40 ms",
  rows: rowsOf(WIREKIT, CELLS),
  async run(plan) {
    const ours = wirekit("ws");
    const results = await compare([ours, wirekit("tcp")], CELLS, plan);
    const p50 = results.of(CELLS[0]!.name, ours.name, ({ p50 }) => p50 / 1000);
    return {
      targets: [
        valueTarget("burst of 3 sends and 1 answer, median", p50, 2, "ms"),
      ],
      details: results.table(ours.name),
    };
  },
};
