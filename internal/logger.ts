// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The logger to which a package writes events, and how strangers are kept from
 * flooding it.
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
import { later, now, type Timer } from "./clock.ts";

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

/** The most lines of one kind in a second. */
const MAX_LINES = 20;

/** How many of those that were kept back are told. */
const MAX_LAST = 3;

/** How long they are counted, in milliseconds. */
const SECOND = 1_000;

/** How long they are counted once there were too many. */
const MINUTE = 60_000;

/** The most kinds: a kind that a stranger could make up must not fill it. */
const MAX_KINDS = 100;

/** The lines of one kind, in a second or a minute. */
interface Lines {
  readonly write: (line: string) => void;
  readonly since: number;
  readonly period: number;
  /** How many may still be written. */
  left: number;
  /** How many were kept back, and the last of them, the newest last. */
  held: number;
  last: readonly string[];
  timer?: Timer;
}

/**
 * A logger for events that strangers cause as often as they like: of each kind,
 * it writes the first 20 lines in a second, then how many more there were in
 * that second, and from then on only how many there are in a minute, until there
 * are none.
 *
 * @example A flood of refusals
 * ```ts
 * import { CalmLogger } from "@wirekit/internal/logger";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const logger = new CalmLogger({ warn: (line) => lines.push(line) });
 * for (let i = 0; i < 1_500; i++) logger.warn(`Refused client ${i}`, "refused");
 * logger.flush();
 * assertEquals(lines.length, 21);
 * assertEquals(
 *   lines.at(-1),
 *   "And 1480 more in the last second, such as: " +
 *     "Refused client 1497; Refused client 1498; Refused client 1499",
 * );
 * ```
 */
export class CalmLogger implements Logger {
  readonly #logger: Logger;
  readonly #kinds = new Map<string, Lines>();

  /**
   * Writes to another logger.
   *
   * @param logger Where to write. Missing levels are silent.
   */
  constructor(logger: Logger = {}) {
    this.#logger = logger;
  }

  /**
   * Returns a logger as one of these, which it may be already.
   *
   * @param logger The logger.
   * @returns The same, or one that writes to it.
   */
  static of(logger: Logger | undefined): CalmLogger {
    return logger instanceof CalmLogger ? logger : new CalmLogger(logger);
  }

  /**
   * Writes a detail, without any bound.
   *
   * @param line The line.
   */
  debug(line: string): void {
    this.#logger.debug?.(line);
  }

  /**
   * Writes a normal event.
   *
   * @param line The line.
   * @param kind What such lines have in common; by default nothing, and it is
   * written.
   */
  info(line: string, kind?: string): void {
    this.#write("info", line, kind);
  }

  /**
   * Writes an event that an operator should look at.
   *
   * @param line The line.
   * @param kind What such lines have in common; by default nothing, and it is
   * written.
   */
  warn(line: string, kind?: string): void {
    this.#write("warn", line, kind);
  }

  /**
   * Writes a failure of this program.
   *
   * @param line The line.
   * @param kind What such lines have in common; by default nothing, and it is
   * written.
   */
  error(line: string, kind?: string): void {
    this.#write("error", line, kind);
  }

  /** Says now how many lines were kept back. */
  flush(): void {
    for (const lines of this.#kinds.values()) tell(lines);
    this.#kinds.clear();
  }

  #write(
    level: "info" | "warn" | "error",
    line: string,
    kind: string | undefined,
  ): void {
    const write = (text: string) => this.#logger[level]?.(text);
    if (kind === undefined) return write(line);
    const time = now();
    const kinds = this.#kinds;
    const full = kinds.size >= MAX_KINDS && !kinds.has(kind);
    const key = full ? "others" : kind;
    let lines = kinds.get(key);
    if (!lines || (lines.held === 0 && time - lines.since >= lines.period)) {
      const left = MAX_LINES;
      lines = { write, since: time, period: SECOND, left, held: 0, last: [] };
      kinds.set(key, lines);
    }
    if (lines.left > 0) {
      lines.left--;
      return write(line);
    }
    lines.held++;
    lines.last = [...lines.last, line].slice(-MAX_LAST);
    lines.timer ??= later(lines.since + lines.period - time, () => {
      tell(lines);
      const since = now();
      kinds.set(key, { ...lines, since, period: MINUTE, held: 0, last: [] });
    });
  }
}

/** Says how many lines were kept back. */
function tell(lines: Lines): void {
  const { held, last, since, write } = lines;
  lines.timer?.stop();
  delete lines.timer;
  if (held === 0) return;
  const seconds = Math.round((now() - since) / SECOND);
  const time = seconds > 1 ? `${seconds} seconds` : "second";
  if (held <= MAX_LAST) return last.forEach(write);
  write(`And ${held} more in the last ${time}, such as: ${last.join("; ")}`);
}

/** The longest text in a part of a line, in characters. */
const MAX_TEXT = 300;

/**
 * Makes a text that may be a stranger's a part of one line of a log.
 *
 * @param text The text.
 * @returns Its start, without control characters and ends of lines.
 */
export function oneLine(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
