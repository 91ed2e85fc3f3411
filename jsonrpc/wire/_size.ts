// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Wire } from "./codec.ts";

const encoder = new TextEncoder();

/** Whether a message has more than `max` bytes; cheap where it is clear. */
export function exceeds(wire: Wire, max: number): boolean {
  if (wire.length > max) return true;
  if (typeof wire !== "string" || wire.length * 3 <= max) return false;
  return encoder.encode(wire).length > max;
}
