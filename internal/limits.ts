// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of every package that are checked alike: limits, whose names
 * begin with `max`, and groups of options.
 *
 * @module
 */

/**
 * Checks the limits among options. A limit that is not a number, such as one
 * read from a variable that is not set, would be no limit at all: every
 * comparison with NaN is false.
 *
 * @param options The options as the user wrote them. Other ones are left alone.
 * @throws {RangeError} If one is not 0, more, or Infinity. The message names
 * the option and the value.
 *
 * @example A bad limit
 * ```ts
 * import { checkLimits } from "@wirekit/internal/limits";
 * import { assertThrows } from "@std/assert";
 *
 * const options = { maxRequests: NaN };
 * assertThrows(() => checkLimits(options), RangeError, "maxRequests");
 * ```
 */
export function checkLimits(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (!/^max[A-Z]/.test(name) || value === undefined) continue;
    if (typeof value === "number" && value >= 0) continue;
    throw new RangeError(
      `${name} must be a number of 0 or more, or Infinity: got ${
        String(value)
      }`,
    );
  }
}

/** Options that are groups of others, and what they look like. */
const GROUPS = {
  heartbeat: "an object such as { interval: 20_000 }",
  reconnect: "false, or an object such as { maxAttempts: 5 }",
};

/**
 * Checks that the options that are groups of others are objects. What is none,
 * such as a number of attempts instead of `reconnect: { maxAttempts }`, would
 * have no effect.
 *
 * @param options The options as the user wrote them. Other ones are left alone.
 * @throws {TypeError} If one is not an object. The message names the option and
 * the value.
 *
 * @example A number of attempts
 * ```ts
 * import { checkGroups } from "@wirekit/internal/limits";
 * import { assertThrows } from "@std/assert";
 *
 * const options = { reconnect: 5 };
 * assertThrows(() => checkGroups(options), TypeError, "reconnect");
 * ```
 */
export function checkGroups(options: object): void {
  for (const [name, form] of Object.entries(GROUPS)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || (typeof value === "object" && value)) continue;
    if (name === "reconnect" && value === false) continue;
    throw new TypeError(`${name} must be ${form}: got ${String(value)}`);
  }
}

/**
 * A limit, and how near the program came to it: for those who look after it.
 */
export class Gauge {
  /** The option that sets it, as the user writes it. */
  readonly option: string;
  /** Its value. */
  readonly limit: number;
  /** The value now. */
  now = 0;
  /** The highest value so far. */
  peak = 0;
  /** How often it was reached. */
  hits = 0;

  /**
   * Makes the gauge of a limit.
   *
   * @param option The option that sets it.
   * @param limit Its value.
   */
  constructor(option: string, limit: number) {
    this.option = option;
    this.limit = limit;
  }

  /**
   * Notes the value now.
   *
   * @param value The value.
   */
  set(value: number): void {
    this.now = value;
    if (value > this.peak) this.peak = value;
  }

  /**
   * Notes that the limit was reached.
   *
   * @param value What was asked for.
   */
  hit(value: number = this.limit): void {
    this.hits++;
    if (value > this.peak) this.peak = value;
  }
}
