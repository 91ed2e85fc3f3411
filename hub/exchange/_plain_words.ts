// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The highest bit of each byte of a word. */
const HIGH_BITS = 0x80808080 | 0;

/**
 * Returns how many words, from the first one on, have no quote, no backslash and
 * nothing below a space: four bytes of a JSON string at a time.
 *
 * @param words The words.
 * @returns Their number.
 */
export function countPlain(words: Int32Array): number {
  const { length } = words;
  let n = 0;
  // Most text is ASCII, and is looked at in two thirds of the time. `n | 1` is
  // `n + 1` that needs no check for an overflow.
  for (; n + 7 < length; n += 8) {
    const found = notPlainAscii(words[n]!) | notPlainAscii(words[n | 1]!) |
      notPlainAscii(words[n | 2]!) | notPlainAscii(words[n | 3]!) |
      notPlainAscii(words[n | 4]!) | notPlainAscii(words[n | 5]!) |
      notPlainAscii(words[n | 6]!) | notPlainAscii(words[n | 7]!);
    if (found & HIGH_BITS) break;
  }
  for (; n + 3 < length; n += 4) {
    const found = notPlain(words[n]!) | notPlain(words[n | 1]!) |
      notPlain(words[n | 2]!) | notPlain(words[n | 3]!);
    if (found & HIGH_BITS) break;
  }
  while (n < length && !(notPlain(words[n]!) & HIGH_BITS)) n++;
  return n;
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
