// Copyright 2026 the Wirekit authors. MIT license.

/** Calls of a wsrpc server: ours and wsrpc-aiohttp's, with uvloop. */

import { compare } from "../harness.ts";
import { rowsOf } from "../rows.ts";
import { ratioTarget, type Suite } from "../suite.ts";
import { cells, systems, wirekit } from "../wsrpc/calls.ts";

/** The suite. */
export const suite: Suite = {
  name: "wsrpc",
  title: "Calls of a wsrpc server (server ← client)",
  rows: rowsOf(
    (["ws", "fetch", "tcp"] as const).map((kind) => (root) =>
      wirekit(kind, root)
    ),
    cells,
  ),
  async run(plan) {
    const results = await compare(await systems(), cells, plan);
    const theirs = "wsrpc-aiohttp ← wsrpc-aiohttp";
    return {
      targets: [
        ratioTarget("wsrpc calls ÷ wsrpc-aiohttp, 64 in flight", results, {
          cell: "64 B, 64 in flight",
          ours: "Wirekit ← Wirekit",
          theirs,
          atLeast: 15,
          why: "wsrpc beside wsrpc-aiohttp",
        }),
      ],
      details: results.table(theirs),
    };
  },
};
