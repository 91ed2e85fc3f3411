// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import type { HeartbeatOptions } from "./peer_options.ts";

/** The times of a peer. */
export interface Times {
  timeout?: number;
  idleTimeout?: number;
  heartbeat?: HeartbeatOptions;
}

/**
 * Checks the times of a peer, or of the peers that a server makes later: a wrong
 * time throws where it is given, not when the first client connects.
 */
export function checkTimes({ timeout, idleTimeout, heartbeat }: Times): void {
  if (timeout !== undefined) checkTime("timeout", timeout);
  if (idleTimeout !== undefined) checkTime("idleTimeout", idleTimeout);
  const { interval, timeout: answer } = heartbeat ?? {};
  if (interval !== undefined) checkTime("heartbeat.interval", interval);
  if (answer !== undefined) checkTime("heartbeat.timeout", answer);
}
