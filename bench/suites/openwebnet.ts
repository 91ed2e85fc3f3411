// Copyright 2026 the Wirekit authors. MIT license.

/**
 * OpenWebNet frames decoded from bytes.
 *
 * The three do not stop at the same point. pyown gives texts in an object, as
 * our messages; its ratio with them is fair. OWNd reads the values too, as our
 * events, and makes a sentence of each: to measure it by our messages flatters
 * us, so the row with our events stands beside it.
 */

import { compare } from "../harness.ts";
import { cells, systems, wirekit } from "../openwebnet/decode.ts";
import { rowsOf } from "../rows.ts";
import { ratioTarget, type Suite } from "../suite.ts";

/** The suite. */
export const suite: Suite = {
  name: "openwebnet",
  title: "OpenWebNet frames decoded from bytes",
  rows: rowsOf(
    (["frames", "messages", "events"] as const).map((step) => (root) =>
      wirekit(step, root)
    ),
    cells,
  ),
  async run(plan) {
    const results = await compare(await systems(), cells, plan);
    const ratio = (theirs: string, ours: string, atLeast: number) =>
      ratioTarget(`OpenWebNet frames, ${ours} ÷ ${theirs}`, results, {
        cell: "a read of 1000 frames",
        ours: `Wirekit, ${ours}`,
        theirs,
        atLeast,
        latency: false,
        why: "OpenWebNet beside OWNd",
      });
    return {
      targets: [
        ratio("pyown", "messages", 50),
        ratio("OWNd", "messages", 60),
        ratio("OWNd", "events", 50),
        ratio("Deno, split at ##", "messages", 0.2),
      ],
      details: results.table("pyown"),
    };
  },
};
