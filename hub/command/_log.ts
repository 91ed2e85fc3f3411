// Copyright 2026 the Wirekit authors. MIT license.

/** The log of the command: one line an event. */

import { choice, type Terminal, type Values } from "@wirekit/internal/command";
import type { Logger } from "@wirekit/internal/logger";

/** The levels, each with those after it. */
const LEVELS = ["debug", "info", "warn", "error"] as const;

/** Its options. */
export const LOG_OPTIONS = {
  logLevel: choice(
    "LEVEL",
    LEVELS,
    "Log this level and worse: debug, info, warn or error (info)",
  ),
  log: choice(
    "FORMAT",
    ["text", "json"],
    "Log a line of text or of JSON for each event (text)",
  ),
};

/**
 * Makes the log that the user asked for. It is written to standard error.
 *
 * @param options What the user asked for.
 * @param terminal Where to write.
 * @param limit What the user types for `maxConnections`, of which listeners
 * speak.
 */
export function loggerOf(
  { logLevel, log, quiet }:
    & Partial<Values<typeof LOG_OPTIONS>>
    & { quiet: boolean },
  { error }: Terminal,
  limit = "maxConnections",
): Logger {
  const least = logLevel ?? (quiet ? "error" : "info");
  const logger: Logger = {};
  for (const level of LEVELS.slice(LEVELS.indexOf(least))) {
    logger[level] = (text) => {
      // Elsewhere it is what a client calls itself.
      const line = text.replaceAll(
        /^maxConnections\b|\bmaxConnections$/g,
        limit,
      );
      const time = new Date().toISOString();
      error(
        log === "json"
          ? JSON.stringify({ time, level, message: line })
          : `${time} ${level} ${line}`,
      );
    };
  }
  return logger;
}
