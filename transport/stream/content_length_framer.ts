// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Messages with a `Content-Length` header: the base protocol of the Language
 * Server Protocol.
 *
 * ```ts
 * import { ContentLengthFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new ContentLengthFramer().encode("{}");
 * assertEquals(new TextDecoder().decode(bytes), "Content-Length: 2\r\n\r\n{}");
 * ```
 *
 * @module
 */

import { MAX_MESSAGE_BYTES, tooLarge } from "../_close.ts";
import { Tail } from "./_tail.ts";
import { fromBytes, toBytes } from "../reading/_message_bytes.ts";
import { encodeText } from "../_utf8.ts";
import type { Framer } from "./framer.ts";
import {
  CloseError,
  type Format,
  type Limits,
  type MessageOf,
} from "../transport.ts";
import { checkLimits } from "@wirekit/internal/limits";

/** Largest block of headers, in bytes. */
const MAX_HEADER_BYTES = 4_096;

const CONTENT_LENGTH_REGEXP = /^content-length:[ \t]*([0-9]+)[ \t]*$/i;

/**
 * Options of {@linkcode ContentLengthFramer}.
 *
 * @typeParam F What a message is.
 *
 * @category Framing
 */
export interface ContentLengthFramerOptions<F extends Format = Format>
  extends Pick<Limits, "maxMessageBytes"> {
  /**
   * What a message is.
   *
   * @default {"text"}
   */
  format?: F;
  /**
   * The text that replaces a message that is not UTF-8, for a protocol that
   * answers such a message and goes on.
   *
   * @default {undefined} the connection ends with code 1007
   */
  malformed?: MessageOf<F> | undefined;
}

/**
 * Frames messages by a header block with their length in bytes. It accepts
 * other headers too, such as `Content-Type`. The block may have 4096 bytes at
 * most.
 *
 * @typeParam F What a message is.
 *
 * @example Read a message
 * ```ts
 * import { ContentLengthFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * const framer = new ContentLengthFramer();
 * const bytes = new TextEncoder().encode("Content-Length: 2\r\n\r\n{}");
 * assertEquals([...framer.decode(bytes)], ["{}"]);
 * ```
 *
 * @category Framing
 */
export class ContentLengthFramer<F extends Format = "text">
  implements Framer<MessageOf<F>> {
  readonly #format: F;
  readonly #malformed: MessageOf<F> | undefined;
  readonly #maxMessageBytes: number;
  readonly #header = new Tail();
  readonly #body = new Tail();
  #headerBytes = 0;
  /** How much of the empty line that ends the headers was seen. */
  #matched = 0;
  /** The length of the body; -1 while the headers are read. */
  #size = -1;

  /**
   * Makes a framer for one connection.
   *
   * @param options The format and the limit.
   */
  constructor(options: ContentLengthFramerOptions<F> = {}) {
    this.#format = options.format ?? "text" as F;
    this.#malformed = options.malformed;
    checkLimits(options);
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  }

  /** Bytes of the unfinished message that were taken so far. */
  get pending(): number {
    return this.#headerBytes + this.#body.length;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @param chunk The bytes.
   * @returns The messages that they complete, as {@linkcode Framer.decode}
   * says. The iteration throws a `CloseError` with code 1009 where a message or
   * its headers are too long, with code 1002 where the headers are not valid,
   * and with code 1007 where a message is not UTF-8.
   */
  *decode(chunk: Uint8Array): Generator<MessageOf<F>, void> {
    let at = 0;
    while (at < chunk.length || this.#size === 0) {
      if (this.#size < 0) {
        at = this.#readHeader(chunk, at);
        continue;
      }
      const missing = this.#size - this.#body.length;
      const body = this.#body.fill(chunk, at, this.#size);
      at += Math.min(missing, chunk.length - at);
      if (!body) return;
      this.#size = -1;
      this.#headerBytes = 0;
      yield fromBytes(body, this.#format, false, this.#malformed);
    }
  }

  /**
   * Returns a message as it is sent.
   *
   * @param message The message.
   * @returns Its length and its bytes.
   * @throws {TypeError} If the format needs UTF-8 and it is not.
   */
  encode(message: MessageOf<F>): Uint8Array<ArrayBuffer> {
    const body = toBytes(message, this.#format);
    const header = encodeText(`Content-Length: ${body.length}\r\n\r\n`);
    const bytes = new Uint8Array(header.length + body.length);
    bytes.set(header);
    bytes.set(body, header.length);
    return bytes;
  }

  /** Reads headers from `start` on; returns where it stopped. */
  #readHeader(chunk: Uint8Array, start: number): number {
    let end = start;
    while (end < chunk.length && this.#matched < 4) {
      const byte = chunk[end++];
      // The empty line is "\r\n\r\n": return and newline in turn.
      if (byte === (this.#matched % 2 === 0 ? 0x0d : 0x0a)) this.#matched++;
      else this.#matched = byte === 0x0d ? 1 : 0;
    }
    this.#headerBytes += end - start;
    if (this.#headerBytes > MAX_HEADER_BYTES) {
      throw new CloseError(1009, {
        reason: `headers over ${MAX_HEADER_BYTES} bytes`,
      });
    }
    this.#header.append(chunk.subarray(start, end));
    if (this.#matched === 4) {
      this.#matched = 0;
      this.#size = this.#parse(this.#header.take().subarray(0, -4));
    }
    return end;
  }

  #parse(header: Uint8Array): number {
    let size: number | undefined;
    for (const line of new TextDecoder().decode(header).split("\r\n")) {
      const value = CONTENT_LENGTH_REGEXP.exec(line)?.[1];
      if (value === undefined && line.indexOf(":") > 0) {
        if (!/^content-length:/i.test(line)) continue;
      }
      if (value === undefined || size !== undefined) {
        throw new CloseError(1002, { reason: "bad Content-Length header" });
      }
      size = Number(value);
    }
    if (size === undefined) {
      throw new CloseError(1002, { reason: "no Content-Length header" });
    }
    if (size > this.#maxMessageBytes) throw tooLarge(this.#maxMessageBytes);
    return size;
  }
}
