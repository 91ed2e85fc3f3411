// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { passPlain } from "./_long_strings.ts";
import { skipPlainWords, wordsOf } from "./_plain_words.ts";
import { WordsAnywhere } from "./_words_anywhere.ts";

/**
 * The deepest nesting of arrays and objects that is relayed. orjson, with which
 * winerp reads, fails at slightly more, and a client that fails to read a
 * message stops reading.
 */
export const MAX_DEPTH = 250;

/** Plain bytes in a row from which on it pays to look at whole words. */
const LONG = 64;

/** The same where words are looked at wherever they stand. */
const LONG_ANYWHERE = 256;

/** The same, from which on it pays to copy the next ones for WebAssembly. */
const LARGE_BYTES = 2048;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const N = 0x6e;
const U = 0x75;

/** Bytes that stand for themselves inside a JSON string. */
const PLAIN = new Uint8Array(256).fill(1);
PLAIN.fill(0, 0, 0x20);
PLAIN[QUOTE] = PLAIN[BACKSLASH] = 0;

/** Bytes that may follow a backslash, but for `u`. */
const ESCAPED = new Uint8Array(256);
for (const char of '"\\/bfnrt') ESCAPED[char.charCodeAt(0)] = 1;

const WHITE = new Uint8Array(256);
for (const char of " \t\n\r") WHITE[char.charCodeAt(0)] = 1;

const encoder = new TextEncoder();
const NULL = encoder.encode("null");
const TRUE = encoder.encode("true");
const FALSE = encoder.encode("false");

const decoder = new TextDecoder();

