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
   * Milliseconds of silence before the other end is asked; `Infinity` never
   * asks.
   */
  interval: number;
  /** Milliseconds that it may take to say anything then. */
  timeout: number;
}

/** What a {@linkcode Heartbeat} needs to know of a connection. */
export interface HeartbeatLink {
  /** How much has come in: any measure that grows with it. */
  received(): number;
  /** Sends what the other end answers. */
  ping(): void;
  /** Is called once, when it is silent for too long. */
  lost(): void;
}

/**
 * The heartbeat of one connection. Only silence is death: whatever comes in, be
 * it no answer to the ping at all, is life. A process that was suspended reads
 * what has come in meanwhile before it judges.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #link: HeartbeatLink;
  #timer: Timer | undefined;

  /**
   * Makes one that rests.
   *
   * @param options How often to ask, and how long to wait.
   * @param link The connection.
   * @throws {RangeError} If a time is none.
   */
  constructor(options: HeartbeatOptions, link: HeartbeatLink) {
    checkTime("heartbeat.interval", options.interval);
    checkTime("heartbeat.timeout", options.timeout);
    this.#options = options;
    this.#link = link;
  }

  /** Asks after the next interval of silence. */
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
      // What came while this process slept is read in this turn.
      this.#timer = later(0, () => {
        const after = this.#link.received();
        if (after === before) this.#link.lost();
        else this.#rest(after);
      });
    });
  }

  /** Asks no more. */
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
