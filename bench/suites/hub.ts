// Copyright 2026 the Wirekit authors. MIT license.

/** Our hub, real winerp and a bare relay under one load generator. */

import {
  type Cell,
  compare,
  HERE,
  type Running,
  type System,
} from "../harness.ts";
import { serve, type ServerName } from "../hub/servers.ts";
import { Generator, type Shape } from "../load/load.ts";
import { rowsOf } from "../rows.ts";
import { type Explained, ratioTarget, type Suite } from "../suite.ts";

/** A cell of the load generator. */
export interface LoadCell extends Cell {
  /** Who sends what to whom. */
  shape: Shape;
  /** Requests a second at random times, in place of a closed loop. */
  rate?: number;
  /** Questions in flight of each requester, if that is more than the shape says. */
  least?: number;
}

/**
 * Returns what warms up a server: 64 questions in flight, at no given rate.
 *
 * @param cell What is measured then.
 * @returns Such a cell.
 */
export function busyLoad<C extends LoadCell>(cell: C): C {
  const { rate: _, ...rest } = cell;
  const { pairs, data = 0 } = cell.shape;
  if (data > 1_024 || pairs === 0) return rest as C;
  return { ...rest as C, least: Math.ceil(64 / pairs) };
}

/** What a load generator does for a cell. */
export function loadBy(generator: Generator): Running<LoadCell>["load"] {
  return ({ rate, least = 0 }, seconds) =>
    generator.load(seconds, rate, { least });
}

/**
 * A server under the load generator.
 *
 * @param name Which.
 * @param root The checkout that it is of, if it is ours.
 * @returns The system.
 */
