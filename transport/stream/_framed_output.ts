// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BytePipe } from "./_byte_pipe.ts";
import type { Framer } from "./framer.ts";
import { Outflow, type OutflowListener, UNCOPIED_BYTES } from "./_outflow.ts";

/** Room for what a framer adds to the bytes of a message. */
const FRAME_BYTES = 16;

/** What a stream of bytes is sent: a framer makes bytes of messages. */
export class FramedOutput<T extends string | Uint8Array> extends Outflow {
  readonly #framer: Framer<T>;

  /** Writes for one end of a connection. */
  constructor(pipe: BytePipe, framer: Framer<T>, listener: OutflowListener) {
    super(pipe, listener);
    this.#framer = framer;
  }

  /**
   * Writes a message; returns whether there is room for it, which there is
   * while no more than `most` bytes wait. Throws as the framer does.
   */
  writeMessage(message: T, most: number): boolean {
    const { length } = message;
    return this.#framer.encodeInto !== undefined && length < UNCOPIED_BYTES
      ? this.#writeInto(message, most)
      : this.#writeBytes(this.#framer.encode(message), most);
  }

  #writeInto(message: T, most: number): boolean {
    const { length } = message;
    const size = typeof message === "string" ? 3 * length : length;
    const out = this.reserve(FRAME_BYTES + size);
    const end = this.#framer.encodeInto!(message, out);
    if (this.waiting + end - out.length > most) return false;
    this.append(out, end);
    return true;
  }

  #writeBytes(bytes: Uint8Array<ArrayBuffer>, most: number): boolean {
    const { length } = bytes;
    if (this.waiting + length > most) return false;
    if (length >= UNCOPIED_BYTES && !this.isWriting) {
      this.write(bytes);
      return true;
    }
    const out = this.reserve(length);
    out.bytes.set(bytes, out.length);
    this.append(out, out.length + length);
    return true;
  }
}
