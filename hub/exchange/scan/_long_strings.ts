// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { PIECE_BYTES, simdProgram } from "@wirekit/internal/bytes";

/** How much is looked through first: a string may be no longer than this. */
const FIRST_BYTES = 2048;

const CODE = "01057b" + // a, b, two, limit, backslash: v128
  "4102fd0f2104" + // two = 16 times 2
  "4121fd0f2105" + // limit = 16 times what follows a space
  "41dc00fd0f2106" + // backslash = 16 backslashes
  "02400340" + // block, loop
  "200041206a20014b0d01" + // leave if start + 32 > end
  "2000fd0004002102" + // a = 16 bytes
  "2000fd0004102103" + // b = the next 16
  // To flip its second bit makes a space of a quote, and leaves what is below a
  // space there. More than 0 is left of the limit for those.
  "200520022004fd51fd73" + // limit - (a ^ two), at least 0
  "20022006fd23fd50" + // or a == backslash
  "200520032004fd51fd73" + // the same of b
  "20032006fd23fd50" +
  "fd50fd530d01" + // leave if any of all these is
  "200041206a2100" + // start += 32
  "0c000b0b" + // again
  "20000b"; // start

const program = /* @__PURE__ */ simdProgram(2, CODE);

/**
 * Passes bytes that stand for themselves inside a JSON string.
 *
 * @param bytes The bytes.
 * @param start Where to start.
 * @returns Where less than 32 of them follow, or `start` where the runtime lacks
 * what it takes.
 */
export function passPlain(bytes: Uint8Array, start: number): number {
  const simd = program();
  if (!simd) return start;
  const { memory, run } = simd;
  let at = start;
  for (let size = FIRST_BYTES; at < bytes.length; size = PIECE_BYTES) {
    const piece = bytes.subarray(at, at + size);
    memory.set(piece);
    const passed = run(0, piece.length);
    at += passed;
    if (passed + 32 <= piece.length || piece.length < size) break;
  }
  return at;
}
