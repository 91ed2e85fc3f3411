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

import { sleep, unlessAborted } from "@wirekit/internal/clock";
import { checkOptions } from "@wirekit/internal/limits";
import { mayHelp, MIN_UPTIME, pauseAfter } from "./opening/_again.ts";
import { CloseError, type Transport } from "./transport.ts";

/**
 * What {@linkcode ReconnectOptions.onState} is told.
 *
 * @category Connecting
 */
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

/**
 * Options of {@linkcode reconnect}.
 *
 * @category Connecting
 */
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
   * The number of attempts after which it gives up, if no connection lasted: 1
   * or more.
   *
   * @default {Infinity}
   */
  maxAttempts?: number;
  /**
   * Decides whether to try again after an error of `open`. If not, the loop
   * throws the error. So it does if this throws.
   *
   * @default Yes, but for a `HandshakeError` with a status from 400 to 499 that
   * is none of 408, 425 and 429, and for a permission that Deno was not given.
   */
  shouldRetry?: (error: unknown) => boolean;
  /** Closes it, and makes the loop throw the signal's reason. */
  signal?: AbortSignal;
  /**
   * Called at each change of the state. If it throws, that ends the loop, which
   * throws the same error.
   */
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
 *
 * @category Connecting
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
 *
 * @category Connecting
 */
export function reconnect<T>(
  open: (signal: AbortSignal) => Promise<Transport<T>>,
  options: ReconnectOptions = {},
): Reconnection<T> {
  return new Connections(open, options);
}

/** The connections of {@linkcode reconnect}. */
class Connections<T> implements Reconnection<T> {
  readonly #open: (signal: AbortSignal) => Promise<Transport<T>>;
  readonly #options: ReconnectOptions;
  readonly #closing = new AbortController();
  readonly #transports: AsyncGenerator<Transport<T>, undefined>;
  readonly #onAbort = () =>
    void this.#end({ error: this.#options.signal!.reason });
  #current: Transport<T> | undefined;
  #attempt = 0;
  #error: unknown;
  /** What the loop throws at its end. */
  #giveUp: { error: unknown } | undefined;
  #isBusy = false;

  constructor(
    open: (signal: AbortSignal) => Promise<Transport<T>>,
    options: ReconnectOptions,
  ) {
    checkOptions({ reconnect: options });
    this.#open = open;
    this.#options = options;
    this.#transports = this.#run();
    const { signal } = options;
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort);
  }

  close(): Promise<void> {
    return this.#end();
  }

  [Symbol.asyncIterator](): AsyncIterator<Transport<T>, undefined> {
    return { next: () => this.#next() };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end();
  }

  /** Yields one transport after another, until it is closed. */
  async *#run(): AsyncGenerator<Transport<T>, undefined> {
    const { minUptime = MIN_UPTIME, maxAttempts = Infinity } = this.#options;
    const closed = this.#closing.signal;
    await Promise.resolve(); // Its maker has it before its callbacks run.
    for (let isFirst = true; !closed.aborted; isFirst = false) {
      if (this.#attempt >= maxAttempts) {
        await this.#end({ error: this.#error ?? new CloseError(1006) });
        break;
      }
      if (!isFirst) await this.#wait();
      if (closed.aborted) break;
      const transport = await this.#tryOnce();
      if (!transport) continue;
      if (closed.aborted) {
        // It was closed in the turn in which the transport was handed over.
        await transport.close();
        break;
      }
      const openedAt = performance.now();
      this.#tell("open");
      yield transport;
      const uptime = performance.now() - openedAt;
      await transport.close();
      this.#current = undefined;
      if (uptime >= minUptime) this.#attempt = 0;
    }
  }

  /** Makes one attempt; returns the transport, or nothing if it fails. */
  async #tryOnce(): Promise<Transport<T> | undefined> {
    const { shouldRetry = mayHelp } = this.#options;
    this.#attempt++;
    this.#error = undefined;
    this.#tell("connecting");
    try {
      return this.#current = await this.#openOnce();
    } catch (reason) {
      this.#error = reason;
      if (!this.#closing.signal.aborted && !shouldRetry(reason)) {
        await this.#end({ error: reason });
      }
      return undefined;
    }
  }

  /** Rejects when closed, and then closes a transport that opens later. */
  async #openOnce(): Promise<Transport<T>> {
    const closed = this.#closing.signal;
    const opening = this.#open(closed);
    try {
      return await unlessAborted(opening, closed);
    } catch (reason) {
      if (closed.aborted) {
        opening.then((transport) => transport.close(), () => {});
      }
      throw reason;
    }
  }

  async #wait(): Promise<void> {
    const delay = pauseAfter(this.#attempt, this.#options);
    this.#tell("waiting", { delay });
    await sleep(delay, this.#closing).catch(() => {});
  }

  async #next(): Promise<IteratorResult<Transport<T>, undefined>> {
    if (this.#isBusy) {
      throw new TypeError("Cannot reconnect: another reader is waiting");
    }
    this.#isBusy = true;
    try {
      const result = await this.#transports.next();
      if (result.done && this.#giveUp) throw this.#giveUp.error;
      return result;
    } catch (reason) {
      await this.#end({ error: reason }); // A callback may have thrown it.
      throw reason;
    } finally {
      this.#isBusy = false;
    }
  }

  /** Closes it, perhaps with a reason that the loop throws. */
  async #end(reason?: { error: unknown }): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#giveUp = reason;
      this.#error = reason?.error;
      this.#options.signal?.removeEventListener("abort", this.#onAbort);
      this.#closing.abort();
      try {
        this.#tell("closed");
      } catch {
        // It is closed all the same.
      }
    }
    await this.#current?.close();
  }

  #tell(state: ReconnectState["state"], more?: { delay: number }): void {
    const error = this.#error;
    this.#options.onState?.({
      state,
      attempt: this.#attempt,
      ...more,
      ...(error !== undefined && { error }),
    });
  }
}
