// Copyright 2026 the Wirekit authors. MIT license.

import { HIGH_WATER_MARK } from "../_close.ts";
import { isUtf8 } from "../_node.ts";
import { CloseError, type Format } from "../transport.ts";
import type { BytePipe } from "../stream/_byte_pipe.ts";
import {
  type ConnectionGroup,
  LARGE_BYTES,
  type OutBuffer,
} from "./_connection_group.ts";
import { headLength, Opcode, writeHead } from "./_frame.ts";
import { applyMask } from "./_mask.ts";

/** From this size on, a server writes a payload without copying it. */
const UNCOPIED_BYTES = 16_384;

const EMPTY = new Uint8Array();
const ENCODER = new TextEncoder();

/** Options of an {@linkcode Output}. */
export interface OutputOptions {
  /** What a message is. */
  format: Format;
  /** Which side this is: a client masks. */
  role: "client" | "server";
}

/** What an {@linkcode Output} reports. */
export interface OutputListener {
  /** Takes the error of a write, after which nothing is written. */
  onBroken(error: CloseError): void;
}

/** What a connection sends: the frames of a turn go out in one write. */
export class Output {
  /** Bytes that wait here, and those that the pipe still has. */
  waiting = 0;
  readonly #pipe: BytePipe;
  readonly #group: ConnectionGroup;
  readonly #listener: OutputListener;
  readonly #opcode: number;
  readonly #isClient: boolean;
  /** The output: full buffers, and one that is being filled. */
  #queue: OutBuffer[] | undefined;
  #out: OutBuffer | undefined;
  #scheduled = false;
  #writing = false;
  /** Ending: the pipe ends once all is written. Stopped: the pipe is gone. */
  #state: "open" | "ending" | "stopped" = "open";
  #room: PromiseWithResolvers<void> | undefined;

  /** Writes for one end of a connection. */
  constructor(
    pipe: BytePipe,
    group: ConnectionGroup,
    options: OutputOptions,
    listener: OutputListener,
  ) {
    this.#pipe = pipe;
    this.#group = group;
    this.#listener = listener;
    this.#opcode = options.format === "binary" ? Opcode.Binary : Opcode.Text;
    this.#isClient = options.role === "client";
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
    if (!this.#writing && this.#out) this.#write(EMPTY);
  }

  /** Ends the pipe once all is written. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    if (!this.#writing && !this.#out) this.#pipe.end();
  }

  /** Drops what has not been written yet. */
  stop(): void {
    this.#state = "stopped";
  }

  /** Writes a message. Returns what {@linkcode writeFrame} does. */
  writeMessage(message: string | Uint8Array<ArrayBuffer>): boolean | undefined {
    if (typeof message !== "string") {
      return this.writeFrame(this.#opcode, message);
    }
    this.#writeText(message);
    return false;
  }

  #writeText(text: string): void {
    const mask = this.#isClient ? this.#group.mask() : undefined;
    let head = headLength(text.length, this.#isClient);
    const out = this.#reserve(14 + 3 * text.length);
    const { bytes, length: start } = out;
    const at = start + head;
    const { written } = ENCODER.encodeInto(text, bytes.subarray(at));
    head = headLength(written, this.#isClient);
    if (start + head !== at) {
      bytes.copyWithin(start + head, at, at + written);
    }
    writeHead(bytes, start, Opcode.Text, written, mask);
    this.#append(out, start + head, written, mask);
  }

  /**
   * Writes a frame. Returns whether the payload must not change until there is
   * room, or `undefined` if the payload is not the text that it has to be.
   */
  writeFrame(
    opcode: number,
    payload: Uint8Array<ArrayBuffer>,
  ): boolean | undefined {
    const { length } = payload;
    const isText = opcode === Opcode.Text;
    const mask = this.#isClient ? this.#group.mask() : undefined;
    const uncopied = length >= UNCOPIED_BYTES && !this.#isClient &&
      !this.#writing;
    if (uncopied && isText && !isUtf8(payload)) return undefined;
    const out = this.#reserve(14 + (uncopied ? 0 : length));
    if (uncopied && this.#writing) return this.writeFrame(opcode, payload);
    const { bytes, words } = out;
    const start = writeHead(bytes, out.length, opcode, length, mask);
    if (uncopied) {
      this.#append(out, start, 0, undefined);
      return this.#write(payload);
    }
    bytes.set(payload, start);
    // A third of what `isUtf8()` takes for a short text.
    const isAscii = isText &&
      applyMask(bytes, words, start, start + length, 0) < 0x80;
    if (isText && !isAscii && !isUtf8(payload)) return undefined;
    this.#append(out, start, length, mask);
    return false;
  }

  /** Counts what was written to the buffer: a header and its payload. */
  #append(
    out: OutBuffer,
    start: number,
    length: number,
    mask: number | undefined,
  ): void {
    const end = start + length;
    if (mask !== undefined) applyMask(out.bytes, out.words, start, end, mask);
    this.waiting += end - out.length;
    out.length = end;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#group.schedule(this);
  }

  /**
   * Returns a buffer with enough room. The first one of a turn is small and is
   * sent as soon as it is full, so that the peer has something to do meanwhile.
   */
  #reserve(size: number): OutBuffer {
    const out = this.#out;
    if (!out) return this.#out = this.#group.lend(size);
    if (out.length + size <= out.bytes.length) return out;
    if (this.#writing) (this.#queue ??= []).push(out);
    else this.#write(EMPTY);
    return this.#out = this.#group.lend(Math.max(size, LARGE_BYTES));
  }

  /**
   * Writes all output and then `last`; returns whether a write is under way.
   */
  #write(last: Uint8Array<ArrayBuffer>): boolean {
    const buffers = this.#queue ?? [];
    if (this.#out) buffers.push(this.#out);
    this.#queue = this.#out = undefined;
    const parts = buffers.map(({ bytes, length }) => bytes.subarray(0, length));
    if (last.length > 0) {
      parts.push(last);
      this.waiting += last.length;
    }
    const size = this.waiting;
    const writing = this.#pipe.write(parts);
    if (!writing) {
      this.#onWritten(buffers, size);
      return false;
    }
    this.#writing = true;
    writing.then(() => {
      this.#writing = false;
      this.#onWritten(buffers, size);
      if (this.#out && this.#state !== "stopped") this.#write(EMPTY);
    }, (cause) => this.#break(cause));
    return true;
  }

  #onWritten(buffers: OutBuffer[], size: number): void {
    for (const buffer of buffers) this.#group.giveBack(buffer);
    this.waiting -= size;
    if (this.#state === "ending" && !this.#out) this.#pipe.end();
    if (!this.#room || this.waiting >= HIGH_WATER_MARK) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  #break(cause: unknown): void {
    const error = new CloseError(1006, { cause });
    this.refuseRoom(error);
    this.#listener.onBroken(error);
  }
}
