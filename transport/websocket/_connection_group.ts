// Copyright 2026 the Wirekit authors. MIT license.

import { every, type Timer } from "@wirekit/internal/clock";
import { nextTick, setImmediate } from "../_node.ts";
import { wordsOf } from "./_mask.ts";

/** Room for what most turns send. */
const SMALL_BYTES = 2_048;

/** Room for more of a busy turn. */
export const LARGE_BYTES = 16_384;

/** Most memory that a group keeps for later, of each size. */
const KEPT_BYTES = 2_097_152;

/** How often a member is looked after in the time that it may be silent. */
export const LOOKS = 8;

/** Bytes on their way out, and their memory as words. */
export interface OutBuffer {
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as words. */
  readonly words: Int32Array<ArrayBuffer>;
  /** How much of it is used. */
  length: number;
}

/** What a group does with its connections. */
export interface Member {
  /** Writes what was sent in this turn. */
  flush(): void;
  /** Looks for a sign of life. */
  look(): void;
}

/**
 * What connections share: the memory for their output, so that an idle one has
 * none; the end of a turn, at which each writes once all that it has to; and
 * the clock that looks for the silent.
 */
export class ConnectionGroup {
  readonly #idleTimeout: number;
  readonly #members = new Set<Member>();
  readonly #small: OutBuffer[] = [];
  readonly #large: OutBuffer[] = [];
  #clock: Timer | undefined;
  #dirty: Member[] = [];
  #clean: Member[] = [];
  readonly #masks = new Int32Array(256);
  #nextMask = 256;
  /** How many turns of the event loop were counted. */
  turn = 0;
  #counts = false;

  /**
   * Makes a group whose members may be silent for so many milliseconds, or for
   * ever if 0.
   */
  constructor(idleTimeout: number) {
    this.#idleTimeout = idleTimeout;
  }

  /** Takes a member in. */
  add(member: Member): void {
    this.#members.add(member);
    if (this.#idleTimeout === 0 || this.#clock !== undefined) return;
    this.#clock = every(this.#idleTimeout / LOOKS, () => {
      for (const each of this.#members) each.look();
    });
  }

  /** Lets a member go. */
  delete(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#clock?.stop();
    this.#clock = undefined;
  }

  /**
   * Flushes a member at the end of this turn, after all that its promises do.
   * Once a turn is enough.
   */
  schedule(member: Member): void {
    if (this.#dirty.push(member) === 1) nextTick(this.#flush);
  }

  readonly #flush = () => {
    const dirty = this.#dirty;
    this.#dirty = this.#clean;
    for (const member of dirty) member.flush();
    dirty.length = 0;
    this.#clean = dirty;
  };

  /** Counts the turn that comes next, which costs less than a pause. */
  countTurn(): void {
    if (this.#counts) return;
    this.#counts = true;
    setImmediate(this.#count);
  }

  readonly #count = () => {
    this.#counts = false;
    this.turn++;
  };

  /** Lends room for at least `length` bytes. */
  lend(length: number): OutBuffer {
    if (length <= SMALL_BYTES) {
      return this.#small.pop() ?? makeBuffer(SMALL_BYTES);
    }
    if (length <= LARGE_BYTES) {
      return this.#large.pop() ?? makeBuffer(LARGE_BYTES);
    }
    return makeBuffer(length);
  }

  /** Takes room back. */
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

  /** Returns a mask that nobody can foresee. */
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
