// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The highest bit of each byte of a word. */
const HIGH_BITS = 0x80808080 | 0;

/**
 * The largest memory of which the view is kept: that of many messages, which came
 * in one read. A view for each was a quarter of a hub's garbage.
 */
const SHARED_BYTES = 65_536;

/** The last view that is kept. */
let last: Int32Array = /* @__PURE__ */ new Int32Array();

/**
 * Views memory as words.
 *
 * @param buffer The memory.
 * @returns All whole words of it.
 */
export function wordsOf(buffer: ArrayBufferLike): Int32Array {
  if (last.buffer === buffer) return last;
  const words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  if (buffer.byteLength <= SHARED_BYTES) last = words;
  return words;
}

/**
 * Goes past the words that have no quote, no backslash and nothing below a space:
 * four bytes of a JSON string at a time.
 *
 * @param words The words.
 * @param start The first of them.
 * @param end Where to end.
 * @returns The first one that has such a byte, or the end.
 */
export function skipPlainWords(
  words: Int32Array,
  start: number,
  end: number,
): number {
  let n = start;
  // Most text is ASCII, and is looked at in two thirds of the time. `| 0` spares
  // a check of each index for an overflow.
  for (; n + 7 < end; n = n + 8 | 0) {
    const found = notPlainAscii(words[n]!) | notPlainAscii(words[n + 1 | 0]!) |
      notPlainAscii(words[n + 2 | 0]!) | notPlainAscii(words[n + 3 | 0]!) |
      notPlainAscii(words[n + 4 | 0]!) | notPlainAscii(words[n + 5 | 0]!) |
      notPlainAscii(words[n + 6 | 0]!) | notPlainAscii(words[n + 7 | 0]!);
    if (found & HIGH_BITS) break;
  }
  for (; n + 3 < end; n = n + 4 | 0) {
    const found = notPlain(words[n]!) | notPlain(words[n + 1 | 0]!) |
      notPlain(words[n + 2 | 0]!) | notPlain(words[n + 3 | 0]!);
    if (found & HIGH_BITS) break;
  }
  while (n < end && !(notPlain(words[n]!) & HIGH_BITS)) n++;
  return n;
}

/** Returns how many bytes of a word would be passed, up to all four. */
export function plainBytes(word: number): number {
  const found = notPlain(word) & HIGH_BITS;
  // The lowest bit is that of the first other byte; a later one may be wrong.
  return found === 0 ? 4 : 31 - Math.clz32(found & -found) >> 3;
}

/**
 * Sets none of the {@linkcode HIGH_BITS} if no byte is a quote, a backslash,
 * below a space, or beyond ASCII: of that, it may pass some.
 *
 * The first part exchanges quotes and spaces, so that one subtraction finds
 * quotes and all below a space.
 */
function notPlainAscii(word: number): number {
  return ((word ^ 0x02020202) - 0x21212121) |
    ((word ^ 0x5c5c5c5c) - 0x01010101);
}

/** The same, but that a byte beyond ASCII is plain. */
function notPlain(word: number): number {
  return notPlainAscii(word) & ~word;
}
