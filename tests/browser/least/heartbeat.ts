// Copyright 2026 the Wirekit authors. MIT license.

/** Asks for a sign of life after a silence; `lost` if none comes. */
export function heartbeat(
  received: () => number,
  ping: () => void,
  lost: () => void,
  interval = 30_000,
  timeout = 10_000,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (ms: number, asked: boolean) => {
    const before = received();
    timer = setTimeout(() => {
      if (received() !== before) return wait(interval, false);
      if (asked) return lost();
      ping();
      wait(timeout, true);
    }, ms);
  };
  wait(interval, false);
  return () => clearTimeout(timer);
}
