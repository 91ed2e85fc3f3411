// Copyright 2026 the Wirekit authors. MIT license.

/** What was measured, and what it says of one system beside another. */

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
   * @returns The median of the ratios of the rounds; that of the medians if one
   * of them was measured in fewer rounds.
   */
  ratio(
    cell: string,
    ours: string,
    theirs: string,
    pick: (sample: Sample) => number = ({ rate }) => rate,
  ): number | undefined {
    const [a, b] = [ours, theirs].map((name) => this.all(cell, name).map(pick));
    if (!a?.length || !b?.length) return undefined;
    return a.length === b.length
      ? median(a.map((each, round) => each / b[round]!))
      : median(a) / median(b);
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
