// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { KeepsNothing } from "@wirekit/internal/bytes";
import { every, type Timer } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import {
  endOfPeer,
  HIGH_WATER_MARK,
  MAX_OUTBOX_BYTES,
  refuse,
  settled,
  toCloseError,
} from "../_close.ts";
import { CloseError, type Transport } from "../transport.ts";
import type { BytePipe, PipeListener } from "./_byte_pipe.ts";
import { FramedIntake } from "./_framed_intake.ts";
import { FramedOutput } from "./_framed_output.ts";
import type { Framer } from "./framer.ts";
import { readyForMore } from "./_large_writes.ts";
import type { OutflowListener } from "./_outflow.ts";

/**
 * How long a peer that sends no more waits for the next message to it, in
 * milliseconds: as long as a call of ours may take. It may have gone, which only
 * a message to it would show.
 */
const LAST_TIMEOUT = 60_000;

/** Options of {@linkcode PipeTransport}. */
export interface PipeTransportOptions {
  /** The most bytes that may wait to be written. */
  maxOutboxBytes?: number | undefined;
  /** Called once everything is released. */
  onGone?: (() => void) | undefined;
}

/** A transport over a pipe of bytes, which a framer makes messages of. */
export class PipeTransport<T extends string | Uint8Array>
  implements Transport<T>, OutflowListener, PipeListener, KeepsNothing {
  readonly #pipe: BytePipe;
  readonly #intake: FramedIntake<T>;
  readonly #output: FramedOutput<T>;
  readonly #maxOutboxBytes: number;
  readonly #onGone: (() => void) | undefined;
  /** Resolves when nothing more comes. */
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  #broken: CloseError | undefined;
  /** What is known since the peer sends no more, and is still answered. */
  #last: { timer: Timer; isSaid: boolean } | undefined;
  #closing: Promise<void> | undefined;

  /** Takes over a pipe and starts to read. */
  constructor(
    pipe: BytePipe,
    framer: Framer<T>,
    options: PipeTransportOptions = {},
  ) {
    checkLimits(options);
    this.#pipe = pipe;
    this.#maxOutboxBytes = options.maxOutboxBytes ?? MAX_OUTBOX_BYTES;
    this.#onGone = options.onGone;
    this.#output = new FramedOutput(pipe, framer, this);
    this.#intake = new FramedIntake(pipe, framer, (error) => {
      this.#end(error);
      this.close();
    });
    pipe.start(this);
  }

  /** See {@linkcode Transport.send}. */
  send(message: T): Promise<void> {
    const ended = this.#intake.inbox.ended ?? this.#broken;
    if (ended) return refuse(ended);
    if (this.#last) this.#last.isSaid = true;
    const output = this.#output;
    try {
      if (!output.writeMessage(message, this.#maxOutboxBytes)) {
        const error = new CloseError(1013, { reason: "outbox is full" });
        this.close(error);
        return refuse(error);
      }
    } catch (error) {
      return refuse(error as Error);
    }
    const isReady = !output.isKept && output.waiting < HIGH_WATER_MARK;
    return isReady ? readyForMore() : output.room();
  }

  /** See {@linkcode Transport.close}. */
  close(error?: Error): Promise<void> {
    if (this.#closing) return this.#closing;
    this.#last?.timer.stop();
    this.#end(toCloseError(error));
    this.#intake.stop();
    return this.#closing = settled(this.#farewell()).then(() => {
      this.#pipe.destroy();
      this.#onGone?.();
    });
  }

  /** See {@linkcode KeepsNothing}. */
  get keepsNothing(): true {
    return true;
  }

  /** See {@linkcode Transport}. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.#intake.inbox;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** See {@linkcode PipeListener}. */
  onChunk(chunk: Uint8Array<ArrayBuffer>): void {
    this.#intake.read(chunk);
  }

  /** Ends once everything that came before is read. */
  onEnd(error?: unknown): void {
    this.#intake.end(() => this.#ended(error));
  }

  /** Sends no more, but reads what the peer had still said. */
  onBroken(error: CloseError): void {
    this.#broken = error;
    if (this.#closing) return;
    // It had ended well, and did not wait for the rest.
    if (this.#last) return void this.close();
    settled(this.#over.promise).then(() => this.close(error));
  }

  /** Flushes, ends our direction and waits for the end of the peer's. */
  async #farewell(): Promise<void> {
    if (this.#broken) return; // That end was waited for already.
    await this.#output.end();
    await this.#over.promise;
  }

  #ended(cause: unknown): void {
    this.#over.resolve();
    const error = cause ?? this.#cut();
    if (!error && !this.#last && !this.#closing) return this.#finish();
    this.#end(error ?? endOfPeer(1000));
    this.close();
  }

  /** Returns why a stream that has ended has not ended well. */
  #cut(): unknown {
    try {
      if (this.#intake.finish()) return undefined;
    } catch (error) {
      return error;
    }
    return new CloseError(1006, { reason: "the stream ended in a message" });
  }

  /** Lets the reader answer what came, since only the peer's direction is over. */
  #finish(): void {
    const last = this.#last = {
      isSaid: false,
      timer: every(LAST_TIMEOUT, () => {
        if (last.isSaid) return void (last.isSaid = false);
        const reason = `the peer sends no more, and was sent nothing for ${
          LAST_TIMEOUT / 1_000
        } s`;
        void this.close(new CloseError(1006, { reason }));
      }),
    };
    this.#intake.inbox.finish(() => {
      this.#end(endOfPeer(1000));
      this.close();
    });
  }

  /** Ends what the reader reads and what senders wait for. */
  #end(cause: unknown): void {
    const error = cause instanceof CloseError
      ? cause
      : new CloseError(1006, { cause });
    this.#intake.inbox.end(error);
    this.#output.refuseRoom(error);
  }
}
