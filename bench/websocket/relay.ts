// Copyright 2026 the Wirekit authors. MIT license.

/** Our own WebSocket server and that of `Deno.serve`, under the same load. */

import { Driver } from "../../tests/_driver.ts";
import type { Cell, Load, Running, System } from "../harness.ts";

/** A cell whose messages take some way through the server. */
interface Shaped extends Cell {
  /** Back, to one's partner and back, to one for all and back, or to all. */
  shape: "echo" | "pairs" | "service" | "fan";
  /** How many connections there are of that. */
  count: number;
}

const SERVERS = ["Deno.serve", "Deno.serve, strings by callback", "own"];

async function start(implementation: string): Promise<Running> {
  const run = [Deno.execPath(), "run", "--allow-net", "--no-check"];
  const file = (name: string) => new URL(name, import.meta.url).pathname;
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    new Driver([...run, file("server.ts"), implementation]),
  );
  const { address } = await server.event({ event: "ready" });
  const load = stack.use(new Driver([...run, file("load.ts"), `${address}`]));
  await load.event({ event: "ready" });
  const rest = stack.move();
  return {
    processes: { server: server.pid, load: load.pid },
    load: (cell, seconds) => load.do<Load>("load", { ...cell, seconds }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** All servers; the first one is the reference. */
export const systems: System[] = SERVERS.map((name) => ({
  name,
  start: () => start(name),
}));

function cell(
  shape: Shaped["shape"],
  count: number,
  depth: number,
  size: number,
  name: string,
): Shaped {
  return { shape, count, depth, size, name };
}

/** What the transport has to be good at. */
export const cells: Cell[] = [
  cell("echo", 1, 64, 64, "echo, 64 B, 1x64"),
  cell("pairs", 1, 1, 256, "relay, 256 B, 1x1"),
  cell("pairs", 1, 64, 256, "relay, 256 B, 1x64"),
  cell("pairs", 64, 1, 256, "relay, 256 B, 64x1"),
  cell("service", 64, 1, 256, "64 requesters, 1 service, 256 B"),
  cell("pairs", 4, 2, 65_536, "relay, 64 KiB, 4x2"),
  cell("fan", 500, 1, 64, "1 to 500, 64 B, one at a time"),
  cell("fan", 500, 8, 64, "1 to 500, 64 B, eight at a time"),
];
