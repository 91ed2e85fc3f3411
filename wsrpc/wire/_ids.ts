// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The largest message that a Python peer accepts: it refuses 4 MiB. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024 - 1;

/** Returns the odd id of a call, by its number from 1 on. */
export function idOf(number: number): number {
  return 2 * number - 1;
}

/** Returns the number of a call, by its id. */
export function numberOf(id: number): number {
  return (id + 1) / 2;
}
