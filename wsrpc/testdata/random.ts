// Copyright 2026 the Wirekit authors. MIT license.

/** Random numbers that come again with the same seed. */
export class Random {
  /** What to give to get the same numbers. */
  readonly seed: number;
  #state: number;

  /** Starts from a seed, by default a random one. */
  constructor(seed: number = Math.floor(Math.random() * 2 ** 32)) {
    this.seed = seed;
    this.#state = seed;
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % limit;
  }

  /** One of some values. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Runs a test, and tells the seed if it fails. */
  static async test(run: (random: Random) => void | Promise<void>) {
    const random = new Random();
    try {
      await run(random);
    } catch (cause) {
      throw new Error(`Fails with seed ${random.seed}`, { cause });
    }
  }
}
