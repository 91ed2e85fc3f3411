// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of every package that are checked alike: limits, whose names
 * begin with `max`, times, ports, and the groups `heartbeat` and `reconnect`.
 *
 * @module
 */

import { checkTime } from "./clock.ts";

/** Names of limits; `maxDelay` is a time. */
const LIMIT_REGEXP = /^max(?!Delay)[A-Z]/;

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
    if (LIMIT_REGEXP.test(name)) checkLimit(name, value, 0);
  }
}

function checkLimit(name: string, value: unknown, least: number): void {
  if (value === undefined) return;
  if (typeof value === "number" && value >= least) return;
  throw new RangeError(
    `${name} must be ${least} or more: got ${value}`,
  );
}

/**
 * Checks options by their names: limits, times, and those of `heartbeat` and
 * `reconnect`. A number of attempts instead of `reconnect: { maxAttempts }`
 * would have no effect.
 *
 * @param options The options as the user wrote them. Other ones are left alone.
 * @param group What stands before their names in an error, such as
 * `"reconnect."`.
 * @throws {RangeError} If a time or a limit is not valid. The message names the
 * option and the value.
 * @throws {TypeError} If a group is not an object.
 *
 * @example Less than one attempt
 * ```ts
 * import { checkOptions } from "@wirekit/internal/limits";
 * import { assertThrows } from "@std/assert";
 *
 * const never = { reconnect: { maxAttempts: 0 } };
 * assertThrows(() => checkOptions(never), RangeError, "reconnect.maxAttempts");
 * ```
 */
export function checkOptions(options: object, group = ""): void {
  for (const [key, value] of Object.entries(options)) {
    const name = group + key;
    if (value === undefined) continue;
    if (LIMIT_REGEXP.test(key)) {
      checkLimit(name, value, group ? 1 : 0); // No attempt is none at all.
    } else if (/timeout$|interval|^m.+(Delay|Uptime)$/i.test(key)) {
      // Those of `reconnect` may be 0.
      checkTime(name, value, { zero: key[0] === "m" });
    } else if (
      key === "heartbeat" || (key === "reconnect" && value !== false)
    ) {
      if (value !== Object(value)) {
        throw new TypeError(`${name} must be an object: got ${value}`);
      }
      checkOptions(value, `${name}.`);
    }
  }
}

/**
 * Checks a port that a user gave.
 *
 * @param name The option as the user wrote it, such as `tcpPort`.
 * @param port The port.
 * @param least The lowest one: 0 where to listen, which takes a free port; 1
 * where to connect.
 * @throws {RangeError} If it is not an integer from there to 65535. The message
 * names the option and the value.
 *
 * @example A bad port
 * ```ts
 * import { checkPort } from "@wirekit/internal/limits";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkPort("tcpPort", 70_000), RangeError, "tcpPort");
 * ```
 */
export function checkPort(name: string, port: unknown, least = 0): void {
  const isPort = Number.isInteger(port) && Number(port) >= least &&
    Number(port) <= 65_535;
  if (isPort) return;
  const shown = typeof port === "string" ? JSON.stringify(port) : port;
  throw new RangeError(
    `${name} must be an integer from ${least} to 65535: got ${shown}`,
  );
}

/**
 * Checks that no two options name the same place to listen: the system would
 * say of the second one that another program listens there.
 *
 * @param places Ports and paths, by the options as the user wrote them.
 * @throws {RangeError} If two are the same port, other than 0, or the same path.
 * The message names both options.
 *
 * @example A port twice
 * ```ts
 * import { checkApart } from "@wirekit/internal/limits";
 * import { assertThrows } from "@std/assert";
 *
 * const places = { port: 8080, tcpPort: 8080 };
 * assertThrows(() => checkApart(places), RangeError, "port and tcpPort");
 * ```
 */
export function checkApart(
  places: Readonly<Record<string, number | string | undefined>>,
): void {
  const owners = new Map<number | string, string>();
  for (const [name, place] of Object.entries(places)) {
    if (place === undefined || place === 0) continue;
    const owner = owners.get(place);
    if (owner !== undefined) {
      throw new RangeError(
        `${owner} and ${name} are both ${place}: each needs its own`,
      );
    }
    owners.set(place, name);
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

/** How much may wait in a carrier before a caller is refused, in bytes: 56 MiB. */
const MAX_WAITING = 58_720_256;
/** How much may wait there before no further work is begun. */
const HIGH_WATER_MARK = 1_048_576;
/** How much is sent between two looks whether the carrier keeps up. */
const LOOK_BYTES = 65_536;
/** Texts that are shorter are not counted byte by byte. */
const SHORT = 1_024;

/**
 * Counts what was sent over a connection and may still wait there: who calls
 * with more in one turn than a transport keeps hears of that, and does not lose
 * the connection. It knows only what `send()` of a transport returns, which
 * resolves when there is room.
 *
 * @example A carrier that takes nothing
 * ```ts
 * import { Outbox } from "@wirekit/internal/limits";
 * import { assert } from "@std/assert";
 *
 * const outbox = new Outbox();
 * const text = "x".repeat(10_000_000);
 * for (let n = 0; n < 5; n++) outbox.sent(text, new Promise(() => {}));
 * assert(!outbox.hasRoom(text));
 * ```
 */
export class Outbox {
  readonly #onRoom: () => void;
  #bytes = 0;
  #isLooking = false;

  /**
   * Counts nothing yet.
   *
   * @param onRoom Is called when the carrier has taken what was sent.
   */
  constructor(onRoom: () => void = () => {}) {
    this.#onRoom = onRoom;
  }

  /** Whether more than 1 MiB waits to be sent. */
  get isBlocked(): boolean {
    return this.#isLooking && this.#bytes > HIGH_WATER_MARK;
  }

  /**
   * Returns whether a transport keeps a message that is sent now: it ends the
   * connection if more than 64 MiB wait.
   *
   * @param message The message: a text, or bytes.
   * @returns Whether there is room. If not, `onRoom` is called when there is.
   */
  hasRoom(message: string | Uint8Array): boolean {
    if (!this.#isLooking) return true;
    if (this.#bytes + 3 * message.length <= MAX_WAITING) return true;
    return this.#bytes + bytesOf(message) <= MAX_WAITING;
  }

  /**
   * Counts a message.
   *
   * @param message What was sent.
   * @param sent What the transport has returned.
   */
  sent(message: string | Uint8Array, sent: Promise<void>): void {
    const { length } = message;
    const isExact = this.#isLooking || length > LOOK_BYTES;
    this.#bytes += isExact ? bytesOf(message) : length;
    if (!this.#isLooking && this.#bytes > LOOK_BYTES) this.#look(sent);
  }

  #look(sent: Promise<void>): void {
    this.#isLooking = true;
    const go = () => {
      this.#isLooking = false;
      this.#bytes = 0;
      this.#onRoom();
    };
    sent.then(go, go);
  }
}

function bytesOf(message: string | Uint8Array): number {
  const { length } = message;
  if (typeof message !== "string") return length;
  return length < SHORT ? 3 * length : new TextEncoder().encode(message).length;
}
