// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { borrow, giveBack } from "@wirekit/internal/bytes";

/** Above this size, the memory of a message is released once it is complete. */
const KEEP_BYTES = 65_536;

/** How much more memory it takes than it needs, for what comes next. */
const GROWTH = 1.5;

const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array();

/**
 * Holds the bytes of an unfinished message. It grows with what came, not
 * before.
 */
export class Tail {
  /** The number of bytes. */
  length = 0;
  #buffer: Uint8Array<ArrayBuffer> = EMPTY;

  /** Adds bytes; there will be `expected` or so in all. */
  append(bytes: Uint8Array, expected = 0): void {
    const length = this.length + bytes.length;
    if (length > this.#buffer.length) {
      const room = length <= expected ? expected : Math.ceil(length * GROWTH);
      const before = this.#buffer;
      const buffer = room < KEEP_BYTES / 4
        ? new Uint8Array(Math.max(room, 256))
        : borrow(room);
      buffer.set(before.subarray(0, this.length));
      this.#buffer = buffer;
      giveBack(before);
    }
    this.#buffer.set(bytes, this.length);
    this.length = length;
  }

  /** Returns the bytes, valid until the next `append`, and starts over. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.length);
    this.length = 0;
    if (this.#buffer.length > KEEP_BYTES) this.#buffer = EMPTY;
    return bytes;
  }

  /** Returns whether it still uses the memory of bytes that were taken. */
  holds(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#buffer.buffer;
  }

  /**
   * Fills up to `size` bytes with those of `chunk` from `start` on. Returns
   * them, valid until the next call, or `undefined` if more are needed.
   */
  fill(
    chunk: Uint8Array,
    start: number,
    size: number,
  ): Uint8Array | undefined {
    const end = start + size - this.length;
    if (this.length === 0 && end <= chunk.length) {
      return chunk.subarray(start, end);
    }
    this.append(chunk.subarray(start, end));
    return this.length === size ? this.take() : undefined;
  }
}
