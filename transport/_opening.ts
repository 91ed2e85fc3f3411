// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** How long opening may take by default, in milliseconds. */
export const OPEN_TIMEOUT = 10_000;

/** What every opening can be given up by. */
export interface OpeningOptions {
  /** Gives up opening. An open transport does not listen to it. */
  signal?: AbortSignal;
  /**
   * How long opening may take, in milliseconds.
   *
   * @default {10000}
   */
  timeout?: number;
}

/**
 * Runs `open` with a signal that aborts with the caller's, or with a
 * `TimeoutError`. Rejects with that reason then.
 */
export async function opening<R>(
  open: (signal: AbortSignal) => Promise<R>,
  options: OpeningOptions,
): Promise<R> {
  const { signal, timeout = OPEN_TIMEOUT } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal!.reason);
  const timer = setTimeout(() => {
    controller.abort(new DOMException("Opening timed out", "TimeoutError"));
  }, timeout);
  signal?.addEventListener("abort", abort);
  try {
    return await open(controller.signal);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
