// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Random as Numbers } from "@wirekit/internal/testing";

/** The random numbers of a simulated gateway, which a seed repeats. */
export class Random extends Numbers {
  /** Returns an integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** Returns a number of decimal digits. */
  digits(length: number): string {
    let digits = "";
    for (let i = 0; i < length; i++) digits += this.below(10);
    return digits;
  }
}
