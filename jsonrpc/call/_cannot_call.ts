// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Says which call failed, and why. */
export function cannotCall(method: string, reason: string): string {
  return `Cannot call ${JSON.stringify(method)}: ${reason}`;
}
