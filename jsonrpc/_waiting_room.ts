// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { abortError } from "./_calls.ts";
import { TimeoutError } from "./call_error.ts";

/** How long to wait. */
export interface WaitOptions {
  timeout: number;
  signal?: AbortSignal;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Where calls wait for a connection, within a limit of bytes. */
export class WaitingRoom<T> {
  readonly #maxBytes: number;
  readonly #waiters = new Set<Waiter<T>>();
  #bytes = 0;
  #closed: Error | undefined;

  /** Makes an empty room. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Waits for the next connection. */
  wait(method: string, size: number, options: WaitOptions): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed);
    const { timeout, signal } = options;
    if (signal?.aborted) return Promise.reject(abortError(method, signal));
    if (this.#bytes + size > this.#maxBytes) {
      return Promise.reject(
        new RangeError(
          `Cannot call: ${this.#bytes} bytes of calls are waiting for a connection`,
        ),
      );
    }
    this.#bytes += size;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter = { resolve, reject };
    this.#waiters.add(waiter);
    const timer = timeout < Infinity
      ? setTimeout(() => {
        const reason = `no connection within ${Math.ceil(timeout)} ms`;
        reject(new TimeoutError(method, { reason }));
      }, timeout)
      : undefined;
    const abort = () => reject(abortError(method, signal));
    signal?.addEventListener("abort", abort, { once: true });
    return promise.finally(() => {
      this.#waiters.delete(waiter);
      this.#bytes -= size;
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
  }

  /** Lets all go, in the order they came. */
  open(value: T): void {
    for (const { resolve } of this.#waiters) resolve(value);
  }

  /** Sends all away, and everybody who comes later. */
  close(error: Error): void {
    this.#closed = error;
    for (const { reject } of this.#waiters) reject(error);
  }
}
