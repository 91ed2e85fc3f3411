// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, type Timer } from "@wirekit/internal/clock";

/** What goes on while the clock of a hub runs. */
export interface Ticking {
  start(): void;
  tick(): void;
  stop(): void;
}

/** Ticks once a second, as long as somebody needs it. */
export class HubClock {
  readonly #ticking: Ticking[] = [];
  #timer: Timer | undefined;
  /** How many need it. */
  #holds = 0;

  /** Adds what goes on while it runs; it does not run yet. */
  add(ticking: Ticking): void {
    this.#ticking.push(ticking);
  }

  /** Keeps it running until {@linkcode HubClock.release} is called as often. */
  hold(): void {
    if (this.#holds++ > 0) return;
    for (const each of this.#ticking) each.start();
    this.#timer = every(1000, () => {
      for (const each of this.#ticking) each.tick();
    });
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.#timer?.stop();
    for (const each of this.#ticking) each.stop();
  }
}
