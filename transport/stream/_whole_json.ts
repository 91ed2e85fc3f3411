// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Where `{` and `[` are, `}` and `]`, once the bit that tells them is set. */
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BRACE_BIT = 0x20;

/**
 * Whether bytes end where their first object or list of JSON does: no part of one
 * has as many brackets that close. It makes no values of them: those of 16 MiB
 * of brackets take half a GiB, and two seconds.
 */
export function isWhole(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 0 && isWhite(bytes[end - 1]!)) end--;
  let i = 0;
  while (i < end && isWhite(bytes[i]!)) i++;
  // Most that is cut off has another end: that is seen at once.
  if (end - i < 2 || !isBracket(bytes[i]!) || !isBracket(bytes[end - 1]!)) {
    return false;
  }
  let depth = 0;
  for (; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      for (i++; i < end && bytes[i] !== QUOTE; i++) {
        if (bytes[i] === BACKSLASH) i++;
      }
    } else if (isBracket(byte)) {
      depth += (byte | BRACE_BIT) === OPEN ? 1 : -1;
      if (depth <= 0) return i === end - 1 && depth === 0;
    }
  }
  return false;
}

function isBracket(byte: number): boolean {
  const brace = byte | BRACE_BIT;
  return brace === OPEN || brace === CLOSE;
}

function isWhite(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
