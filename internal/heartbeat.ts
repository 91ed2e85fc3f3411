// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Asks the other end for signs of life, on any carrier.
 *
 * ```ts
 * import { Heartbeat } from "@wirekit/internal/heartbeat";
 *
 * const heartbeat = new Heartbeat({ interval: 30_000, timeout: 30_000 }, {
 *   received: () => 0, // how many messages have come in
 *   ping() {}, // send whatever makes the other end answer
 *   lost() {}, // give the connection up
 * });
 * heartbeat.start();
 * heartbeat.stop();
 * ```
 *
 * @module
 */
import { checkTime, later, type Timer } from "./clock.ts";

/** How often to ask, and how long to wait. */
export interface HeartbeatOptions {
  /**
   * How long the other end may be silent, in milliseconds, before it is asked
   * for a sign of life; `Infinity` means never.
   */
  interval: number;
  /** How long it may take to send anything then, in milliseconds. */
  timeout: number;
}

/** What a {@linkcode Heartbeat} needs of a connection. */
export interface HeartbeatLink {
  /** Returns how much has come in, in any growing measure. */
  received(): number;
  /** Sends a message that the other end answers. */
  ping(): void;
  /** Called once, when the other end is silent for too long. */
  lost(): void;
}

/**
 * Watches one connection. Anything that comes in counts as a sign of life, not
 * only the answer to a ping. A process that was suspended reads what came in
 * meanwhile before it decides.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #link: HeartbeatLink;
  #timer: Timer | undefined;

  /**
   * Makes a heartbeat that is not started.
   *
   * @param options How often to ask, and how long to wait.
   * @param link The connection.
   * @throws {RangeError} If a time is not valid.
   */
  constructor(options: HeartbeatOptions, link: HeartbeatLink) {
    checkTime("heartbeat.interval", options.interval);
    checkTime("heartbeat.timeout", options.timeout);
    this.#options = options;
    this.#link = link;
  }

  /** Starts to watch: asks after the next interval of silence. */
  start(): void {
    this.stop();
    this.#rest(this.#link.received());
  }

  /** Asks now. */
  ask(): void {
    this.stop();
    const { timeout } = this.#options;
    const before = this.#link.received();
    this.#link.ping();
    this.#timer = later(timeout, () => {
      // What came while this process was suspended is read in this turn.
      this.#timer = later(0, () => {
        const after = this.#link.received();
        if (after === before) this.#link.lost();
        else this.#rest(after);
      });
    });
  }

  /** Stops asking. */
  stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  #rest(before: number): void {
    this.#timer = later(this.#options.interval, () => {
      const after = this.#link.received();
      if (after === before) this.ask();
      else this.#rest(after);
    });
  }
}
