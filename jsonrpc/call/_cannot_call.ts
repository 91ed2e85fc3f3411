// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Says which call failed, and why; if there is no method, none was made. */
export function cannotCall(method: string, reason: string): string {
  const what = method
    ? `Cannot call ${JSON.stringify(method)}`
    : "Not connected";
  return `${what}: ${reason}`;
}
