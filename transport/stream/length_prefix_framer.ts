// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Messages with a four-byte length before each.
 *
 * ```ts
 * import { LengthPrefixFramer } from "@wirekit/transport";
 * import { assertEquals } from "@std/assert";
 *
 * const framer = new LengthPrefixFramer();
 * assertEquals([...framer.encode("hi")], [0, 0, 0, 2, 104, 105]);
 * ```
 *
 * @module
 */

import { MAX_MESSAGE_BYTES, tooLarge } from "../_close.ts";
import { Tail } from "./_tail.ts";
import { fromBytes, toBytes } from "../reading/_message_bytes.ts";
import type { Framer } from "./framer.ts";
import type { Format, Limits, MessageOf } from "../transport.ts";
import { checkLimits } from "@wirekit/internal/limits";

const PREFIX_BYTES = 4;

/**
 * Options of {@linkcode LengthPrefixFramer}.
 *
 * @typeParam F What a message is.
 *
 * @category Framing
 */
export interface LengthPrefixFramerOptions<F extends Format = Format>
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
  /**
   * Whether the length is little-endian, as in the native messaging of
   * browsers.
   *
   * @default {false}
   */
  littleEndian?: boolean;
}

/**
 * Frames messages by a four-byte length before each, in bytes.
 *
 * @typeParam F What a message is.
 *
 * @example Carry any bytes
 * ```ts
 * import { LengthPrefixFramer } from "@wirekit/transport";
 * import { assertEquals } from "@std/assert";
 *
 * const framer = new LengthPrefixFramer({ format: "binary" });
 * const bytes = framer.encode(new Uint8Array([1, 10, 255]));
 * assertEquals([...framer.decode(bytes)], [new Uint8Array([1, 10, 255])]);
 * ```
 *
 * @category Framing
 */
export class LengthPrefixFramer<F extends Format = "text">
  implements Framer<MessageOf<F>> {
  readonly #format: F;
  readonly #malformed: MessageOf<F> | undefined;
  readonly #littleEndian: boolean;
  readonly #maxMessageBytes: number;
  readonly #prefix = new Tail();
  readonly #body = new Tail();
  /** The length of the body; -1 while the prefix is read. */
  #size = -1;

  /**
   * Makes a framer for one connection.
   *
   * @param options The format, the byte order and the limit.
   */
  constructor(options: LengthPrefixFramerOptions<F> = {}) {
    this.#format = options.format ?? "text" as F;
    this.#malformed = options.malformed;
    this.#littleEndian = options.littleEndian ?? false;
    checkLimits(options);
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  }

  /** Bytes of the unfinished message that were taken so far. */
  get pending(): number {
    const prefix = this.#size < 0 ? this.#prefix.length : PREFIX_BYTES;
    return prefix + this.#body.length;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @param chunk The bytes.
   * @returns The messages that they complete, as {@linkcode Framer.decode}
   * says. The iteration throws a `CloseError` with code 1009 where a message is
   * too long, with code 1007 where it is not UTF-8.
   */
  *decode(chunk: Uint8Array): Generator<MessageOf<F>, void> {
    let at = 0;
    while (at < chunk.length || this.#size === 0) {
      const tail = this.#size < 0 ? this.#prefix : this.#body;
      const size = this.#size < 0 ? PREFIX_BYTES : this.#size;
      const missing = size - tail.length;
      const bytes = tail.fill(chunk, at, size);
      at += Math.min(missing, chunk.length - at);
      if (!bytes) return;
      if (this.#size < 0) {
        this.#size = view(bytes).getUint32(0, this.#littleEndian);
        if (this.#size > this.#maxMessageBytes) {
          throw tooLarge(this.#maxMessageBytes);
        }
      } else {
        this.#size = -1;
        yield fromBytes(bytes, this.#format, false, this.#malformed);
      }
    }
  }

  /**
   * Returns a message as it is sent.
   *
   * @param message The message.
   * @returns Its length and its bytes.
   * @throws {TypeError} If the format needs UTF-8 and it is not, or over 4 GiB.
   */
  encode(message: MessageOf<F>): Uint8Array<ArrayBuffer> {
    const body = toBytes(message, this.#format);
    if (body.length > 0xffff_ffff) {
      throw new TypeError("Cannot send message: it is over 4 GiB");
    }
    const bytes = new Uint8Array(PREFIX_BYTES + body.length);
    view(bytes).setUint32(0, body.length, this.#littleEndian);
    bytes.set(body, PREFIX_BYTES);
    return bytes;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
