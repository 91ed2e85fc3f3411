// Copyright 2026 the Wirekit authors. MIT license.

/** Compares systems side by side: fresh processes, alternating, medians. */

/** What a system is asked to do. */
export interface Cell {
  /** How the row is called. */
  name: string;
  /** Calls in flight. */
  depth: number;
  /** Bytes of payload. */
  size: number;
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
}

/** Something to measure. */
export interface System {
  /** How the column is called. */
  name: string;
  /** Starts it with fresh processes. */
  start(): Promise<Running>;
}

/** A system that runs. Disposing ends its processes. */
export interface Running extends AsyncDisposable {
  /** The ids of its processes, by what they do. */
  processes: Record<string, number>;
  /** Loads it. */
  load(cell: Cell, seconds: number): Promise<Load>;
}

/** One measurement. */
export interface Sample {
  /** Calls a second. */
  rate: number;
  /** Median latency, in microseconds. */
  p50: number;
  /** 99th percentile of the latency, in microseconds. */
  p99: number;
  /** CPU time of each process for one call, in microseconds. */
  cpu: Record<string, number>;
}

/** Options of {@linkcode compare}. */
export interface CompareOptions {
  /** How often each cell is measured on each system. */
  rounds: number;
  /** How long each measurement lasts. */
  seconds: number;
  /** Called after each measurement. */
  onSample?: (cell: Cell, system: System, sample: Sample) => void;
}

const WARM_UP_SECONDS = 0.3;

/** CPU time of all threads of a process so far, in microseconds. */
async function cpuTime(pid: number): Promise<number> {
  let sum = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`)
      .catch(() => "0"); // A thread that has just ended.
    sum += Number.parseInt(text) / 1000;
  }
  return sum;
}

async function cpuTimes(
  processes: Record<string, number>,
): Promise<Record<string, number>> {
  const entries = Object.entries(processes)
    .map(async ([role, pid]) => [role, await cpuTime(pid)]);
  return Object.fromEntries(await Promise.all(entries));
}

async function measure(
  system: System,
  cell: Cell,
  seconds: number,
): Promise<Sample> {
  await using running = await system.start();
  await running.load(cell, WARM_UP_SECONDS);
  const before = await cpuTimes(running.processes);
  const { calls, seconds: took, p50, p99 } = await running.load(cell, seconds);
  const after = await cpuTimes(running.processes);
  const cpu: Record<string, number> = {};
  for (const role of Object.keys(after)) {
    cpu[role] = (after[role]! - before[role]!) / calls;
  }
  return { rate: calls / took, p50, p99, cpu };
}

/**
 * Measures every cell on every system: A B, then B A, then A B and so on, each
 * time with fresh processes.
 *
 * @param systems What to compare.
 * @param cells What to ask of them.
 * @param options How often and how long.
 * @returns The samples of each cell, by the system's name.
 */
export async function compare(
  systems: System[],
  cells: Cell[],
  options: CompareOptions,
): Promise<Map<Cell, Record<string, Sample[]>>> {
  const results = new Map<Cell, Record<string, Sample[]>>();
  for (const cell of cells) {
    results.set(
      cell,
      Object.fromEntries(systems.map(({ name }) => [name, []])),
    );
  }
  for (let round = 0; round < options.rounds; round++) {
    const order = round % 2 ? systems.toReversed() : systems;
    for (const cell of cells) {
      for (const system of order) {
        const sample = await measure(system, cell, options.seconds);
        results.get(cell)![system.name]!.push(sample);
        options.onSample?.(cell, system, sample);
      }
    }
  }
  return results;
}

/**
 * The middle of some numbers.
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
 * Writes a number with three digits.
 *
 * @param value The number.
 * @returns Such as `12.3k`, `456`, `7.89`.
 */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return `${Number(value.toPrecision(3))}`;
}

/**
 * Shows the results as a table in Markdown.
 *
 * @param results What {@linkcode compare} returned.
 * @param reference The system that the others are divided by.
 * @returns The table: rate (min–max), p50/p99, CPU of each process, and ratios.
 */
export function table(
  results: Map<Cell, Record<string, Sample[]>>,
  reference: string,
): string {
  const lines = [
    "| case | system | calls/s (min–max) | ratio | p50 / p99 µs | CPU µs per call |",
    "| --- | --- | --: | --: | --: | --- |",
  ];
  for (const [cell, bySystem] of results) {
    const base = median(bySystem[reference]!.map(({ rate }) => rate));
    for (const [system, samples] of Object.entries(bySystem)) {
      const of = (pick: (sample: Sample) => number) =>
        short(median(samples.map(pick)));
      const rates = samples.map(({ rate }) => rate);
      const cpu = Object.keys(samples[0]!.cpu)
        .map((role) => `${role} ${of((sample) => sample.cpu[role]!)}`);
      const row = [
        cell.name,
        system,
        `**${short(median(rates))}** (${short(Math.min(...rates))}–${
          short(Math.max(...rates))
        })`,
        system === reference
          ? "1"
          : `**${Number((median(rates) / base).toPrecision(3))}**`,
        `${of(({ p50 }) => p50)} / ${of(({ p99 }) => p99)}`,
        cpu.join(", "),
      ];
      lines.push(`| ${row.join(" | ")} |`);
    }
  }
  return lines.join("\n");
}
