// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Finds newlines by one look, 16 or 64 bytes at a time, which only WebAssembly
 * can: V8 searches bytes one by one, and a copy of them as text, which it
 * searches fast, is as much garbage.
 */

import { simdProgram } from "@wirekit/internal/bytes";

const NEWLINE = 0x0a;

/** How many bytes it looks at in a step where a newline is near. */
const STEP_BYTES = 16;

/** How much is copied at a time that does not stand in the memory already. */
const PIECE_BYTES = 8_192;

/** How many places one call tells, behind a piece, before it leaves. */
const PLACES = 2_032;

const CODE = "02067b017f" + // newlines, a, b, c, d, all: v128; found: i32
  "410afd0f2103" + // newlines = 16 newlines
  "02400340" + // block, loop
  "024003402000200141306b4e0d01" + // the same: leave if start >= end - 48
  "2000fd00040022042003fd23" + // a = 16 bytes; a == newlines
  "2000fd00041022052003fd23fd50" + // b = the next 16; or b == newlines
  "2000fd00042022062003fd23fd50" + // the same of c
  "2000fd00043022072003fd23fd50fd530d01" + // and of d; leave if any is
  "20082004fd502005fd502006fd502007fd502108" + // all |= a | b | c | d
  "200041c0006a21000c000b0b" + // start += 64, again
  "200020014e0d01" + // leave all if start >= end
  "2000fd00040022042003fd23fd642109" + // a = 16 bytes; found = bits of a == newlines
  "20082004fd502108" + // all |= a
  "024003402009450d01" + // block, loop: leave both if found is 0
  "200220002009686a360200" + // memory[to] = start + the place of its lowest bit
  "200241046a2102" + // to += 4
  "2009200941016b7121090c000b0b" + // found without that bit, again
  "200041106a2100" + // start += 16
  "200241c0ff00480d000b0b" + // again, if to < 8192 + 4 * PLACES
  "20022008fd64410047411f74720b"; // to | any highest bit of all << 31

const program = /* @__PURE__ */ simdProgram(3, CODE);

/** Where newlines are in the memory of WebAssembly, as it was told. */
let found: Int32Array | undefined;

/**
 * Finds all newlines, or if there are many at least `enough`. Returns their
 * places, and whether all that it looked at is ASCII, if that is known.
 */
export function findNewlines(
  bytes: Uint8Array,
  enough = Infinity,
): { places: number[]; isAscii: boolean } {
  const places: number[] = [];
  const simd = program();
  if (!simd) {
    for (let at = -1; (at = bytes.indexOf(NEWLINE, at + 1)) >= 0;) {
      places.push(at);
    }
    return { places, isAscii: false };
  }
  const { memory, run } = simd;
  found ??= new Int32Array(memory.buffer, PIECE_BYTES, PIECE_BYTES / 4);
  const isThere = bytes.buffer === memory.buffer;
  const { length } = bytes;
  let isAscii = true;
  for (let at = 0; at < length && places.length < enough;) {
    const end = isThere ? length : Math.min(at + PIECE_BYTES, length);
    if (!isThere) memory.set(bytes.subarray(at, end));
    const start = isThere ? bytes.byteOffset + at : 0;
    const to = run(start, start + end - at - STEP_BYTES + 1, PIECE_BYTES);
    if (to < 0) isAscii = false;
    const count = (to & 0x7fffffff) - PIECE_BYTES >> 2;
    for (let i = 0; i < count; i++) places.push(found[i]! - start + at);
    if (count >= PLACES) {
      // It has left after the step with the last one.
      at += STEP_BYTES * (((places.at(-1)! - at) / STEP_BYTES | 0) + 1);
      continue;
    }
    for (at = end - (end - at) % STEP_BYTES; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === NEWLINE) places.push(at);
      else if (byte > 0x7f) isAscii = false;
    }
  }
  return { places, isAscii };
}
