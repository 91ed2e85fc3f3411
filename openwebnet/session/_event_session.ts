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
   * Milliseconds between two acknowledgements that we send as a sign of life.
   * After the same time without a message, the gateway is asked for its model
   * on the command session, and if it does not answer, the event session is
   * opened again. Silence alone proves nothing: a bus may be silent for
   * minutes.
   *
   * @default {90000} Or that of the profile.
   */
  interval?: number;
  /**
   * Milliseconds without a message after which the session is opened again,
   * even if the gateway answers on the command session.
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
   * First pause in milliseconds. It doubles each time, and is made up to a
   * quarter longer at random so that clients do not all come at once.
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
   * How long a session has to last, in milliseconds, before the pauses start
   * again from `minDelay`: a gateway without a free session may accept one and
   * close it at once.
   *
   * @default {2500}
   */
  minUptime?: number;
  /**
   * Maximum number of attempts in a row.
   *
   * @default {Infinity}
   */
  maxAttempts?: number;
}

/**
 * The state of a session.
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
  /** How long to wait after a password that was accepted before is rejected. */
  lockout?: number;
  /** Called with each change, and with an error unless it was on purpose. */
  onState?: (state: SessionState, error?: unknown) => void;
}

/**
 * A session for events. A lost connection is opened again, until the session is
 * closed or the gateway rejects the password.
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
   * @param onMessage Called with each message except acknowledgements.
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
   * Resolves when the session is open or, after a loss, when it is open again.
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
    // The caller gets the session before its first event.
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
      // A password that was never accepted will not be accepted next time.
      const hopeless = (rejected && !this.#wasOpen) || failures >= maxAttempts;
      if (signal.aborted || hopeless) {
        this.#opened.reject(signal.aborted ? signal.reason : error);
        if (signal.aborted) onState?.("closed");
        else onState?.("closed", error);
        return;
      }
      this.failure = error;
      onState?.("waiting", error);
      // The transport's reconnect() would try again at once, but a gateway has
      // few sessions and may lock everybody out.
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
        // An MH201 answers our acknowledgements with a NACK, which means
        // nothing.
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

  /** Sends signs of life, and detects a connection that is only half open. */
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
      // An event in the meantime postpones the next question.
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

/** Checks the times, and fills in the defaults. */
export function checkHeartbeat(
  heartbeat: EventHeartbeat = {},
): Required<EventHeartbeat> {
  const { interval = 90_000, timeout = 3_900_000 } = heartbeat;
  checkTime("heartbeat.interval", interval);
  checkTime("heartbeat.timeout", timeout);
  return { interval, timeout };
}

/** Checks the times, and fills in the defaults. */
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
