// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Makes Deno open the file descriptors that it handles signals with.
 *
 * Deno 2.9 opens them late. A TLS server whose descriptors are used up by then
 * ends in a panic ("ext/signals: Too many open files") instead of an error.
 */
export function prepareSignals(): void {
  const { Deno } = globalThis as { Deno?: Partial<typeof globalThis.Deno> };
  const ignore = () => {};
  try {
    // By default nothing listens to this signal, and nothing happens at it.
    Deno?.addSignalListener?.("SIGWINCH", ignore);
    Deno?.removeSignalListener?.("SIGWINCH", ignore);
  } catch {
    // Windows has no such signal, and no such descriptors.
  }
}
