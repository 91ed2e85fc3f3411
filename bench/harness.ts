// Copyright 2026 the Wirekit authors. MIT license.

/** Compares systems side by side: fresh processes, alternating, medians. */

import { isAlone, onOneCore } from "./places.ts";

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

/** One measurement. */
export interface Sample {
  /** Calls a second. */
  rate: number;
  /** Median latency, in microseconds. */
  p50: number;
  /** 99th percentile of the latency, in microseconds. */
  p99: number;
  /** The part of the calls that took between 36 and 60 milliseconds. */
  stalled?: number;
  /** CPU time of each process for one call, in microseconds. */
  cpu: Record<string, number>;
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

/** How long one measurement may take, with its start and end. */
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

/** Starts a system, on one core if one message at a time is under way. */
async function started<C extends Cell>(
  system: System<C>,
  cell: C,
): Promise<Running<C>> {
  if (!isAlone(cell)) return await system.start(cell);
  await using _core = await onOneCore();
  return await system.start(cell);
}

async function measure<C extends Cell>(
  system: System<C>,
  cell: C,
  { seconds, quick }: Plan,
): Promise<Sample> {
  await using running = await started(system, cell);
  const busy = system.busy?.(cell) ?? cell;
  if (system.isWarm) await running.load(cell, BUSY_SECONDS);
  else {
    await (running.warmUp?.() ?? warmUp(
      (seconds) => running.load(busy, seconds),
      (seconds) => running.load(cell, seconds),
      quick ? 1_000 * seconds : MOST_WARM_UP,
    ));
  }
  const before = await cpuTimes(running.processes);
  const { calls, seconds: took, ...rest } = await running.load(cell, seconds);
  const after = await cpuTimes(running.processes);
  const cpu: Record<string, number> = {};
  for (const role of Object.keys(after)) {
    cpu[role] = (after[role]! - before[role]!) / calls;
  }
  return { rate: calls / took, ...rest, cpu };
}

/** The samples of a comparison. */
export class Results {
  readonly #samples = new Map<string, Map<string, Sample[]>>();
  readonly #failures = new Map<string, Set<string>>();

  /**
   * Adds one.
   *
   * @param cell The name of the cell.
   * @param system The name of the system.
   * @param sample What was measured.
   */
  add(cell: string, system: string, sample: Sample): void {
    const systems = this.#samples.get(cell) ?? new Map<string, Sample[]>();
    this.#samples.set(cell, systems);
    const samples = systems.get(system) ?? [];
    systems.set(system, samples);
    samples.push(sample);
  }

  /**
   * Notes that a measurement failed. It is shown, not hidden.
   *
   * @param cell The name of the cell.
   * @param system The name of the system.
   * @param reason The reason.
   */
  fail(cell: string, system: string, reason: string): void {
    const what = `${system}: ${reason}`;
    const cells = this.#failures.get(what) ?? new Set();
    this.#failures.set(what, cells.add(cell));
  }

  /**
   * Returns the samples.
   *
   * @param cell The name of the cell.
   * @param system The name of the system.
   * @returns The samples; none if all failed.
   */
  all(cell: string, system: string): readonly Sample[] {
    return this.#samples.get(cell)?.get(system) ?? [];
  }

  /**
   * Returns the median of the samples.
   *
   * @param cell The name of the cell.
   * @param system The name of the system.
   * @param pick What to take of a sample.
   * @returns The median, or `undefined` if there is no sample.
   */
  of(
    cell: string,
    system: string,
    pick: (sample: Sample) => number = ({ rate }) => rate,
  ): number | undefined {
    const samples = this.#samples.get(cell)?.get(system);
    return samples && median(samples.map(pick));
  }

  /**
   * Compares one system with another.
   *
   * @param cell The name of the cell.
   * @param ours The name of the one.
   * @param theirs The name of the other.
   * @param pick What to take of a sample.
   * @returns The ratio of the medians.
   */
  ratio(
    cell: string,
    ours: string,
    theirs: string,
    pick?: (sample: Sample) => number,
  ): number | undefined {
    const a = this.of(cell, ours, pick);
    const b = this.of(cell, theirs, pick);
    return a === undefined || b === undefined ? undefined : a / b;
  }

  /**
   * Formats all samples as a table in Markdown.
   *
   * @param reference The system that the others are divided by.
   * @returns The table: rate (min–max), p50/p99, CPU of each process, and
   * ratios.
   */
  table(reference: string): string {
    const lines = [
      "| case | system | calls/s (min–max) | ratio | p50 / p99 µs | CPU µs per call |",
      "| --- | --- | --: | --: | --: | --- |",
    ];
    for (const [cell, bySystem] of this.#samples) {
      for (const [system, samples] of bySystem) {
        const of = (pick: (sample: Sample) => number) =>
          short(median(samples.map(pick)));
        const rates = samples.map(({ rate }) => rate);
        const cpu = Object.keys(samples[0]!.cpu)
          .map((role) => `${role} ${of((sample) => sample.cpu[role]!)}`);
        // At random times the generator spins; otherwise it sleeps when it can.
        const load = samples[0]!.cpu["load"] === undefined ||
            cell.includes("Poisson")
          ? 0
          : median(samples.map(({ cpu, rate }) => cpu["load"]! * rate / 1e6));
        if (load > 0.9) cpu.push("(the generator is the limit)");
        const ratio = this.ratio(cell, system, reference);
        const row = [
          cell,
          system,
          `**${short(median(rates))}** (${short(Math.min(...rates))}–${
            short(Math.max(...rates))
          })`,
          ratio === undefined
            ? ""
            : system === reference
            ? "1"
            : `**${short(ratio)}**`,
          `${of(({ p50 }) => p50)} / ${of(({ p99 }) => p99)}`,
          cpu.join(", "),
        ];
        lines.push(`| ${row.join(" | ")} |`);
      }
    }
    for (const [what, cells] of this.#failures) {
      lines.push("", `Failed: ${[...cells].join(", ")}: ${what}`);
    }
    return lines.join("\n");
  }
}

/**
 * Measures every cell on every system: A B, then B A, then A B and so on, each
 * time with fresh processes. A failure is recorded, and does not end the run.
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
      for (const system of order) {
        if (cell.only && !cell.only.includes(system.name)) continue;
        if (system.isOnce && round > 0) continue;
        try {
          const sample = await inTime(measure(system, cell, plan));
          results.add(cell.name, system.name, sample);
          plan.log(
            `${cell.name}, ${system.name}: ${short(sample.rate)}/s, p99 ${
              short(sample.p99)
            } µs`,
          );
        } catch (error) {
          const reason = reasonOf(error);
          results.fail(cell.name, system.name, reason);
          plan.log(`${cell.name}, ${system.name}: failed: ${reason}`);
        }
      }
    }
  }
  return results;
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

/**
 * Returns the median of some numbers.
 *
 * @param values The numbers; at least one.
 * @returns Their median.
 */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Formats a number with three digits.
 *
 * @param value The number.
 * @returns Such as `12.3k`, `456`, `7.89`.
 */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return `${Number(value.toPrecision(3))}`;
}
