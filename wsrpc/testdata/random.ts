// Copyright 2026 the Wirekit authors. MIT license.

import { Random as Numbers } from "@wirekit/internal/testing";

/** Random numbers that come again with the same seed. */
export class Random extends Numbers {
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
