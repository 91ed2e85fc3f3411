// Copyright 2026 the Wirekit authors. MIT license.

/** Compares systems side by side: fresh processes, alternating, medians. */

import { isAlone, onOneCore, put } from "./places.ts";
import { median, Results, type Sample, short } from "./results.ts";

/** This checkout. */
export const HERE: URL = new URL("../", import.meta.url);

/**
 * The command that runs a program of ours in Deno.
 *
 * @param path Its path in `bench/`.
 * @param root The checkout that it is of.
 * @param flags Options for Deno.
 * @returns The command.
 */
export function ourProgram(
  path: string,
  root: URL = HERE,
  ...flags: string[]
): string[] {
  const file = new URL(`bench/${path}`, root).pathname;
  return [Deno.execPath(), "run", "-A", "--no-check", ...flags, file];
}

/** A case to measure. */
export interface Cell {
  /** The name of the row. */
  name: string;
  /** The systems that can do it; absent if all can. */
  only?: string[];
  /** Whether the short form measures it too. */
  quick?: boolean;
  /** Whether it takes so long that one round of it is enough. */
  isLong?: boolean;
  /** Whether its processes have all cores, though one call is in flight. */
  isSpread?: boolean;
  /** Which of its processes has a core for itself; the others share one. */
  apart?: string;
  /** Whether a system has the machine for itself, and all of the time at once. */
  isWhole?: boolean;
}

/** A cell in which a client makes calls. */
export interface CallCell extends Cell {
  /** Calls in flight. */
  depth: number;
  /** Bytes of payload. */
  size: number;
  /** Calls a second at random times, instead of a closed loop. */
  rate?: number;
}

/** What the load generator of a system saw. */
export interface Load {
  /** Calls that were answered. */
  calls: number;
  /** How long it took, in seconds. */
  seconds: number;
  /** Median latency, in microseconds. */
  p50: number;
  /** 99th percentile of the latency, in microseconds. */
  p99: number;
  /** The part of the calls that took between 36 and 60 milliseconds. */
  stalled?: number;
}

/**
 * Something to measure.
 *
 * @typeParam C The case to measure.
 */
export interface System<C extends Cell = Cell> {
  /** The name of the column. */
  name: string;
  /** What warms it up for a cell, if that is more than the cell itself. */
  busy?(cell: C): C;
  /** Whether no compiler watches what it does: it needs no warming up. */
  isWarm?: boolean;
  /** Whether one round of it is enough: it is the ceiling of others. */
  isOnce?: boolean;
  /** Starts it with fresh processes, for one cell. */
  start(cell: C): Promise<Running<C>>;
}

/**
 * A running system. Disposing of it ends its processes.
 *
 * @typeParam C The case to measure.
 */
export interface Running<C extends Cell = Cell> extends AsyncDisposable {
  /** The ids of its processes, by what they do. */
  processes: Record<string, number>;
  /** Puts load on it. */
  load(cell: C, seconds: number): Promise<Load>;
  /** Warms it up, if not by load. */
  warmUp?(): Promise<void>;
}

/** How often and how long to measure. */
export interface Plan {
  /** How often each cell is measured on each system. */
  rounds: number;
  /** How long each measurement lasts. */
  seconds: number;
  /** Whether it is the short form: a record, and no proof. */
  quick: boolean;
  /** Which cells to measure. By default all. */
  cells?: RegExp;
  /** Reports progress. */
  log(line: string): void;
}

/** How long a step of warming up is: with much load, and with that of the cell. */
const BUSY_SECONDS = 0.2;
const LEAD_SECONDS = 0.1;

/** After so many calls, V8 has made of code what it will. */
const WARM_CALLS = 20_000;

/** What is slow has to be looked at sooner, in milliseconds. */
const MOST_WARM_UP = 900;

/** For how long each system is loaded before the next one is, in seconds. */
const SLICE_SECONDS = 0.1;

/** How long a start with its warming up may take, and how long a slice. */
const PATIENCE = 120_000;

/**
 * Reads how long all threads of a process have been running.
 *
 * @param pid The process.
 * @returns The time, in microseconds.
 */
