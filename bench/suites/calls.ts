// Copyright 2026 the Wirekit authors. MIT license.

/** One client calls another by name: ours, NATS, Redis, socket.io. */

import { type CallCell, compare } from "../harness.ts";
import {
  bare,
  nats,
  redis,
  socketio,
  WIREKIT,
  wirekit,
} from "../peers/named.ts";
import { short } from "../results.ts";
import { rowsOf } from "../rows.ts";
import { ratioTarget, type Suite, valueTarget } from "../suite.ts";

const CELLS: CallCell[] = [
  { name: "1 in flight", depth: 1, size: 64 },
  { name: "16 in flight", depth: 16, size: 64 },
  { name: "64 in flight", depth: 64, size: 64, quick: true },
  { name: "Poisson 4k/s", depth: 1, size: 64, rate: 4_000 },
];

/**
 * 64 in flight, on two cores by hand: the kernel may keep all
 * three processes on one, or not, which counts for more than what they do.
 */
const PLACED: CallCell[] = ["server", "requester"].map((apart) => ({
  name: `64 in flight, ${apart} apart`,
  depth: 64,
  size: 64,
  apart,
}));

/** The suite. */
export const suite: Suite = {
  name: "calls",
  title: "A whole call by name: both clients and what is between them",
  rows: rowsOf(WIREKIT, CELLS),
  async run(plan) {
    const ours = wirekit("ws");
    const systems = [ours, nats, socketio, redis, wirekit("tcp"), bare];
    const results = await compare(systems, [...CELLS, ...PLACED], plan);
    const than = (theirs: string, ratios: number[]) =>
      ratios.map((atLeast, i) => {
        const cell = CELLS[i]!.name;
        return ratioTarget(`call by name ÷ ${theirs}, ${cell}`, results, {
          cell,
          ours: ours.name,
          theirs,
          atLeast,
          ceiling: bare.name,
          why: i === 0 ? "One in flight" : "CPU of a call by name",
        });
      });
    const ways = [CELLS[2]!, ...PLACED];
    const best = (system: string) =>
      Math.max(...ways.map(({ name }) => results.of(name, system) ?? NaN));
    const overNats = (system: string) => best(system) / best(nats.name);
    const placed = overNats(ours.name);
    const cpuOf = (system: string) =>
      results.of(
        "64 in flight",
        system,
        ({ cpu }) => Object.values(cpu).reduce((sum, each) => sum + each, 0),
      );
    return {
      targets: [
        ...than("NATS", [1.8, 2.7, 5]),
        {
          what: "call by name ÷ NATS, 64 in flight, each as placed best",
          measured: short(placed),
          target: "≥ 5",
          met: Number.isNaN(placed) ? undefined : placed >= 5,
          ceiling: { of: bare.name, value: overNats(bare.name) },
          why: "CPU of a call by name",
        },
        ...than("socket.io", [2, 2.3, 3.5]),
        ...than("Redis", [1, 1.6, 1.6]),
        valueTarget(
          "CPU of hub and both clients, per call by name, 64 in flight",
          cpuOf(ours.name),
          9,
          "µs",
          {
            ceiling: { of: bare.name, value: cpuOf(bare.name) },
            why: "CPU of a call by name",
          },
        ),
      ],
      details: results.table(nats.name),
    };
  },
};
