// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Whether it ever costs something that the first 2 KiB of a turn go out at once:
 * beside the same code, whose first buffer is as large as the rest. A closed loop
 * favours one of the two by the groups that its calls fall into, so callers of
 * mixed depths and calls at random times are here too. Both run at the same time
 * and are loaded in turn, in slices so short that both have the same neighbours:
 * what counts is the median of the ratios of two slices.
 */

import {
  AGAIN_SECONDS,
  cpuTime,
  type Plan,
  reasonOf,
  type Running,
  type System,
  warmUp,
} from "../harness.ts";
import { Generator, type Order } from "../load/load.ts";
import { file, told } from "../peers/named.ts";
import { median, Results, type Sample, short } from "../results.ts";
import type { Suite, Target } from "../suite.ts";
import { busyLoad, loadBy, type LoadCell } from "./hub.ts";

const EARLY = "at once";
const LATE = "at the end";

/** What it may lose. */
const MOST = 0.03;

const ROOT = new URL("../../", import.meta.url);
const BUFFERS = new URL("transport/stream/_out_buffers.ts", ROOT);
const CACHE = new URL("../../.cache/bench/early/", import.meta.url);

/** Writes the buffers without a small one, and what puts them in place. */
async function importMap(): Promise<string> {
  const source = await Deno.readTextFile(BUFFERS);
  const late = source
    .replace(/const SMALL_BYTES = [\d_]+/, "const SMALL_BYTES = 0")
    .replaceAll(
      /from "(\.[^"]+)"/g,
      (_all, path) => `from "${new URL(path, BUFFERS)}"`,
    );
  if (late === source) throw new Error(`${BUFFERS} has no SMALL_BYTES`);
  await Deno.mkdir(CACHE, { recursive: true });
  const other = new URL("out_buffers.ts", CACHE);
  await Deno.writeTextFile(other, late);
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const map = new URL("import_map.json", CACHE);
  await Deno.writeTextFile(
    map,
    JSON.stringify({ imports: { ...imports, [`${BUFFERS}`]: `${other}` } }),
  );
  return map.pathname;
}

interface EarlyCell extends LoadCell {
  /** What answers. */
  at: "hub" | "JSON-RPC";
}

const mixed = [1, 1, 2, 4, 8, 16, 32, 64];
const message = 256;
const CELLS: EarlyCell[] = [
  { name: "hub, 1x64", at: "hub", shape: { pairs: 1, depth: 64, message } },
  {
    name: "hub, mixed depths of 8 pairs",
    at: "hub",
    shape: { pairs: 8, depth: 64, depths: mixed, message },
  },
  {
    name: "hub, 1 pair, Poisson 20k/s",
    at: "hub",
    shape: { pairs: 1, depth: 64, message },
    rate: 20_000,
  },
  {
    name: "hub, 8 pairs, Poisson 20k/s",
    at: "hub",
    shape: { pairs: 8, depth: 64, message },
    rate: 20_000,
  },
  {
    name: "JSON-RPC, mixed depths of 8",
    at: "JSON-RPC",
    shape: { pairs: 8, depth: 64, depths: mixed },
  },
  {
    name: "JSON-RPC, 1 client, Poisson 40k/s",
    at: "JSON-RPC",
    shape: { pairs: 1, depth: 64 },
    rate: 40_000,
  },
];

