// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { allocate } from "@wirekit/internal/allocate";
import { checkLimits } from "@wirekit/internal/limits";
import {
  HIGH_WATER_MARK,
  MAX_OUTBOX_BYTES,
  READY,
  refuse,
  settled,
  toCloseError,
} from "../_close.ts";
import { atEndOfTurn } from "../_turn.ts";
import { CloseError, type Transport } from "../transport.ts";
import type { BytePipe } from "./_byte_pipe.ts";
import { FramedIntake } from "./_framed_intake.ts";
import type { Framer } from "./framer.ts";

/**
 * What is sent before the turn is over, so that the peer has something to do
 * meanwhile: the first bytes of a turn early, the others in larger writes. Only
 * where writes finish at once: any other costs as much as a message.
 */
const FIRST_BYTES = 2_048;
const MORE_BYTES = 16_384;

/** What a waiting message costs besides its bytes. */
const MESSAGE_BYTES = 64;

/** Most messages of one write: putting them together takes time. */
const MAX_GATHERED = 4_096;

/** A part from this size on is written without a copy. */
const UNCOPIED_BYTES = 16_384;

/** Options of {@linkcode PipeTransport}. */
export interface PipeTransportOptions {
  /** The most bytes that may wait to be written. */
  maxOutboxBytes?: number | undefined;
  /** Called once everything is released. */
  onGone?: (() => void) | undefined;
}

/**
 * A transport over a pipe of bytes. All messages sent in one turn go out in few
 * writes.
 */
export class PipeTransport<T extends string | Uint8Array>
  implements Transport<T> {
  readonly #pipe: BytePipe;
  readonly #framer: Framer<T>;
  readonly #intake: FramedIntake<T>;
  readonly #maxOutboxBytes: number;
  readonly #onGone: (() => void) | undefined;
  /** Resolves when nothing more comes. */
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  #outbox: Uint8Array<ArrayBuffer>[] = [];
  /** What waits here, and what of it the pipe has not got yet. */
  #outboxBytes = 0;
  #unwritten = 0;
  #enough = FIRST_BYTES;
  #scheduled = false;
  #writing = false;
  /** Whether the last write was finished at once. */
  #isInstant = false;
  #broken: CloseError | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  /** Resolves when all is written, if somebody waits for that. */
  #drained: PromiseWithResolvers<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Takes over a pipe and starts to read. */
  constructor(
    pipe: BytePipe,
    framer: Framer<T>,
    options: PipeTransportOptions = {},
  ) {
    checkLimits(options);
    this.#pipe = pipe;
    this.#framer = framer;
    this.#maxOutboxBytes = options.maxOutboxBytes ?? MAX_OUTBOX_BYTES;
    this.#onGone = options.onGone;
    const intake = new FramedIntake(pipe, framer, (error) => {
      this.#end(error);
      this.close();
    });
    this.#intake = intake;
    pipe.start({
      onChunk: (chunk) => intake.read(chunk),
      onEnd: (error) => intake.end(() => this.#onEnd(error)),
    });
  }

  /** See {@linkcode Transport.send}. */
  send(message: T): Promise<void> {
    const ended = this.#intake.inbox.ended ?? this.#broken;
    if (ended) return refuse(ended);
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = this.#framer.encode(message);
    } catch (error) {
      return refuse(error as Error);
    }
    if (this.#outboxBytes + bytes.length > this.#maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      this.close(error);
      return refuse(error);
    }
    this.#outbox.push(bytes);
    this.#unwritten += bytes.length;
    this.#outboxBytes += bytes.length + MESSAGE_BYTES;
    if (!this.#scheduled) {
      this.#scheduled = true;
      atEndOfTurn(this.#flush);
    }
    if (this.#unwritten >= this.#enough && this.#isInstant) {
      this.#enough = MORE_BYTES;
      this.#write();
    }
    if (this.#outboxBytes < HIGH_WATER_MARK) return READY;
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      this.#room.promise.catch(() => {});
    }
    return this.#room.promise;
  }

  /** See {@linkcode Transport.close}. */
  close(error?: Error): Promise<void> {
    if (this.#closing) return this.#closing;
    this.#end(toCloseError(error));
    this.#intake.stop();
    this.#flush();
    return this.#closing = settled(this.#farewell()).then(() => {
      this.#pipe.destroy();
      this.#onGone?.();
    });
  }

  /** See {@linkcode Transport}. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.#intake.inbox;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    this.#enough = FIRST_BYTES;
    if (!this.#writing && this.#outbox.length > 0) this.#write();
  };

  /** Writes what waits, until it has to wait. */
  #write(): void {
    while (this.#outbox.length > 0) {
      const parts = this.#outbox.length <= MAX_GATHERED
        ? this.#outbox
        : this.#outbox.slice(0, MAX_GATHERED);
      this.#outbox = this.#outbox.slice(parts.length);
      let length = 0;
      for (const part of parts) length += part.length;
      this.#unwritten -= length;
      const cost = length + parts.length * MESSAGE_BYTES;
      const writing = this.#pipe.write(join(parts, length));
      this.#isInstant = !writing;
      if (writing) {
        this.#writing = true;
        writing.then(
          () => this.#goOn(cost),
          (cause) => this.#break(new CloseError(1006, { cause })),
        );
        return;
      }
      this.#written(cost);
    }
  }

  #goOn(cost: number): void {
    this.#writing = false;
    this.#written(cost);
    if (this.#outbox.length > 0) this.#write();
    if (!this.#writing) this.#drained?.resolve();
  }

  #written(cost: number): void {
    this.#outboxBytes -= cost;
    if (!this.#room || this.#outboxBytes >= HIGH_WATER_MARK) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  /** Sends no more, but reads what the peer had still said. */
  #break(error: CloseError): void {
    this.#writing = false;
    this.#broken = error;
    this.#outbox = [];
    this.#room?.reject(error);
    this.#drained?.resolve();
    if (this.#closing) return;
    settled(this.#over.promise).then(() => this.close(error));
  }

  /** Flushes, ends our direction and waits for the end of the peer's. */
  async #farewell(): Promise<void> {
    if (this.#broken) return; // That end was waited for already.
    if (this.#writing) {
      this.#drained = Promise.withResolvers();
      await this.#drained.promise;
    }
    await this.#pipe.end();
    await this.#over.promise;
  }

  #onEnd(cause: unknown): void {
    this.#over.resolve();
    if (cause !== undefined) this.#end(cause);
    else if (this.#framer.pending === 0) this.#end(new CloseError(1000));
    else {
      const reason = "the stream ended in a message";
      this.#end(new CloseError(1006, { reason }));
    }
    this.close();
  }

  /** Ends what the reader reads and what senders wait for. */
  #end(cause: unknown): void {
    const error = cause instanceof CloseError
      ? cause
      : new CloseError(1006, { cause });
    this.#intake.inbox.end(error);
    this.#room?.reject(error);
  }
}

/** Puts small parts together, because each costs the socket a look. */
function join(
  parts: Uint8Array<ArrayBuffer>[],
  length: number,
): Uint8Array<ArrayBuffer>[] {
  if (parts.length === 1) return parts;
  if (length / parts.length >= UNCOPIED_BYTES) return parts;
  const bytes = allocate(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return [bytes];
}
