// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Where a package says what goes on.
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
 * Takes one line an event, by level. Levels that it lacks are silent; `console`
 * is one. A line holds no payload, no secret, and no line break.
 */
export interface Logger {
  /** What only a developer of this protocol wants to know. */
  debug?: (line: string) => void;
  /** What goes on: who came, who left and why. */
  info?: (line: string) => void;
  /** What an operator should look at. */
  warn?: (line: string) => void;
  /** What has failed here. */
  error?: (line: string) => void;
}
