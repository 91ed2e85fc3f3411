// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { READY, refuse } from "../_close.ts";
import { Inbox } from "./_inbox.ts";
import type { CloseError } from "../transport.ts";

/** An inbox of a carrier that can wait until there is room. */
export class BoundedInbox<T extends string | Uint8Array> extends Inbox<T> {
  readonly #highWaterMark: number;
  #room: PromiseWithResolvers<void> | undefined;

  /** Makes an inbox that is full at `highWaterMark` bytes. */
  constructor(highWaterMark: number) {
    super();
    this.#highWaterMark = highWaterMark;
  }

  /** Whether to stop pushing for now. */
  get full(): boolean {
    return this.bytes >= this.#highWaterMark;
  }

  /** Waits until there is room; rejects if it ends before. */
  room(): Promise<void> {
    if (this.ended) return refuse(this.ended);
    if (!this.full) return READY;
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      this.#room.promise.catch(() => {});
    }
    return this.#room.promise;
  }

  /** Ends it, after what was pushed. The first call decides. */
  override end(error: CloseError): void {
    super.end(error);
    this.#room?.reject(error);
  }

  protected override take(): T {
    const message = super.take();
    if (this.#room && !this.full) {
      this.#room.resolve();
      this.#room = undefined;
    }
    return message;
  }
}
