// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { afterTurn, currentTurn } from "../_turn.ts";
import { hasTurn, inTurn } from "../newcomers/_turns.ts";
import { DeliveringInbox } from "./_delivering_inbox.ts";
import type { BytePipe } from "../stream/_byte_pipe.ts";

/**
 * Number of bytes read ahead of the reader above which the peer has to wait.
 */
export const READ_AHEAD = 65_536;

/**
 * What a connection may do at once, and once more in the same turn, before the
 * others have theirs: in messages, of which each read counts as one, and each
 * half KiB beyond the first of a message.
 */
const TURN_BUDGET = 256;

/**
 * The least that a read has which fills its buffer: there is more, and Deno goes
 * on with it in the next turn before it looks for others.
 */
const FULL_READ = 65_536;

const NOTHING = new Uint8Array();

/** What the budget was before this read, and was raised by since then. */
let granted = 0;

/**
 * What a connection receives: bytes become messages, with a budget of work for
 * each turn of the event loop, and the peer waits while the reader is slow.
 */
export abstract class Intake<T extends string | Uint8Array> {
  /** The messages that wait for the reader. */
  readonly inbox: DeliveringInbox<T>;
  /** Whether reading is paused. */
  paused = false;
  /** Whether input is ignored from now on. */
  protected deaf = false;
  /** What is left of the turn's budget. */
  protected budget: number = TURN_BUDGET;
  readonly #pipe: BytePipe;
  /** Bytes that have to wait for more of it. */
  #rest: Uint8Array<ArrayBuffer>[] | undefined;
  /** What to do once those bytes are read. */
  #onEnd: (() => void) | undefined;
  /** The turn in which a budget was used up last. */
  #busyTurn = -1;
  /** Whether it has read anything. */
  #isNew = true;
  /** Whether it has had a new budget since there was nothing more to read. */
  #hasGoneOn = false;

  /** Reads from a pipe. */
  constructor(
    pipe: BytePipe,
    inbox: DeliveringInbox<T> = new DeliveringInbox(READ_AHEAD),
  ) {
    this.#pipe = pipe;
    this.inbox = inbox;
  }

  /**
   * Makes messages of bytes, which are valid until it returns unless they are
   * its own, and uses up the budget. Returns what has to wait because the budget
   * is used up.
   */
  protected abstract take(
    chunk: Uint8Array<ArrayBuffer>,
    isOwn: boolean,
  ): Uint8Array<ArrayBuffer>;

  /** Reads bytes without keeping them; `isRest` if they have waited here. */
  read(chunk: Uint8Array<ArrayBuffer>, isRest = false): void {
    if (this.deaf) return this.#discard(chunk);
    // On Deno a pause takes effect after many more reads.
    if (!isRest && this.#rest) {
      this.#rest.push(chunk.slice());
      return;
    }
    if (this.#isNew) {
      this.#isNew = false;
      if (!hasTurn()) return this.#queue(chunk);
    }
    if (this.inbox.full && !this.inbox.ended) this.#pause();
    if (!isRest) {
      this.budget--;
      if (!isFull(chunk)) this.#hasGoneOn = false;
    }
    granted = this.budget;
    const rest = this.take(chunk, isRest);
    // Counted once they are taken: what is left of a read would be copied.
    if (!isRest) {
      const messages = granted - this.budget;
      this.budget -= Math.max((chunk.length >> 9) - 2 * messages, 0);
    }
    this.inbox.flush();
    if (this.deaf || this.budget > 0) return;
    // All of a read was taken, and the turn may be another than before.
    if (rest.length === 0 && this.mayGoOn()) return;
    // What has waited is a copy already; a copy in each turn would be too slow.
    if (rest.length > 0) {
      const isCopy = isRest || rest.buffer !== chunk.buffer;
      (this.#rest ??= []).unshift(isCopy ? rest : rest.slice());
    }
    this.#pause();
  }

  /** Reads what comes first in a later turn. */
  #queue(chunk: Uint8Array<ArrayBuffer>): void {
    this.#rest = [chunk.slice()];
    this.paused = true;
    this.#pipe.pause();
    inTurn(() => this.#resume());
  }

  /** Calls back once everything that came before the end is read. */
  end(onEnd: () => void): void {
    if (!this.#rest || this.deaf) return onEnd();
    this.#onEnd ??= onEnd;
  }

  /** Returns whether there is a new budget: there is only one in a turn. */
  protected mayGoOn(): boolean {
    const turn = currentTurn();
    if (this.#busyTurn === turn || this.#hasGoneOn) return false;
    this.#busyTurn = turn;
    this.#hasGoneOn = true;
    granted += TURN_BUDGET;
    this.budget = TURN_BUDGET;
    return true;
  }

  /** Discards bytes that nobody reads, as slowly as if they were read. */
  #discard(chunk: Uint8Array<ArrayBuffer>): void {
    this.budget -= 1 + (chunk.length >> 9);
    if (this.budget > 0 || this.paused) return;
    this.paused = true;
    this.#pipe.pause();
    afterTurn(() => {
      this.paused = false;
      this.budget = TURN_BUDGET;
      this.#pipe.resume();
    });
  }

  /**
   * Gives other connections their turn, and a slow reader as many turns as it
   * needs.
   */
  #pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.#pipe.pause();
    const resume = () => this.#resume();
    const wait = () => this.inbox.room().then(resume, resume);
    if (this.budget > 0) wait();
    else afterTurn(wait);
  }

  #resume(): void {
    this.paused = false;
    // One that needs pauses gets less, and only once a turn.
    this.budget = TURN_BUDGET / 2;
    this.#busyTurn = currentTurn();
    while (!this.paused && !this.deaf) {
      const rest = this.#rest?.shift();
      if (!rest) break;
      this.read(rest, true);
    }
    if (this.paused && !this.deaf) return;
    this.#rest = undefined;
    if (this.#onEnd) this.#onEnd();
    else this.#pipe.resume();
  }
}

function isFull(chunk: Uint8Array): boolean {
  // To ask for the buffer of each chunk is a call into the engine.
  return chunk.length >= FULL_READ &&
    chunk.byteOffset + chunk.length === chunk.buffer.byteLength;
}

/** Nothing has to wait. */
export const ALL_TAKEN: Uint8Array<ArrayBuffer> = NOTHING;
