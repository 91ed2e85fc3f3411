// Copyright 2026 the Wirekit authors. MIT license.

/** Latencies, counted in steps of about 2 %. Node reads this file too. */

const STEPS = 32;

/** Counts latencies. */
export class Histogram {
  #counts = new Float64Array(40 * STEPS);
  #total = 0;

  /**
   * How many there are.
   *
   * @returns {number} Their number.
   */
  get total() {
    return this.#total;
  }

  /**
   * Adds one.
   *
   * @param {number} micros The latency, in microseconds.
   */
  add(micros) {
    const index = micros <= 1 ? 0 : (Math.log2(micros) * STEPS) | 0;
    this.#counts[index]++;
    this.#total++;
  }

  /**
   * A latency that a part of all does not exceed.
   *
   * @param {number} part Which part: 0.5 for the median.
   * @returns {number} The latency, in microseconds.
   */
  at(part) {
    let left = this.#total * part;
    for (let i = 0; i < this.#counts.length; i++) {
      left -= this.#counts[i];
      if (left <= 0) return 2 ** ((i + 0.5) / STEPS);
    }
    return 0;
  }
}
