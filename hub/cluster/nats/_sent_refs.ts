// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The numbers of the messages in each packet, until the server has read it: what
 * it says of a packet that nobody was there to take, it says before that.
 */
export class SentRefs {
  /** Of the packets from the first one on that may not have been read. */
  readonly #packets: (readonly number[])[] = [];
  #first = 0;

  /** The number that the next packet gets. */
  get next(): number {
    return this.#first + this.#packets.length;
  }

  /** Adds a packet; returns its number. */
  add(refs: readonly number[]): number {
    return this.#first + this.#packets.push(refs) - 1;
  }

  /** Removes what was in a packet, and returns it. */
  take(packet: number): readonly number[] {
    const refs = this.#packets[packet - this.#first];
    if (!refs) return [];
    this.#packets[packet - this.#first] = [];
    return refs;
  }

  /** The packets before a number were read. */
  forget(before: number): void {
    const count = Math.max(0, before - this.#first);
    this.#packets.splice(0, count);
    this.#first += count;
  }
}
