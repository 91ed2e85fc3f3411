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
import { comparePairs, pairTargets } from "../pairs.ts";
import { cells, systems, wirekit } from "../openwebnet/decode.ts";
import { rowsOf } from "../rows.ts";
import { type Explained, ratioTarget, type Suite } from "../suite.ts";

/** The heading of README.md that explains a miss. */
const EXPLAINED: Explained = "OpenWebNet beside OWNd";

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
    const all = await systems();
    const results = await compare(all, cells, plan);
    // OWNd's own rate swings by more than what is asked for: both in turn.
    const [theirs, ours] = ["OWNd", "Wirekit, events"].map((name) =>
      all.find((system) => system.name === name)!
    );
    const pairs = await comparePairs(ours!, theirs!, cells.slice(1), plan, {
      role: "decoder",
    });
    const ratio = (theirs: string, ours: string, atLeast: number) =>
      ratioTarget(`OpenWebNet frames, ${ours} ÷ ${theirs}`, results, {
        cell: "a read of 1000 frames",
        ours: `Wirekit, ${ours}`,
        theirs,
        atLeast,
        latency: false,
        why: EXPLAINED,
      });
    return {
      targets: [
        ratio("pyown", "messages", 50),
        ratio("OWNd", "messages", 60),
        ...pairTargets("OpenWebNet frames, events ÷ OWNd", pairs, {
          rate: 50,
        }).map((target) => ({ ...target, why: EXPLAINED })),
        ratio("Deno, split at ##", "messages", 0.2),
      ],
      details: results.table("pyown"),
    };
  },
};
