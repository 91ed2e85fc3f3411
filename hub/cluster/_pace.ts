// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The counters of which a hub tells its rates. */
const COUNTERS = ["requests", "informs", "errors"] as const;

/** How many milliseconds a rate is the mean of. */
const SPAN = 5_000;

/** Makes rates of counters. */
export class Pace {
  /** What the counters were, the oldest first. */
  readonly #past: { at: number; figures: Record<string, number> }[] = [];

  /** The rates a second, by the counter and `PerSecond`. */
  rates: Record<string, number> = {};

  /** Looks at the counters: about once a second. */
  tick(figures: Record<string, number>, at: number): void {
    const past = this.#past;
    past.push({ at, figures });
    while (past.length > 2 && past[1]!.at <= at - SPAN) past.shift();
    const [first] = past;
    const seconds = (at - first!.at) / 1000;
    if (seconds <= 0) return;
    for (const counter of COUNTERS) {
      const count = (figures[counter] ?? 0) - (first!.figures[counter] ?? 0);
      this.rates[`${counter}PerSecond`] = Math.round(10 * count / seconds) / 10;
    }
  }
}
