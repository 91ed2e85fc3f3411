// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The lock-out of a gateway after wrong passwords. */

import { now } from "@wirekit/internal/clock";

/** The lock-out of the official document: three failures within a minute. */
const LOCKOUT = { failures: 3, ms: 60_000 };

/** Counts wrong passwords. */
export class Lockout {
  readonly #window: number;
  #failures: number[] = [];
  #until = 0;

  /**
   * Creates one that has counted none.
   *
   * @param speed How many times faster than ours the gateway's clock runs.
   */
  constructor(speed: number) {
    this.#window = LOCKOUT.ms / speed;
  }

  /** Whether nobody is let in. */
  get isLocked(): boolean {
    return now() < this.#until;
  }

  /** Counts a wrong password. */
  failed(): void {
    const time = now();
    this.#failures = this.#failures.filter((at) => at > time - this.#window);
    this.#failures.push(time);
    if (this.#failures.length >= LOCKOUT.failures) {
      this.#until = time + this.#window;
    }
  }
}
