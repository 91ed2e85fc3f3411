// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares two checkouts, or two kinds of one: both run at the same time, and
 * are loaded one after the other in short slices, so that they have the same
 * neighbours.
 */

import {
  type Cell,
  cpuTimes,
  type Load,
  type System,
  warmUp,
} from "./harness.ts";

/** A running system and what it is loaded with. Disposing ends it. */
export interface Loaded extends AsyncDisposable {
  /** The ids of our processes, by what they do. */
  processes: Record<string, number>;
  /** Puts load on it. */
  load(seconds: number): Promise<Pick<Load, "calls" | "seconds">>;
  /** Puts much load on it, to warm it up. */
  busy(seconds: number): Promise<Pick<Load, "calls">>;
}

/** A row of ours that another checkout can have, too. */
export interface Row {
  /** Its case and its system. */
  name: string;
  /** Starts the system of a checkout. */
  start(root: URL): Promise<Loaded>;
}

/**
 * Makes a row of each case and system that go together.
 *
 * @typeParam C The case to measure.
 * @param systems Each system, of a checkout.
 * @param cells The cases.
 * @param foreign The processes that are not ours.
 * @returns The rows.
 */
export function rowsOf<C extends Cell>(
  systems: ((root?: URL) => System<C>)[],
  cells: readonly C[],
  foreign: readonly string[] = ["load"],
): Row[] {
  return cells.flatMap((cell) =>
    systems.filter((of) => cell.only?.includes(of().name) ?? true).map((
      of,
    ) => ({
      name: `${cell.name}, ${of().name}`,
      async start(root: URL) {
        const system = of(root);
        const running = await system.start(cell);
        const busy = system.busy?.(cell) ?? cell;
        const processes = Object.entries(running.processes)
          .filter(([role]) => !foreign.includes(role));
        return {
          processes: Object.fromEntries(processes),
          load: (seconds: number) => running.load(cell, seconds),
          busy: (seconds: number) => running.load(busy, seconds),
          [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
        };
      },
    }))
  );
}

/** How often and how long to load both. */
export interface Pace {
  /** How often both are started anew. */
  starts: number;
  /** How many slices of each follow. */
  slices: number;
  /** How long a slice is. */
  seconds: number;
}

/** What was seen in a slice. */
export interface Slice {
  /** Calls a second. */
  rate: number;
  /** CPU time of each process for one call, in microseconds. */
  cpu: Record<string, number>;
}

/** A figure of ours that is the better the smaller it is. */
export interface Figure {
  /** What it is. */
  name: string;
  /** Its unit. */
  unit: string;
  /** How often it is measured. */
  times: number;
  /** Measures it on a checkout. */
  measure(root: URL): Promise<number>;
}

/**
 * Loads two systems in turn.
 *
 * @param start Starts each of them.
 * @param pace How often and how long.
 * @returns The slices, each beside that of the other.
 */
export async function inTurn(
  start: [() => Promise<Loaded>, () => Promise<Loaded>],
  { starts, slices, seconds }: Pace,
): Promise<[Slice, Slice][]> {
  const pairs: [Slice, Slice][] = [];
  for (let round = 0; round < starts; round++) {
    await using one = await start[0]();
    await using other = await start[1]();
    for (const { busy, load } of [one, other]) await warmUp(busy, load);
    for (let n = 0; n < slices; n++) {
      const late = n % 2 ? await slice(other, seconds) : undefined;
      const early = await slice(one, seconds);
      pairs.push([early, late ?? await slice(other, seconds)]);
    }
  }
  return pairs;
}

async function slice(loaded: Loaded, seconds: number): Promise<Slice> {
  const before = await cpuTimes(loaded.processes);
  const { calls, seconds: took } = await loaded.load(seconds);
  const after = await cpuTimes(loaded.processes);
  const cpu: Record<string, number> = {};
  for (const role of Object.keys(after)) {
    cpu[role] = (after[role]! - before[role]!) / calls;
  }
  return { cpu, rate: calls / took };
}
