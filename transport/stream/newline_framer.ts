// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Messages that end with a newline: one line of text each, such as JSON Lines.
 *
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * const framer = new NewlineFramer();
 * const bytes = framer.encode('{"id":1}');
 * assertEquals([...framer.decode(bytes)], ['{"id":1}']);
 * ```
 *
 * @module
 */

import { MAX_MESSAGE_BYTES, tooLarge } from "../_close.ts";
import { findNewlines } from "./_newlines.ts";
import { takeLines } from "./_short_lines.ts";
import { Tail } from "./_tail.ts";
import { isUtf8 } from "../_node.ts";
import { fromBytes, toBytes } from "../reading/_message_bytes.ts";
import {
  allocate,
  LINE,
  noteSeen,
  TEXT,
  wasSeen,
} from "@wirekit/internal/bytes";
import { isWhole } from "./_whole_json.ts";
import { arePlain } from "./_words.ts";
import type { Framer, FrameTarget } from "./framer.ts";
import type { Limits, MessageOf } from "../transport.ts";
import { checkLimits } from "@wirekit/internal/limits";

/** From this size on, the memory of a line is lent to it. */
const LARGE_BYTES = 16_384;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A larger chunk is mostly a part of one large line. */
const MAX_COPIED_BYTES = 65_536;

/** The most memory that a line gets at once because the last one was as long. */
const MAX_EXPECTED_BYTES = 131_072;

/** How much longer than the last one a line is expected to be at most. */
const SLACK_BYTES = 64;

const NEWLINE_BYTES = new Uint8Array([NEWLINE]);

const ENCODER = new TextEncoder();

/**
 * Options of {@linkcode NewlineFramer}.
 *
 * @typeParam F What a message is.
 *
 * @category Framing
 */
export interface NewlineFramerOptions<
  F extends "text" | "utf8" = "text" | "utf8",
> extends Pick<Limits, "maxMessageBytes"> {
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
 * Frames messages by the newline after each. It accepts `\r\n` too, and the end
 * of the stream after an object or a list of JSON.
 *
 * @typeParam F What a message is.
 *
 * @example Read lines of either kind
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * const framer = new NewlineFramer();
 * const bytes = new TextEncoder().encode("one\ntwo\r\nthr");
 * assertEquals([...framer.decode(bytes)], ["one", "two"]);
 * assertEquals(framer.pending, 3);
 * ```
 *
 * @category Framing
 */
