// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, within } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";
import type {
  ClientEvents,
  ClientEventTarget,
  ClientEventType,
} from "./events.ts";

/** Waits for the next event of a type, but no longer than until `closed`. */
export async function nextEvent<K extends ClientEventType>(
  target: ClientEventTarget,
  type: K,
  { timeout, signal }: { timeout: number; signal: AbortSignal | undefined },
  closed: AbortSignal,
): Promise<ClientEvents[K]> {
  checkTime("timeout", timeout);
  closed.throwIfAborted();
  const event = Promise.withResolvers<ClientEvents[K]>();
  const done = new AbortController();
  const once = { once: true, signal: done.signal };
  target.addEventListener(type, ({ detail }) => event.resolve(detail), once);
  closed.addEventListener("abort", () => event.reject(closed.reason), once);
  const late = () => new TimeoutError(`No event "${type}" in time`);
  try {
    return await within(event.promise, timeout, late, { signal });
  } finally {
    done.abort();
  }
}
