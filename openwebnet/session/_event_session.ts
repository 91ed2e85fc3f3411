// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, every, later, now, sleep } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import { type Message, parse } from "../wire/message.ts";
import type { Dial } from "./_dial.ts";
import { AuthenticationError, NotConnectedError } from "./errors.ts";

/**
 * How an event session shows and asks for signs of life.
 *
 * @category Gateway
 */
export interface EventHeartbeat {
  /**
   * Milliseconds between two acknowledgements that we send to show that we are
   * there. After as much silence the gateway is asked for its model on the
   * command session, and if it does not answer, the session is opened again: a
   * bus may well be silent for minutes.
   *
   * @default {90000} Or that of the profile.
   */
  interval?: number;
  /**
   * Milliseconds of silence after which the session is opened again even if the
   * gateway answers on the command session.
   *
   * @default {3900000} 65 minutes.
   */
  timeout?: number;
}

/**
 * How a lost event session is opened again.
 *
 * @category Gateway
 */
export interface EventReconnect {
  /**
   * First pause in milliseconds. It doubles, and varies by a quarter so that
   * clients do not come all at once.
   *
   * @default {2500}
   */
  minDelay?: number;
  /**
   * Longest pause in milliseconds.
   *
   * @default {60000}
   */
  maxDelay?: number;
  /**
   * How long a session has to last for the pauses to begin anew, in
   * milliseconds: a gateway may have no place for us.
   *
   * @default {2500}
   */
  minUptime?: number;
  /**
   * Most attempts in a row.
   *
   * @default {Infinity}
   */
  maxAttempts?: number;
}

/**
 * Where a session is.
 *
 * @category Gateway
 */
export type SessionState = "connecting" | "open" | "waiting" | "closed";

/** Options of {@linkcode EventSession}. */
export interface EventSessionOptions {
  heartbeat?: EventHeartbeat;
  /** Asks the gateway something on another connection. */
  probe?: () => Promise<unknown>;
  reconnect?: false | EventReconnect;
  /** How long to leave a gateway alone that rejects a password that it knew. */
  lockout?: number;
  /** Called with each change; with the error if it was not on purpose. */
  onState?: (state: SessionState, error?: unknown) => void;
}

/**
 * A session for events. It stays: a lost connection is opened again, until the
 * session is closed or the gateway does not know the password.
 */
export class EventSession implements AsyncDisposable {
  /** Why the last attempt to open a session failed. */
  failure: unknown;
  readonly #dial: Dial;
  readonly #onMessage: (message: Message) => void;
  readonly #options: EventSessionOptions;
  readonly #heartbeat: Required<EventHeartbeat>;
  readonly #reconnect: Required<EventReconnect>;
  readonly #lockout: number;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #opened = Promise.withResolvers<void>();
  #transport: Transport<string> | undefined;
  #wasOpen = false;
  #heard = 0;

  /**
   * Opens a session, and keeps it open.
   *
   * @param dial Opens sessions.
   * @param onMessage Called with each message but acknowledgements.
   * @param options Times.
   */
  constructor(
    dial: Dial,
    onMessage: (message: Message) => void,
    options: EventSessionOptions = {},
  ) {
    this.#dial = dial;
    this.#onMessage = onMessage;
    this.#options = options;
    this.#heartbeat = checkHeartbeat(options.heartbeat);
    this.#reconnect = checkReconnect(options.reconnect);
    const { lockout = 60_000 } = options;
    this.#lockout = checkTime("lockout", lockout, { zero: true });
    this.#opened.promise.catch(() => {});
    this.#running = this.#run();
  }

