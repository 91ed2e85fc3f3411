// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, type Timer } from "@wirekit/internal/clock";

/** How often to look, in milliseconds. */
const INTERVAL = 250;

/** How many ticks of a second are remembered. */
const TICKS = 60;

/** Measures how late the event loop is: how long anything has to wait. */
export class Lag {
  #timer: Timer | undefined;
  #due = 0;
  #current = 0;
  #worst = 0;
  #now = 0;
  #recent: number[] = [];

  /** The worst of the last second, in milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** The worst of all. */
  get worst(): number {
    return this.#worst;
  }

  /** The worst of the last minute. */
  get lately(): number {
    return Math.max(0, ...this.#recent);
  }

  start(): void {
    this.#due = performance.now() + INTERVAL;
    this.#timer = every(INTERVAL, () => {
      const now = performance.now();
      this.#note(now - this.#due);
      this.#due = now + INTERVAL;
    });
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    this.#now = 0;
  }

  /** Ends a second. */
  tick(): void {
    // A loop that is blocked right now has not called the timer yet.
    if (this.#timer) this.#note(performance.now() - this.#due);
    this.#now = this.#current;
    this.#recent.push(this.#current);
    if (this.#recent.length > TICKS) this.#recent.shift();
    this.#current = 0;
  }

  #note(late: number): void {
    const rounded = Math.max(0, Math.round(late * 10) / 10);
    if (rounded > this.#current) this.#current = rounded;
    if (rounded > this.#worst) this.#worst = rounded;
  }
}
