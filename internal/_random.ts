// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Random numbers that a seed repeats, so that a test that failed can be run
 * again. By hand (mulberry32): what `@std/random` has for it is not settled yet.
 *
 * ```ts
 * import { Random } from "@wirekit/internal/testing";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new Random(7).below(1_000), new Random(7).below(1_000));
 * ```
 */
export class Random {
  /** The seed. */
  readonly seed: number;
  #state: number;

  /**
   * Starts from a seed.
   *
   * @param seed The seed; by default a new one.
   */
  constructor(seed: number = Math.floor(Math.random() * 2 ** 32)) {
    this.seed = seed;
    this.#state = seed | 0;
  }

  /** Returns a number from 0 to below 1. */
  next(): number {
    const state = this.#state = (this.#state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from 0 to below a limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Returns one of some values. */
  pick<T>(values: ArrayLike<T>): T {
    return values[this.below(values.length)]!;
  }
}
