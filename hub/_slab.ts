// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Bytes of one slab. A message that waits long should be copied out of it, or it
 * holds the whole slab in memory.
 */
export const SLAB_BYTES = 16 * 1024;

/**
 * Gives out pieces of larger buffers. A `Uint8Array` of its own costs the engine
 * 0.4 µs, more than all else that the hub does with a small message; a piece
 * costs a tenth of that.
 */
export class Slab {
  #bytes = new Uint8Array();
  #used = 0;

  /** Returns `length` bytes that nobody else has, whatever is in them. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > SLAB_BYTES / 4) return new Uint8Array(length);
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#bytes.subarray(start, this.#used);
  }
}
