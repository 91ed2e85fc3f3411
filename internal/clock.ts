// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The one clock of the kit. No other file calls `setTimeout` or `setInterval`.
 *
 * Every time is in milliseconds. `Infinity` means never and starts no timer. A
 * finite time may have any length, although the platform's timers wrap around
 * after 2^31 ms.
 *
 * It is not built on `@std/async`: `deadline()` makes two signals for each wait,
 * lets its timer run on when the promise has settled, and rejects with an error
 * of the platform; `delay()` arms a timer for `Infinity`.
 *
 * ```ts
 * import { later } from "@wirekit/internal/clock";
 *
 * const timer = later(30_000, () => {});
 * timer.stop();
 * ```
 *
 * @module
 */

/** The longest delay that a platform timer accepts without wrapping around. */
const MAX_DELAY = 2 ** 31 - 1;

let wall = NaN;
let monotonic = 0;

/**
 * Returns `performance.now()` as of this millisecond, at half the cost.
 *
 * @returns The time in milliseconds. It never goes back.
 */
export function now(): number {
  const time = Date.now();
  if (time !== wall) {
    wall = time;
    monotonic = performance.now();
  }
  return monotonic;
}

/** Options of {@linkcode checkTime}. */
export interface CheckTimeOptions {
  /**
   * Whether 0 is allowed.
   *
   * @default {false}
   */
  zero?: boolean;
}

/**
 * Checks a time that a user gave.
 *
 * @param name The option as the user wrote it, such as `idleTimeout`.
 * @param ms The time in milliseconds; `Infinity` means never.
 * @param options Whether 0 is allowed.
 * @returns The time.
 * @throws {RangeError} If the time is not valid. The message names the option
 * and the value.
 *
 * @example A bad value
 * ```ts
 * import { checkTime } from "@wirekit/internal/clock";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkTime("timeout", NaN), RangeError, "timeout");
 * ```
 */
export function checkTime(
  name: string,
  ms: number,
  { zero = false }: CheckTimeOptions = {},
): number {
  if (typeof ms === "number" && (ms > 0 || (zero && ms === 0))) return ms;
  const least = zero ? "0 or more" : "more than 0";
  throw new RangeError(
    `${name} must be ${least} milliseconds, or Infinity: got ${ms}`,
  );
}

/** A timer that runs. */
export interface Timer {
  /** Stops it. May be called twice. */
  stop(): void;
}

const NEVER: Timer = { stop() {} };

/**
 * Calls a function once, after a time.
 *
 * @param ms The time in milliseconds; `Infinity` means never.
 * @param action The function to call.
 * @returns The timer.
 */
export function later(ms: number, action: () => void): Timer {
  if (ms === Infinity) return NEVER;
  if (ms > MAX_DELAY) {
    let timer = later(MAX_DELAY, () => {
      timer = later(ms - MAX_DELAY, action);
    });
    return { stop: () => timer.stop() };
  }
  const id = setTimeout(action, ms);
  return { stop: () => clearTimeout(id) };
}

/**
 * Calls a function repeatedly.
 *
 * @param ms The time between two calls in milliseconds; `Infinity` means never.
 * @param action The function to call.
 * @returns The timer.
 */
export function every(ms: number, action: () => void): Timer {
  let timer: Timer;
  const next = () => {
    timer = later(ms, () => {
      next();
      action();
    });
  };
  next();
  return { stop: () => timer.stop() };
}

/** Options of {@linkcode sleep} and {@linkcode within}. */
export interface WaitOptions {
  /** Ends the wait; the promise rejects with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits.
 *
 * @param ms How long, in milliseconds; `Infinity` means without end.
 * @param options The signal that ends the wait early.
 * @returns Resolves after that time. Rejects with the signal's reason.
 */
export async function sleep(
  ms: number,
  { signal }: WaitOptions = {},
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = later(ms, resolve);
  try {
    await unlessAborted(promise, signal);
  } finally {
    timer.stop();
  }
}

/**
 * Waits for a promise, with a deadline.
 *
 * @typeParam T The value of the promise.
 * @param promise The promise.
 * @param ms When to stop waiting, in milliseconds; `Infinity` means never.
 * @param late Makes the error of a wait that took too long.
 * @param options The signal that ends the wait early.
 * @returns The value of the promise. Rejects as it does, with the error of
 * `late`, or with the signal's reason.
 *
 * @example A wait with a deadline
 * ```ts
 * import { within } from "@wirekit/internal/clock";
 * import { TimeoutError } from "@wirekit/internal/errors";
 * import { assertRejects } from "@std/assert";
 *
 * const never = new Promise(() => {});
 * await assertRejects(
 *   () => within(never, 1, () => new TimeoutError("Nothing came within 1 ms")),
 *   TimeoutError,
 * );
 * ```
 */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  late: () => Error,
  { signal }: WaitOptions = {},
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal!.reason);
  const timer = later(ms, () => reject(late()));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await Promise.race([over, promise]);
  } finally {
    timer.stop();
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Waits for a promise, unless a signal aborts.
 *
 * @typeParam T The value of the promise.
 * @param promise The promise.
 * @param signal The signal, if there is one.
 * @returns The value of the promise. Rejects as it does, or with the signal's
 * reason.
 */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  return within(promise, Infinity, tooLate, { signal });
}

/**
 * Waits until a promise is settled, with a deadline.
 *
 * @param promise The promise.
 * @param ms How long to wait for it, in milliseconds.
 * @returns Whether it is settled. Never rejects.
 */
export async function settled(
  promise: Promise<unknown>,
  ms: number,
): Promise<boolean> {
  try {
    await within(promise.catch(() => {}), ms, tooLate);
    return true;
  } catch {
    return false;
  }
}

/** The error of a wait whose end nobody sees. */
function tooLate(): Error {
  return new Error("Too late");
}
