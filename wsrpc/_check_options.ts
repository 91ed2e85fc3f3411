// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkOptions as checkByName } from "@wirekit/internal/limits";
import type { CallingOptions } from "./peer_options.ts";

/** The limits that would let nothing through if they were 0. */
const LIMITS = ["maxInFlight", "maxHandlers", "maxSentBytes"] as const;

/**
 * Checks the options that peers, clients and servers share, before anything
 * connects. Throws a `RangeError` that names the option.
 */
export function checkOptions<P>(options: CallingOptions<P>): void {
  checkByName(options);
  for (const name of LIMITS) {
    if (options[name] === 0) {
      throw new RangeError(`${name} must be more than 0: got 0`);
    }
  }
}
