// Copyright 2026 the Wirekit authors. MIT license.

import type { Server } from "node:net";

/** The handle of a listener, on Deno. */
interface Handle {
  listen(backlog: number): number;
  onread?: () => void;
  readStart(): number;
  readStop(): number;
}

/**
 * Makes a listener of `node:net` on Deno 2.9 accept those who have come: it does
 * not try again by itself once it could not, or while one of them had not been
 * taken.
 */
export function acceptAgain(server: Server, backlog: number): void {
  const { _handle } = server as { _handle?: Partial<Handle> | null };
  if (!("Deno" in globalThis) || !_handle) return;
  if (typeof server.address() !== "string") {
    return void _handle.listen?.(backlog);
  }
  // One on a path listens once only. It never reads either, but to be told to
  // makes Deno look at it.
  _handle.onread ??= nothing;
  _handle.readStart?.();
  _handle.readStop?.();
}

function nothing(): void {}
