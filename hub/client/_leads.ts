// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { BEFORE_UUID } from "./_wire.ts";

/** How many are made at once: each draw of random bytes has its price. */
const COUNT = 128;

/** Random digits where there is an `x`. */
const SHAPE = `${BEFORE_UUID}xxxxxxxx-xxxx-4xxx-axxx-`;
const LENGTH = SHAPE.length;
const PLACES = [...SHAPE].flatMap((digit, i) => digit === "x" ? [i] : []);

const encoder = new TextEncoder();
const DIGITS = encoder.encode("0123456789abcdef");
const decoder = new TextDecoder();

/**
 * What uuids (version 4) start with, before their last 12 digits: 72 random bits
 * each, and before that what stands in front of a uuid in a message.
 */
export class Leads {
  readonly #bytes = encoder.encode(SHAPE.repeat(COUNT));
  readonly #random = new Uint8Array(COUNT * PLACES.length);
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
    let next = 0;
    for (let start = 0; start < bytes.length; start += LENGTH) {
      for (const place of PLACES) {
        bytes[start + place] = DIGITS[random[next++]! & 15]!;
      }
    }
    this.#text = decoder.decode(bytes);
    this.#at = 0;
  }
}
