// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Keeps a connection alive: opens one transport after another.
 *
 * ```ts
 * import { pair } from "@wirekit/transport/pair";
 * import { reconnect } from "@wirekit/transport/reconnect";
 *
 * await using connections = reconnect(() => Promise.resolve(pair()[0]));
 * for await (const transport of connections) {
 *   await transport.send("hello");
 *   break;
 * }
 * ```
 *
 * @module
 */

import { checkTime, sleep, unlessAborted } from "@wirekit/internal/clock";
import type { HandshakeError } from "@wirekit/internal/errors";
import { CloseError, type Transport } from "./transport.ts";

/** What {@linkcode ReconnectOptions.onState} is told. */
export interface ReconnectState {
  /** The new state; `"closed"` is the last one. */
  state: "connecting" | "open" | "waiting" | "closed";
  /** The number of attempts since the last connection that lasted, from 1. */
  attempt: number;
  /** How long it waits, in milliseconds, if it waits. */
  delay?: number;
  /** Why the last attempt failed, or why it is closed, if there is a reason. */
  error?: unknown;
}

/** Options of {@linkcode reconnect}. */
export interface ReconnectOptions {
  /**
   * The longest wait before the second attempt, in milliseconds. It doubles
   * with each attempt. The actual wait is a random part of it, so that the
   * clients of a restarted server do not all come back at once.
   *
   * @default {100}
   */
  minDelay?: number;
  /**
   * The longest wait between two attempts, in milliseconds.
   *
   * @default {30000}
   */
  maxDelay?: number;
  /**
   * How long a connection must last, in milliseconds, for the waits to start
   * again from `minDelay`.
   *
   * @default {5000}
   */
  minUptime?: number;
  /**
   * The number of attempts after which it gives up, if no connection lasted.
   *
   * @default {Infinity}
   */
  maxAttempts?: number;
  /**
   * Decides whether to try again after an error of `open`. If not, the loop
   * throws the error.
   *
   * @default Yes, but for a `HandshakeError` with a status from 400 to 499 that
   * is none of 408, 425 and 429, and for a permission that Deno was not given.
   */
  shouldRetry?: (error: unknown) => boolean;
  /** Closes it, and makes the loop throw the signal's reason. */
  signal?: AbortSignal;
  /** Called at each change of the state. */
  onState?: (state: ReconnectState) => void;
}

/**
 * Connections one after another, from {@linkcode reconnect}.
 *
 * Each turn of the loop gets an open transport. Asking for the next one closes
 * the one before. Leaving the loop does not close anything.
 *
 * @typeParam T What a message is.
 *
 * @example Stop reconnecting
 * ```ts
 * import { pair } from "@wirekit/transport/pair";
 * import { reconnect } from "@wirekit/transport/reconnect";
 * import { assertEquals } from "@std/assert";
 *
 * const connections = reconnect(() => Promise.resolve(pair()[0]));
 * let count = 0;
 * for await (const _ of connections) {
 *   count++;
 *   await connections.close();
 * }
 * assertEquals(count, 1);
 * ```
 */
