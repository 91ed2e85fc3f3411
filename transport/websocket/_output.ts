// Copyright 2026 the Wirekit authors. MIT license.

import { giveBackUsed, TEXT, wasSeen } from "@wirekit/internal/bytes";
import { isUtf8 } from "../_node.ts";
import { LARGE_BYTES, type OutBuffer } from "../stream/_out_buffers.ts";
import type { BytePipe } from "../stream/_byte_pipe.ts";
import {
  Outflow,
  type OutflowListener,
  UNCOPIED_BYTES,
} from "../stream/_outflow.ts";
import type { Format } from "../transport.ts";
import type { ConnectionGroup } from "./_connection_group.ts";
import { headLength, Opcode, writeHead } from "./_frame.ts";
import { applyMask } from "./_mask.ts";
import {
  frameLength,
  GATHERED_BYTES,
  SHORT_LENGTH,
  writeShortTexts,
} from "./_short_texts.ts";

const ENCODER = new TextEncoder();

/** Options of an {@linkcode Output}. */
export interface OutputOptions {
  /** What a message is. */
  format: Format;
  /** Which side this is: a client masks. */
  role: "client" | "server";
}

/** What a connection sends: the frames of a turn go out in one write. */
export class Output extends Outflow {
  readonly #group: ConnectionGroup;
  readonly #opcode: number;
  readonly #isClient: boolean;
  /** Short texts of this turn, and the bytes that their frames take. */
  #texts: string[] | undefined;
  #gathered = 0;

  /** Writes for one end of a connection. */
  constructor(
    pipe: BytePipe,
    group: ConnectionGroup,
    options: OutputOptions,
    listener: OutflowListener,
  ) {
    super(pipe, listener);
    this.#group = group;
    this.#opcode = options.format === "binary" ? Opcode.Binary : Opcode.Text;
    this.#isClient = options.role === "client";
  }

  /** Writes a message. Returns what {@linkcode writeFrame} does. */
  writeMessage(message: string | Uint8Array<ArrayBuffer>): boolean | undefined {
    if (typeof message !== "string") {
      return this.writeFrame(this.#opcode, message);
    }
    if (message.length <= SHORT_LENGTH) this.#gather(message);
    else {
      this.#writeGathered();
      this.#writeText(message);
    }
    return false;
  }

  /** Writes everything that was sent in this turn. */
  override flush(): void {
    this.#writeGathered();
    super.flush();
  }

  /** Ends the pipe once all is written; resolves when it has ended. */
  override end(): Promise<void> {
    this.#writeGathered();
    return super.end();
  }

  /** Puts a short text off until others can be encoded with it. */
  #gather(text: string): void {
    const size = frameLength(text, this.#isClient);
    if (this.#gathered + size > GATHERED_BYTES) {
      this.#writeGathered();
      this.reserve(size); // Sends what is full.
    }
    (this.#texts ??= []).push(text);
    this.#gathered += size;
    this.waiting += size;
    this.flushLater();
  }

  #writeGathered(): void {
    const texts = this.#texts;
    if (!texts) return;
    const size = this.#gathered;
    this.#texts = undefined;
    this.#gathered = 0;
    this.waiting -= size;
    if (texts.length > 1) {
      const out = this.reserve(size);
      const group = this.#isClient ? this.#group : undefined;
      const end = writeShortTexts(texts, size, out, group);
      if (end !== undefined) return this.append(out, end, texts.length);
    }
    for (const text of texts) this.#writeText(text);
  }

  #writeText(text: string): void {
    const mask = this.#isClient ? this.#group.mask() : undefined;
    let head = headLength(text.length, this.#isClient);
    const most = 14 + 3 * text.length;
    // Most texts are ASCII: so much memory is made for those that are not.
    let out = this.reserve(most > LARGE_BYTES ? 14 + text.length : most);
    let at = out.length + head;
    let { read, written } = ENCODER.encodeInto(text, out.bytes.subarray(at));
    // More bytes than characters may need a longer header, too.
    const needed = headLength(written, this.#isClient) + written;
    if (read < text.length || out.length + needed > out.bytes.length) {
      out = this.reserve(most);
      at = out.length + head;
      ({ written } = ENCODER.encodeInto(text, out.bytes.subarray(at)));
    }
    const { bytes, length: start } = out;
    head = headLength(written, this.#isClient);
    if (start + head !== at) {
      bytes.copyWithin(start + head, at, at + written);
    }
    writeHead(bytes, start, Opcode.Text, written, mask);
    this.#appendFrame(out, start + head, written, mask);
  }

  /**
   * Writes a frame. Returns whether the payload must not change until there is
   * room, or `undefined` if the payload is not the text that it has to be.
   */
  writeFrame(
    opcode: number,
    payload: Uint8Array<ArrayBuffer>,
  ): boolean | undefined {
    this.#writeGathered();
    const { length } = payload;
    // Whether it has to be looked at for what is not text.
    const isUnseen = opcode === Opcode.Text && !wasSeen(payload, TEXT);
    const mask = this.#isClient ? this.#group.mask() : undefined;
    const uncopied = length >= UNCOPIED_BYTES && !this.#isClient &&
      !this.isWriting;
    if (uncopied && isUnseen && !isUtf8(payload)) return undefined;
    const out = this.reserve(14 + (uncopied ? 0 : length));
    if (uncopied && this.isWriting) return this.writeFrame(opcode, payload);
    const { bytes, words } = out;
    const start = writeHead(bytes, out.length, opcode, length, mask);
    if (uncopied) {
      this.#appendFrame(out, start, 0, undefined);
      return this.write([payload]);
    }
    bytes.set(payload, start);
    // A third of what `isUtf8()` takes for a short text.
    const isText = !isUnseen ||
      applyMask(bytes, words, start, start + length, 0) < 0x80;
    if (!isText && !isUtf8(payload)) return undefined;
    this.#appendFrame(out, start, length, mask);
    giveBackUsed(payload);
    return false;
  }

  /** Counts what was written to the buffer: a header and its payload. */
  #appendFrame(
    out: OutBuffer,
    start: number,
    length: number,
    mask: number | undefined,
  ): void {
    const end = start + length;
    if (mask !== undefined) applyMask(out.bytes, out.words, start, end, mask);
    this.append(out, end);
  }
}
