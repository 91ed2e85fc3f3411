// Copyright 2026 the Wirekit authors. MIT license.

/** Latencies, counted in steps of about 2 %. */

const STEPS = 32;

/** Counts latencies. */
export class Histogram {
  readonly #counts = new Float64Array(40 * STEPS);
  #total = 0;

  /** How many there are. */
  get total(): number {
    return this.#total;
  }

  /**
   * Adds one.
   *
   * @param micros The latency, in microseconds.
   */
  add(micros: number): void {
    const index = micros <= 1 ? 0 : (Math.log2(micros) * STEPS) | 0;
    this.#counts[index]!++;
    this.#total++;
  }

  /**
   * A latency that a part of all does not exceed.
   *
   * @param part Which part: 0.5 for the median.
   * @returns The latency, in microseconds.
   */
  at(part: number): number {
    let left = this.#total * part;
    for (let i = 0; i < this.#counts.length; i++) {
      left -= this.#counts[i]!;
      if (left <= 0) return 2 ** ((i + 0.5) / STEPS);
    }
    return 0;
  }
}