export interface Reconnection<T>
  extends AsyncIterable<Transport<T>>, AsyncDisposable {
  /**
   * Closes the transport, ends the loop and stops connecting. May be called
   * twice.
   *
   * @returns Resolves when it is closed, within a second. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Opens a transport, and another one each time the last has ended, with
 * exponential backoff and full jitter in between.
 *
 * `open` is called for each connection, so it can look up the URL and the
 * credentials each time.
 *
 * @typeParam T What a message is.
 * @param open Opens a transport. Its signal aborts when it is no longer wanted.
 * @param options The waits, and when to give up.
 * @returns The connections. Their loop throws the error of the last attempt
 * after `maxAttempts`, and the reason of the `signal`.
 *
 * @example Fetch a fresh token for each connection
 * ```ts
 * import { reconnect } from "@wirekit/transport/reconnect";
 * import { acceptWebSocket, connectWebSocket } from "@wirekit/transport/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   onListen() {},
 * }, (request) => {
 *   const authorization = request.headers.get("authorization")!;
 *   const { response, transport } = acceptWebSocket(request);
 *   transport.send(authorization);
 *   transport.close();
 *   return response;
 * });
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 *
 * let tokens = 0;
 * const fetchToken = () => Promise.resolve(`token-${++tokens}`);
 *
 * await using connections = reconnect(async (signal) => {
 *   const authorization = `Bearer ${await fetchToken()}`;
 *   return await connectWebSocket(url, { signal, headers: { authorization } });
 * }, { minDelay: 1 });
 *
 * const seen: string[] = [];
 * for await (const transport of connections) {
 *   for await (const message of transport) seen.push(message);
 *   if (seen.length === 2) break;
 * }
 * assertEquals(seen, ["Bearer token-1", "Bearer token-2"]);
 * ```
 */
export function reconnect<T>(
  open: (signal: AbortSignal) => Promise<Transport<T>>,
  options: ReconnectOptions = {},
): Reconnection<T> {
  return new Connections(open, options);
}

class Connections<T>
  implements Reconnection<T>, AsyncIterator<Transport<T>, undefined> {
  readonly #open: (signal: AbortSignal) => Promise<Transport<T>>;
  readonly #options:
    & ReconnectOptions
    & Required<Pick<ReconnectOptions, "minDelay" | "maxDelay" | "minUptime">>;
  readonly #closing = new AbortController();
  readonly #onAbort = () =>
    void this.#close({ error: this.#options.signal!.reason });
  #current: Transport<T> | undefined;
  #openedAt = 0;
  #attempt = 0;
  #first = true;
  #busy = false;
  #error: unknown;
  #giveUp: { error: unknown } | undefined;

  constructor(
    open: (signal: AbortSignal) => Promise<Transport<T>>,
    options: ReconnectOptions,
  ) {
    const { minDelay = 100, maxDelay = 30_000, minUptime = 5_000 } = options;
    const times = { minDelay, maxDelay, minUptime };
    for (const [name, ms] of Object.entries(times)) {
      checkTime(name, ms, { zero: true });
    }
    this.#open = open;
    this.#options = { ...options, ...times };
    if (options.signal?.aborted) this.#onAbort();
    else options.signal?.addEventListener("abort", this.#onAbort);
  }

  async next(): Promise<IteratorResult<Transport<T>, undefined>> {
    if (this.#busy) {
      throw new TypeError("Cannot reconnect: another reader is waiting");
    }
    this.#busy = true;
    try {
      await this.#release();
      const value = await this.#connect();
      if (value) return { done: false, value };
    } finally {
      this.#busy = false;
    }
    if (this.#giveUp) throw this.#giveUp.error;
    return { done: true, value: undefined };
  }

  close(): Promise<void> {
    return this.#close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Transport<T>, undefined> {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Closes the last transport, and forgets the failures if it lasted. */
  async #release(): Promise<void> {
    if (!this.#current) return;
    const uptime = performance.now() - this.#openedAt;
    await this.#current.close();
    this.#current = undefined;
    if (uptime >= this.#options.minUptime) this.#attempt = 0;
  }

  /** Tries until a transport is open; returns `undefined` once closed. */
  async #connect(): Promise<Transport<T> | undefined> {
    const { signal } = this.#closing;
    const { maxAttempts = Infinity, shouldRetry = mayHelp } = this.#options;
    while (!signal.aborted) {
      if (this.#attempt >= maxAttempts) {
        await this.#close({ error: this.#error ?? new CloseError(1006) });
        break;
      }
      if (this.#first) this.#first = false;
      else await this.#wait();
      if (signal.aborted) break;
      this.#attempt++;
      this.#error = undefined;
      this.#tell("connecting");
      try {
        this.#current = await this.#openOnce(signal);
      } catch (error) {
        this.#error = error;
        if (!signal.aborted && !shouldRetry(error)) {
          await this.#close({ error });
        }
        continue;
      }
      if (signal.aborted) {
        // It was closed in the turn in which the transport was handed over.
        await this.#current.close();
        break;
      }
      this.#openedAt = performance.now();
      this.#tell("open");
      return this.#current;
    }
    return undefined;
  }

  /** Rejects when aborted, and then closes a transport that opens later. */
  async #openOnce(signal: AbortSignal): Promise<Transport<T>> {
    const opening = this.#open(signal);
    try {
      return await unlessAborted(opening, signal);
    } catch (error) {
      if (signal.aborted) {
        opening.then((transport) => transport.close(), () => {});
      }
      throw error;
    }
  }

  async #wait(): Promise<void> {
    const { minDelay, maxDelay } = this.#options;
    const doublings = Math.max(0, this.#attempt - 1);
    const longest = Math.min(maxDelay, minDelay * 2 ** doublings);
    const delay = Math.random() * longest;
    this.#tell("waiting", { delay });
    await sleep(delay, this.#closing).catch(() => {});
  }

  async #close(giveUp?: { error: unknown }): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#giveUp = giveUp;
      this.#error = giveUp?.error;
      this.#options.signal?.removeEventListener("abort", this.#onAbort);
      this.#closing.abort();
      this.#tell("closed");
    }
    await this.#current?.close();
  }

  #tell(state: ReconnectState["state"], more?: { delay: number }): void {
    this.#options.onState?.({
      state,
      attempt: this.#attempt,
      ...more,
      ...(this.#error !== undefined && { error: this.#error }),
    });
  }
}

/** Returns whether another attempt may succeed. */
function mayHelp(error: unknown): boolean {
  const { name, status = 0 } = Object(error) as Partial<HandshakeError>;
  if (name === "NotCapable") return false;
  // By its name, so that a page, which never gets one, need not have the class.
  return name !== "HandshakeError" || status < 400 || status > 499 ||
    [408, 425, 429].includes(status);
}
