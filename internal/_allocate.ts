// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Allocates small buffers cheaply. */

/**
 * The size of one slab, in bytes. A small buffer keeps its whole slab in
 * memory, so copy with `slice()` what is kept for long.
 */
export const SLAB_BYTES = 16_384;

/** Larger buffers are allocated on their own. */
const MAX_PIECE_BYTES = SLAB_BYTES / 4;

let slab = new Uint8Array();
let used = 0;

/**
 * Returns a buffer with arbitrary content. Up to 4 KiB it is a piece of a slab,
 * whose `buffer` it shares with others: a `Uint8Array` of its own costs the
 * engine 0.4 µs, more than all else that is done with a small message, and a
 * piece a tenth of that.
 *
 * @param length Its length in bytes.
 * @returns The buffer. Overwrite all of it. Nothing else uses these bytes.
 *
 * @example Copy a message
 * ```ts
 * import { allocate } from "@wirekit/internal/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const message = new Uint8Array([1, 2, 3]);
 * const copy = allocate(message.length);
 * copy.set(message);
 * assertEquals(copy, message);
 * ```
 */
export function allocate(length: number): Uint8Array<ArrayBuffer> {
  if (length > MAX_PIECE_BYTES) return new Uint8Array(length);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const start = used;
  used += length;
  // The next one starts at a word boundary, which makes it faster to scan.
  used += -used & 3;
  return slab.subarray(start, start + length);
}

const encoder = new TextEncoder();

/**
 * Encodes a text as UTF-8, in a buffer of {@linkcode allocate} if it is ASCII and
 * short: most are.
 *
 * @param text The text.
 * @returns The bytes. Nothing else uses them.
 *
 * @example Encode a text
 * ```ts
 * import { encodeText } from "@wirekit/internal/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeText("hi"), new TextEncoder().encode("hi"));
 * ```
 */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = allocate(text.length);
  const { read } = encoder.encodeInto(text, bytes);
  return read === text.length ? bytes : encoder.encode(text);
}

/** The smallest memory that is used again: what is smaller needs none. */
const BORROWED_BYTES = 16_384;

/** The largest memory that is used again: 1 MiB, and what is around it. */
const MAX_BORROWED_BYTES = 1_114_112;

/** Memory is lent in steps of this many bytes, so that more of it fits. */
const STEP_BITS = 12;

/** The most memory that is kept for later: four of the largest. */
const KEPT_BYTES = 4 * MAX_BORROWED_BYTES;

/** Whoever gets a message next is the last to use it. */
const LAST_USED = 1;

/** A message was seen to be UTF-8: see {@linkcode noteSeen}. */
export const TEXT = 2;

/** A message was seen to have no newline. */
export const LINE = 4;

/** What is known of memory that was lent. */
const loans = /* @__PURE__ */ new WeakMap<ArrayBuffer, number>();

/** What was given back, by steps of its size. */
let kept: ArrayBuffer[][] = [];
let keptBytes = 0;

/**
 * Returns a buffer with arbitrary content, for one message. From 16 KiB to 1 MiB
 * and its envelope it may be given back with {@linkcode giveBack}: memory outside
 * of its heap is what the engine collects most slowly. If nobody does, the
 * collector does.
 *
 * @param length Its length in bytes.
 * @returns The buffer. Overwrite all of it. Nothing else uses these bytes.
 *
 * @example Use the same memory for two messages
 * ```ts
 * import { borrow, giveBack } from "@wirekit/internal/bytes";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const one = borrow(65_000);
 * giveBack(one);
 * const two = borrow(64_999);
 * assertStrictEquals(two.buffer, one.buffer);
 * ```
 */
export function borrow(length: number): Uint8Array<ArrayBuffer> {
  if (length < BORROWED_BYTES || length > MAX_BORROWED_BYTES) {
    return allocate(length);
  }
  const steps = (length - 1 >> STEP_BITS) + 1;
  let buffer = kept[steps]?.pop();
  if (buffer) keptBytes -= buffer.byteLength;
  else buffer = new ArrayBuffer(steps << STEP_BITS);
  loans.set(buffer, 0);
  return new Uint8Array(buffer, 0, length);
}

/**
 * Gives back memory of {@linkcode borrow}; any other, and what was given back
 * before, is left alone.
 *
 * @param bytes The buffer, or a part of it. Nobody may use any of it from now
 * on.
 */
export function giveBack(bytes: Uint8Array<ArrayBuffer>): void {
  const { buffer } = bytes;
  if (!loans.delete(buffer)) return;
  const { byteLength } = buffer;
  if (keptBytes + byteLength > KEPT_BYTES) {
    kept = []; // Of sizes that nobody needs any more, perhaps.
    keptBytes = 0;
  }
  (kept[byteLength >> STEP_BITS] ??= []).push(buffer);
  keptBytes += byteLength;
}

/**
 * Says of a message that whoever gets it next is the last to use it: it may be
 * given back by {@linkcode giveBackUsed} after that. Its bytes must still be what
 * {@linkcode noteSeen} has said of them.
 *
 * @param bytes The message.
 * @returns The same.
 */
export function lastUse(
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  noteSeen(bytes, LAST_USED);
  return bytes;
}

/**
 * Notes what a received message is, so that it need not be looked through again
 * where it is sent.
 *
 * @param bytes The message: all of what was borrowed.
 * @param seen {@linkcode TEXT}, {@linkcode LINE} or both.
 */
export function noteSeen(bytes: Uint8Array<ArrayBuffer>, seen: number): void {
  if (bytes.length < BORROWED_BYTES) return;
  const before = loans.get(bytes.buffer);
  if (before !== undefined) loans.set(bytes.buffer, before | seen);
}

/**
 * Returns whether a message is still what it was seen to be: nobody else may
 * change it since {@linkcode lastUse}.
 *
 * @param bytes The message.
 * @param seen {@linkcode TEXT}, {@linkcode LINE} or both.
 * @returns Whether it was seen, and is of a size for which that is noted.
 *
 * @example Look at a message once
 * ```ts
 * import { borrow, lastUse, noteSeen, TEXT, wasSeen } from "@wirekit/internal/bytes";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const message = borrow(65_000).fill(0x20);
 * noteSeen(message, TEXT);
 * assertFalse(wasSeen(message, TEXT)); // Its reader may have changed it.
 * assert(wasSeen(lastUse(message), TEXT));
 * ```
 */
export function wasSeen(bytes: Uint8Array<ArrayBuffer>, seen: number): boolean {
  return bytes.length >= BORROWED_BYTES &&
    (~loans.get(bytes.buffer)! & (seen | LAST_USED)) === 0;
}

/**
 * What a transport has that keeps no message once it is written, and gives none
 * to others: those that programs make may do both. Its name is no symbol, since a
 * class with one weighs in the bundle of every page.
 */
export interface KeepsNothing {
  /** Says so by being there. */
  readonly keepsNothing: true;
}

/**
 * Says of a message that somebody else may keep it: its memory is not used
 * again, whatever {@linkcode lastUse} says.
 *
 * @param bytes The message.
 */
export function keep(bytes: Uint8Array<ArrayBuffer>): void {
  if (bytes.length >= BORROWED_BYTES) loans.delete(bytes.buffer);
}

/**
 * Gives memory of {@linkcode borrow} back if {@linkcode lastUse} has said so.
 *
 * @param bytes What was used.
 */
export function giveBackUsed(bytes: Uint8Array<ArrayBuffer>): void {
  if (wasSeen(bytes, LAST_USED)) giveBack(bytes);
}
