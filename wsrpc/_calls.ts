// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { TimeoutError } from "./errors.ts";

/** What `setTimeout` takes without wrapping around. */
const MAX_DELAY = 2 ** 31 - 1;

/** A call that waits for its answer. */
export interface Call {
  /** The name of the route. */
  readonly method: string;
  /** Ends it; for whoever has taken it. */
  readonly resolve: (result: unknown) => void;
  /** Ends it; for whoever has taken it. */
  readonly reject: (error: unknown) => void;
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** Lets go of the caller's signal. */
  release: (() => void) | undefined;
}

/**
 * The calls that wait for an answer. One timer serves all their deadlines: a
 * timer for each would be the larger part of what a call costs.
 */
export class Calls {
  readonly #open = new Map<number, Call>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakeAt = Infinity;

  /** The number of calls that wait. */
  get size(): number {
    return this.#open.size;
  }

  /** Enters a call, which ends by who takes it, or by its deadline. */
  start(
    id: number,
    method: string,
    timeout: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + timeout;
      const call: Call = {
        method,
        resolve,
        reject,
        deadline,
        release: undefined,
      };
      if (signal) {
        const abort = () => this.take(id)?.reject(signal.reason);
        signal.addEventListener("abort", abort, { once: true });
        call.release = () => signal.removeEventListener("abort", abort);
      }
      this.#open.set(id, call);
      if (deadline < this.#wakeAt) this.#wake(deadline);
    });
  }

  /** Ends all calls with an error. */
  endAll(error: Error): void {
    clearTimeout(this.#timer);
    this.#wakeAt = Infinity;
    for (const id of [...this.#open.keys()]) this.take(id)?.reject(error);
  }

  /** Removes a call, for the taker to end it. */
  take(id: number): Call | undefined {
    const call = this.#open.get(id);
    if (!call) return undefined;
    this.#open.delete(id);
    call.release?.();
    return call;
  }

  #wake(at: number): void {
    clearTimeout(this.#timer);
    this.#wakeAt = at;
    const delay = Math.min(Math.max(at - performance.now(), 0), MAX_DELAY);
    this.#timer = setTimeout(() => this.#sweep(), Math.ceil(delay));
  }

  #sweep(): void {
    const now = performance.now();
    let next = Infinity;
    for (const [id, { method, deadline }] of this.#open) {
      if (deadline > now) next = Math.min(next, deadline);
      else {
        const name = JSON.stringify(method);
        const error = new TimeoutError(`No answer to ${name} in time`);
        this.take(id)?.reject(error);
      }
    }
    this.#wakeAt = Infinity;
    if (next < Infinity) this.#wake(next);
  }
}

/** Throws unless `timeout` is a time in milliseconds. */
export function checkTimeout(timeout: number): void {
  if (!(timeout > 0)) {
    throw new RangeError(`Timeout must be a positive number: got ${timeout}`);
  }
}
