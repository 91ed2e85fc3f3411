// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isClean, refuse } from "../_close.ts";
import { nextTurn } from "../_turn.ts";
import type { CloseError } from "../transport.ts";
import { BoundedInbox } from "./_bounded_inbox.ts";

/** The most bytes that are read at once, before their receiver has any. */
const MAX_AHEAD = 262_144;

/**
 * How many messages are handed over before the promises of what they began have
 * their turn: handlers that are done at once should not be many at a time.
 */
const AT_ONCE = 64;

type Receive<T> = (message: T) => Promise<void> | void;

/**
 * An inbox that can hand over the messages of each read at once, which spares
 * them the promises of a loop. A receiver sees the same as such a loop.
 */
export class DeliveringInbox<T extends string | Uint8Array>
  extends BoundedInbox<T> {
  #receive: Receive<T> | undefined;
  // All that an idle connection has of its promise.
  #resolve: ((end?: Promise<never>) => void) | undefined;
  /** Whether messages wait for their receiver, or for the turn of others. */
  #held = false;
  /** Whether what is handed over next is the rest of a read. */
  #goesOn = false;

  /**
   * Hands over all messages, and waits for what the receiver returns. Resolves
   * or rejects as a loop would end; rejects if the receiver fails.
   */
  deliver(receive: Receive<T>): Promise<void> {
    return new Promise((resolve) => {
      this.#receive = receive;
      this.#resolve = resolve;
      this.#handOver();
    });
  }

  /** Whether to stop pushing: not for what is handed over in a moment. */
  override get full(): boolean {
    const isSlow = this.#held || !this.#receive;
    return super.full && (isSlow || this.bytes >= MAX_AHEAD);
  }

  /** Notes that a read is over, and that more may have been pushed. */
  override flush(): void {
    if (!this.#receive || this.#held) return;
    // Not at once: the reads that follow this one are part of the same work.
    if (due.push(this) === 1) queueMicrotask(handOverDue);
  }

  /** Hands over what the reads have brought. */
  handOverRead(): void {
    if (this.#held) return;
    if (!this.#goesOn) this.restBusy();
    this.#goesOn = false;
    this.#handOver();
  }

  override end(error: CloseError): void {
    super.end(error);
    if (this.hasMore()) this.flush();
    else if (!this.#held) this.#end();
  }

  override next(): Promise<IteratorResult<T, undefined>> {
    if (!this.#receive) return super.next();
    return Promise.reject(
      new TypeError("Cannot read transport: it has another reader"),
    );
  }

  /** Hands over what has come, and then the end. */
  #handOver(): void {
    let count = 0;
    try {
      while (this.#receive && !this.#held && this.hasMore()) {
        if (count++ === AT_ONCE) {
          this.#goesOn = true;
          return this.flush();
        }
        const waits = this.#receive(this.take());
        if (waits) this.#hold(waits);
        else if (this.isBusy()) this.#hold(nextTurn());
      }
    } catch (error) {
      return this.#fail(error);
    }
    if (this.ended && !this.#held) this.#end();
  }

  #hold(until: Promise<void>): void {
    this.#held = true;
    until.then(() => {
      this.#held = false;
      this.restBusy();
      this.#handOver();
    }, (error) => this.#fail(error));
  }

  #end(): void {
    const error = this.ended!;
    this.#settle(isClean(error.code) ? undefined : refuse(error));
  }

  #fail(error: unknown): void {
    this.#held = false;
    this.#settle(refuse(error));
  }

  /** Ends what the receiver waits for, once. */
  #settle(end?: Promise<never>): void {
    this.#resolve?.(end);
    this.#receive = this.#resolve = undefined;
  }
}

/** Those to hand over what they were read, and an empty list to swap with. */
let due: { handOverRead(): void }[] = [];
let spare: typeof due = [];

function handOverDue(): void {
  const inboxes = due;
  due = spare;
  for (const inbox of inboxes) inbox.handOverRead();
  inboxes.length = 0;
  spare = inboxes;
}
