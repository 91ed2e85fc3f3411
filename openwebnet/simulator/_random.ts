// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Random numbers that a seed makes repeatable (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Returns a number from 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 0x100000000;
  }

  /** Returns an integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** Returns one of the items. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.integer(0, items.length - 1)]!;
  }

  /** Returns a number of decimal digits. */
  digits(length: number): string {
    let digits = "";
    for (let i = 0; i < length; i++) digits += this.integer(0, 9);
    return digits;
  }
}