export class NewlineFramer<F extends "text" | "utf8" = "text">
  implements Framer<MessageOf<F>> {
  readonly #format: F;
  readonly #malformed: MessageOf<F> | undefined;
  readonly #maxMessageBytes: number;
  readonly #tail = new Tail();
  /** Whether that is known to be ASCII. */
  #isAscii = true;
  /** The length of the last line. After a large one, others are expected. */
  #last = 0;

  /**
   * Makes a framer for one connection.
   *
   * @param options The format and the limit.
   */
  constructor(options: NewlineFramerOptions<F> = {}) {
    this.#format = options.format ?? "text" as F;
    this.#malformed = options.malformed;
    checkLimits(options);
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  }

  /** Bytes of the unfinished line that were taken so far. */
  get pending(): number {
    return this.#tail.length;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @param chunk The bytes.
   * @returns The lines that they complete, as {@linkcode Framer.decode} says.
   * The iteration throws a `CloseError` with code 1009 where a line is too
   * long, with code 1007 where it is not UTF-8 and has no replacement.
   */
  decode(chunk: Uint8Array): Iterable<MessageOf<F>> {
    const { places, isAscii } = findNewlines(chunk);
    const areShort = isAscii && chunk.length < MAX_COPIED_BYTES &&
      this.#last < LARGE_BYTES && (this.#tail.length === 0 || this.#isAscii) &&
      this.#tail.length + chunk.length <= this.#maxMessageBytes;
    return areShort
      ? this.#shortLines(chunk, places)
      : this.#lines(chunk, places, isAscii);
  }

  /** Returns all lines at once, which are ASCII, and none is too long. */
  #shortLines(chunk: Uint8Array, newlines: number[]): MessageOf<F>[] {
    const lines: MessageOf<F>[] = [];
    if (newlines.length > 0 && this.#tail.length > 0) {
      lines.push(this.#message(chunk.subarray(0, newlines[0]), true));
    }
    if (lines.length < newlines.length) {
      takeLines(chunk, newlines, this.#format, lines);
    }
    this.#last = lines.at(-1)?.length ?? this.#last;
    const end = (newlines.at(-1) ?? -1) + 1;
    if (end < chunk.length) this.#keep(chunk.subarray(end), true);
    return lines;
  }

  *#lines(
    chunk: Uint8Array,
    newlines: number[],
    isAscii: boolean,
  ): Generator<MessageOf<F>, void> {
    let start = 0;
    for (const end of newlines) {
      yield this.#message(chunk.subarray(start, end), isAscii);
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start), isAscii);
  }

  /**
   * Takes the end of the stream for the newline after the last line, if that has
   * all brackets of an object or a list of JSON: no part of one does.
   *
   * @returns The line, or nothing.
   * @throws {CloseError} As `decode` does.
   */
  last(): MessageOf<F> | undefined {
    const line = this.#tail.take();
    return isWhole(line) ? this.#message(line, this.#isAscii) : undefined;
  }

  /**
   * Returns a message as it is sent.
   *
   * @param message The message.
   * @returns Its bytes and a newline.
   * @throws {TypeError} If it contains a newline, ends with a carriage return,
   * or is not UTF-8.
   */
  encode(message: MessageOf<F>): Uint8Array<ArrayBuffer> {
    checkLine(message);
    if (typeof message === "string") {
      return toBytes(message + "\n", this.#format);
    }
    const bytes = allocate(message.length + 1);
    bytes.set(toBytes(message, this.#format));
    bytes[message.length] = NEWLINE;
    return bytes;
  }

  /**
   * Writes a message as it is sent to memory that others share.
   *
   * @param message The message.
   * @param target Where to write.
   * @returns Where its bytes and the newline end.
   * @throws {TypeError} As `encode` does.
   */
  encodeInto(message: MessageOf<F>, target: FrameTarget): number {
    const { bytes, words, length: start } = target;
    let end = start + message.length;
    if (typeof message !== "string") bytes.set(message, start);
    else {end = start +
        ENCODER.encodeInto(message, bytes.subarray(start)).written;}
    if (!arePlain(bytes, words, start, end) || bytes[end - 1] === RETURN) {
      const line = bytes.subarray(start, end);
      if (!checkLine(line)) toBytes(line, this.#format);
    }
    bytes[end] = NEWLINE;
    return end + 1;
  }

  /**
   * Returns a message as it is sent, without a copy if it is bytes.
   *
   * @param message The message. Bytes must not change until they are sent.
   * @returns Its bytes, and a newline.
   * @throws {TypeError} As `encode` does.
   */
  encodeParts(message: MessageOf<F>): Uint8Array<ArrayBuffer>[] {
    if (typeof message === "string") return [this.encode(message)];
    const format = checkLine(message) ? "binary" : this.#format;
    return [toBytes(message, format), NEWLINE_BYTES];
  }

  /** Returns the message that ends with these bytes of its line. */
  #message(end: Uint8Array, endIsAscii: boolean): MessageOf<F> {
    const tail = this.#tail;
    if (tail.length > 0) this.#keep(end, endIsAscii);
    const isAscii = tail.length > 0 ? this.#isAscii : endIsAscii;
    const line = this.#checked(tail.length > 0 ? tail.take() : end);
    this.#last = line.length;
    // Large ones are not copied again.
    const isOwn = line.length >= LARGE_BYTES && this.#format === "utf8" &&
      line.buffer !== end.buffer && !tail.holds(line) &&
      (isAscii || isUtf8?.(line));
    const message = isOwn
      ? line as MessageOf<F>
      : fromBytes(line, this.#format, isAscii, this.#malformed);
    if (typeof message !== "string") noteSeen(message, TEXT | LINE);
    return message;
  }

  /** Returns a line without its carriage return. Throws if it is too long. */
  #checked(bytes: Uint8Array): Uint8Array {
    let line = bytes;
    if (line[line.length - 1] === RETURN) line = line.subarray(0, -1);
    if (line.length > this.#maxMessageBytes) {
      throw tooLarge(this.#maxMessageBytes);
    }
    return line;
  }

  #keep(bytes: Uint8Array, isAscii: boolean): void {
    if (this.#tail.length === 0) this.#isAscii = true;
    if (!isAscii) this.#isAscii = false;
    // One more than a message may have: it may be a carriage return.
    if (this.#tail.length + bytes.length > this.#maxMessageBytes + 1) {
      throw tooLarge(this.#maxMessageBytes);
    }
    const expected = Math.min(this.#last + SLACK_BYTES, MAX_EXPECTED_BYTES);
    this.#tail.append(bytes, expected);
  }
}

/**
 * Throws if a message cannot be a line. Returns whether it is known to be UTF-8.
 */
function checkLine(message: string | Uint8Array<ArrayBuffer>): boolean {
  let isText = false;
  let isLine: boolean;
  if (typeof message === "string") {
    isLine = !message.includes("\n") && !message.endsWith("\r");
  } else {
    isText = wasSeen(message, TEXT | LINE);
    const found = isText ? undefined : findNewlines(message, 1);
    if (found) isText = found.isAscii;
    isLine = !found?.places.length && message.at(-1) !== RETURN;
  }
  if (isLine) return isText;
  throw new TypeError("Cannot send message: it contains a newline");
}
