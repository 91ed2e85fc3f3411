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
import { now } from "./clock.ts";

/** How long the same line is counted before it is written again. */
const PAUSE = 60_000;

/** The most lines that are told apart. */
const MAX_LINES = 100;

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

/**
 * Makes a log of lines that a stranger can cause as often as it likes. A line is
 * written when it comes for the first time, and then at most once a minute,
 * with how often it came. Of lines that differ, a hundred a minute are written.
 *
 * @param write Writes a line.
 * @returns Writes a line, or counts it.
 *
 * @example A line that comes twice
 * ```ts
 * import { quietly } from "@wirekit/internal/logger";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const log = quietly((line) => lines.push(line));
 * log("Refused a connection");
 * log("Refused a connection");
 * assertEquals(lines, ["Refused a connection"]);
 * ```
 */
export function quietly(write: (line: string) => void): (line: string) => void {
  const seen = new Map<string, { since: number; count: number }>();
  return (line) => {
    const time = now();
    const known = seen.get(line);
    if (known && time - known.since < PAUSE) {
      known.count++;
      return;
    }
    // The oldest stand first: what comes again is entered again.
    seen.delete(line);
    if (seen.size >= MAX_LINES) {
      const [[oldest, { since }]] = seen as unknown as [
        [string, { since: number }],
      ];
      if (time - since < PAUSE) return;
      seen.delete(oldest);
    }
    seen.set(line, { since: time, count: 0 });
    const times = known?.count ?? 0;
    write(times > 0 ? `${line} (and ${times} times more before)` : line);
  };
}
