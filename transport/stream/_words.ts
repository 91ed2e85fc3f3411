// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Views the memory of bytes as words. Every platform that this runs on is
 * little-endian.
 *
 * @param bytes The bytes.
 * @returns All whole words of their buffer.
 */
export function wordsOf(
  bytes: Uint8Array<ArrayBuffer>,
): Int32Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (last.buffer !== buffer) {
    last = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  }
  return last;
}

/** The last view, since one buffer after the other has several parts. */
let last = new Int32Array();

/**
 * Looks through bytes for a newline, and for any that is not ASCII, four at a
 * time.
 *
 * @param bytes The bytes, which start where their buffer does.
 * @param words The same memory as {@linkcode wordsOf} gives it.
 * @param start Where to start.
 * @param end Where to end.
 * @returns 0 if there is neither; else 1 for a newline and 2 for other text.
 */
export function lookForNewline(
  bytes: Uint8Array,
  words: Int32Array,
  start: number,
  end: number,
): number {
  let at = start;
  let high = 0;
  let found = 0;
  for (; at < end && (at & 3) !== 0; at++) {
    high |= bytes[at]!;
    if (bytes[at] === NEWLINE) found = 1;
  }
  let all = 0;
  let zeros = 0;
  // A counter of words takes a third of the time of one of bytes.
  let i = at >> 2;
  for (const last = end >> 2; i < last; i++) {
    const word = words[i]!;
    all |= word;
    // A byte that is a newline becomes 0, from which 1 cannot be taken.
    const rest = word ^ NEWLINES;
    zeros |= (rest - 0x01010101) & ~rest;
  }
  at = Math.max(at, i << 2);
  for (; at < end; at++) {
    high |= bytes[at]!;
    if (bytes[at] === NEWLINE) found = 1;
  }
  if ((zeros & HIGH_BITS) !== 0) found = 1;
  return found | ((all & HIGH_BITS) !== 0 || high > 0x7f ? 2 : 0);
}

const NEWLINE = 0x0a;
const NEWLINES = 0x0a0a0a0a;
const HIGH_BITS = 0x80808080 | 0;
