// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import { checkLimits, Gauge } from "@wirekit/internal/limits";
import { WinerpClient } from "./_client.ts";
import type { Desk, Unverified } from "./_participant.ts";
import { Exchange } from "../exchange/exchange.ts";
import type { ExchangeOptions } from "../exchange/options.ts";
import { Envelope } from "./_envelope.ts";
import type {
  Connected,
  ConnectOptions,
  Receiver,
} from "../exchange/participant.ts";

/** Options of {@linkcode Router}. */
export interface RouterOptions extends ExchangeOptions {
  /**
   * The largest message to pass on, in bytes. A larger one is answered with an
   * error. The default is what a stock winerp client accepts: a larger message
   * would cost it its connection.
   *
   * @default {2097152} 2 MiB
   */
  maxMessageBytes?: number;
  /**
   * How long a client may stay without a name, in milliseconds, before it is
   * disconnected.
   *
   * @default {10000}
   */
  handshakeTimeout?: number;
}

/**
 * Passes messages between winerp clients by name, as winerp's server does, and
 * keeps what that server loses: who asked whom.
 */
export class Router {
  /**
   * Has the names and open requests; participants that are not winerp clients
   * may enter it.
   */
  readonly exchange: Exchange;
  readonly #desk: Desk;
  readonly #handshakeTimeout: number;
  readonly #handshakes: Gauge;
  readonly #unverified = new Set<Unverified>();
  #now = 0;

  /**
   * Makes a router without clients.
   *
   * @param options Limits.
   * @throws {RangeError} If a time is not valid.
   */
  constructor(options: RouterOptions = {}) {
    checkLimits(options);
    const {
      maxMessageBytes = 2 * 1024 * 1024,
      handshakeTimeout = 10_000,
      ...rest
    } = options;
    this.exchange = new Exchange(rest);
    this.#handshakeTimeout = checkTime("handshakeTimeout", handshakeTimeout);
    this.#handshakes = new Gauge("handshakeTimeout", handshakeTimeout);
    this.#desk = {
      exchange: this.exchange,
      envelope: new Envelope(),
      maxMessageBytes,
      messageBytes: new Gauge("maxMessageBytes", maxMessageBytes),
      unverified: this.#unverified,
    };
  }

  /**
   * The names that are taken, as JSON texts, in the order in which they were
   * taken.
   */
  get names(): string[] {
    return this.exchange.names;
  }

  /** The limits, and how near the clients came to them. */
  get limits(): readonly Gauge[] {
    return [this.#desk.messageBytes, this.#handshakes, ...this.exchange.limits];
  }

  /**
   * Adds a winerp client, without a name yet.
   *
   * @param receiver Receives its messages.
   * @param options Who may connect.
   * @returns The client.
   */
  connect(receiver: Receiver, options: ConnectOptions = {}): Connected {
    // An integer takes no memory of its own.
    const expires = Math.ceil(this.#now + this.#handshakeTimeout);
    return new WinerpClient(this.#desk, receiver, options, expires);
  }

  /**
   * Advances the time. Ends what has waited too long: clients without a name,
   * and requests without an answer. One call a second is enough.
   *
   * @param now Milliseconds that never go back, such as `performance.now()`.
   */
  tick(now: number): void {
    this.#now = now;
    for (const client of this.#unverified) {
      if (client.expires > now) break;
      this.#handshakes.hit();
      client.drop(1008, "Not verified in time");
    }
    this.exchange.tick(now);
  }
}
