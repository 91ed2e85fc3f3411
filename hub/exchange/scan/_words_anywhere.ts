// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { plainBytes } from "./_plain_words.ts";

const QUOTE = 0x22;

/** A text of at least four bytes, as words of which the last two may overlap. */
export class TextInWords {
  readonly length: number;
  /** All words but the last. */
  readonly words: Int32Array;
  readonly last: number;

  constructor(text: Uint8Array) {
    const { length } = text;
    const view = new DataView(text.buffer, text.byteOffset);
    this.length = length;
    this.words = new Int32Array((length - 1) >> 2)
      .map((_, n) => view.getInt32(4 * n, true));
    this.last = view.getInt32(length - 4, true);
  }
}

/**
 * Looks at four bytes of a message at a time, wherever in its memory they stand.
 * It keeps the view of that, which most messages share with the one before.
 */
export class WordsAnywhere {
  /** The message. */
  bytes = new Uint8Array();
  /** All the memory in which it is. */
  view = new DataView(this.bytes.buffer);
  #buffer: ArrayBuffer = this.view.buffer;
  #offset = 0;

  /** Takes the next message. */
  take(bytes: Uint8Array<ArrayBuffer>): void {
    const { buffer } = bytes;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.view = new DataView(buffer);
    }
    this.#offset = bytes.byteOffset;
    this.bytes = bytes;
  }

  /**
   * Returns where the plain bytes of a JSON string end that begin at `start`, or
   * less than four bytes before `end`.
   */
  skipPlain(start: number, end: number): number {
    const offset = this.#offset;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const plain = plainBytes(this.view.getInt32(offset + at, true));
      if (plain < 4) return at + plain;
    }
    return at;
  }
}

/** Whether a text stands at `at`, where there is room for it. */
export function isTextAt(
  view: DataView,
  at: number,
  { length, words, last }: TextInWords,
): boolean {
  for (let n = 0; n < words.length; n++) {
    if (view.getInt32(at + 4 * n, true) !== words[n]) return false;
  }
  return view.getInt32(at + length - 4, true) === last;
}

/**
 * Returns where a JSON string ends whose first quote stands before `start`: 0 if
 * it has an escape, or ends less than four bytes before `end`.
 */
export function stringEnd(view: DataView, start: number, end: number): number {
  for (let at = start; at + 4 <= end; at += 4) {
    const plain = plainBytes(view.getInt32(at, true));
    if (plain === 4) continue;
    return view.getUint8(at + plain) === QUOTE ? at + plain + 1 : 0;
  }
  return 0;
}
