// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Turns a time of the exchange's clock into milliseconds since 1970. */
export function toWall(time: number, offset: number = wallOffset()): number {
  return Math.round(offset + time);
}

/** Returns what to add to a time of that clock. */
export function wallOffset(): number {
  return Date.now() - performance.now();
}
