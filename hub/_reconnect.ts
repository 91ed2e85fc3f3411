// Copyright 2026 the Wirekit authors. MIT license.
// TEMPORARY: until transport/reconnect.ts lands.
export interface ReconnectOptions {
  minDelay?: number;
  maxDelay?: number;
  signal?: AbortSignal;
}
export async function* reconnect<T>(
  open: (signal?: AbortSignal) => Promise<T>,
  { minDelay = 100, maxDelay = 30_000, signal }: ReconnectOptions = {},
): AsyncGenerator<T> {
  for (let n = 0; !signal?.aborted; n++) {
    try {
      yield await open(signal);
      n = 0;
    } catch {
      // again
    }
    if (signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const t = setTimeout(
        resolve,
        Math.random() * Math.min(maxDelay, minDelay * 2 ** n),
      );
      signal?.addEventListener("abort", () => {
        clearTimeout(t);
        resolve();
      }, { once: true });
    });
  }
}
