// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { PIECE_BYTES, simdProgram } from "@wirekit/internal/bytes";

/** How much is looked through first: a string may be no longer than this. */
const FIRST_BYTES = 2048;

const CODE = "02017f067b" + // at: i32; a, b, c, two, space, backslash: v128
  "4102fd0f2105" + // two = 16 times 2
  "4120fd0f2106" + // space = 16 spaces
  "41dc00fd0f2107" + // backslash = 16 backslashes
  "02400340" + // block, loop
  "200141206a20004b0d01" + // leave if at + 32 > length
  "2001fd0004002102" + // a = 16 bytes
  "2001fd0004102103" + // b = the next 16
  // To flip its second bit makes a space of a quote, and leaves what is below a
  // space there.
  "20022005fd51220420042006fd77fd23" + // (c = a ^ two) == min(c, space)
  "20022007fd23fd50" + // or a == backslash
  "20032005fd51220420042006fd77fd23" + // the same of b
  "20032007fd23fd50" +
  "fd50fd530d01" + // leave if any of all these is
  "200141206a2101" + // at += 32
  "0c000b0b" + // again
  "20010b"; // at

const program = /* @__PURE__ */ simdProgram(1, CODE);

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
    const passed = run(piece.length);
    at += passed;
    if (passed + 32 <= piece.length || piece.length < size) break;
  }
  return at;
}
