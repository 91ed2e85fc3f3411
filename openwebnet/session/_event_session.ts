// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { closedError } from "./_closed.ts";
import { checkTime, every, later, now, sleep } from "@wirekit/internal/clock";
import { checkOptions } from "@wirekit/internal/limits";
import type {
  ReconnectOptions,
  ReconnectState,
} from "@wirekit/transport/reconnect";
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
   * How long the gateway may take to answer then, in milliseconds.
   *
   * @default {10000} Or that of the profile.
   */
  timeout?: number;
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
  /** Milliseconds of silence after which the session is opened again. */
  quietTimeout?: number;
  /** Asks the gateway something on another connection. */
  probe?: (timeout: number) => Promise<unknown>;
  reconnect?: false | ReconnectOptions;
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
  readonly #quietTimeout: number;
  readonly #lockout: number;
  readonly #closing = new AbortController();
  /** Fires when the session ends: by `close()`, or by the user's signal. */
  readonly #ending: AbortSignal;
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
    checkOptions(options);
    const { interval = 90_000, timeout = 10_000 } = options.heartbeat ?? {};
    this.#heartbeat = { interval, timeout };
    const { lockout = 60_000, quietTimeout = 3_900_000 } = options;
    this.#lockout = checkTime("lockout", lockout, { zero: true });
    this.#quietTimeout = quietTimeout;
    const { signal } = options.reconnect || {};
    this.#ending = signal
      ? AbortSignal.any([this.#closing.signal, signal])
      : this.#closing.signal;
    this.#ending.addEventListener("abort", () => void this.#transport?.close());
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
    this.#closing.abort(closedError());
    await this.#transport?.close();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    // The caller gets the session before its first event.
    await undefined;
    const { reconnect = {} } = this.#options;
    const again: ReconnectOptions = reconnect || { maxAttempts: 1 };
    const { minDelay = 2500, maxDelay = 60_000, minUptime = 2500 } = again;
    const { maxAttempts = Infinity, shouldRetry } = again;
    const signal = this.#ending;
    for (let attempt = 1;; attempt++) {
      let error: unknown;
      const start = now();
      const turn = (state: SessionState, more?: Partial<ReconnectState>) => {
        this.#options.onState?.(state, more?.error);
        again.onState?.({ state, attempt, ...more });
      };
      try {
        if (!signal.aborted) turn("connecting");
        const transport = await this.#dial("event", signal);
        this.#transport = transport;
        if (signal.aborted) await transport.close();
        error = await this.#read(transport, () => turn("open"));
        if (now() - start > minUptime) attempt = 0;
      } catch (failure) {
        error = failure;
      }
      const rejected = error instanceof AuthenticationError;
      // A password that was never accepted will not be accepted next time.
      const hopeless = reconnect === false || attempt >= maxAttempts ||
        (shouldRetry ? !shouldRetry(error) : rejected && !this.#wasOpen);
      if (signal.aborted || hopeless) {
        const isOurs = this.#closing.signal.aborted;
        const reason = signal.aborted ? signal.reason : error;
        this.#opened.reject(reason);
        turn("closed", isOurs ? {} : { error: reason });
        return;
      }
      this.failure = error;
      // The transport's reconnect() would try again at once, but a gateway has
      // few sessions and may lock everybody out.
      const pause = Math.min(
        minDelay * 2 ** Math.max(0, attempt - 1),
        maxDelay,
      );
      const delay = (rejected ? Math.max(pause, this.#lockout) : pause) *
        (1 + Math.random() / 4);
      turn("waiting", { error, delay });
      await sleep(delay, { signal }).catch(() => {});
    }
  }

  /** Reads one connection to its end, and returns why it ended. */
  async #read(
    transport: Transport<string>,
    onOpen: () => void,
  ): Promise<unknown> {
    this.#wasOpen = true;
    this.#heard = now();
    this.#opened.resolve();
    this.failure = undefined;
    onOpen();
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
    if (!this.#ending.aborted) {
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
    const quietTimeout = this.#quietTimeout;
    const { probe } = this.#options;
    let over = false;
    const ask = async () => {
      const heard = this.#heard;
      const silent = now() - heard;
      if (silent >= interval && !over) {
        try {
          await probe?.(timeout);
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
      const left = quietTimeout - (now() - this.#heard);
      if (left > 0) looking = later(left, look);
      else {
        const text = `Gateway was silent for ${quietTimeout} ms`;
        renew(new NotConnectedError(text));
      }
    };
    const showing = every(interval, () => {
      transport.send("*#*1##").catch(() => {});
    });
    let asking = later(interval, ask);
    let looking = later(quietTimeout, look);
    return () => {
      over = true;
      for (const timer of [showing, asking, looking]) timer.stop();
    };
  }
}
