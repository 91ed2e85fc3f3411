// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Turns a time of the exchange's clock into milliseconds since 1970. */
export function toWall(time: number): number {
  return Math.round(Date.now() - performance.now() + time);
}
