// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Returns whether a value must be awaited. */
export function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}
