// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, later } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";

/** How long opening may take by default, in milliseconds. */
export const OPEN_TIMEOUT = 10_000;

/** What every opening can be given up by. */
export interface OpeningOptions {
  /** Gives up opening. An open transport does not listen to it. */
  signal?: AbortSignal;
  /**
   * How long opening may take, in milliseconds; `Infinity` waits for ever.
   *
   * @default {10000}
   */
  connectTimeout?: number;
}

/**
 * Runs `open` with a signal that aborts with the caller's, or with a
 * `TimeoutError`. Rejects with that reason then.
 */
export async function opening<R>(
  open: (signal: AbortSignal) => Promise<R>,
  options: OpeningOptions,
  target = "the peer",
): Promise<R> {
  const { signal, connectTimeout = OPEN_TIMEOUT } = options;
  checkTime("connectTimeout", connectTimeout);
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal!.reason);
  const timer = later(connectTimeout, () => {
    controller.abort(tooLate(target, connectTimeout));
  });
  signal?.addEventListener("abort", abort);
  try {
    return await open(controller.signal);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    timer.stop();
    signal?.removeEventListener("abort", abort);
  }
}

/** The error of an opening that took too long. */
export function tooLate(target: string, ms: number): TimeoutError {
  return new TimeoutError(
    `Cannot connect to ${target}: no connection within ${ms} ms`,
  );
}
