// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The set points that a heating takes. */

import { outOf } from "../_values.ts";

/** Throws a `RangeError` unless a temperature in °C can be set. */
export function checkSetPoint(celsius: number): void {
  if (!(celsius >= 5 && celsius <= 40) || celsius * 2 % 1 !== 0) {
    throw outOf("5 to 40 in steps of 0.5", "celsius", celsius);
  }
}