export function system(name: ServerName, root = HERE): System<LoadCell> {
  return {
    name,
    busy: busyLoad,
    isWarm: name === "winerp",
    async start(cell): Promise<Running<LoadCell>> {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await serve(name, root));
      const load = stack.use(await Generator.open(server.order, cell.shape));
      const rest = stack.move();
      return {
        processes: { hub: server.pid, load: load.pid },
        load: loadBy(load),
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

const OURS: ServerName[] = [
  "our hub",
  "our hub, Deno.serve",
  "our hub, tcp:",
  "our hub, unix:",
];
const HUBS = ["our hub", "our hub, Deno.serve", "winerp"];
const WITH_RELAY = [...HUBS, "relay"];
const LINES = ["our hub, tcp:", "our hub, unix:"];
const LINE_CELLS = ["1x1", "1x64", "64 → 1", "64 KiB, 4x2"];
const WITH_LINES = [...HUBS, ...LINES];
const LINE_RELAYS: ServerName[] = ["relay, tcp:", "relay, unix:"];
const TO_ONE = "64 → 1";
const RELAYS_TO_ONE: ServerName[] = [
  "relay to one",
  "relay to one, tcp:",
  "relay to one, unix:",
];
const BARE = "bare sockets";
const BARE_TO_ALL = "bare sockets, to all";

const CELLS: LoadCell[] = [
  {
    name: "1x1",
    shape: { pairs: 1, depth: 1, message: 256 },
    only: [...WITH_LINES, "relay", "relay, Deno.serve", ...LINE_RELAYS, BARE],
  },
  {
    name: "1x16",
    shape: { pairs: 1, depth: 16, message: 256 },
    only: WITH_RELAY,
  },
  {
    name: "1x64",
    shape: { pairs: 1, depth: 64, message: 256 },
    only: [...WITH_LINES, "relay", "relay, Deno.serve", ...LINE_RELAYS],
    quick: true,
  },
  {
    name: "16x1",
    shape: { pairs: 16, depth: 1, message: 256 },
    only: WITH_RELAY,
  },
  {
    name: "64x1",
    shape: { pairs: 64, depth: 1, message: 256 },
    only: [...WITH_RELAY, "relay, Deno.serve"],
    quick: true,
  },
  {
    name: TO_ONE,
    shape: { pairs: 64, services: 1, depth: 1, message: 256 },
    only: [...WITH_LINES, ...RELAYS_TO_ONE],
    quick: true,
  },
  {
    name: "64 KiB, 4x2",
    shape: { pairs: 4, depth: 2, data: 65_536 },
    only: [...WITH_LINES, "relay", ...LINE_RELAYS, BARE],
  },
  {
    name: "inform 1 → 200",
    shape: { pairs: 0, receivers: 200, depth: 1, data: 64 },
    only: [...HUBS, BARE_TO_ALL],
  },
  {
    name: "4x16, Poisson 4k/s",
    shape: { pairs: 4, depth: 16, message: 256 },
    rate: 4_000,
    only: WITH_RELAY,
  },
  {
    name: "4x16, Poisson 20k/s",
    shape: { pairs: 4, depth: 16, message: 256 },
    rate: 20_000,
    only: ["our hub", "our hub, Deno.serve", "relay"],
  },
];

/** The headings of README.md that explain a miss, where another does not. */
const WHY: Record<string, Explained> = {
  "1x1": "One in flight",
  "inform 1 → 200": "Many receivers",
  "64 KiB, 4x2": "Large messages",
};

/** The suite. */
export const suite: Suite = {
  name: "hub",
  title: "The hub under the load generator, 256-byte messages",
  rows: rowsOf(OURS.map((name) => (root) => system(name, root)), CELLS),
  async run(plan) {
    const names: ServerName[] = [
      "our hub",
      "our hub, Deno.serve",
      "winerp",
      "relay",
      "relay, Deno.serve",
      BARE,
      BARE_TO_ALL,
      "our hub, tcp:",
      "our hub, unix:",
      ...LINE_RELAYS,
      ...RELAYS_TO_ONE,
    ];
    const results = await compare(
      names.map((name) => system(name)),
      CELLS,
      plan,
    );
    const ours = "our hub";
    const hubCpu = {
      pick: ({ cpu }: { cpu: Record<string, number> }) => cpu["hub"]!,
    };
    const than = (theirs: ServerName, rows: [string, number][]) =>
      rows.map(([cell, atLeast]) =>
        ratioTarget(`${ours} ÷ ${theirs}, ${cell}`, results, {
          cell,
          ours,
          theirs,
          atLeast,
          why: WHY[cell] ?? "Beside the relay",
          ...(theirs !== "relay" && {
            ceiling: cell.startsWith("inform") ? BARE_TO_ALL : "relay",
          }),
        })
      );
    return {
      targets: [
        ...than("relay", [["1x16", 0.9], ["1x64", 0.9], ["64x1", 0.9]]),
        ratioTarget("our hub ÷ relay, both Deno.serve, 1x64", results, {
          cell: "1x64",
          ours: "our hub, Deno.serve",
          theirs: "relay, Deno.serve",
          atLeast: 0.9,
          why: "Beside the relay",
        }),
        ...than("our hub, Deno.serve", [
          ["1x64", 4],
          ["64 → 1", 1.6],
          ["64x1", 0.95],
          ["64 KiB, 4x2", 0.95],
        ]),
        ...LINES.flatMap((theirs) =>
          LINE_CELLS.map((cell) => {
            const relay = cell === TO_ONE ? "relay to one" : "relay";
            return ratioTarget(`${theirs} ÷ WebSocket, ${cell}`, results, {
              cell,
              ours: theirs,
              theirs: ours,
              atLeast: 1,
              latency: false,
              ceiling: `${relay}, ${theirs.split(", ")[1]}`,
              ceilingOver: relay,
              why: "Messages by lines",
            });
          })
        ),
        ...than("winerp", [
          ["1x16", 5],
          ["1x64", 15],
          ["16x1", 6],
          ["64x1", 6],
          ["64 → 1", 10],
          ["64 KiB, 4x2", 80],
          ["inform 1 → 200", 1.4],
          ["1x1", 0.95],
        ]),
        ratioTarget("our hub ÷ winerp, 1x1, the hub's CPU", results, {
          cell: "1x1",
          ours,
          theirs: "winerp",
          atMost: 0.8,
          ceiling: "relay",
          why: "One in flight",
          ...hubCpu,
        }),
        ratioTarget("our hub ÷ winerp, Poisson 4k/s, p99", results, {
          cell: "4x16, Poisson 4k/s",
          ours,
          theirs: "winerp",
          atMost: 1,
          pick: ({ p99 }) => p99,
        }),
      ],
      details: results.table("winerp"),
    };
  },
};
