// Copyright 2026 the Wirekit authors. MIT license.

/** JSON-RPC calls: ours and four others, each server with each own client. */

import { Driver } from "../../tests/_driver.ts";
import {
  busyCalls,
  type CallCell,
  compare,
  HERE,
  type Load,
  ourProgram,
  type Plan,
  type System,
} from "../harness.ts";
import { comparePairs, type Pairs, pairTargets } from "../pairs.ts";
import { installNpm } from "../peers/install.ts";
import { DENO, file } from "../peers/named.ts";
import { rowsOf } from "../rows.ts";
import {
  type Explained,
  ratioTarget,
  type Suite,
  type Target,
  valueTarget,
} from "../suite.ts";
import type { LoadCell } from "./hub.ts";
import { loaded, program } from "./native.ts";

interface RpcCell extends CallCell {
  /** Calls in one batch. */
  batch?: number;
}

const RPC_WEBSOCKETS = "rpc-websockets";
const PEERS = [RPC_WEBSOCKETS, "jayson", "vscode-jsonrpc", "json-rpc-2.0"];
const OURS = "Wirekit ← Wirekit";
const FETCH = "Wirekit, Deno.serve ← Wirekit";
const ECHO = "raw echo of ws";
const BARE = "bare sockets";

/** The name of a foreign client at our server. */
function foreign(peer: string): string {
  return `Wirekit ← ${peer}`;
}

/** Who is measured in cells that have no target. */
const FEW = [OURS, FETCH, ECHO, RPC_WEBSOCKETS, foreign(RPC_WEBSOCKETS)];
const BATCHERS = [OURS, FETCH, "jayson", foreign("jayson")];

const MANY = "64 in flight";

const CELLS: RpcCell[] = [
  { name: "1 in flight", depth: 1, size: 0, only: [...FEW, BARE] },
  { name: "16 in flight", depth: 16, size: 0, only: FEW },
  {
    name: MANY,
    depth: 64,
    size: 0,
    quick: true,
    only: [OURS, FETCH, ECHO, BARE, ...PEERS],
  },
  {
    name: "batch of 100",
    depth: 1,
    size: 0,
    batch: 100,
    only: BATCHERS,
  },
  {
    name: "6 KB, 1 in flight",
    depth: 1,
    size: 6_000,
    only: [OURS, FETCH, RPC_WEBSOCKETS],
  },
  // A rate that all of them bear.
  { name: "Poisson 4k/s", depth: 1, size: 0, rate: 4_000, only: FEW },
];

/** The headings of README.md that explain a miss. */
const WHY: Record<string, Explained> = { "1 in flight": "One in flight" };

