// Copyright 2026 the Wirekit authors. MIT license.

import { every, type Timer } from "@wirekit/internal/clock";
import { nextTick } from "../_node.ts";
import { wordsOf } from "./_mask.ts";

/** The buffer size that is enough for most turns. */
const SMALL_BYTES = 2_048;

/** The buffer size for the rest of a busy turn. */
export const LARGE_BYTES = 16_384;

/** The most memory that a group keeps for later, of each size. */
const KEPT_BYTES = 2_097_152;

/** How often a member is checked in the time that it may be silent. */
export const LOOKS = 8;

/** A buffer for output, and its memory as words. */
export interface OutBuffer {
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as words. */
  readonly words: Int32Array<ArrayBuffer>;
  /** How much of it is used. */
  length: number;
}

/** What a group asks of the output of its connections. */
export interface Flushable {
  /** Writes everything that was sent in this turn. */
  flush(): void;
}

/** What a group asks of its connections. */
export interface Member {
  /** Checks for a sign of life. */
  look(): void;
}

/**
 * What connections share: the memory for their output, so that an idle one
 * holds none; the end of a turn, at which each writes all its output at once;
 * and the clock that checks for silent ones.
 */
export class ConnectionGroup {
  readonly #idleTimeout: number;
  readonly #members = new Set<Member>();
  readonly #small: OutBuffer[] = [];
  readonly #large: OutBuffer[] = [];
  #clock: Timer | undefined;
  #dirty: Flushable[] = [];
  #clean: Flushable[] = [];
  readonly #masks = new Int32Array(256);
  #nextMask = 256;

  /**
   * Makes a group whose members may be silent for this many milliseconds; 0
   * means no limit.
   */
  constructor(idleTimeout: number) {
    this.#idleTimeout = idleTimeout;
  }

  /** Adds a member. */
  add(member: Member): void {
    this.#members.add(member);
    if (this.#idleTimeout === 0 || this.#clock !== undefined) return;
    this.#clock = every(this.#idleTimeout / LOOKS, () => {
      for (const each of this.#members) each.look();
    });
  }

  /** Removes a member. */
  delete(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#clock?.stop();
    this.#clock = undefined;
  }

  /**
   * Flushes an output at the end of this turn, after all its promises. One call
   * in a turn is enough.
   */
  schedule(output: Flushable): void {
    if (this.#dirty.push(output) === 1) nextTick(this.#flush);
  }

  readonly #flush = () => {
    const dirty = this.#dirty;
    this.#dirty = this.#clean;
    for (const output of dirty) output.flush();
    dirty.length = 0;
    this.#clean = dirty;
  };

  /** Lends a buffer of at least `length` bytes. */
  lend(length: number): OutBuffer {
    if (length <= SMALL_BYTES) {
      return this.#small.pop() ?? makeBuffer(SMALL_BYTES);
    }
    if (length <= LARGE_BYTES) {
      return this.#large.pop() ?? makeBuffer(LARGE_BYTES);
    }
    return makeBuffer(length);
  }

  /** Takes back a lent buffer. */
  giveBack(buffer: OutBuffer): void {
    const size = buffer.bytes.length;
    const kept = size === SMALL_BYTES
      ? this.#small
      : size === LARGE_BYTES
      ? this.#large
      : undefined;
    if (!kept || kept.length * size >= KEPT_BYTES) return;
    buffer.length = 0;
    kept.push(buffer);
  }

  /** Returns an unpredictable mask. */
  mask(): number {
    if (this.#nextMask === this.#masks.length) {
      crypto.getRandomValues(this.#masks);
      this.#nextMask = 0;
    }
    return this.#masks[this.#nextMask++]!;
  }
}

function makeBuffer(length: number): OutBuffer {
  const bytes = new Uint8Array(length);
  return { bytes, words: wordsOf(bytes), length: 0 };
}