  /**
   * Resolves once the session is open, after a loss once it is open again.
   * Rejects when it ends for good.
   */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Ends the session for good. Resolves when the connection is closed. */
  async close(): Promise<void> {
    this.#closing.abort(
      new DOMException("Event session was closed", "AbortError"),
    );
    await this.#transport?.close();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    // Whoever made it hears of nothing before it has it.
    await undefined;
    const { minDelay, maxDelay, minUptime, maxAttempts } = this.#reconnect;
    const { onState } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0;; failures++) {
      let error: unknown;
      const start = now();
      try {
        if (!signal.aborted) onState?.("connecting");
        const transport = await this.#dial("event", signal);
        this.#transport = transport;
        if (signal.aborted) await transport.close();
        error = await this.#read(transport);
        if (now() - start > minUptime) failures = 0;
      } catch (failure) {
        error = failure;
      }
      const rejected = error instanceof AuthenticationError;
      // A password that never fitted will not fit the next time.
      const hopeless = (rejected && !this.#wasOpen) || failures >= maxAttempts;
      if (signal.aborted || hopeless) {
        this.#opened.reject(signal.aborted ? signal.reason : error);
        if (signal.aborted) onState?.("closed");
        else onState?.("closed", error);
        return;
      }
      this.failure = error;
      onState?.("waiting", error);
      // Not the transport's reconnect(): a gateway has few places and may lock
      // everybody out, so it is never called again at once.
      const delay = Math.min(minDelay * 2 ** failures, maxDelay);
      const pause = rejected ? Math.max(delay, this.#lockout) : delay;
      await sleep(pause * (1 + Math.random() / 4), { signal }).catch(() => {});
    }
  }

  /** Reads one connection to its end, and returns why it ended. */
  async #read(transport: Transport<string>): Promise<unknown> {
    this.#wasOpen = true;
    this.#heard = now();
    this.#opened.resolve();
    this.failure = undefined;
    this.#options.onState?.("open");
    let cause: unknown = new NotConnectedError(
      "Gateway closed the event session",
    );
    const stop = this.#watch(transport, (error) => {
      cause = error;
      transport.close();
    });
    try {
      for await (const frame of transport) {
        this.#heard = now();
        const message = parse(frame);
        // An MH201 answers our acknowledgements with NACK: it means nothing.
        if (message.kind !== "ack" && message.kind !== "nack") {
          this.#onMessage(message);
        }
      }
    } catch (error) {
      cause = error;
    }
    stop();
    if (!this.#closing.signal.aborted) {
      this.#opened = Promise.withResolvers();
      this.#opened.promise.catch(() => {});
    }
    await transport.close();
    return cause;
  }

  /** Shows that we are there, and finds out a connection that is only half there. */
  #watch(
    transport: Transport<string>,
    renew: (error: unknown) => void,
  ): () => void {
    const { interval, timeout } = this.#heartbeat;
    const { probe } = this.#options;
    let over = false;
    const ask = async () => {
      const heard = this.#heard;
      const silent = now() - heard;
      if (silent >= interval && !over) {
        try {
          await probe?.();
        } catch (error) {
          if (!over && heard === this.#heard) return renew(error);
        }
      }
      if (over) return;
      // An event in between moves the next question on.
      const wait = interval - (now() - this.#heard);
      asking = later(wait > 0 ? wait : interval, ask);
    };
    const look = () => {
      const left = timeout - (now() - this.#heard);
      if (left > 0) looking = later(left, look);
      else renew(new NotConnectedError(`Gateway was silent for ${timeout} ms`));
    };
    const showing = every(interval, () => {
      transport.send("*#*1##").catch(() => {});
    });
    let asking = later(interval, ask);
    let looking = later(timeout, look);
    return () => {
      over = true;
      for (const timer of [showing, asking, looking]) timer.stop();
    };
  }
}

/** Checks the times, and adds those that are left out. */
export function checkHeartbeat(
  heartbeat: EventHeartbeat = {},
): Required<EventHeartbeat> {
  const { interval = 90_000, timeout = 3_900_000 } = heartbeat;
  checkTime("heartbeat.interval", interval);
  checkTime("heartbeat.timeout", timeout);
  return { interval, timeout };
}

/** Checks the times, and adds those that are left out. */
export function checkReconnect(
  reconnect: false | EventReconnect = {},
): Required<EventReconnect> {
  const { minDelay = 2500, maxDelay = 60_000, minUptime = 2500 } = reconnect ||
    {};
  checkTime("reconnect.minDelay", minDelay, { zero: true });
  checkTime("reconnect.maxDelay", maxDelay, { zero: true });
  checkTime("reconnect.minUptime", minUptime, { zero: true });
  const { maxAttempts = Infinity } = reconnect || { maxAttempts: 0 };
  if (!(maxAttempts >= 0)) {
    throw new RangeError(
      `reconnect.maxAttempts must be 0 or more: got ${maxAttempts}`,
    );
  }
  return { minDelay, maxDelay, minUptime, maxAttempts };
}
