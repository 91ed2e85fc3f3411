// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The logger to which a package writes events.
 *
 * ```ts
 * import type { Logger } from "@wirekit/internal/logger";
 *
 * const lines: string[] = [];
 * const logger: Logger = { warn: (line) => lines.push(line) };
 * logger.warn?.("a client was refused");
 * ```
 *
 * @module
 */

/**
 * Takes one line an event, by level. Missing levels are silent. `console` is
 * such a logger. A line holds no payload, no secret, and no line break.
 */
export interface Logger {
  /** Details for developers of the protocol. */
  debug?: (line: string) => void;
  /** Normal events: who connected, who left and why. */
  info?: (line: string) => void;
  /** Events that an operator should look at. */
  warn?: (line: string) => void;
  /** Failures of this program. */
  error?: (line: string) => void;
}