/** Returns `bytes[start..end]`, which is valid UTF-8, as a string. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return end - start <= LONG && isAscii(bytes, start, end)
    ? asciiOf(bytes, start, end)
    : decoder.decode(bytes.subarray(start, end));
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let i = start; i < end; i++) all |= bytes[i]!;
  return all < 0x80;
}

/** Eight at a time, which takes half as long as a decoder for a short text. */
function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start === 38) return ascii38(bytes, start);
  let text = "";
  let i = start;
  for (; i + 8 <= end; i += 8) {
    text += String.fromCharCode(
      bytes[i]!,
      bytes[i + 1]!,
      bytes[i + 2]!,
      bytes[i + 3]!,
      bytes[i + 4]!,
      bytes[i + 5]!,
      bytes[i + 6]!,
      bytes[i + 7]!,
    );
  }
  for (; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** The length of a UUID in quotes at once: parts would have to be joined later. */
function ascii38(b: Uint8Array, i: number): string {
  // deno-fmt-ignore
  return String.fromCharCode(
    b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!, b[i + 7]!,
    b[i + 8]!, b[i + 9]!, b[i + 10]!, b[i + 11]!, b[i + 12]!, b[i + 13]!, b[i + 14]!, b[i + 15]!,
    b[i + 16]!, b[i + 17]!, b[i + 18]!, b[i + 19]!, b[i + 20]!, b[i + 21]!, b[i + 22]!, b[i + 23]!,
    b[i + 24]!, b[i + 25]!, b[i + 26]!, b[i + 27]!, b[i + 28]!, b[i + 29]!, b[i + 30]!, b[i + 31]!,
    b[i + 32]!, b[i + 33]!, b[i + 34]!, b[i + 35]!, b[i + 36]!, b[i + 37]!,
  );
}

/** Whether a byte is white space of JSON. */
export function isWhite(byte: number): boolean {
  return WHITE[byte] === 1;
}

/** Whether `part` stands in `bytes` at `start`. */
export function standsAt(
  bytes: Uint8Array,
  start: number,
  part: Uint8Array,
): boolean {
  for (let i = 0; i < part.length; i++) {
    if (bytes[start + i] !== part[i]) return false;
  }
  return true;
}

/**
 * Reads JSON as bytes, without making values of it.
 *
 * Stricter than `JSON.parse`, and as strict as orjson: a lone surrogate, a
 * number beyond a double and too deep nesting are errors here, because they
 * would end the receive loop of a stock winerp client.
 */
export class Scanner {
  /** Whether it passed a line break. */
  sawLineBreak = false;
  /** Looks at the message that was read last in the order of its members. */
  readonly words: WordsAnywhere = new WordsAnywhere();

  /** Returns where the white space that starts at `i` ends. */
  skipWhite(bytes: Uint8Array, i: number): number {
    for (; WHITE[bytes[i]!]; i++) {
      if (bytes[i]! <= RETURN && bytes[i]! >= LINE_FEED) {
        this.sawLineBreak = true;
      }
    }
    return i;
  }

  /**
   * Returns where the JSON value that starts at `start` ends.
   *
   * @throws {SyntaxError} If there is no such value.
   */
  skipValue(
    bytes: Uint8Array,
    start: number,
    depth = 0,
  ): number {
    const first = bytes[start];
    if (first === QUOTE) return this.skipString(bytes, start);
    if (first === N) return this.#skipLiteral(bytes, start, NULL);
    if (first === OPEN_BRACE) return this.#skipObject(bytes, start, depth);
    if (first === OPEN_BRACKET) return this.#skipArray(bytes, start, depth);
    if (first === MINUS || isDigit(first)) {
      return this.#skipNumber(bytes, start);
    }
    return this.#skipLiteral(bytes, start, first === TRUE[0] ? TRUE : FALSE);
  }

  /** Whether a JSON value stands at `start`, and ends at `end`. */
  endsAt(bytes: Uint8Array, start: number, end: number): boolean {
    try {
      return this.skipValue(bytes, start, 1) === end;
    } catch {
      return false;
    }
  }

  #skipLiteral(
    bytes: Uint8Array,
    start: number,
    literal: Uint8Array,
  ): number {
    if (!standsAt(bytes, start, literal)) throw unexpected(bytes, start);
    return start + literal.length;
  }

  /** Returns where the JSON string that starts at `start` ends. */
  skipString(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== QUOTE) throw unexpected(bytes, start);
    const { length } = bytes;
    const { words } = this;
    const isInWords = bytes === words.bytes;
    let i = start + 1;
    for (;;) {
      const long = Math.min(i + (isInWords ? LONG_ANYWHERE : LONG), length);
      if (isInWords) i = words.skipPlain(i, long);
      while (i < long && PLAIN[bytes[i]!]) i++;
      if (i === long) i = this.#skipPlain(bytes, i);
      if (i >= length) throw unexpected(bytes, i);
      if (bytes[i] === QUOTE) return i + 1;
      if (bytes[i] !== BACKSLASH) throw unexpected(bytes, i);
      i = this.#skipEscape(bytes, i);
    }
  }

  /** Returns where the plain bytes that start at `i` end. */
  #skipPlain(bytes: Uint8Array, i: number): number {
    const { length, byteOffset } = bytes;
    while (i < length && (byteOffset + i) % 4 && PLAIN[bytes[i]!]) i++;
    if ((byteOffset + i) % 4 === 0) {
      const start = i;
      i = skipWords(bytes, i, LARGE_BYTES);
      if (i === start + LARGE_BYTES) {
        i = skipWords(bytes, passPlain(bytes, i), length);
      }
    }
    while (i < length && PLAIN[bytes[i]!]) i++;
    return i;
  }

  #skipEscape(bytes: Uint8Array, i: number): number {
    if (bytes[i + 1] !== U) {
      if (!ESCAPED[bytes[i + 1] ?? 0]) throw unexpected(bytes, i);
      return i + 2;
    }
    const unit = hex4(bytes, i + 2);
    if (unit < 0xd800 || unit > 0xdfff) return i + 6;
    const paired = unit < 0xdc00 && bytes[i + 6] === BACKSLASH &&
      bytes[i + 7] === U && (hex4(bytes, i + 8) & 0xfc00) === 0xdc00;
    if (!paired) throw new SyntaxError(`Lone surrogate at position ${i}`);
    return i + 12;
  }

  #skipNumber(bytes: Uint8Array, start: number): number {
    let i = bytes[start] === MINUS ? start + 1 : start;
    const whole = this.#skipDigits(bytes, i);
    if (bytes[i] === ZERO && whole > i + 1) throw unexpected(bytes, i + 1);
    i = whole;
    if (bytes[i] === 0x2e) i = this.#skipDigits(bytes, i + 1);
    const exponent = bytes[i] === 0x65 || bytes[i] === 0x45;
    if (exponent) {
      i++;
      if (bytes[i] === MINUS || bytes[i] === 0x2b) i++;
      i = this.#skipDigits(bytes, i);
    }
    // Only these can be beyond a double: spare all others the conversion.
    if (
      (exponent || i - start > 300) &&
      !Number.isFinite(Number(textOf(bytes, start, i)))
    ) {
      throw new SyntaxError(`Number out of range at position ${start}`);
    }
    return i;
  }

  #skipDigits(bytes: Uint8Array, start: number): number {
    let i = start;
    while (isDigit(bytes[i])) i++;
    if (i === start) throw unexpected(bytes, start);
    return i;
  }

  #skipArray(bytes: Uint8Array, start: number, depth: number): number {
    if (depth >= MAX_DEPTH) throw tooDeep(start);
    let i = this.skipWhite(bytes, start + 1);
    if (bytes[i] === CLOSE_BRACKET) return i + 1;
    for (;;) {
      i = this.skipWhite(bytes, this.skipValue(bytes, i, depth + 1));
      if (bytes[i] === CLOSE_BRACKET) return i + 1;
      if (bytes[i] !== COMMA) throw unexpected(bytes, i);
      i = this.skipWhite(bytes, i + 1);
    }
  }

  #skipObject(bytes: Uint8Array, start: number, depth: number): number {
    if (depth >= MAX_DEPTH) throw tooDeep(start);
    let i = this.skipWhite(bytes, start + 1);
    if (bytes[i] === CLOSE_BRACE) return i + 1;
    for (;;) {
      i = this.skipColon(bytes, this.skipString(bytes, i));
      i = this.skipWhite(bytes, this.skipValue(bytes, i, depth + 1));
      if (bytes[i] === CLOSE_BRACE) return i + 1;
      if (bytes[i] !== COMMA) throw unexpected(bytes, i);
      i = this.skipWhite(bytes, i + 1);
    }
  }

  /** Returns where the value begins of the member whose name ended before `i`. */
  skipColon(bytes: Uint8Array, i: number): number {
    i = this.skipWhite(bytes, i);
    if (bytes[i] !== COLON) throw unexpected(bytes, i);
    return this.skipWhite(bytes, i + 1);
  }
}

