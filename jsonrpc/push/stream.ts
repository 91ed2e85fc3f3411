// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Results that are read piece by piece, by the protocol that StreamJsonRpc
 * publishes: the reader asks for more, so the peer never sends more than
 * that.
 *
 * @module
 */

import type { Caller, CallOptions } from "../call/caller.ts";
import type { Params } from "../wire/message.ts";

/**
 * Options of {@linkcode readStream}.
 *
 * @category Streams and subscriptions
 */
export interface StreamOptions extends CallOptions {
  /**
   * How long to wait for the first answer and for each next piece, in
   * milliseconds.
   *
   * @default {60000} for the first answer, and no limit for each piece: a
   * stream may be silent as long as the connection lives
   */
  timeout?: number;
  /**
   * Checks each value. If it throws, the stream ends with that error.
   *
   * @param value The value as it came.
   * @returns What the reader gets.
   * @default The value as it came.
   */
  check?: (value: unknown) => unknown;
}

/**
 * Calls a method whose result is a stream.
 *
 * @typeParam T The type of a value, which is not checked.
 * @param caller What makes the call.
 * @param method The method.
 * @param params The arguments.
 * @param options What to wait for. The signal ends the stream too.
 * @returns The values. The call is made when reading starts; leaving the loop
 * tells the peer to stop. It throws what a call rejects with.
 *
 * @example Read what an async generator gives
 * ```ts
 * import { Methods, Peer, readStream } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods().add("count", async function* (_call, to: number) {
 *   for (let i = 1; i <= to; i++) yield i;
 * });
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * const values = readStream<number>(client, "count", [3]);
 * assertEquals(await Array.fromAsync(values), [1, 2, 3]);
 * ```
 *
 * @category Streams and subscriptions
 */
export function readStream<T = unknown>(
  caller: Caller,
  method: string,
  params?: Params,
  options: StreamOptions = {},
): AsyncIterableIterator<T, undefined> {
  const { check, ...callOptions } = options;
  const { timeout = Infinity, signal } = options;
  const rest = { timeout, totalTimeout: timeout, ...(signal && { signal }) };
  /** What the peer calls the stream, as long as it has more. */
  let token: unknown;
  let isOver = false;
  const values = read();

  async function* read(): AsyncGenerator<T, undefined> {
    if (isOver) return;
    let chunk = await ask(method, params, callOptions);
    // Without a token all values are here.
    token = chunk.token;
    for (;;) {
      if (chunk.finished === true) token = undefined;
      if (isOver) return end(); // The reader has left in the meantime.
      for (const value of Array.isArray(chunk.values) ? chunk.values : []) {
        yield await checked(value);
        if (isOver) return;
      }
      if (token === undefined) return;
      chunk = await ask("$/enumerator/next", { token }, rest);
    }
  }

  async function ask(
    method: string,
    params: Params | undefined,
    options: CallOptions,
  ): Promise<Chunk> {
    try {
      const result = await caller.request(method, params, options);
      if (Array.isArray(result)) return { values: result };
      if (typeof result === "object" && result !== null) return result;
      throw new TypeError(
        `Cannot read result of ${JSON.stringify(method)}: it is no stream`,
      );
    } catch (error) {
      if (signal?.aborted) end();
      token = undefined;
      throw error;
    }
  }

  async function checked(value: unknown): Promise<T> {
    try {
      return (check ? await check(value) : value) as T;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** Ends it, and tells a peer that has more. */
  function end(): undefined {
    isOver = true;
    if (token === undefined) return;
    caller.notify("$/enumerator/abort", { token }).catch(() => {});
    token = undefined;
  }

  return {
    next: () => values.next(),
    return() {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Some of the values, as they come. */
interface Chunk {
  readonly token?: unknown;
  readonly values?: unknown;
  readonly finished?: unknown;
}
