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
  const {
    minUptime = MIN_UPTIME,
    maxAttempts = Infinity,
    shouldRetry = mayHelp,
    signal,
    onState,
  } = options;
  checkOptions({ reconnect: options });
  const closing = new AbortController();
  const closed = closing.signal;
  const transports = run();
  const onAbort = () => void close({ error: signal!.reason });
  let current: Transport<T> | undefined;
  let attempt = 0;
  let error: unknown;
  let giveUp: { error: unknown } | undefined;
  let isBusy = false;

  /** Yields one transport after another, until it is closed. */
  async function* run(): AsyncGenerator<Transport<T>, undefined> {
    await Promise.resolve(); // Its maker has it before its callbacks run.
    for (let isFirst = true; !closed.aborted; isFirst = false) {
      if (attempt >= maxAttempts) {
        await close({ error: error ?? new CloseError(1006) });
        break;
      }
      if (!isFirst) await wait();
      if (closed.aborted) break;
      attempt++;
      error = undefined;
      tell("connecting");
      try {
        current = await openOnce();
      } catch (reason) {
        error = reason;
        if (!closed.aborted && !shouldRetry(reason)) {
          await close({ error: reason });
        }
        continue;
      }
      if (closed.aborted) {
        // It was closed in the turn in which the transport was handed over.
        await current.close();
        break;
      }
      const openedAt = performance.now();
      tell("open");
      yield current;
      const uptime = performance.now() - openedAt;
      await current.close();
      current = undefined;
      if (uptime >= minUptime) attempt = 0;
    }
  }

  /** Rejects when closed, and then closes a transport that opens later. */
  async function openOnce(): Promise<Transport<T>> {
    const opening = open(closed);
    try {
      return await unlessAborted(opening, closed);
    } catch (reason) {
      if (closed.aborted) {
        opening.then((transport) => transport.close(), () => {});
      }
      throw reason;
    }
  }

  async function wait(): Promise<void> {
    const delay = pauseAfter(attempt, options);
    tell("waiting", { delay });
    await sleep(delay, { signal: closed }).catch(() => {});
  }

  async function next(): Promise<IteratorResult<Transport<T>, undefined>> {
    if (isBusy) {
      throw new TypeError("Cannot reconnect: another reader is waiting");
    }
    isBusy = true;
    try {
      const result = await transports.next();
      if (result.done && giveUp) throw giveUp.error;
      return result;
    } catch (reason) {
      await close({ error: reason }); // A callback may have thrown it.
      throw reason;
    } finally {
      isBusy = false;
    }
  }

  async function close(reason?: { error: unknown }): Promise<void> {
    if (!closed.aborted) {
      giveUp = reason;
      error = reason?.error;
      signal?.removeEventListener("abort", onAbort);
      closing.abort();
      try {
        tell("closed");
      } catch {
        // It is closed all the same.
      }
    }
    await current?.close();
  }

  function tell(state: ReconnectState["state"], more?: { delay: number }) {
    onState?.({
      state,
      attempt,
      ...more,
      ...(error !== undefined && { error }),
    });
  }

  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort);
  return {
    close: () => close(),
    [Symbol.asyncIterator]: () => ({ next }),
    [Symbol.asyncDispose]: () => close(),
  };
}
