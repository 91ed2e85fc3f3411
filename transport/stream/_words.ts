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
 * Returns whether all bytes are ASCII from 0x0b on, as in most lines: no newline
 * is among them. Looks at sixteen at a time.
 *
 * @param bytes The bytes, which start where their buffer does.
 * @param words The same memory as {@linkcode wordsOf} gives it.
 * @param start Where to start.
 * @param end Where to end.
 * @returns Whether they are.
 */
export function arePlain(
  bytes: Uint8Array,
  words: Int32Array,
  start: number,
  end: number,
): boolean {
  let all = 0;
  let at = start;
  for (; at < end && at & 3; at++) all |= bytes[at]! | bytes[at]! - 0x0b;
  let i = at >> 2;
  const last = end >> 2;
  // What is taken from a byte that is less sets its highest bit.
  for (; i + 3 < last; i += 4) {
    const a = words[i]!;
    const b = words[i + 1]!;
    const c = words[i + 2]!;
    const d = words[i + 3]!;
    all |= a | b | c | d | a - LEAST | b - LEAST | c - LEAST | d - LEAST;
  }
  for (; i < last; i++) all |= words[i]! | words[i]! - LEAST;
  at = Math.max(at, i << 2);
  for (; at < end; at++) all |= bytes[at]! | bytes[at]! - 0x0b;
  return (all & 0x80808080) === 0;
}

const LEAST = 0x0b0b0b0b;
