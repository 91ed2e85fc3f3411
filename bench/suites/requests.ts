// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Requests by name at three sizes: our clients at our hub, beside stock winerp
 * clients at winerp's server.
 */

import { type CallCell, compare } from "../harness.ts";
import { installWinerp, serve } from "../hub/servers.ts";
import { file, named, WIREKIT, wirekit } from "../peers/named.ts";
import { rowsOf } from "../rows.ts";
import type { Suite } from "../suite.ts";

const SIZES: [string, number][] = [
  ["8 B", 8],
  ["1 KiB", 1024],
  ["64 KiB", 65_536],
];

const CELLS: CallCell[] = SIZES.flatMap(([name, size]) =>
  [1, 16, 64].map((depth) => ({
    name: `${name}, ${depth} in flight`,
    depth,
    size,
    quick: size === 1024 && depth === 16,
  }))
);

/** The suite. */
export const suite: Suite = {
  name: "requests",
  title:
    "Requests through the hub: our clients and hub, winerp's and its server",
  rows: rowsOf(WIREKIT, CELLS),
  async run(plan) {
    const theirs = {
      isWarm: true,
      ...named("winerp", {
        async server() {
          const served = await serve("winerp");
          return {
            pid: served.pid,
            address: `${served.order.port}`,
            [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
          };
        },
        client: [await installWinerp(), file("../hub/winerp_client.py")],
      }),
    };
    const systems = [theirs, wirekit("ws")];
    // Nothing is asked of these figures.
    const rounds = 1;
    const results = await compare(systems, CELLS, { ...plan, rounds });
    return { targets: [], details: results.table(theirs.name) };
  },
};
