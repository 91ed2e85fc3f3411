// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Connects again and again: one open transport after another.
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

import { checkTime, sleep } from "@wirekit/internal/clock";
import { HandshakeError } from "@wirekit/internal/errors";
import { CloseError, type Transport } from "./transport.ts";

/** What {@linkcode ReconnectOptions.onState} is told. */
export interface ReconnectState {
  /** What it does now; `"closed"` is the last. */
  state: "connecting" | "open" | "waiting" | "closed";
  /** How many times it has tried since a connection lived, from 1 on. */
  attempt: number;
  /** How long it waits, in milliseconds, if it does. */
  delay?: number;
  /** Why the last try failed, or why it is closed, if there is a reason. */
  error?: unknown;
}

/** Options of {@linkcode reconnect}. */
export interface ReconnectOptions {
  /**
   * Longest wait before the second try, in milliseconds. It doubles with each
   * try, and what is waited is a random part of it, so that the clients of a
   * server that restarts do not come back all at once.
   *
   * @default {100}
   */
  minDelay?: number;
  /**
   * Longest wait of all, in milliseconds.
   *
   * @default {30000}
   */
  maxDelay?: number;
  /**
   * How long a connection has to live for the waits to start anew, in
   * milliseconds.
   *
   * @default {5000}
   */
  minUptime?: number;
  /**
   * How many tries without a connection that lived to give up after.
   *
   * @default {Infinity}
   */
  maxAttempts?: number;
  /**
   * Whether to try again after an error of `open`. If not, the loop throws it.
   *
   * @default Yes, but for a `HandshakeError` with a status from 400 to 499 that
   * is none of 408, 425 and 429, and for a permission that Deno was not given.
   */
  shouldRetry?: (error: unknown) => boolean;
  /** Closes it, and makes the loop throw the signal's reason. */
  signal?: AbortSignal;
  /** Is called at each change. */
  onState?: (state: ReconnectState) => void;
}

/**
 * Connections one after another, from {@linkcode reconnect}.
 *
 * Each turn of the loop has an open transport. Coming back for the next closes
 * the one before. Leaving the loop closes nothing.
 *
 * @typeParam T What a message is.
 *
 * @example Stop for good
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
   * Closes the transport, ends the loop, and connects no more. May be called
   * twice.
   *
   * @returns Resolves when it is closed, within a second. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Opens a transport, and another one each time that the last has ended, with
 * exponential backoff and full jitter in between.
 *
 * `open` is called for each connection, so that it can look up the URL and the
 * credentials anew.
 *
 * @typeParam T What a message is.
 * @param open Opens a transport. Its signal aborts when it is no longer wanted.
 * @param options The waits, and when to give up.
 * @returns The connections. Their loop throws the error of the last try after
 * `maxAttempts`, and the reason of the `signal`.
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
  readonly #options: ReconnectOptions & {
    minDelay: number;
    maxDelay: number;
    minUptime: number;
  };
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
    checkTime("minDelay", minDelay, { zero: true });
    checkTime("maxDelay", maxDelay, { zero: true });
    checkTime("minUptime", minUptime, { zero: true });
    this.#open = open;
    this.#options = { ...options, minDelay, maxDelay, minUptime };
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

  /** Lets go of the last transport, and forgets the failures if it lived. */
  async #release(): Promise<void> {
    if (!this.#current) return;
    const uptime = performance.now() - this.#openedAt;
    await this.#current.close();
    this.#current = undefined;
    if (uptime >= this.#options.minUptime) this.#attempt = 0;
  }

  /** Tries until there is a transport; `undefined` once closed. */
  async #connect(): Promise<Transport<T> | undefined> {
    const { signal } = this.#closing;
    const { maxAttempts = Infinity } = this.#options;
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
      this.#tell({ state: "connecting" });
      try {
        this.#current = await unlessAborted(this.#open(signal), signal);
      } catch (error) {
        this.#error = error;
        const { shouldRetry = mayHelp } = this.#options;
        if (!signal.aborted && !shouldRetry(error)) {
          await this.#close({ error });
        }
        continue;
      }
      if (signal.aborted) {
        // It was closed in the very turn that the transport was handed over.
        await this.#current.close();
        break;
      }
      this.#openedAt = performance.now();
      this.#tell({ state: "open" });
      return this.#current;
    }
    return undefined;
  }

  async #wait(): Promise<void> {
    const { minDelay, maxDelay } = this.#options;
    const doublings = Math.max(0, this.#attempt - 1);
    const longest = Math.min(maxDelay, minDelay * 2 ** doublings);
    const ms = Math.random() * longest;
    this.#tell({ state: "waiting", delay: ms });
    await sleep(ms, this.#closing).catch(() => {});
  }

  async #close(giveUp?: { error: unknown }): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#giveUp = giveUp;
      this.#error = giveUp?.error;
      this.#options.signal?.removeEventListener("abort", this.#onAbort);
      this.#closing.abort();
      this.#tell({ state: "closed" });
    }
    await this.#current?.close();
  }

  #tell(change: Pick<ReconnectState, "state" | "delay">): void {
    this.#options.onState?.({
      ...change,
      attempt: this.#attempt,
      ...(this.#error !== undefined && { error: this.#error }),
    });
  }
}

/** Whether another try may end otherwise. */
function mayHelp(error: unknown): boolean {
  if (error instanceof Error && error.name === "NotCapable") return false;
  if (!(error instanceof HandshakeError)) return true;
  const { status = 0 } = error;
  return status < 400 || status > 499 || [408, 425, 429].includes(status);
}

/** Rejects when aborted, and then closes what is still opened. */
async function unlessAborted<T>(
  opening: Promise<Transport<T>>,
  signal: AbortSignal,
): Promise<Transport<T>> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => {
    aborted.reject(signal.reason);
    opening.then((transport) => transport.close(), () => {});
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    const transport = await Promise.race([opening, aborted.promise]);
    signal.throwIfAborted();
    return transport;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
