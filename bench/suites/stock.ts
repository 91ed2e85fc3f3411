// Copyright 2026 the Wirekit authors. MIT license.

/** Stock winerp clients on both sides, at our hub and at the real one. */

import {
  busyCalls,
  type CallCell,
  compare,
  HERE,
  type Running,
  type System,
  warmUp,
} from "../harness.ts";
import { installWinerp, serve, type ServerName } from "../hub/servers.ts";
import { Generator, type Order } from "../load/load.ts";
import { file, named } from "../peers/named.ts";
import { rowsOf } from "../rows.ts";
import { ratioTarget, type Suite } from "../suite.ts";

/** Loaded in turn, our hub would look at more of the few requests of a second. */
const ALONE = { size: 64, isWhole: true };

const CELLS: CallCell[] = [
  { ...ALONE, name: "1 in flight", depth: 1 },
  { ...ALONE, name: "16 in flight", depth: 16, quick: true },
];

const OURS = ["our hub", "our hub, Deno.serve"] as const;
/** What does the same for two clients, and knows nothing. */
const CEILINGS = ["greeting relay", "greeting bare sockets"] as const;

/** Warms a hub up as no client in Python can: 20,000 calls take it seconds. */
async function warmUpHub(
  order: Order,
  { load }: Running<CallCell>,
  cell: CallCell,
): Promise<void> {
  {
    await using generator = await Generator.open(order, {
      pairs: 1,
      depth: cell.depth,
      data: cell.size,
    });
    await warmUp(
      (seconds) => generator.load(seconds, undefined, { least: 64 }),
      (seconds) => generator.load(seconds),
    );
  }
  await load(cell, WARM_CLIENTS_SECONDS);
}

/**
 * How long the clients in Python call before they are measured. A hub of ours
 * looks at no more than 500 requests a second, and that has to be warm, too: V8
 * compiles it anew up to the sixth second.
 */
const WARM_CLIENTS_SECONDS = 8;

/**
 * How long each is measured at least: V8 compiles for 20 ms at once, which
 * would be a third of what the hub does in half a second.
 */
const SECONDS = 2;

function system(name: ServerName, root = HERE): System<CallCell> {
  return {
    name,
    busy: busyCalls,
    isWarm: name === "winerp",
    async start(cell) {
      const python = await installWinerp();
      let order: Order | undefined;
      const parts = named(name, {
        async server() {
          const served = await serve(name, root);
          order = served.order;
          return {
            pid: served.pid,
            address: `${served.order.port}`,
            [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
          };
        },
        client: [python, file("../hub/winerp_client.py")],
      });
      const running = await parts.start(cell);
      if (name === "winerp") return running;
      return { ...running, warmUp: () => warmUpHub(order!, running, cell) };
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
      [
        ...([ours, fetch, theirs] as const).map((name) => system(name)),
        ...CEILINGS.map((name) => ({ ...system(name), isOnce: true })),
      ],
      CELLS,
      { ...plan, seconds: Math.max(plan.seconds, SECONDS) },
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
              ceiling: CEILINGS[0],
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
