// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { HandshakeError } from "@wirekit/internal/errors";

/** How long to wait between attempts. */
export interface Patience {
  minDelay?: number;
  maxDelay?: number;
}

/**
 * Returns how long to wait after an attempt, from 1 on, and after a connection
 * that lasted, 0: exponential backoff with full jitter.
 */
export function pauseAfter(
  attempt: number,
  { minDelay = 100, maxDelay = 30_000 }: Patience,
): number {
  const longest = minDelay * 2 ** Math.max(0, attempt - 1);
  return Math.random() * Math.min(maxDelay, longest);
}

/** How long a connection lasts that was good, in milliseconds. */
export const MIN_UPTIME = 5_000;

/** Returns whether another attempt may succeed. */
export function mayHelp(error: unknown): boolean {
  const { name, status = 0 } = Object(error) as Partial<HandshakeError>;
  if (name === "NotCapable") return false;
  // By its name, so that a page, which never gets one, need not have the class.
  return name !== "HandshakeError" || status < 400 || status > 499 ||
    [408, 425, 429].includes(status);
}
