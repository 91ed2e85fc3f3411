// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Looks through large lines 16 bytes at a time, which only WebAssembly can: V8
 * searches bytes one by one, and a copy of them as text, which it searches fast,
 * is as much garbage as the line.
 */

import { PIECE_BYTES, simdProgram } from "@wirekit/internal/bytes";

/** From this size on it costs less than a copy as text. */
export const LARGE_BYTES = 16_384;

const NEWLINE = 0x0a;

/** Where a line ends, and what it is made of. */
export interface LineEnd {
  /** Where the newline is; -1 if there is none. */
  at: number;
  /** Whether all bytes before it, or all there are, are ASCII. */
  isAscii: boolean;
}

/** How many bytes it looks at in a step. */
const STEP_BYTES = 64;

const CODE = "01067b" + // newlines, all, a, b, c, d: v128
  "410afd0f2102" + // newlines = 16 newlines
  "02400340" + // block, loop
  "200020014e0d01" + // leave if start >= end
  "2000fd00040022042002fd23" + // a = 16 bytes; a == newlines
  "2000fd00041022052002fd23fd50" + // b = the next 16; or b == newlines
  "2000fd00042022062002fd23fd50" + // the same of c
  "2000fd00043022072002fd23fd50" + // and of d
  "fd530d01" + // leave if any of them is
  "20032004fd502005fd502006fd502007fd502103" + // all |= a | b | c | d
  "200041c0006a2100" + // start += 64
  "0c000b0b" + // again
  "20002003fd64410047411f74720b"; // start | any highest bit of all << 31

const program = /* @__PURE__ */ simdProgram(2, CODE);

/**
 * Looks for the next newline. Returns `undefined` where the runtime lacks what
 * that takes.
 */
export function findNewline(
  bytes: Uint8Array,
  from: number,
): LineEnd | undefined {
  const simd = program();
  if (!simd) return undefined;
  const { memory, run } = simd;
  const isThere = bytes.buffer === memory.buffer;
  const size = isThere ? bytes.length : PIECE_BYTES;
  let high = 0;
  for (let at = from; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    if (!isThere) memory.set(piece);
    const start = isThere ? piece.byteOffset : 0;
    // Where the first step begins that holds a newline or is not whole; it is
    // negative unless all before are ASCII.
    const passed = run(start, start + piece.length - STEP_BYTES + 1);
    if (passed < 0) high = 0x80;
    for (let i = (passed & 0x7fffffff) - start; i < piece.length; i++) {
      const byte = piece[i]!;
      if (byte === NEWLINE) return { at: at + i, isAscii: high < 0x80 };
      high |= byte;
    }
  }
  return { at: -1, isAscii: high < 0x80 };
}