/**
 * Returns where the value that starts at `start` ends, if it were JSON: it only
 * keeps strings and brackets apart, at any depth.
 *
 * @throws {SyntaxError} If it has no end.
 */
export function skipLoosely(bytes: Uint8Array, start: number): number {
  let depth = 0;
  let i = start;
  for (; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      do {
        if (bytes[i] === BACKSLASH) i++;
        i++;
      } while (i < bytes.length && bytes[i] !== QUOTE);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth-- === 0) return i;
    } else if (depth === 0 && (byte === COMMA || WHITE[byte])) return i;
  }
  throw unexpected(bytes, i);
}

function hex4(bytes: Uint8Array, start: number): number {
  let unit = 0;
  for (let i = start; i < start + 4; i++) {
    const byte = bytes[i] ?? 0;
    const lower = byte | 0x20;
    if (isDigit(byte)) unit = unit * 16 + byte - ZERO;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else throw unexpected(bytes, i);
  }
  return unit;
}

/** Returns where the plain words that start at `start` end, of so many bytes. */
function skipWords(bytes: Uint8Array, start: number, most: number): number {
  const { buffer, byteOffset, length } = bytes;
  const first = byteOffset + start >> 2;
  const last = byteOffset + Math.min(start + most, length) >> 2;
  return 4 * skipPlainWords(wordsOf(buffer), first, last) - byteOffset;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 0x39;
}

/** Makes the error for a byte that is none of JSON, or for no byte at all. */
export function unexpected(bytes: Uint8Array, i: number): SyntaxError {
  const what = i < bytes.length ? "byte" : "end";
  return new SyntaxError(`Unexpected ${what} at position ${i}`);
}

function tooDeep(i: number): SyntaxError {
  return new SyntaxError(`Nested too deep at position ${i}`);
}
