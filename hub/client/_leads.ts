// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { BEFORE_UUID } from "./_wire.ts";

/** How many are made at once: each draw of random bytes has its price. */
const COUNT = 128;

/** Random digits where there is an `x`. */
const SHAPE = `${BEFORE_UUID}xxxxxxxx-xxxx-4xxx-axxx-`;
const LENGTH = SHAPE.length;

/** How many random bytes there are in one: 72 bits. */
const BYTES = 9;

const DIGITS = new TextEncoder().encode("0123456789abcdef");
const decoder = new TextDecoder();

/**
 * What uuids (version 4) start with, before their last 12 digits: 72 random bits
 * each, and before that what stands in front of a uuid in a message.
 */
export class Leads {
  readonly #bytes = new TextEncoder().encode(SHAPE.repeat(COUNT));
  readonly #random = new Uint8Array(COUNT * BYTES);
  #text = "";
  #at = 0;

  /** Returns the next one. */
  next(): string {
    if (this.#at === this.#text.length) this.#fill();
    return this.#text.slice(this.#at, this.#at += LENGTH);
  }

  #fill(): void {
    const bytes = this.#bytes;
    const random = crypto.getRandomValues(this.#random);
    let at = BEFORE_UUID.length;
    for (let n = 0; n < random.length; n += BYTES) {
      put(bytes, at, random[n]!);
      put(bytes, at + 2, random[n + 1]!);
      put(bytes, at + 4, random[n + 2]!);
      put(bytes, at + 6, random[n + 3]!);
      put(bytes, at + 9, random[n + 4]!);
      put(bytes, at + 11, random[n + 5]!);
      put(bytes, at + 15, random[n + 6]!);
      bytes[at + 17] = DIGITS[random[n + 7]! >> 4]!;
      bytes[at + 20] = DIGITS[random[n + 7]! & 15]!;
      put(bytes, at + 21, random[n + 8]!);
      at += LENGTH;
    }
    this.#text = decoder.decode(bytes);
    this.#at = 0;
  }
}

/** Writes a byte as two digits. */
function put(bytes: Uint8Array, at: number, byte: number): void {
  bytes[at] = DIGITS[byte >> 4]!;
  bytes[at + 1] = DIGITS[byte & 15]!;
}
