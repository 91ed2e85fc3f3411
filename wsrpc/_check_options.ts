// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import type { CallingOptions } from "./peer_options.ts";

const LIMITS = ["maxInFlight", "maxHandlers", "maxMessageBytes"] as const;

/**
 * Checks the options that peers, clients and servers share, before anything
 * connects. Throws a `RangeError` that names the option.
 */
export function checkOptions<P>(options: CallingOptions<P>): void {
  checkLimits(options);
  const { timeout, heartbeat = {}, maxQueueBytes } = options;
  if (timeout !== undefined) checkTime("timeout", timeout);
  for (const name of ["interval", "timeout"] as const) {
    const ms = heartbeat[name];
    if (ms !== undefined) checkTime(`heartbeat.${name}`, ms);
  }
  for (const name of LIMITS) {
    const limit = options[name];
    if (limit !== undefined) checkLimit(name, limit, limit > 0);
  }
  if (maxQueueBytes !== undefined) {
    checkLimit("maxQueueBytes", maxQueueBytes, maxQueueBytes >= 0);
  }
}

function checkLimit(name: string, limit: number, isFine: boolean): void {
  if (isFine) return;
  const least = name === "maxQueueBytes" ? "0 or more" : "more than 0";
  throw new RangeError(`${name} must be ${least}: got ${limit}`);
}
