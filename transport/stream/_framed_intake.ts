// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { FinishingInbox } from "../reading/_finishing_inbox.ts";
import { ALL_TAKEN, Intake, READ_AHEAD } from "../reading/_intake.ts";
import type { BytePipe } from "./_byte_pipe.ts";
import type { Framer } from "./framer.ts";

/** The largest message that is expected: one that is larger is as good. */
const MAX_EXPECTED_BYTES = 65_536;

/** What a stream of bytes receives: a framer makes messages of it. */
export class FramedIntake<T extends string | Uint8Array> extends Intake<T> {
  declare readonly inbox: FinishingInbox<T>;
  readonly #framer: Framer<T>;
  readonly #onFault: (error: unknown) => void;
  /**
   * The size that a message is expected to have at least. A framer makes all
   * messages of what it gets, so it gets as much as the budget is for.
   */
  #expectedBytes = 1;

  /** Reads until the framer throws, which `onFault` is told. */
  constructor(
    pipe: BytePipe,
    framer: Framer<T>,
    onFault: (error: unknown) => void,
  ) {
    super(pipe, new FinishingInbox<T>(READ_AHEAD));
    this.#framer = framer;
    this.#onFault = onFault;
  }

  /** Reads no more messages, but sees the end. */
  stop(): void {
    this.deaf = true;
  }

  /** Takes what the end completes; returns whether nothing is unfinished. */
  finish(): boolean {
    if (this.#framer.pending === 0) return true;
    const last = this.deaf ? undefined : this.#framer.last?.();
    if (last === undefined) return false;
    this.inbox.push(last);
    this.inbox.flush();
    return true;
  }

  protected override take(
    chunk: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> {
    const { inbox } = this;
    let at = 0;
    try {
      while (at < chunk.length && (this.budget > 0 || this.mayGoOn())) {
        const before = this.budget;
        const end = at + before * this.#expectedBytes;
        const isAll = at === 0 && end >= chunk.length;
        const piece = isAll ? chunk : chunk.subarray(at, end);
        at += piece.length;
        for (const message of this.#framer.decode(piece)) {
          inbox.push(message);
          this.budget--;
        }
        this.#learn(piece.length, before - this.budget);
      }
    } catch (error) {
      this.deaf = true;
      this.#onFault(error);
    }
    return at < chunk.length ? chunk.subarray(at) : ALL_TAKEN;
  }

  /** Expects smaller messages at once, and larger ones little by little. */
  #learn(bytes: number, count: number): void {
    const size = count === 0 ? bytes : Math.ceil(bytes / count);
    const most = Math.min(2 * this.#expectedBytes, MAX_EXPECTED_BYTES);
    this.#expectedBytes = Math.max(1, Math.min(size, most));
  }
}
