// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { settled as isSettled } from "@wirekit/internal/clock";
import { CloseError } from "./transport.ts";

/** How long a close may wait for the peer, in milliseconds. */
export const CLOSE_TIMEOUT = 1_000;

/** Number of bytes on their way out above which a sender has to wait. */
export const HIGH_WATER_MARK = 1_048_576;

/** Default of {@linkcode Limits.maxMessageBytes}. */
export const MAX_MESSAGE_BYTES = 16_777_216;

/** Default of {@linkcode Limits.maxInboxBytes}. */
export const MAX_INBOX_BYTES = 16_777_216;

/** Default of {@linkcode Limits.maxOutboxBytes}. */
export const MAX_OUTBOX_BYTES = 67_108_864;

/**
 * The promise that every `send` with room returns, so that it allocates
 * nothing.
 */
export const READY: Promise<void> = /* @__PURE__ */ Promise.resolve();

/**
 * Returns whether a close code is a clean end: done, going away, or none given.
 */
export function isClean(code: number): boolean {
  return code === 1000 || code === 1001 || code === 1005;
}

/** Turns what the user gave to `close()` into what the readers see. */
export function toCloseError(error: Error | undefined): CloseError {
  if (error === undefined) return new CloseError(1000);
  if (error instanceof CloseError) return error;
  return new CloseError(1011, { cause: error });
}

/** The errors of ends that come from the peer, by code. */
const ends: Record<number, CloseError> = {};

/**
 * Returns the error of an end that comes from the peer, without a cause. It is the
 * same each time: an error takes 20 µs, most of it for a stack, which would show
 * nothing but how bytes are read.
 */
export function endOfPeer(code: 1000 | 1006): CloseError {
  return ends[code] ??= Object.freeze(new CloseError(code));
}

/** Returns what the peer may see of an error: no cause, no stack. */
export function peerError(error: CloseError): CloseError {
  return new CloseError(error.code, { reason: cutReason(error.reason) });
}

/** Cuts a reason to the 123 bytes of a close frame, between characters. */
export function cutReason(reason: string): string {
  if (reason.length * 3 <= 123) return reason;
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(123));
  return reason.slice(0, read);
}

/** Returns a rejection that is not reported as unhandled. */
export function refuse(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
}

/** Waits for a promise, but no longer than a close may take. Never rejects. */
export async function settled(
  promise: Promise<unknown>,
  timeout: number = CLOSE_TIMEOUT,
): Promise<void> {
  await isSettled(promise, timeout);
}

/** Makes the error of a message over its limit. */
export function tooLarge(maxMessageBytes: number): CloseError {
  return new CloseError(1009, {
    reason: `message over ${maxMessageBytes} bytes`,
  });
}
