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
  return new StreamReader<T>(caller, method, params, options);
}

class StreamReader<T> implements AsyncIterableIterator<T, undefined> {
  readonly #caller: Caller;
  readonly #method: string;
  readonly #params: Params | undefined;
  readonly #options: StreamOptions;
  #values: readonly unknown[] = [];
  #at = 0;
  #token: unknown;
  #started = false;
  #finished = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    caller: Caller,
    method: string,
    params: Params | undefined,
    options: StreamOptions,
  ) {
    this.#caller = caller;
    this.#method = method;
    this.#params = params;
    this.#options = options;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    // One request at a time, even if the reader asks for several values.
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => {});
    return next;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    const open = this.#started && !this.#finished && this.#token !== undefined;
    this.#finished = true;
    this.#values = [];
    this.#at = 0;
    if (open) {
      this.#caller.notify("$/enumerator/abort", { token: this.#token })
        .catch(() => {});
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    while (this.#at === this.#values.length) {
      if (this.#finished) return { done: true, value: undefined };
      await this.#fetch();
    }
    const value = this.#values[this.#at++];
    const { check } = this.#options;
    try {
      return { done: false, value: (check ? await check(value) : value) as T };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async #fetch(): Promise<void> {
    try {
      const chunk = this.#started ? await this.#more() : await this.#start();
      if (this.#finished) return; // The reader has left in the meantime.
      const { values = [], finished } = chunk as Record<string, unknown>;
      this.#values = Array.isArray(values) ? values : [];
      this.#at = 0;
      this.#finished = finished === true || this.#token === undefined;
    } catch (error) {
      const { aborted } = this.#options.signal ?? {};
      if (aborted) await this.return();
      this.#finished = true;
      throw error;
    }
  }

  async #start(): Promise<object> {
    this.#started = true;
    const { timeout, check: _, ...rest } = this.#options;
    const options = timeout === undefined ? rest : { ...rest, timeout };
    const result = await this.#caller.request(
      this.#method,
      this.#params,
      options,
    );
    if (typeof result !== "object" || result === null) {
      throw new TypeError(
        `Cannot read result of ${
          JSON.stringify(this.#method)
        }: it is no stream`,
      );
    }
    // Without a token all values are here.
    this.#token = (result as { token?: unknown }).token;
    if (this.#finished) {
      this.#finished = false;
      await this.return();
    }
    return Array.isArray(result) ? { values: result } : result;
  }

  async #more(): Promise<object> {
    const { timeout = Infinity, signal } = this.#options;
    return await this.#caller.request<object>(
      "$/enumerator/next",
      { token: this.#token },
      { timeout, totalTimeout: timeout, ...(signal && { signal }) },
    );
  }
}
