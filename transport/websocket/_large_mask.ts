// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { PIECE_BYTES, simdProgram } from "@wirekit/internal/bytes";

/** From this size on it costs less than four bytes at a time. */
export const LARGE_BYTES = 4096;

const CODE = "02017f047b" + // at: i32; mask, all, a, b: v128
  "2001fd112103" + // mask = 4 times the one that is given
  "02400340" + // block, loop
  "200241206a20004b0d01" + // leave if at + 32 > length
  "2002fd0004002003fd512105" + // a = 16 bytes ^ mask
  "2002fd0004102003fd512106" + // b = the next 16 ^ mask
  "20022005fd0b0400" + // store a
  "20022006fd0b0410" + // store b
  "200420052006fd50fd502104" + // all |= a | b
  "200241206a2102" + // at += 32
  "0c000b0b" + // again
  "2004fd640b"; // the highest bit of each byte of all

const program = /* @__PURE__ */ simdProgram(2, CODE);

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
  const { memory, run } = simd;
  let high = 0;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    memory.set(piece);
    high |= run(piece.length, mask);
    for (let i = piece.length & ~31; i < piece.length; i++) {
      memory[i]! ^= mask >>> 8 * (i & 3);
      high |= memory[i]! & 0x80;
    }
    piece.set(memory.subarray(0, piece.length));
  }
  return high === 0 ? 0 : 0x80;
}
