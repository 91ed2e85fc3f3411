// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { BEFORE_UUID } from "./_wire.ts";

/** How many are made at once: each draw of random bytes has its price. */
const COUNT = 128;

/** The random digits of one, and where they stand. */
const SHAPE = `${BEFORE_UUID}xxxxxxxx-xxxx-4xxx-axxx-`;
const LENGTH = SHAPE.length;
const PLACES = Array.from(SHAPE.matchAll(/x/g), ({ index }) => index);

const DIGITS = new TextEncoder().encode("0123456789abcdef");
const decoder = new TextDecoder();

/**
 * What uuids (version 4) start with, before their last 12 digits: 72 random bits
 * each, and before that what stands in front of a uuid in a message.
 */
export class Leads {
  readonly #bytes = new TextEncoder().encode(SHAPE.repeat(COUNT));
  readonly #random = new Uint8Array(COUNT * PLACES.length / 2);
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
    let n = 0;
    for (let start = 0; start < bytes.length; start += LENGTH) {
      for (let i = 0; i < PLACES.length; i += 2) {
        const byte = random[n++]!;
        bytes[start + PLACES[i]!] = DIGITS[byte >> 4]!;
        bytes[start + PLACES[i + 1]!] = DIGITS[byte & 15]!;
      }
    }
    this.#text = decoder.decode(bytes);
    this.#at = 0;
  }
}
