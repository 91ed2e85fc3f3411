// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { LARGE_BYTES, maskLarge } from "./_large_mask.ts";

/**
 * Payloads below this size are unmasked byte by byte: a view of words costs
 * more.
 */
export const WORDWISE = 16;

/**
 * Applies a mask in place: masks plain bytes, and unmasks masked ones.
 *
 * @param bytes The bytes.
 * @param words The same memory as `wordsOf()` gives it.
 * @param start Where to start.
 * @param end Where to end.
 * @param mask The mask, its first byte lowest.
 * @returns A number that is below 128 if all resulting bytes are ASCII.
 */
export function applyMask(
  bytes: Uint8Array<ArrayBuffer>,
  words: Int32Array,
  start: number,
  end: number,
  mask: number,
): number {
  if (end - start >= LARGE_BYTES && mask !== 0) {
    const bits = maskLarge(bytes.subarray(start, end), mask);
    if (bits !== undefined) return bits;
  }
  let bits = 0;
  let at = start;
  let key = mask;
  if (end - start >= WORDWISE) {
    const offset = bytes.byteOffset;
    while ((offset + at) & 3) {
      bits |= bytes[at] = bytes[at]! ^ key & 0xff;
      key = key >>> 8 | key << 24;
      at++;
    }
    const last = (offset + end) >> 2;
    let i = (offset + at) >> 2;
    let all = 0;
    if (mask === 0) {
      for (; i + 3 < last; i += 4) {
        all |= words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]!;
      }
      for (; i < last; i++) all |= words[i]!;
    } else {
      for (; i + 3 < last; i += 4) {
        const a = words[i]! ^ key;
        const b = words[i + 1]! ^ key;
        const c = words[i + 2]! ^ key;
        const d = words[i + 3]! ^ key;
        words[i] = a;
        words[i + 1] = b;
        words[i + 2] = c;
        words[i + 3] = d;
        all |= a | b | c | d;
      }
      for (; i < last; i++) all |= words[i] = words[i]! ^ key;
    }
    bits |= all & 0xff | all >>> 8 & 0xff | all >>> 16 & 0xff | all >>> 24;
    at = (last << 2) - offset;
  }
  for (; at < end; at++) {
    bits |= bytes[at] = bytes[at]! ^ key & 0xff;
    key = key >>> 8 | key << 24;
  }
  return bits;
}

/** Returns the mask for what follows `count` bytes. */
export function rotate(mask: number, count: number): number {
  const shift = (count & 3) * 8;
  return shift === 0 ? mask : mask >>> shift | mask << (32 - shift);
}
