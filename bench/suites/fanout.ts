// Copyright 2026 the Wirekit authors. MIT license.

/** One sender and a thousand receivers, under the load generator. */

import { compare, type Plan, type System } from "../harness.ts";
import { Generator } from "../load/load.ts";
import { installNpm } from "../peers/install.ts";
import { file, told } from "../peers/named.ts";
import { rowsOf } from "../rows.ts";
import { ratioTarget, type Suite } from "../suite.ts";
import { type LoadCell, system } from "./hub.ts";

const OURS = ["our hub", "our hub, Deno.serve"] as const;
const BARE = "bare sockets, to all";

const CELLS: LoadCell[] = [1, 8].map((depth) => ({
  name: `1 → 1000, ${depth} in flight`,
  shape: { pairs: 0, receivers: 1_000, depth, data: 64 },
  quick: depth === 8,
  ...(depth === 8 && { only: [...OURS, "socket.io"] }),
}));

const socketio: System<LoadCell> = {
  name: "socket.io",
  async start({ shape }) {
    await installNpm();
    await using stack = new AsyncDisposableStack();
    const server = stack.use(
      await told(["node", file("socketio_server.mjs")]),
    );
    const port = Number(server.address.split(":").at(-1));
    const load = stack.use(
      await Generator.open({ port, dialect: "socketio" }, shape),
    );
    const rest = stack.move();
    return {
      processes: { hub: server.pid, load: load.pid },
      load: (_cell, seconds) => load.load(seconds),
      [Symbol.asyncDispose]: () => rest.disposeAsync(),
    };
  },
};

/** The suite. */
export const suite: Suite = {
  name: "fanout",
  title: "One sender, a thousand receivers; a call is a delivery",
  rows: rowsOf(OURS.map((name) => (root) => system(name, root)), CELLS),
  async run(plan: Plan) {
    const [ours, fetch] = OURS;
    const systems = [system(ours), system(fetch), socketio, system(BARE)];
    const results = await compare(systems, CELLS, plan);
    const ratio = (index: number, theirs: string, atLeast: number) => {
      const cell = CELLS[index]!.name;
      return ratioTarget(`${ours} ÷ ${theirs}, ${cell}`, results, {
        cell,
        ours,
        theirs,
        atLeast,
        ceiling: BARE,
        why: "Many receivers",
      });
    };
    return {
      targets: [
        ratio(0, fetch, 1),
        ratio(1, fetch, 1.5),
        ratio(0, socketio.name, 2),
        ratio(1, socketio.name, 2),
      ],
      details: results.table(fetch),
    };
  },
};
