// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, within } from "@wirekit/internal/clock";
import { LimitError } from "@wirekit/internal/errors";
import { timeoutError } from "./_calls.ts";

/** How long to wait. */
export interface WaitOptions {
  timeout: number;
  signal?: AbortSignal | undefined;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Where calls wait for a connection, within a limit of bytes. */
export class WaitingRoom<T> {
  /** Why there is no connection, as far as is known. */
  failure: unknown;
  readonly #maxBytes: number;
  readonly #waiters = new Set<Waiter<T>>();
  #bytes = 0;
  #closed: Error | undefined;

  /** Makes an empty room. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Waits for the next connection. */
  async wait(method: string, size: number, options: WaitOptions): Promise<T> {
    if (this.#closed) throw this.#closed;
    const { timeout, signal } = options;
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    if (this.#bytes + size > this.#maxBytes) {
      throw new LimitError(
        `Cannot call: ${this.#bytes} bytes of calls are waiting for a connection`,
      );
    }
    this.#bytes += size;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = { resolve, reject };
    this.#waiters.add(waiter);
    const late = () =>
      timeoutError(
        method,
        `no connection within ${Math.ceil(timeout)} ms`,
        this.failure,
      );
    try {
      return await within(promise, timeout, late, { signal });
    } finally {
      this.#waiters.delete(waiter);
      this.#bytes -= size;
    }
  }

  /** Resolves all waits, in the order they came. */
  open(value: T): void {
    this.failure = undefined;
    for (const { resolve } of this.#waiters) resolve(value);
  }

  /** Rejects all waits, and every later one. */
  close(error: Error): void {
    this.#closed = error;
    for (const { reject } of this.#waiters) reject(error);
  }
}
