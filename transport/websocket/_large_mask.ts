// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  PIECE_BYTES,
  type SimdProgram,
  simdProgram,
} from "@wirekit/internal/bytes";

/** From this size on it costs less than four bytes at a time. */
export const LARGE_BYTES = 4096;

const CODE = "01047b" + // mask, all, a, b: v128
  "2002fd112103" + // mask = 4 times the one that is given
  "02400340" + // block, loop
  "200041206a20014b0d01" + // leave if start + 32 > end
  "2000fd0004002003fd512105" + // a = 16 bytes ^ mask
  "2000fd0004102003fd512106" + // b = the next 16 ^ mask
  "20002005fd0b0400" + // store a
  "20002006fd0b0410" + // store b
  "200420052006fd50fd502104" + // all |= a | b
  "200041206a2100" + // start += 32
  "0c000b0b" + // again
  "2004fd640b"; // the highest bit of each byte of all

const program = /* @__PURE__ */ simdProgram(3, CODE);

/**
 * Applies a mask in place, as `applyMask()` does.
 *
 * @param bytes The bytes: all of them are masked.
 * @param mask The mask, its first byte lowest.
 * @returns A number below 128 if they are ASCII then; `undefined`, with nothing
 * done, where the runtime lacks what it takes.
 */
export function maskLarge(
  bytes: Uint8Array<ArrayBuffer>,
  mask: number,
): number | undefined {
  const simd = program();
  if (!simd) return undefined;
  const { memory } = simd;
  const { byteOffset, length } = bytes;
  if (bytes.buffer === memory.buffer) {
    return maskThere(simd, byteOffset, byteOffset + length, mask);
  }
  let high = 0;
  for (let at = 0; at < length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    memory.set(piece);
    high |= maskThere(simd, 0, piece.length, mask);
    piece.set(memory.subarray(0, piece.length));
  }
  return high;
}

/** Applies a mask to a part of the memory of programs. */
function maskThere(
  { memory, run }: SimdProgram,
  start: number,
  end: number,
  mask: number,
): number {
  let high = run(start, end, mask);
  for (let i = end - (end - start & 31); i < end; i++) {
    memory[i]! ^= mask >>> 8 * (i - start & 3);
    high |= memory[i]! & 0x80;
  }
  return high === 0 ? 0 : 0x80;
}
