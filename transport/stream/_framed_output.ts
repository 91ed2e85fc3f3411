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

  /** Whether the last message must not change until there is room. */
  isKept = false;

  /**
   * Writes a message; returns whether there is room for it, which there is
   * while no more than `most` bytes wait. Throws as the framer does.
   */
  writeMessage(message: T, most: number): boolean {
    const framer = this.#framer;
    const isLarge = message.length >= UNCOPIED_BYTES;
    this.isKept = false;
    if (isLarge && framer.encodeParts && !this.isWriting) {
      const parts = framer.encodeParts(message);
      const isFree = this.#writeParts(parts, most);
      this.isKept = this.isWriting && parts[0] === message;
      return isFree;
    }
    return framer.encodeInto !== undefined && !isLarge
      ? this.#writeInto(message, most)
      : this.#writeParts([framer.encode(message)], most);
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

  #writeParts(parts: Uint8Array<ArrayBuffer>[], most: number): boolean {
    let length = 0;
    for (const part of parts) length += part.length;
    if (this.waiting + length > most) return false;
    if (length >= UNCOPIED_BYTES && !this.isWriting) {
      this.write(parts);
      return true;
    }
    const out = this.reserve(length);
    let end = out.length;
    for (const part of parts) {
      out.bytes.set(part, end);
      end += part.length;
    }
    this.append(out, end);
    return true;
  }
}
