// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { READY } from "../_close.ts";
import type { MessageReceiver } from "../transport.ts";
import { DeliveringInbox } from "./_delivering_inbox.ts";

/**
 * The inbox of a stream of bytes, whose peer may end its own direction: what it
 * has sent can still be answered.
 */
export class FinishingInbox<T extends string | Uint8Array>
  extends DeliveringInbox<T> {
  /** Whether a loop has begun, and was not left. */
  #isLooping = false;
  /** What to do once all is read, if it is known that no more comes. */
  #onRead: (() => void) | undefined;

  override deliver(receiver: MessageReceiver<T>): void {
    this.#isLooping = false;
    super.deliver(receiver);
  }

  /**
   * Notes that no more comes. Once the reader has handled all, it is told to
   * finish, if it wants to be told; else `onRead` is called.
   */
  finish(onRead: () => void): void {
    this.#onRead = onRead;
    if (!this.#isLooping || this.isAwaited) this.handOver();
  }

  override next(): Promise<IteratorResult<T, undefined>> {
    this.#isLooping = true;
    if (this.#onRead && !this.hasMore()) this.allRead();
    return super.next();
  }

  /** Notes that a loop was left, which may be gone on with. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#isLooping = false;
    this.allRead();
    return Promise.resolve({ done: true, value: undefined });
  }

  protected override allRead(receiver?: MessageReceiver<T>): void {
    const onRead = this.#onRead;
    if (!onRead) return;
    this.#onRead = undefined;
    if (receiver?.finish) void READY.then(() => receiver.finish!());
    else onRead();
  }
}