function system(name: string, flags: string[]): System<EarlyCell> {
  return {
    name,
    busy: busyLoad,
    async start({ at, shape }): Promise<Running<EarlyCell>> {
      await using stack = new AsyncDisposableStack();
      const program = at === "hub"
        ? "../hub/wirekit_server.ts"
        : "wirekit_jsonrpc_server.ts";
      const server = stack.use(
        await told([
          ...[Deno.execPath(), "run", "-A", "--no-check", ...flags],
          file(program),
          "ws",
        ]),
      );
      const order: Order = {
        port: Number(server.address.split(":").at(-1)),
        dialect: at === "hub" ? "winerp" : "jsonrpc",
      };
      const load = stack.use(await Generator.open(order, shape));
      const rest = stack.move();
      return {
        processes: { server: server.pid, load: load.pid },
        load: loadBy(load),
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

/** How often a pair of servers is loaded, and how long each time. */
const SLICES = 12;
const SLICE_SECONDS = 0.2;

async function slice(
  running: Running<EarlyCell>,
  cell: EarlyCell,
): Promise<Sample> {
  const { server = 0, load = 0 } = running.processes;
  const before = [await cpuTime(server), await cpuTime(load)] as const;
  const { calls, seconds, ...rest } = await running.load(cell, SLICE_SECONDS);
  const after = [await cpuTime(server), await cpuTime(load)] as const;
  return {
    rate: calls / seconds,
    ...rest,
    cpu: {
      server: (after[0] - before[0]) / calls,
      load: (after[1] - before[1]) / calls,
    },
  };
}

/** Loads both in turn; returns the ratios of what was looked at. */
async function inTurn(
  systems: readonly System<EarlyCell>[],
  cell: EarlyCell,
  results: Results,
): Promise<number[]> {
  await using stack = new AsyncDisposableStack();
  const pair: [string, Running<EarlyCell>][] = [];
  for (const { name, start } of systems) {
    const running = stack.use(await start(cell));
    await warmUp(
      (seconds) => running.load(busyLoad(cell), seconds),
      (seconds) => running.load(cell, seconds),
    );
    pair.push([name, running]);
  }
  // Whichever was started first has been idle.
  for (const [, running] of pair) await running.load(cell, AGAIN_SECONDS);
  const ratios: number[] = [];
  for (let n = 0; n < SLICES; n++) {
    const seen = new Map<string, number>();
    for (const [name, running] of n % 2 ? pair.toReversed() : pair) {
      const sample = await slice(running, cell);
      results.add(cell.name, name, sample);
      // At random times, the rate is what was asked for.
      seen.set(name, cell.rate === undefined ? sample.rate : 1 / sample.p50);
    }
    ratios.push(seen.get(EARLY)! / seen.get(LATE)!);
  }
  return ratios;
}

/** The suite. */
export const suite: Suite = {
  name: "early",
  title: "The first 2 KiB of a turn at once, beside all at its end",
  long: true,
  async run(plan: Plan) {
    const systems = [
      system(EARLY, []),
      system(LATE, ["--import-map", await importMap()]),
    ];
    const results = new Results();
    const ratios = new Map<string, number[]>();
    for (let round = 0; round < Math.min(plan.rounds, 2); round++) {
      // Each is the first to be started as often as the other.
      const order = round % 2 ? systems.toReversed() : systems;
      for (const cell of CELLS) {
        const { name } = cell;
        if (plan.cells && !plan.cells.test(name)) continue;
        try {
          const more = await inTurn(order, cell, results);
          ratios.set(name, [...ratios.get(name) ?? [], ...more]);
          plan.log(`${name}: ${EARLY} ÷ ${LATE}: ${short(median(more))}`);
        } catch (error) {
          results.fail(name, EARLY, reasonOf(error));
          plan.log(`${name}: failed: ${reasonOf(error)}`);
        }
      }
    }
    const targets = CELLS.map(({ name, rate }): Target => {
      const all = ratios.get(name);
      const ratio = all && median(all);
      return {
        what: `the first 2 KiB ${EARLY} ÷ ${LATE}, ${name}${
          rate === undefined ? "" : ", 1 ÷ p50"
        }, median of ${all?.length ?? 0} pairs`,
        measured: ratio === undefined ? "not measured" : ratio.toFixed(3),
        target: `≥ ${1 - MOST}`,
        met: ratio === undefined ? undefined : ratio >= 1 - MOST,
        why: "The first 2 KiB at once",
      };
    });
    return { targets, details: results.table(LATE) };
  },
};
