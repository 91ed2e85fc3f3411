// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares what a message costs the hubs of two checkouts, or two kinds of hub
 * of one, in CPU time: it hardly moves where the rate does, on a busy machine.
 *
 * ```sh
 * deno task bench-cost ../before .
 * deno task bench-cost .#unwatched .#ws --cells "1x64,64 → 1"
 * NATS_SERVER=/usr/sbin/nats-server deno task bench-cost ../before . --cells "hubs 1,hubs 64"
 * ```
 *
 * The hubs run at the same time and are loaded one after the other, in short
 * slices, so that both have the same neighbours. The gain is the median of the
 * ratios of one slice each: 1.1 means that the second takes a tenth less.
 */

import { parseArgs } from "@std/cli/parse-args";
import { Driver } from "../tests/_driver.ts";
import { Engine } from "../tests/cluster/_servers.ts";
import { type Load, ourProgram } from "./harness.ts";
import { Generator, type Order, type Shape } from "./load/load.ts";
import { median, short } from "./results.ts";
import { inTurn, type Loaded } from "./rows.ts";
import { busyLoad, type LoadCell } from "./suites/hub.ts";

/** What is measured, and on which kind of hub if none is said. */
interface Cell {
  kind: string;
  shape?: Shape;
  /** Calls in flight, of our clients in place of the load generator. */
  depth?: number;
}

const ONE: Shape = { pairs: 1, depth: 1, message: 256 };

const SHAPES: Record<string, Shape> = {
  "1x1": ONE,
  "1x16": { ...ONE, depth: 16 },
  "1x64": { ...ONE, depth: 64 },
  "16x1": { ...ONE, pairs: 16 },
  "64x1": { ...ONE, pairs: 64 },
  "64 → 1": { ...ONE, pairs: 64, services: 1 },
  "64 KiB": { pairs: 4, depth: 2, data: 65_536 },
  "inform": { pairs: 0, receivers: 200, depth: 1, data: 64 },
};

const CELLS: Record<string, Cell> = {};
for (const kind of ["ws", "fetch", "tcp", "unix"]) {
  for (const [name, shape] of Object.entries(SHAPES)) {
    CELLS[kind === "ws" ? name : `${name} ${kind}`] = { kind, shape };
  }
}
for (const [name, shape] of Object.entries(SHAPES)) {
  if (!shape.services) CELLS[`${name} relay`] = { kind: "relay", shape };
}
for (const kind of ["ws", "tcp"]) {
  for (const depth of [1, 16, 64]) {
    CELLS[`calls ${depth} ${kind}`] = { kind, depth };
  }
}

for (const depth of [1, 16, 64]) {
  CELLS[`hubs ${depth}`] = { kind: "hubs", depth };
  CELLS[`jsonrpc ${depth}`] = { kind: "jsonrpc", depth };
  CELLS[`wsrpc ${depth}`] = { kind: "wsrpc", depth };
  CELLS[`doors ${depth}`] = { kind: "doors", depth };
}
for (const pairs of [1, 64]) {
  CELLS[`hubs ${pairs}x1`] = { kind: "hubs", shape: { ...ONE, pairs } };
}

for (const [pairs, depth] of [[1, 1], [1, 64], [64, 1]] as const) {
  CELLS[`sum ${pairs}x${depth}`] = { kind: "jsonrpc", shape: { pairs, depth } };
}

/** A program in Deno, of a checkout. */
async function program(
  stack: AsyncDisposableStack,
  root: URL,
  path: string,
  ...args: string[]
): Promise<{ driver: Driver; address: string }> {
  const driver = stack.use(new Driver([...ourProgram(path, root), ...args]));
  const { address } = await driver.event({ event: "ready" });
  return { driver, address: `${address}` };
}

function orderOf(address: string, dialect: Order["dialect"]): Order {
  const [scheme] = address.split(":");
  if (scheme === "unix") return { path: address.slice(5), line: true, dialect };
  return { port: portOf(address), line: scheme === "tcp", dialect };
}

function portOf(address: string): number {
  return Number(address.split(":").at(-1));
}

