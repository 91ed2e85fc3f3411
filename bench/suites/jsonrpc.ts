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
  type System,
} from "../harness.ts";
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

interface RpcCell extends CallCell {
  /** Calls in one batch. */
  batch?: number;
}

const PEERS = ["rpc-websockets", "jayson", "vscode-jsonrpc", "json-rpc-2.0"];
const OURS = "Wirekit ← Wirekit";
const FETCH = "Wirekit, Deno.serve ← Wirekit";
const ECHO = "raw echo of ws";
const BARE = "bare sockets";

/** The name of a foreign client at our server. */
function foreign(peer: string): string {
  return `Wirekit ← ${peer}`;
}

/** Who is measured in cells that have no target. */
const FEW = [OURS, FETCH, ECHO, "rpc-websockets", foreign("rpc-websockets")];
const BATCHERS = [OURS, FETCH, "jayson", foreign("jayson")];

const CELLS: RpcCell[] = [
  { name: "1 in flight", depth: 1, size: 0, only: [...FEW, BARE] },
  { name: "16 in flight", depth: 16, size: 0, only: FEW },
  { name: "64 in flight", depth: 64, size: 0, quick: true },
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
    only: [OURS, FETCH, "rpc-websockets"],
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
    const clientOf = (peer: string) => [
      "node",
      file("jsonrpc_client.mjs"),
      peer,
    ];
    const systems = [
      wirekit("ws"),
      wirekit("fetch"),
      system(
        ECHO,
        ["node", file("jsonrpc_server.mjs"), "echo"],
        clientOf("echo"),
      ),
      system(
        BARE,
        [...DENO, file("bare.ts"), "answer"],
        [...DENO, file("bare.ts"), "caller"],
      ),
      ...PEERS.flatMap((peer) => [
        system(
          peer,
          ["node", file("jsonrpc_server.mjs"), peer],
          clientOf(peer),
        ),
        system(foreign(peer), server, clientOf(peer)),
      ]),
    ];
    const results = await compare(systems, CELLS, plan);
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
    /** Its client is the limit: no server could be faster than it. */
    const atOurServer = (peer: string): Target => {
      const cell = "64 in flight";
      const took = results.of(cell, foreign(peer), ({ cpu }) => cpu["client"]!);
      const rate = results.of(cell, peer);
      return {
        ...than(peer, cell, 1, foreign(peer)),
        ceiling: {
          of: "its client alone",
          value: took && rate && 1e6 / took / rate,
        },
        why: "Foreign clients at our server",
      };
    };
    const cpu = (side: string) =>
      results.of("64 in flight", OURS, ({ cpu }) => cpu[side]!);
    return {
      targets: [
        than("rpc-websockets", "64 in flight", 3.5),
        than("jayson", "64 in flight", 3.5),
        than("vscode-jsonrpc", "64 in flight", 4),
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
        than("rpc-websockets", "1 in flight", 1.1),
        ...PEERS.map((peer) => atOurServer(peer)),
        than("jayson", "batch of 100", 2),
        valueTarget(
          "JSON-RPC, a message of 6 KB from our client, median",
          results.of("6 KB, 1 in flight", OURS, ({ p50 }) => p50 / 1000),
          1,
          "ms",
        ),
      ],
      details: results.table("rpc-websockets"),
    };
  },
};
