// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What happens in a plant, for as long as anybody wants to know.
 *
 * @module
 */

import type { Transport } from "@wirekit/transport/transport";
import type { Dial } from "./dial.ts";
import { AuthenticationError } from "./errors.ts";
import { type Message, parse } from "../wire/message.ts";
import { pause } from "./_wait.ts";

/** Options of {@linkcode EventSession}. */
export interface EventSessionOptions {
  /**
   * Time between two acknowledgements that we send to show that we are there,
   * in milliseconds; 0 sends none.
   *
   * @default {90000}
   */
  keepalive?: number;
  /**
   * Silence after which {@linkcode EventSessionOptions.probe} is asked, in
   * milliseconds. A bus may well be silent for minutes.
   *
   * @default {120000}
   */
  silence?: number;
  /**
   * Silence after which the session is renewed whatever the probe says, in
   * milliseconds.
   *
   * @default {3900000} 65 minutes
   */
  maxSilence?: number;
  /**
   * Asks the gateway something on another connection. If it rejects, the
   * session is taken for dead and renewed.
   *
   * @default {undefined} Only `maxSilence` and the carrier tell.
   */
  probe?: () => Promise<unknown>;
  /**
   * First pause before a lost gateway is called again, in milliseconds. It
   * doubles, and varies by a quarter so that clients do not come all at once.
   *
   * @default {2500}
   */
  minRetryDelay?: number;
  /**
   * Longest pause before a lost gateway is called again, in milliseconds.
   *
   * @default {60000}
   */
  maxRetryDelay?: number;
  /**
   * How long to leave a gateway alone that rejects a password which it has
   * accepted before, in milliseconds.
   *
   * @default {60000}
   */
  lockout?: number;
  /** Called when the session opens, when it is lost, and when it ends. */
  onState?: (state: EventSessionState) => void;
}

/** Where an event session is. */
export interface EventSessionState {
  /**
   * - `"open"`: events come. What happened before is missing: ask for it.
   * - `"lost"`: the gateway is called again.
   * - `"closed"`: for good.
   */
  state: "open" | "lost" | "closed";
  /** Why it was lost or closed; absent if it was closed on purpose. */
  error?: unknown;
}

/**
 * A session for events. It stays: a lost connection is opened again, until the
 * session is closed or the gateway does not know the password.
 *
 * @example Hear of a light
 * ```ts
 * import {
 *   EventSession,
 *   GatewaySimulator,
 *   makeDial,
 * } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * const { promise, resolve } = Promise.withResolvers();
 * await using session = new EventSession(
 *   makeDial(() => simulator.connect()),
 *   resolve,
 * );
 * await session.opened;
 * simulator.publish("*1*1*12##");
 * assertEquals(await promise, {
 *   kind: "normal",
 *   who: 1,
 *   what: "1",
 *   where: "12",
 * });
 * ```
 */
export class EventSession implements AsyncDisposable {
  readonly #dial: Dial;
  readonly #onMessage: (message: Message) => void;
  readonly #options:
    & Required<Omit<EventSessionOptions, "probe" | "onState">>
    & Pick<EventSessionOptions, "probe" | "onState">;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #opened = Promise.withResolvers<void>();
  #transport: Transport<string> | undefined;
  #wasOpen = false;
  #lastHeard = 0;

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
    this.#options = {
      keepalive: 90_000,
      silence: 120_000,
      maxSilence: 3_900_000,
      minRetryDelay: 2500,
      maxRetryDelay: 60_000,
      lockout: 60_000,
      ...options,
    };
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

  /**
   * Ends the session for good.
   *
   * @returns Resolves when the connection is closed.
   */
  async close(): Promise<void> {
    this.#closing.abort(
      new DOMException("Event session was closed", "AbortError"),
    );
    await this.#transport?.close();
    await this.#running;
  }

  /**
   * Ends the session for good.
   *
   * @returns Resolves when the connection is closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const { minRetryDelay, maxRetryDelay, lockout, onState } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0;; failures++) {
      let error: unknown;
      const start = performance.now();
      try {
        const transport = await this.#dial("event", signal);
        this.#transport = transport;
        if (signal.aborted) await transport.close();
        error = await this.#read(transport);
        // One that ends soon counts as a failure: it may have no place for us.
        if (performance.now() - start > minRetryDelay) failures = 0;
      } catch (failure) {
        error = failure;
      }
      // A password that never fitted will not fit the next time.
      const hopeless = error instanceof AuthenticationError && !this.#wasOpen;
      if (signal.aborted || hopeless) {
        this.#opened.reject(signal.aborted ? signal.reason : error);
        onState?.(
          signal.aborted ? { state: "closed" } : { state: "closed", error },
        );
        return;
      }
      onState?.({ state: "lost", error });
      // Not the transport's reconnect(): a gateway has few places and may lock
      // everybody out, so it is never called again at once.
      const delay = Math.min(minRetryDelay * 2 ** failures, maxRetryDelay);
      const rejected = error instanceof AuthenticationError;
      await pause(
        (rejected ? Math.max(delay, lockout) : delay) *
          (1 + Math.random() / 4),
        signal,
      ).catch(() => {});
    }
  }

  /** Reads one connection to its end, and returns why it ended. */
  async #read(transport: Transport<string>): Promise<unknown> {
    this.#wasOpen = true;
    this.#lastHeard = performance.now();
    this.#opened.resolve();
    this.#options.onState?.({ state: "open" });
    const over = new AbortController();
    let cause: unknown = new Error("Gateway closed the event session");
    const renew = (error: unknown) => {
      if (over.signal.aborted) return;
      cause = error;
      return transport.close();
    };
    const watching = Promise.allSettled([
      this.#keepAlive(transport, over.signal),
      this.#watch(renew, over.signal),
    ]);
    try {
      for await (const frame of transport) {
        this.#lastHeard = performance.now();
        const message = parse(frame);
        // An MH201 answers our keepalive with NACK: it means nothing.
        if (message.kind !== "ack" && message.kind !== "nack") {
          this.#onMessage(message);
        }
      }
    } catch (error) {
      cause = error;
    }
    if (!this.#closing.signal.aborted) {
      this.#opened = Promise.withResolvers();
      this.#opened.promise.catch(() => {});
    }
    over.abort();
    await transport.close();
    await watching;
    return cause;
  }

  async #keepAlive(
    transport: Transport<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { keepalive } = this.#options;
    while (keepalive > 0) {
      await pause(keepalive, signal);
      await transport.send("*#*1##");
    }
  }

  /** Finds out a connection that is only half there. */
  async #watch(
    renew: (error: unknown) => Promise<void> | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { silence, maxSilence, probe } = this.#options;
    let nextProbe = probe ? silence : Infinity;
    while (true) {
      const heard = this.#lastHeard;
      const silent = performance.now() - heard;
      if (silent >= maxSilence) {
        await renew(new Error(`Gateway was silent for ${maxSilence} ms`));
        return;
      }
      if (silent < silence && probe) nextProbe = silence;
      if (silent >= nextProbe) {
        nextProbe += silence;
        try {
          await probe?.();
        } catch (error) {
          if (heard !== this.#lastHeard) continue;
          await renew(error);
          return;
        }
      }
      const wait = Math.min(nextProbe, maxSilence) - silent;
      await pause(Math.max(wait, 1), signal);
    }
  }
}
