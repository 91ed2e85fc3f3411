// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isClean, READY } from "../_close.ts";
import { thrown } from "./_thrown.ts";
import { nextTurn } from "../_turn.ts";
import type { CloseError, MessageReceiver } from "../transport.ts";
import { answerAtOnce, comesAlone } from "../stream/_out_buffers.ts";
import { BoundedInbox } from "./_bounded_inbox.ts";
import { HEAVY, isSliceOver, spend } from "./_heavy.ts";

/** The most bytes that are read at once, before their receiver has any. */
const MAX_AHEAD = 262_144;

/**
 * How many messages are handed over before the promises of what they began have
 * their turn: handlers that are done at once should not be many at a time.
 */
const AT_ONCE = 64;

/**
 * Messages from this size on are handed over before others are read: the next
 * read would push them out of the caches, and their receivers have much to do.
 */
const LARGE = 16_384;

/** How many inboxes wait for a turn for a heavy message: others go behind them. */
let waiting = 0;

/** So many messages are few. */
const FEW = 16;

/**
 * An inbox that can hand over the messages of each read at once, which spares
 * them the promises of a loop. A receiver sees the same as such a loop.
 */
export class DeliveringInbox<T extends string | Uint8Array>
  extends BoundedInbox<T> {
  #receiver: MessageReceiver<T> | undefined;
  /** Whether messages wait for their receiver, or for the turn of others. */
  #held = false;
  /** Whether what is handed over next is the rest of a read. */
  #goesOn = false;

  /** Hands over all messages, and then the end, as a loop would see it. */
  deliver(receiver: MessageReceiver<T>): void {
    this.#receiver = receiver;
    this.handOver();
  }

  /** Whether to stop pushing: not for what is handed over in a moment. */
  override get full(): boolean {
    const isSlow = this.#held || !this.#receiver;
    return super.full && (isSlow || this.bytes >= MAX_AHEAD);
  }

  /** Notes that a read is over, and that more may have been pushed. */
  override flush(): void {
    if (!this.#receiver || this.#held) return;
    // Not the rest of what was handed over, nor what an end in the midst of that
    // has left.
    const isNew = !this.#goesOn && !this.ended;
    // Large on average.
    if (isNew && this.bytes >= LARGE * (this.count || 1)) {
      return this.handOverRead();
    }
    const isFirst = due.length === 0;
    if (isFirst && !prompt) void READY.then(handOverDue);
    // Its answer need not wait for the next read, which would find nothing now, and
    // often the next message then.
    const isAlone = isFirst && (prompt ?? this) === this && ones >= ENOUGH &&
      this.count === 1 && isNew;
    if (isAlone) answerAtOnce(prompt = this);
    else due.push(this);
  }

  /** Hands over what the reads have brought. */
  handOverRead(): void {
    if (this.#held) return;
    if (!this.#goesOn) this.restBusy();
    this.#goesOn = false;
    this.handOver();
  }

  override end(error: CloseError): void {
    super.end(error);
    if (this.hasMore()) this.flush();
    else if (!this.#held) this.#end();
  }

  override next(): Promise<IteratorResult<T, undefined>> {
    if (!this.#receiver) return super.next();
    return Promise.reject(
      new TypeError("Cannot read transport: it has another reader"),
    );
  }

  /** Hands over what has come, and then the end. */
  protected handOver(hasWaited = false): void {
    let count = 0;
    try {
      while (this.#receiver && !this.#held && this.hasMore()) {
        if (count++ === AT_ONCE) {
          this.#goesOn = true;
          return this.flush();
        }
        const isHeavy = this.first.length >= HEAVY;
        if (isHeavy && (!hasWaited && waiting > 0 || isSliceOver())) {
          // Whoever has had nothing of this turn is first in the next one.
          return this.#hold(
            count > 1 ? READY.then(nextTurn) : nextTurn(),
            true,
          );
        }
        const start = isHeavy ? Date.now() : 0;
        const waits = this.#receiver.receive(this.take());
        if (isHeavy) spend(start);
        // What it waits for may be over already, and gives nobody a turn.
        if (this.isBusy()) {
          this.#hold(waits ? waits.then(nextTurn) : nextTurn());
        } else if (waits) this.#hold(waits);
      }
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#held) return;
    if (this.ended) this.#end();
    else this.allRead(this.#receiver);
  }

  /** Is called when the receiver, if there is one, has had all that came. */
  protected allRead(_receiver?: MessageReceiver<T>): void {}

  #hold(until: Promise<void>, isHeavy = false): void {
    this.#held = true;
    if (isHeavy) waiting++;
    until.then(() => {
      this.#held = false;
      if (isHeavy) waiting--;
      this.handOver(isHeavy);
    }, (error) => this.#fail(error));
  }

  #end(): void {
    const error = this.ended!;
    this.#settle(isClean(error.code) ? undefined : error);
  }

  #fail(error: unknown): void {
    this.#held = false;
    this.#settle(thrown(error));
  }

  /** Tells the receiver the end, once, and not in the midst of what ends it. */
  #settle(error?: unknown): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (receiver) void READY.then(() => receiver.ended(error));
  }
}

/** What hands over in a turn what was read. */
interface Reading {
  readonly count: number;
  handOverRead(): void;
}

/**
 * Those to hand over what they were read, and an empty list to swap with. They do
 * that after all reads of a turn, which are part of the same work.
 */
let due: Reading[] = [];
let spare: typeof due = [];

/** How many turns in a row have brought one message and no more. */
let ones = 0;

/** After so many, the next one is taken to be alone as well. */
const ENOUGH = 8;

/** The one that has handed over within its reads in this turn. */
let prompt: Reading | undefined;

function handOverDue(): void {
  const inboxes = due;
  const count = prompt || inboxes.length > 1 ? Infinity : inboxes[0]!.count;
  prompt = undefined;
  if (inboxes.length === 0) return;
  due = spare;
  ones = count === 1 ? ones + 1 : 0;
  comesAlone(count <= FEW);
  for (const inbox of inboxes) inbox.handOverRead();
  inboxes.length = 0;
  spare = inboxes;
}
