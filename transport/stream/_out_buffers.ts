// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { borrow, giveBack as giveMemoryBack } from "@wirekit/internal/allocate";
import { atEndOfTurn } from "../_turn.ts";
import { wordsOf } from "./_words.ts";

/** The buffer size that is enough for most turns. */
const SMALL_BYTES = 2_048;

/** The buffer size for the rest of a busy turn. */
export const LARGE_BYTES = 16_384;

/** The most memory that is kept for later, of each size. */
const KEPT_BYTES = 2_097_152;

/** A buffer for output, and its memory as words. */
export interface OutBuffer {
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as words. */
  readonly words: Int32Array<ArrayBuffer>;
  /** How much of it is used. */
  length: number;
}

/** What has something to write at the end of a turn. */
export interface Flushable {
  /** Writes everything that was sent in this turn. */
  flush(): void;
}

// All connections share these, so that an idle one holds none.
const small: OutBuffer[] = [];
const large: OutBuffer[] = [];

/** Lends a buffer of at least `length` bytes. */
export function lend(length: number): OutBuffer {
  if (length <= SMALL_BYTES) return small.pop() ?? makeBuffer(SMALL_BYTES);
  if (length <= LARGE_BYTES) return large.pop() ?? makeBuffer(LARGE_BYTES);
  return makeBuffer(length);
}

/** Takes back a lent buffer. */
export function giveBack(buffer: OutBuffer): void {
  const size = buffer.bytes.length;
  if (size > LARGE_BYTES) return giveMemoryBack(buffer.bytes);
  const kept = size === SMALL_BYTES
    ? small
    : size === LARGE_BYTES
    ? large
    : undefined;
  if (!kept || kept.length * size >= KEPT_BYTES) return;
  buffer.length = 0;
  kept.push(buffer);
}

function makeBuffer(length: number): OutBuffer {
  const bytes = length > LARGE_BYTES ? borrow(length) : new Uint8Array(length);
  return { bytes, words: wordsOf(bytes), length: 0 };
}

let dirty: Flushable[] = [];
let clean: Flushable[] = [];

/**
 * Flushes an output at the end of this turn, after all its promises. One call
 * in a turn is enough.
 */
export function flushLater(output: Flushable): void {
  if (dirty.push(output) === 1) atEndOfTurn(flushAll);
}

/**
 * Returns whether an output sends a full buffer at once. A small one only if it
 * is one of the first two in this turn that send something, and no more did in
 * the last turn: otherwise some peers have work.
 */
export function isSentFull(buffer: OutBuffer, output: Flushable): boolean {
  return buffer.bytes.length !== SMALL_BYTES ||
    flushed <= EARLY && (dirty[0] === output || dirty[1] === output);
}

/** How many outputs of a turn may send a part of it early. */
const EARLY = 2;

/** How many outputs the last turn had. */
let flushed = 0;

function flushAll(): void {
  const outputs = dirty;
  dirty = clean;
  for (const output of outputs) output.flush();
  flushed = outputs.length;
  outputs.length = 0;
  clean = outputs;
}
