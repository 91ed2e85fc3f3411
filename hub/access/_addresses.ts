// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Returns whether an address is one of this machine's own. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    hostname === "[::1]" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(hostname);
}
