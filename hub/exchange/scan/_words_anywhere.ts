// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { plainBytes } from "./_plain_words.ts";

/** A text of at least four bytes, as words of which the last two may overlap. */
export class TextInWords {
  readonly length: number;
  readonly words: Int32Array;
  readonly offsets: Int32Array;

  constructor(text: Uint8Array) {
    const { length } = text;
    const view = new DataView(text.buffer, text.byteOffset);
    this.length = length;
    this.offsets = new Int32Array(length + 3 >> 2)
      .map((_, n) => Math.min(4 * n, length - 4));
    this.words = this.offsets.map((at) => view.getInt32(at, true));
  }
}

/**
 * Looks at four bytes of a message at a time, wherever in its memory they stand.
 * It keeps the view of that, which most messages share with the one before.
 */
export class WordsAnywhere {
  /** The message. */
  bytes = new Uint8Array();
  #view = new DataView(this.bytes.buffer);
  #offset = 0;

  /** Takes the next message. */
  take(bytes: Uint8Array<ArrayBuffer>): void {
    const { buffer } = bytes;
    if (buffer !== this.#view.buffer) this.#view = new DataView(buffer);
    this.#offset = bytes.byteOffset;
    this.bytes = bytes;
  }

  /** Whether a text stands at `start`. */
  hasAt(start: number, { length, words, offsets }: TextInWords): boolean {
    if (start + length > this.bytes.length) return false;
    const from = this.#offset + start;
    for (let n = 0; n < words.length; n++) {
      if (this.#view.getInt32(from + offsets[n]!, true) !== words[n]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns where the plain bytes of a JSON string end that begin at `start`, or
   * less than four bytes before `end`.
   */
  skipPlain(start: number, end: number): number {
    const offset = this.#offset;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const plain = plainBytes(this.#view.getInt32(offset + at, true));
      if (plain < 4) return at + plain;
    }
    return at;
  }
}
