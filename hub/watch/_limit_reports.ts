// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Gauge } from "@wirekit/internal/limits";
import type { LimitReport } from "./reports/hub.ts";

/** What a limit is unless somebody sets it; of those that have none, none. */
const DEFAULTS: Readonly<Record<string, number>> = {
  maxConnections: 10_000,
  maxConnectionsPerAddress: 1_000,
  handshakeTimeout: 10_000,
  maxNameBytes: 256,
  maxMessageBytes: 2 * 1024 * 1024,
  maxRequests: 16_384,
  requestTimeout: 3_600_000,
  maxOutboxBytes: 16 * 1024 * 1024,
  idleTimeout: 300_000,
};

/** Reports limits, and how near somebody came to them. */
export function limitReports(gauges: readonly Gauge[]): LimitReport[] {
  return gauges.map(({ option, limit, peak, now, hits }) => ({
    option,
    // JSON has no Infinity.
    limit: limit === Infinity ? null : limit,
    default: DEFAULTS[option] ?? null,
    peak,
    now,
    hits,
  }));
}
