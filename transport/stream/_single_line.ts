// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { lookForNewline } from "./_words.ts";

const NEWLINE = 0x0a;

/** What is longer costs less to look at by other means. */
const MAX_BYTES = 4096;

/** Larger memory is not that of reads, which all connections share. */
const MAX_MEMORY_BYTES = 262_144;

/** The memory of the last read as words. */
let words = /* @__PURE__ */ new Int32Array();

/**
 * Returns whether a read is one short line of ASCII, as that of a peer with one
 * message at a time mostly is.
 */
export function isSingleLine(chunk: Uint8Array): boolean {
  const { buffer, byteOffset, length } = chunk;
  if (length > MAX_BYTES || byteOffset > 0) return false;
  if (chunk[length - 1] !== NEWLINE) return false;
  if (words.buffer !== buffer) {
    if (buffer.byteLength > MAX_MEMORY_BYTES) return false;
    words = new Int32Array(buffer as ArrayBuffer, 0, buffer.byteLength >> 2);
  }
  return lookForNewline(chunk, words, 0, length - 1) === 0;
}
