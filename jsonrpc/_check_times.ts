// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import type { HeartbeatOptions } from "./peer_options.ts";
import { checkGroups, checkLimits } from "@wirekit/internal/limits";

/** The times of a peer. */
export interface Times {
  timeout?: number;
  idleTimeout?: number;
  heartbeat?: HeartbeatOptions;
}

/**
 * Checks the times and limits of a peer, or of the peers that a server makes
 * later: a wrong one throws where it is given, not when the first client
 * connects.
 */
export function checkTimes(options: Times): void {
  const { timeout, idleTimeout, heartbeat } = options;
  checkLimits(options);
  checkGroups(options);
  if (timeout !== undefined) checkTime("timeout", timeout);
  if (idleTimeout !== undefined) checkTime("idleTimeout", idleTimeout);
  const { interval, timeout: answer } = heartbeat ?? {};
  if (interval !== undefined) checkTime("heartbeat.interval", interval);
  if (answer !== undefined) checkTime("heartbeat.timeout", answer);
}
