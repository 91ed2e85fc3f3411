// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, later } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";

/** The default time after which opening is given up, in milliseconds. */
export const OPEN_TIMEOUT = 10_000;

/** What can end an attempt to open. */
export interface OpeningOptions {
  /** Aborts opening. It does not affect an open transport. */
  signal?: AbortSignal;
  /**
   * When to give up opening, in milliseconds; `Infinity` means never.
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

/** Makes the error of an opening that took too long. */
export function tooLate(target: string, ms: number): TimeoutError {
  return new TimeoutError(
    `Cannot connect to ${target}: no connection within ${ms} ms`,
  );
}
