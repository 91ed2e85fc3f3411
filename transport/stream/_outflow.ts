// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { giveBackUsed } from "@wirekit/internal/bytes";
import { HIGH_WATER_MARK } from "../_close.ts";
import {
  FIRST_BYTES,
  type Flushable,
  flushLater,
  giveBack,
  isSentFull,
  LARGE_BYTES,
  lend,
  type OutBuffer,
} from "./_out_buffers.ts";
import { CloseError } from "../transport.ts";
import type { BytePipe } from "./_byte_pipe.ts";
import { countLarge } from "./_large_writes.ts";

/** A payload from this size on is written without a copy, where it can be. */
export const UNCOPIED_BYTES = 16_384;

const NOTHING: never[] = [];

/** What an {@linkcode Outflow} reports. */
export interface OutflowListener {
  /** Takes the error of a write, after which nothing is written. */
  onBroken(error: CloseError): void;
}

/** What a connection sends: what a turn sends goes out in few writes. */
export abstract class Outflow implements Flushable {
  /** Bytes that wait here, and those that the pipe still has. */
  waiting = 0;
  readonly #pipe: BytePipe;
  readonly #listener: OutflowListener;
  /** The output: full buffers, and one that is being filled. */
  #queue: OutBuffer[] | undefined;
  #out: OutBuffer | undefined;
  #scheduled = false;
  #writing = false;
  /** Whether the last write was finished at once. */
  #isInstant = true;
  /** Ending: the pipe ends once all is written. Stopped: the pipe is gone. */
  #state: "open" | "ending" | "stopped" = "open";
  #room: PromiseWithResolvers<void> | undefined;
  /** Resolves when the pipe has ended, if somebody waits for that. */
  #ended: PromiseWithResolvers<void> | undefined;

  /** Writes for one end of a connection. */
  constructor(pipe: BytePipe, listener: OutflowListener) {
    this.#pipe = pipe;
    this.#listener = listener;
  }

  /** Resolves when there is room for more; rejects if there will be none. */
  room(): Promise<void> {
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      this.#room.promise.catch(() => {});
    }
    return this.#room.promise;
  }

  /** Rejects for those who wait for room. */
  refuseRoom(error: CloseError): void {
    this.#room?.reject(error);
  }

  /** Writes everything that was sent in this turn. */
  flush(): void {
    this.#scheduled = false;
    if (!this.#writing && this.#out) this.write(NOTHING);
  }

  /** Ends the pipe once all is written; resolves when it has ended. */
  end(): Promise<void> {
    this.#ended ??= Promise.withResolvers();
    if (this.#state === "open") {
      this.#state = "ending";
      if (!this.#writing) this.write(NOTHING);
    }
    return this.#ended.promise;
  }

  #endPipe(): void {
    this.#pipe.end().then(this.#ended?.resolve);
  }

  /** Drops what has not been written yet. */
  stop(): void {
    this.#state = "stopped";
  }

  /** Whether a write is under way. */
  protected get isWriting(): boolean {
    return this.#writing;
  }

  /**
   * Returns a buffer with enough room. The first one of a turn is small, or
   * larger if messages are not short, and is sent as soon as it is full, so that
   * the peer has something to do meanwhile; but only where writes finish at once,
   * since any other costs as much as a message, and only two of them in a turn,
   * if none of the eight before had more: otherwise some peers have.
   */
  protected reserve(size: number): OutBuffer {
    const out = this.#out;
    if (!out) {
      return this.#out = lend(
        this.#isInstant ? size : Math.max(size, LARGE_BYTES),
      );
    }
    if (out.length + size <= out.bytes.length) return out;
    if (this.#writing || !this.#isInstant) (this.#queue ??= []).push(out);
    else if (isSentFull(out, this)) this.write(NOTHING);
    else return this.#out = enlarged(out, size);
    return this.#out = lend(Math.max(size, LARGE_BYTES));
  }

  /** Counts what was written to the buffer, up to `end`. */
  protected append(out: OutBuffer, end: number, count = 1): void {
    this.waiting += end - out.length;
    out.length = end;
    out.count += count;
    this.flushLater();
  }

  /** Has everything written at the end of this turn. */
  protected flushLater(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    flushLater(this);
  }

  /**
   * Writes all output and then `last`; returns whether a write is under way.
   */
  protected write(last: readonly Uint8Array<ArrayBuffer>[]): boolean {
    const buffers = this.#queue ?? [];
    if (this.#out) buffers.push(this.#out);
    this.#queue = this.#out = undefined;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (const { bytes, length } of buffers) {
      if (length > 0) parts.push(bytes.subarray(0, length));
      size += length;
    }
    for (const part of last) {
      parts.push(part);
      size += part.length;
      this.waiting += part.length;
    }
    const writing = parts.length > 0 ? this.#pipe.write(parts) : undefined;
    this.#isInstant = !writing;
    if (last.length > 0) countLarge(size);
    if (!writing) {
      this.#onWritten(buffers, last, size);
      return false;
    }
    this.#writing = true;
    writing.then(() => {
      this.#writing = false;
      this.#onWritten(buffers, last, size);
      if (this.#out && this.#state !== "stopped") this.write(NOTHING);
    }, (cause) => this.#break(cause));
    return true;
  }

  #onWritten(
    buffers: OutBuffer[],
    last: readonly Uint8Array<ArrayBuffer>[],
    size: number,
  ): void {
    for (const buffer of buffers) giveBack(buffer);
    for (let i = 0; i < last.length; i++) giveBackUsed(last[i]!);
    this.waiting -= size;
    if (this.#state === "ending" && !this.#out) this.#endPipe();
    if (!this.#room || this.waiting >= HIGH_WATER_MARK) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  #break(cause: unknown): void {
    const error = new CloseError(1006, { cause });
    this.refuseRoom(error);
    this.#ended?.resolve();
    this.#listener.onBroken(error);
  }
}

/** Moves what is in a buffer to one that has room for more. */
function enlarged(buffer: OutBuffer, size: number): OutBuffer {
  const { bytes, length, count } = buffer;
  const needed = length + size;
  const twice = 2 * bytes.length;
  const isEnough = twice <= FIRST_BYTES && needed <= twice;
  const larger = lend(isEnough ? twice : Math.max(needed, LARGE_BYTES));
  larger.bytes.set(bytes.subarray(0, length));
  larger.length = length;
  larger.count = count;
  giveBack(buffer);
  return larger;
}
