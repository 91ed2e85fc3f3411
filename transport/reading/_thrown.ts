// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Returns what was thrown, or an error where that was nothing. */
export function thrown(error: unknown): unknown {
  return error === undefined ? new Error("undefined was thrown") : error;
}
