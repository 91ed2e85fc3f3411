// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { borrow, giveBack as giveMemoryBack } from "@wirekit/internal/bytes";
import { READY } from "../_close.ts";
import { atEndOfTurn } from "../_turn.ts";
import { wordsOf } from "./_words.ts";

/** The buffer size that is enough for most turns. */
const SMALL_BYTES = 2_048;

/**
 * The largest buffer for the first messages of a turn: one that is full of few
 * is replaced by one of twice its size, up to this.
 */
export const FIRST_BYTES = 8_192;

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
  /** How many messages are in it. */
  count: number;
}

/** What has something to write at the end of a turn. */
export interface Flushable {
  /** How many bytes wait. */
  readonly waiting: number;
  /** Writes everything that was sent in this turn. */
  flush(): void;
}

// All connections share these, so that an idle one holds none.
const kept = /* @__PURE__ */ new Map<number, OutBuffer[]>(
  [SMALL_BYTES, 2 * SMALL_BYTES, FIRST_BYTES, LARGE_BYTES].map((n) => [n, []]),
);

/** Lends a buffer of at least `length` bytes. */
export function lend(length: number): OutBuffer {
  let size = Math.max(length, SMALL_BYTES);
  if (size < LARGE_BYTES && !kept.has(size)) size = LARGE_BYTES;
  return kept.get(size)?.pop() ?? makeBuffer(size);
}

/** Takes back a lent buffer. */
export function giveBack(buffer: OutBuffer): void {
  const { length } = buffer.bytes;
  const buffers = kept.get(length);
  if (!buffers) return giveMemoryBack(buffer.bytes);
  if (buffers.length * length >= KEPT_BYTES) return;
  buffer.length = buffer.count = 0;
  buffers.push(buffer);
}

function makeBuffer(length: number): OutBuffer {
  const bytes = length > LARGE_BYTES ? borrow(length) : new Uint8Array(length);
  return { bytes, words: wordsOf(bytes), length: 0, count: 0 };
}

let dirty: Flushable[] = [];
let clean: Flushable[] = [];

/** Whether what comes to be sent follows from few messages of one connection. */
let isAlone = false;

/** Whether all that is sent now is written in a moment. */
let isGathering = false;

/** How many promises in a row have sent nothing, and what waited then. */
let quiet = 0;
let seen = 0;

/** After so many, nothing more is expected. */
const QUIET = 3;

/**
 * Notes whether few messages of one connection were all that could be read. Then
 * nothing is won by waiting for the end of the turn, which costs Deno as much as a
 * message does.
 */
export function comesAlone(alone: boolean): void {
  isAlone = alone;
}

/**
 * Flushes an output at the end of this turn, after all its promises; sooner if
 * few messages came alone, and what they lead to has been sent. One call in a turn
 * is enough.
 */
export function flushLater(output: Flushable): void {
  if (dirty.push(output) > 1 || isGathering) return;
  if (isAlone) void READY.then(flushQuiet);
  else atEndOfTurn(flushAll);
}

/**
 * Has a message handed over that comes alone, and what that sends at once written,
 * unless more waits for its own moment.
 */
export function answerAtOnce(inbox: { handOverRead(): void }): void {
  isAlone = true;
  isGathering = dirty.length === 0;
  inbox.handOverRead();
  if (!isGathering) return;
  isGathering = false;
  if (dirty.length > 0) flushAll();
}

/** Flushes once no promise sends any more. */
function flushQuiet(): void {
  const { waiting } = dirty[0]!;
  quiet = waiting === seen ? quiet + 1 : 0;
  seen = waiting;
  if (quiet < QUIET) return void READY.then(flushQuiet);
  quiet = seen = 0;
  flushAll();
}

/**
 * Returns whether an output sends a full buffer at once. One that is not large
 * only if it is one of the first two in this turn that send something, and no
 * more did in any of the last eight: otherwise some peers have work. One that can
 * become larger only if it has many messages: a write and the wake-up of a peer
 * cost as much as several, whatever their length.
 */
export function isSentFull(
  { bytes: { length }, count }: OutBuffer,
  output: Flushable,
): boolean {
  if (length > FIRST_BYTES) return true;
  if (length < FIRST_BYTES && count < MANY) return false;
  return crowded === 0 && (dirty[0] === output || dirty[1] === output);
}

/** So many messages are worth a write of their own. */
const MANY = 18;

/** How many outputs of a turn may send a part of it early. */
const EARLY = 2;

/** For how many turns more none may, since one had more outputs than that. */
let crowded = 0;

function flushAll(): void {
  isAlone = false;
  const outputs = dirty;
  dirty = clean;
  for (const output of outputs) output.flush();
  crowded = outputs.length > EARLY ? 8 : crowded && crowded - 1;
  // To set its length takes the engine longer than all else here.
  while (outputs.length > 0) outputs.pop();
  clean = outputs;
}