function system(
  name: string,
  server: string[],
  client: string[],
): System<RpcCell> {
  return {
    name,
    busy: busyCalls,
    async start() {
      await using stack = new AsyncDisposableStack();
      const serving = stack.use(new Driver(server));
      const { address } = await serving.event({ event: "ready" });
      const calling = stack.use(new Driver([...client, `${address}`]));
      await calling.event({ event: "ready" });
      const rest = stack.move();
      return {
        processes: { server: serving.pid, client: calling.pid },
        load: (cell, seconds) => calling.do<Load>("load", { ...cell, seconds }),
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

/** Our client at our server, of a checkout. */
function wirekit(kind: "ws" | "fetch", root = HERE): System<RpcCell> {
  return system(
    kind === "ws" ? OURS : FETCH,
    [...ourProgram("peers/wirekit_jsonrpc_server.ts", root), kind],
    ourProgram("peers/wirekit_jsonrpc_client.ts", root),
  );
}

/** Servers under the load generator: clients with calls in flight each. */
const SERVERS: LoadCell[] = [
  { name: "1x1", shape: { pairs: 1, depth: 1 } },
  { name: "1x64", shape: { pairs: 1, depth: 64 } },
  { name: "64x1", shape: { pairs: 64, depth: 1 } },
  { name: "64x16", shape: { pairs: 64, depth: 16 } },
];
const OUR_SERVER = "Wirekit";

/** A foreign client: at our server, and at bare sockets, each beside its own. */
interface Foreign {
  peer: string;
  ours: Pairs;
  bare: Pairs;
}

/** For how long both are warmed up, at the same time, in seconds. */
const WARM_SECONDS = 3;

/**
 * A system that gets more calls before it is measured. Our server has four or
 * five of a foreign client in a turn: what is done once in a turn is warm after
 * five times as many calls as another's.
 */
function warmer(system: System<RpcCell>): System<RpcCell> {
  return {
    ...system,
    async start(cell) {
      const running = await system.start(cell);
      const warmUp = async () => void await running.load(cell, WARM_SECONDS);
      return { ...running, warmUp };
    },
  };
}

/**
 * Foreign clients at our server, each beside itself at its own. The client is
 * busy all the time in both, so they differ little: they take turns.
 */
async function foreignClients(
  systems: { peer: string; ours: System<RpcCell>; bare: System<RpcCell> }[],
  theirs: (peer: string) => System<RpcCell>,
  plan: Plan,
): Promise<Foreign[]> {
  const cells = CELLS.filter(({ name }) => name === MANY)
    .map(({ only: _, ...cell }) => cell);
  const beside = (peer: string, system: System<RpcCell>, starts: number) => {
    const pair = [system, theirs(peer)].map(warmer);
    const options = { role: "server", starts };
    return comparePairs(pair[0]!, pair[1]!, cells, plan, options);
  };
  const found: Foreign[] = [];
  for (const { peer, ours, bare } of systems) {
    found.push({
      peer,
      ours: await beside(peer, ours, plan.rounds + 2),
      bare: await beside(peer, bare, plan.rounds),
    });
  }
  return found;
}

/** Targets of them. Their ceiling is the same client at bare sockets. */
function foreignTargets({ peer, ours, bare }: Foreign): Target[] {
  const limits = { rate: 1, p99: 1.3 };
  const best = bare.ratios.get(MANY);
  return pairTargets(`JSON-RPC, ${foreign(peer)} ÷ ${peer}`, ours, limits)
    .map((target): Target => ({
      ...target,
      ceiling: {
        of: BARE,
        value: best?.[target.what.endsWith("p99") ? "p99" : "rate"].middle,
      },
      why: "Foreign clients at our server",
    }));
}

/** The suite. */
export const suite: Suite = {
  name: "jsonrpc",
  title: "JSON-RPC calls of a server (server ← client)",
  rows: rowsOf(
    (["ws", "fetch"] as const).map((kind) => (root) => wirekit(kind, root)),
    CELLS,
  ),
  async run(plan) {
    await installNpm();
    const server = [...ourProgram("peers/wirekit_jsonrpc_server.ts"), "ws"];
    const serverOf = (peer: string) => [
      "node",
      file("jsonrpc_server.mjs"),
      peer,
    ];
    const clientOf = (peer: string) => [
      "node",
      file("jsonrpc_client.mjs"),
      peer,
    ];
    const theirs = (peer: string) =>
      system(peer, serverOf(peer), clientOf(peer));
    const theirClient = (peer: string) =>
      system(foreign(peer), server, clientOf(peer));
    const systems = [
      wirekit("ws"),
      wirekit("fetch"),
      system(ECHO, serverOf("echo"), clientOf("echo")),
      system(
        BARE,
        [...DENO, file("bare.ts"), "answer"],
        [...DENO, file("bare.ts"), "caller"],
      ),
      ...PEERS.flatMap((peer) => [theirs(peer), theirClient(peer)]),
    ];
    const results = await compare(systems, CELLS, plan);
    const bareServer = [...DENO, file("bare_jsonrpc.ts")];
    const clients = await foreignClients(
      PEERS.map((peer) => ({
        peer,
        ours: theirClient(peer),
        bare: system(`${BARE} ← ${peer}`, bareServer, clientOf(peer)),
      })),
      theirs,
      plan,
    );
    const servers = await compare(
      [
        loaded(OUR_SERVER, () => program(server, "jsonrpc")),
        loaded(
          RPC_WEBSOCKETS,
          () => program(serverOf(RPC_WEBSOCKETS), "jsonrpc"),
        ),
      ],
      SERVERS,
      plan,
    );
    const than = (
      theirs: string,
      cell: string,
      atLeast: number,
      ours = OURS,
    ): Target =>
      ratioTarget(`JSON-RPC, ${ours} ÷ ${theirs}, ${cell}`, results, {
        cell,
        ours,
        theirs,
        atLeast,
        ceiling: BARE,
        why: WHY[cell] ?? "JSON-RPC beside others",
      });
    const atServer = ({ name }: LoadCell) =>
      ratioTarget(
        `JSON-RPC, our server ÷ ${RPC_WEBSOCKETS}, load generator, ${name}`,
        servers,
        {
          cell: name,
          ours: OUR_SERVER,
          theirs: RPC_WEBSOCKETS,
          atLeast: name === "1x64" ? 3.5 : 1,
          why: "JSON-RPC beside others",
        },
      );
    const cpu = (side: string) =>
      results.of(MANY, OURS, ({ cpu }) => cpu[side]!);
    return {
      targets: [
        than(RPC_WEBSOCKETS, MANY, 3.5),
        than("jayson", MANY, 3.5),
        than("vscode-jsonrpc", MANY, 4),
        valueTarget(
          "JSON-RPC, CPU of our server, per call, 64 in flight",
          cpu("server"),
          3,
          "µs",
        ),
        valueTarget(
          "JSON-RPC, CPU of our client, per call, 64 in flight",
          cpu("client"),
          3,
          "µs",
        ),
        than(RPC_WEBSOCKETS, "1 in flight", 1.1),
        ...SERVERS.map(atServer),
        ...clients.flatMap(foreignTargets),
        than("jayson", "batch of 100", 2),
        valueTarget(
          "JSON-RPC, a message of 6 KB from our client, median",
          results.of("6 KB, 1 in flight", OURS, ({ p50 }) => p50 / 1000),
          1,
          "ms",
        ),
      ],
      details: [
        results.table(RPC_WEBSOCKETS),
        "Foreign clients, at our server and at theirs in turn, then at bare " +
        "sockets and at theirs:",
        ...clients.flatMap(({ peer, ours, bare }) =>
          [ours, bare].map(({ results }) => results.table(peer))
        ),
        ...plan.quick ? [] : [
          "Servers under the load generator:",
          servers.table(RPC_WEBSOCKETS),
        ],
      ].join("\n\n"),
    };
  },
};