async function start(side: string, cell: Cell): Promise<Loaded> {
  const [path = ".", kind = cell.kind] = side.split("#");
  const root = new URL(`${await Deno.realPath(path)}/`, "file:");
  if (kind === "jsonrpc") return await startEnds(root, cell, JSON_RPC);
  if (kind === "wsrpc") return await startEnds(root, cell, WSRPC);
  if (kind === "hubs" || kind === "bare") {
    return await startHubs(root, cell, kind === "bare");
  }
  await using stack = new AsyncDisposableStack();
  const isRelay = kind === "relay";
  const hasDoors = kind === "doors";
  const hub = isRelay
    ? await program(stack, root, "hub/relay.ts")
    : hasDoors
    ? await program(stack, root, "switchboard/server.ts")
    : await program(stack, root, "hub/wirekit_server.ts", kind);
  const processes: Record<string, number> = { hub: hub.driver.pid };
  let loads: Pick<Loaded, "load" | "busy">;
  if (cell.shape) {
    const order = orderOf(hub.address, isRelay ? "relay" : "winerp");
    loads = await generatorOf(stack, order, cell.shape);
  } else {
    const client = async (role: string) => {
      const { driver } = await program(
        stack,
        root,
        hasDoors ? "switchboard/jsonrpc_client.ts" : "hub/wirekit_client.ts",
        role,
        hub.address,
      );
      processes[role] = driver.pid;
      return driver;
    };
    await client("responder");
    const requester = await client("requester");
    loads = callsOf(requester, cell, 64);
  }
  const rest = stack.move();
  return {
    processes,
    ...loads,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Two hubs that are one, with their clients, and what is between them. */
async function startHubs(
  root: URL,
  cell: Cell,
  isBare: boolean,
): Promise<Loaded> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await Engine.start(1));
  const url = engine.urls[0]!;
  const hub = (...names: string[]) =>
    isBare
      ? program(stack, root, "hub/bare_hub.ts", url, ...names)
      : program(stack, root, "hub/cluster_server.ts", url);
  const one = await hub("one", "two");
  const two = await hub("two", "one");
  const processes: Record<string, number> = {
    "hub of the requester": two.driver.pid,
    engine: engine.servers[0]!.pid,
    "hub of the responder": one.driver.pid,
  };
  let loads: Pick<Loaded, "load" | "busy">;
  if (cell.shape) {
    const order = {
      ...orderOf(two.address, "winerp"),
      servicesPort: portOf(one.address),
    };
    loads = await generatorOf(stack, order, cell.shape);
  } else {
    const client = async (role: string, address: string) => {
      const path = "hub/wirekit_client.ts";
      const { driver } = await program(stack, root, path, role, address);
      processes[role] = driver.pid;
      return driver;
    };
    await client("responder", one.address);
    loads = callsOf(await client("requester", two.address), cell, 64);
  }
  const rest = stack.move();
  return {
    processes,
    ...loads,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** What a client of ours is told to do. */
function callsOf(
  driver: Driver,
  { depth = 1 }: Cell,
  size: number,
): Pick<Loaded, "load" | "busy"> {
  const load = (depth: number) => (seconds: number) =>
    driver.do<Load>("load", { depth, size, seconds });
  return { load: load(depth), busy: load(Math.max(depth, 64)) };
}

/** The load generator, for a shape. */
async function generatorOf(
  stack: AsyncDisposableStack,
  order: Order,
  shape: Shape,
): Promise<Pick<Loaded, "load" | "busy">> {
  const generator = stack.use(await Generator.open(order, shape));
  const { least } = busyLoad<LoadCell>({ name: "", shape });
  return {
    load: (seconds) => generator.load(seconds),
    busy: (seconds) => generator.load(seconds, undefined, { least }),
  };
}

/** The programs of a server and of its client, and what a call brings. */
interface Ends {
  server: string;
  client: string;
  size: number;
}

const JSON_RPC: Ends = {
  server: "peers/wirekit_jsonrpc_server.ts",
  client: "peers/wirekit_jsonrpc_client.ts",
  size: 0, // It adds two numbers.
};

const WSRPC: Ends = {
  server: "wsrpc/wirekit_server.ts",
  client: "wsrpc/wirekit_client.ts",
  size: 64,
};

/** A server, and a client of it or, for JSON-RPC, the load generator. */
async function startEnds(root: URL, cell: Cell, ends: Ends): Promise<Loaded> {
  await using stack = new AsyncDisposableStack();
  const server = await program(stack, root, ends.server, "ws");
  const processes: Loaded["processes"] = { server: server.driver.pid };
  let loads: Pick<Loaded, "load" | "busy">;
  if (cell.shape) {
    const order = orderOf(server.address, "jsonrpc");
    loads = await generatorOf(stack, order, cell.shape);
  } else {
    const client = await program(stack, root, ends.client, server.address);
    processes.client = client.driver.pid;
    loads = callsOf(client.driver, cell, ends.size);
  }
  const rest = stack.move();
  return {
    processes,
    ...loads,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const flags = parseArgs(Deno.args, {
  string: ["_", "cells", "slices", "seconds", "starts"],
});
const {
  cells = "1x1,1x64,64x1,64 → 1,1x64 tcp,64 → 1 unix",
  slices = "10",
  seconds = "0.2",
  starts = "2",
} = flags;
const [first, second] = flags._.map(String);
if (first === undefined || second === undefined) {
  throw new Error("Say what to compare with what, such as ../before .");
}

print("| row | process | µs then | µs now | gain | rate now ÷ then |");
print("| --- | --- | --: | --: | --: | --: |");
for (const name of cells.split(",")) {
  const cell = CELLS[name];
  if (!cell) {
    throw new Error(`No such cell: ${name}; there are ${Object.keys(CELLS)}`);
  }
  const samples = (await inTurn(
    [() => start(first, cell), () => start(second, cell)],
    {
      starts: Number(starts),
      slices: Number(slices),
      seconds: Number(seconds),
    },
  )).flat();
  const rate = median(samples.map(([a, b]) => b.rate / a.rate));
  for (const role of Object.keys(samples[0]![0]!.cpu)) {
    const of = (at: 0 | 1) =>
      median(samples.map((pair) => pair[at].cpu[role]!));
    const gain = median(samples.map(([a, b]) => a.cpu[role]! / b.cpu[role]!));
    print(
      `| ${name} | ${role} | ${short(of(0))} | ${short(of(1))} | **${
        gain.toFixed(3)
      }** | ${rate.toFixed(2)} |`,
    );
  }
}