export async function cpuTime(pid: number): Promise<number> {
  let sum = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`)
      .catch(() => "0"); // A thread that has just ended.
    sum += Number.parseInt(text) / 1000;
  }
  return sum;
}

/**
 * Reads how much memory a process has.
 *
 * @param pid The process.
 * @returns Its resident memory, in bytes.
 */
export async function residentBytes(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? NaN);
}

/**
 * Reads how long each of some processes has been running.
 *
 * @param processes The processes, by what they do.
 * @returns The times, in microseconds.
 */
export async function cpuTimes(
  processes: Record<string, number>,
): Promise<Record<string, number>> {
  const entries = Object.entries(processes)
    .map(async ([role, pid]) => [role, await cpuTime(pid)]);
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Loads a system until its code is as fast as it gets: a hub that is as old as
 * 10,000 calls takes half as much time again for each as after 20,000. With much
 * load, though, few turns of the loop have many calls each, and what is done once
 * in a turn stays slow: so it gets as many calls of the kind that is measured.
 *
 * @param busy Puts much load on it.
 * @param load Puts the load on it that is measured then.
 * @param most How long each of the two may take, in milliseconds.
 */
export async function warmUp(
  busy: (seconds: number) => Promise<Pick<Load, "calls">>,
  load: (seconds: number) => Promise<Pick<Load, "calls">>,
  most: number = MOST_WARM_UP,
): Promise<void> {
  await repeat(() => busy(BUSY_SECONDS), most);
  await repeat(() => load(LEAD_SECONDS), most);
}

/** Loads it until it has had many calls, once at least. */
async function repeat(
  load: () => Promise<Pick<Load, "calls">>,
  most: number,
): Promise<void> {
  const end = performance.now() + most;
  let calls = 0;
  do calls += (await load()).calls; while (
    calls < WARM_CALLS && performance.now() < end
  );
}

/**
 * Returns what warms up a process that makes calls: many in flight, at no given
 * rate, so that it does not take long.
 *
 * @param cell What is measured then.
 * @returns Such a cell.
 */
export function busyCalls<C extends CallCell>(cell: C): C {
  const { rate, ...rest } = cell;
  // At random times they mostly come one by one.
  const isMany = rate === undefined && cell.size <= 1_024 && !("batch" in cell);
  const depth = isMany ? Math.max(cell.depth, 64) : cell.depth;
  return { ...rest as C, depth };
}

/**
 * Starts a system: on one core if one message at a time is under way, with one
 * process apart if the cell says so, else where the kernel puts it.
 */
async function started<C extends Cell>(
  system: System<C>,
  cell: C,
): Promise<Running<C>> {
  if (isAlone(cell)) {
    await using _core = await onOneCore();
    return await system.start(cell);
  }
  const running = await system.start(cell);
  if (cell.apart !== undefined) {
    const { [cell.apart]: apart, ...others } = running.processes;
    await put([Object.values(others), apart === undefined ? [] : [apart]]);
  }
  return running;
}

/** After eight seconds without a call, V8 takes so long to be as fast as before. */
export const AGAIN_SECONDS = 0.5;

/** Starts a system and warms it up. */
async function warm<C extends Cell>(
  system: System<C>,
  cell: C,
  { seconds, quick }: Plan,
): Promise<Running<C>> {
  await using stack = new AsyncDisposableStack();
  const running = stack.use(await started(system, cell));
  const busy = system.busy?.(cell) ?? cell;
  if (system.isWarm) await running.load(cell, BUSY_SECONDS);
  else {
    await (running.warmUp?.() ?? warmUp(
      (seconds) => running.load(busy, seconds),
      (seconds) => running.load(cell, seconds),
      quick ? 1_000 * seconds : MOST_WARM_UP,
    ));
  }
  stack.move();
  return running;
}

/**
 * Loads a system and looks how long its processes have run for it.
 *
 * @param processes The ids of its processes, by what they do.
 * @param load Puts load on it.
 * @returns What was seen.
 */
export async function sampleOf(
  processes: Running["processes"],
  load: () => Promise<Load>,
): Promise<Sample> {
  const before = await cpuTimes(processes);
  const { calls, seconds, ...rest } = await load();
  const after = await cpuTimes(processes);
  const cpu = Object.fromEntries(
    Object.keys(after).map((
      role,
    ) => [role, (after[role]! - before[role]!) / calls]),
  );
  return { rate: calls / seconds, ...rest, cpu };
}

/** What the slices of a system say together. */
function together(slices: Sample[]): Sample {
  const of = (pick: (slice: Sample) => number) => median(slices.map(pick));
  const [{ cpu, stalled }] = slices as [Sample];
  return {
    rate: of(({ rate }) => rate),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    ...(stalled !== undefined && {
      stalled: slices.reduce((sum, { stalled = 0 }) => sum + stalled, 0) /
        slices.length,
    }),
    cpu: Object.fromEntries(
      Object.keys(cpu).map((role) => [role, of(({ cpu }) => cpu[role]!)]),
    ),
  };
}

/**
 * Measures every cell on every system, in each round with fresh processes: all
 * are started, then loaded in turn, A B C, then C B A, and so on, in short
 * slices. So all have the same neighbours, of whom a machine may have some that
 * make it half as fast for a second. A failure is recorded, and ends nothing.
 * The short form measures only the cells that are marked for it.
 *
 * @typeParam C The case to measure.
 * @param systems What to compare.
 * @param cells The cases to measure.
 * @param plan How often and how long.
 * @returns The samples.
 */
export async function compare<C extends Cell>(
  systems: System<C>[],
  cells: C[],
  plan: Plan,
): Promise<Results> {
  const results = new Results();
  for (let round = 0; round < plan.rounds; round++) {
    const order = round % 2 ? systems.toReversed() : systems;
    for (const cell of cells) {
      if (plan.quick && !cell.quick || cell.isLong && round > 0) continue;
      if (plan.cells && !plan.cells.test(cell.name)) continue;
      const here = order.filter(({ name, isOnce }) =>
        (cell.only?.includes(name) ?? true) && !(isOnce && round > 0)
      );
      const groups = cell.isWhole ? here.map((each) => [each]) : [here];
      for (const group of groups) await measure(group, cell, plan, results);
    }
  }
  return results;
}

/** Measures a cell on some systems, in turn. */
async function measure<C extends Cell>(
  systems: System<C>[],
  cell: C,
  plan: Plan,
  results: Results,
): Promise<void> {
  const seen = new Map<string, Sample[]>();
  const failed = new Set<string>();
  const unlessItFails = async (name: string, work: () => Promise<void>) => {
    if (failed.has(name)) return;
    try {
      await inTime(work());
    } catch (error) {
      failed.add(name);
      const reason = reasonOf(error);
      results.fail(cell.name, name, reason);
      plan.log(`${cell.name}, ${name}: failed: ${reason}`);
    }
  };
  await using stack = new AsyncDisposableStack();
  const all: [name: string, running: Running<C>][] = [];
  for (const system of systems) {
    await unlessItFails(system.name, async () => {
      all.push([system.name, stack.use(await warm(system, cell, plan))]);
    });
  }
  // Whichever was started first has been idle.
  if (all.length > 1) {
    for (const [name, running] of all) {
      await unlessItFails(name, async () => {
        await running.load(cell, AGAIN_SECONDS);
      });
    }
  }
  const slices = cell.isWhole
    ? 1
    : Math.max(Math.round(plan.seconds / SLICE_SECONDS), 1);
  for (let slice = 0; slice < slices; slice++) {
    for (const [name, running] of slice % 2 ? all.toReversed() : all) {
      await unlessItFails(name, async () => {
        const load = () => running.load(cell, plan.seconds / slices);
        const samples = seen.get(name) ?? [];
        seen.set(name, [...samples, await sampleOf(running.processes, load)]);
      });
    }
  }
  for (const [name] of all) {
    if (failed.has(name)) continue;
    const sample = together(seen.get(name)!);
    results.add(cell.name, name, sample);
    plan.log(
      `${cell.name}, ${name}: ${short(sample.rate)}/s, p99 ${
        short(sample.p99)
      } µs`,
    );
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("It hangs")), PATIENCE);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Describes an error in one line.
 *
 * @param error What was thrown.
 * @returns The line.
 */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // deno-lint-ignore no-control-regex -- colours of a program in the error.
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "").replaceAll(/\s+/g, " ")
    // Where the files of this machine are is nobody's business.
    .replaceAll(/(?<!\w)(?:file:\/\/)?(?:\/[\w@.+~-]+)+\/([\w@.+~-]+)/g, "$1")
    .replaceAll("|", "/").slice(0, 300);
}
