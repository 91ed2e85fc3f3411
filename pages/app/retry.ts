// Copyright 2026 the Wirekit authors. MIT license.

/** How a page that has lost its server tries again. */

import { later, type Timer } from "../../internal/clock.ts";

/** The first and the longest wait, in milliseconds. */
const WAIT = { min: 500, max: 5_000 };

/** Tries again after a wait, which doubles until something has worked. */
export class Retry {
  readonly #start: () => Promise<void>;
  #timer: Timer | undefined;
  #wait = WAIT.min;

  /** `start` is what is tried. */
  constructor(start: () => Promise<void>) {
    this.#start = start;
  }

  /** Tries after the wait. An earlier try that is still waiting gives way. */
  again(): void {
    this.stop();
    this.#timer = later(this.#wait, () => void this.#start());
    this.#wait = Math.min(2 * this.#wait, WAIT.max);
  }

  /** Makes the next wait short: something has worked. */
  worked(): void {
    this.#wait = WAIT.min;
  }

  /** Gives up a try that is still waiting. */
  stop(): void {
    this.#timer?.stop();
  }
}
