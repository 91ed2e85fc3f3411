// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What a limit is unless somebody sets it; of those that have none, none. */
export const DEFAULTS: Readonly<Record<string, number>> = {
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
