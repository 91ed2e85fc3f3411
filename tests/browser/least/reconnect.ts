// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Connects again and again, with exponential backoff and full jitter, until the
 * signal aborts. `connect` resolves when a connection that was open has ended.
 */
export async function reconnect(
  connect: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  minDelay = 100,
  maxDelay = 30_000,
  minUptime = 5_000,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const begin = performance.now();
    try {
      await connect(signal);
      if (performance.now() - begin >= minUptime) attempt = -1;
    } catch {
      // The next attempt may succeed.
    }
    const longest = Math.min(maxDelay, minDelay * 2 ** Math.max(attempt, 0));
    await new Promise<void>((resolve) => {
      const over = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", over);
        resolve();
      };
      const timer = setTimeout(over, Math.random() * longest);
      signal.addEventListener("abort", over);
    });
  }
}
