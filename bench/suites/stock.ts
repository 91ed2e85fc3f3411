// Copyright 2026 the Wirekit authors. MIT license.

/** Stock winerp clients on both sides, at our hub and at the real one. */

import {
  busyCalls,
  type CallCell,
  compare,
  HERE,
  type System,
} from "../harness.ts";
import { installWinerp, serve, type ServerName } from "../hub/servers.ts";
import { file, named } from "../peers/named.ts";
import { rowsOf } from "../rows.ts";
import { ratioTarget, type Suite } from "../suite.ts";

const CELLS: CallCell[] = [
  { name: "1 in flight", depth: 1, size: 64 },
  { name: "16 in flight", depth: 16, size: 64, quick: true },
];

const OURS = ["our hub", "our hub, Deno.serve"] as const;

function system(name: ServerName, root = HERE): System<CallCell> {
  return {
    name,
    busy: busyCalls,
    isWarm: name === "winerp",
    async start(cell) {
      const python = await installWinerp();
      const parts = named(name, {
        async server() {
          const served = await serve(name, root);
          return {
            pid: served.pid,
            address: `${served.order.port}`,
            [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
          };
        },
        client: [python, file("../hub/winerp_client.py")],
      });
      return await parts.start(cell);
    },
  };
}

/** The suite. */
export const suite: Suite = {
  name: "stock",
  title: "Stock winerp clients on both sides",
  rows: rowsOf(
    OURS.map((name) => (root) => system(name, root)),
    CELLS,
    ["requester", "responder"],
  ),
  async run(plan) {
    const [ours, fetch] = OURS;
    const theirs = "winerp";
    const results = await compare(
      ([ours, fetch, theirs] as const).map((name) => system(name)),
      CELLS,
      plan,
    );
    const stalled = CELLS.map(({ name }) =>
      results.of(name, ours, ({ stalled = 0 }) => stalled)
    );
    const worst = Math.max(...stalled.map((each) => each ?? NaN));
    return {
      targets: [
        ...CELLS.map(({ name }, i) =>
          ratioTarget(
            `stock clients, our hub ÷ winerp, the hub's CPU, ${name}`,
            results,
            {
              cell: name,
              ours,
              theirs,
              atMost: [0.6, 0.4][i]!,
              why: "Stock clients",
              pick: ({ cpu }) => cpu["server"]!,
            },
          )
        ),
        {
          what: "stock clients at our hub: calls that took 36 to 60 ms",
          measured: `${(100 * worst).toFixed(2)} %`,
          target: "≤ 0.1 %",
          met: Number.isNaN(worst) ? undefined : worst <= 0.001,
        },
      ],
      details: results.table(theirs),
    };
  },
};
