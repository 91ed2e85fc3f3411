// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isClean } from "../_close.ts";
import { nextTurn } from "../_turn.ts";
import type { CloseError } from "../transport.ts";

/**
 * How long a reader may be busy before others have their turn, in milliseconds:
 * only the clock knows what a message costs its reader.
 */
const SLICE = 5;

/** Messages between two looks at the clock. */
const LOOK = 32;

/** What an idle inbox holds. */
const NONE: never[] = [];

/**
 * Holds messages that wait for the reader, and how the reading ends.
 *
 * It is its own iterator, with a hand-written `next()`; leaving a loop does not
 * close it.
 */
export class Inbox<T extends string | Uint8Array>
  implements AsyncIterator<T, undefined> {
  /** Bytes waiting, as {@linkcode sizeOf} counts them. */
  bytes = 0;
  /** How it ended; code 1000 for a clean end. */
  ended: CloseError | undefined;
  #incoming: T[] = NONE;
  #outgoing: T[] = NONE;
  #at = 0;
  /** Messages handed out since the reader last waited, and when it began. */
  #taken = 0;
  #since = 0;
  #reader: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;

  /** Hands a message to the reader; nothing after the end. */
  push(message: T): void {
    if (this.ended) return;
    if (this.#reader) {
      this.#reader.resolve({ done: false, value: message });
      this.#reader = undefined;
      return;
    }
    if (this.#incoming === NONE) this.#incoming = [message];
    else this.#incoming.push(message);
    this.bytes += sizeOf(message);
  }

  /** Notes that a read is over, for one that hands over all of it at once. */
  flush(): void {}

  /** Ends it, after what was pushed. The first call decides. */
  end(error: CloseError): void {
    if (this.ended) return;
    this.ended = error;
    if (!this.#reader) return;
    if (isClean(error.code)) {
      this.#reader.resolve({ done: true, value: undefined });
    } else this.#reader.reject(error);
    this.#reader = undefined;
  }

  /** Takes the next message, or the end. One caller at a time. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (!this.hasMore()) return this.#wait();
    if (this.isBusy()) return this.#nextInTurn();
    return Promise.resolve({ done: false, value: this.take() });
  }

  /** Whether a reader waits for the next message. */
  protected get isAwaited(): boolean {
    return this.#reader !== undefined;
  }

  /** How many messages wait for the reader. */
  get count(): number {
    return this.#incoming.length + this.#outgoing.length - this.#at;
  }

  /** Returns whether messages wait for the reader. */
  protected hasMore(): boolean {
    if (this.#at < this.#outgoing.length) return true;
    if (this.#incoming === NONE) return false;
    this.#outgoing = this.#incoming;
    this.#incoming = NONE;
    this.#at = 0;
    return true;
  }

  /** The next message, of which {@linkcode hasMore} has told. */
  protected get first(): T {
    return this.#outgoing[this.#at]!;
  }

  /** Takes the next message, of which {@linkcode hasMore} has told. */
  protected take(): T {
    const messages = this.#outgoing;
    const message = messages[this.#at]!;
    messages[this.#at++] = undefined as unknown as T;
    if (this.#at === messages.length) {
      this.#outgoing = NONE;
      this.#at = 0;
    }
    this.bytes -= sizeOf(message);
    return message;
  }

  /**
   * Returns whether the reader has been busy for as long as a turn may take, so
   * that others have theirs now. Called once for each message.
   */
  protected isBusy(): boolean {
    if (++this.#taken % LOOK !== 0) return false;
    // Ten times as fast as the monotonic clock; a jump of it costs one turn.
    const time = Date.now();
    if (this.#taken === LOOK) this.#since = time;
    if (time - this.#since < SLICE) return false;
    this.#taken = 0;
    return true;
  }

  /** Notes that others have had their turn. */
  protected restBusy(): void {
    this.#taken = 0;
  }

  async #nextInTurn(): Promise<IteratorResult<T, undefined>> {
    await nextTurn();
    return this.next();
  }

  #wait(): Promise<IteratorResult<T, undefined>> {
    if (this.ended) {
      return isClean(this.ended.code)
        ? Promise.resolve({ done: true, value: undefined })
        : Promise.reject(this.ended);
    }
    if (this.#reader) {
      return Promise.reject(
        new TypeError("Cannot read transport: another reader is waiting"),
      );
    }
    this.#taken = 0;
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }
}

/**
 * Returns what a waiting message costs: its bytes (a string's UTF-16 units) and
 * about what it takes to keep it, so that empty messages are limited too.
 */
export function sizeOf(message: string | Uint8Array): number {
  return message.length + (typeof message === "string" ? 16 : 128);
}
