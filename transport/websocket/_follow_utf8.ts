// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Checks UTF-8 from one piece to the next. The state is 0 between characters,
 * -1 after invalid bytes, and otherwise what must follow: how many bytes, and
 * the lowest and the highest value of the next one.
 */
export function followUtf8(
  state: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  let left = state & 0xff;
  let low = state >> 8 & 0xff;
  let high = state >> 16;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (left > 0) {
      if (byte < low || byte > high) return -1;
      low = 0x80;
      high = 0xbf;
      left--;
    } else if (byte > 0x7f) {
      if (byte < 0xc2 || byte > 0xf4) return -1;
      left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    }
  }
  return left === 0 ? 0 : left | low << 8 | high << 16;
}
