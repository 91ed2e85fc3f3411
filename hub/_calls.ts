// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { TimeoutError } from "./errors.ts";

/** What `setTimeout` takes without wrapping around. */
const MAX_DELAY = 2 ** 31 - 1;

/** A question to the hub that waits for its answer. */
export interface Call {
  /** What the other end has to repeat. */
  readonly uuid: string;
  /** The answer. */
  readonly promise: Promise<unknown>;
  /** The client that was asked; null for the hub. */
  readonly target: string | null;
  /** The route that was asked for, if any. */
  readonly route: string | null;
  /** Ends the call with its answer. */
  resolve(value: unknown): void;
  /** Ends the call with an error. */
  reject(reason: unknown): void;
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** Lets go of the caller's signal. */
  release: (() => void) | undefined;
}

/** What a new call needs. */
export interface CallStart {
  /** From {@linkcode Calls.newUuid}. */
  uuid: string;
  /** The client to ask; null for the hub. */
  target: string | null;
  /** The route to ask for, if any. */
  route: string | null;
  /** How long to wait, in milliseconds. */
  timeout: number;
  /** Ends the call with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * The calls that wait for an answer. One timer serves all their deadlines: a
 * timer for each would be the larger part of what a call costs.
 */
export class Calls {
  readonly #open = new Map<string, Call>();
  #prefix = newPrefix();
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakeAt = Infinity;

  /** The number of calls that wait. */
  get size(): number {
    return this.#open.size;
  }

  /** Returns an id for the next call that nobody can guess. */
  newUuid(): string {
    return this.#prefix + (this.#count++).toString(16).padStart(12, "0");
  }

  /** Opens a call; throws if it cannot be. */
  start({ uuid, target, route, timeout, signal }: CallStart): Call {
    checkTimeout(timeout);
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const deadline = performance.now() + timeout;
    const call: Call = {
      uuid,
      promise,
      target,
      route,
      resolve,
      reject,
      deadline,
      release: undefined,
    };
    if (signal) {
      const abort = () => this.take(uuid)?.reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      call.release = () => signal.removeEventListener("abort", abort);
    }
    this.#open.set(uuid, call);
    if (deadline < this.#wakeAt) this.#wake(deadline);
    return call;
  }

  /** Removes a call from the table, for the caller to end it. */
  take(uuid: unknown): Call | undefined {
    const call = this.#open.get(uuid as string);
    if (!call) return undefined;
    this.#open.delete(call.uuid);
    call.release?.();
    return call;
  }

  /** Ends all calls. The next ones get ids that nobody has seen before. */
  endAll(error: Error): void {
    clearTimeout(this.#timer);
    this.#wakeAt = Infinity;
    this.#prefix = newPrefix();
    for (const uuid of [...this.#open.keys()]) this.take(uuid)?.reject(error);
  }

  #wake(at: number): void {
    clearTimeout(this.#timer);
    this.#wakeAt = at;
    const delay = Math.min(Math.max(at - performance.now(), 0), MAX_DELAY);
    this.#timer = setTimeout(() => this.#sweep(), delay);
  }

  #sweep(): void {
    const now = performance.now();
    let next = Infinity;
    for (const call of this.#open.values()) {
      if (call.deadline > now) next = Math.min(next, call.deadline);
      else this.take(call.uuid)?.reject(timedOut(call));
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

/** All but the last twelve digits of a random UUID. */
function newPrefix(): string {
  return crypto.randomUUID().slice(0, -12);
}

function timedOut({ target, route }: Call): TimeoutError {
  const who = target === null ? "the hub" : JSON.stringify(target);
  const what = route === null ? "" : ` to ${JSON.stringify(route)}`;
  return new TimeoutError(`No answer from ${who}${what} in time`);
}
