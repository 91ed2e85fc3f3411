// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Splits a stream of bytes into messages.
 *
 * @module
 */

/**
 * Splits a stream of bytes into messages, and writes messages as bytes. It does
 * no I/O. One instance serves one connection.
 *
 * @typeParam T What a message is.
 *
 * @example Any chunking gives the same messages
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * const framer = new NewlineFramer();
 * const bytes = new TextEncoder().encode("one\ntwo\nthr");
 * const messages = [
 *   ...framer.decode(bytes.subarray(0, 5)),
 *   ...framer.decode(bytes.subarray(5)),
 * ];
 * assertEquals(messages, ["one", "two"]);
 * assertEquals(framer.pending, 3);
 * ```
 *
 * @category Framing
 */
export interface Framer<T> {
  /**
   * Takes the next bytes of the stream and keeps the unfinished tail.
   *
   * @param chunk The bytes. They are not kept beyond the iteration.
   * @returns The messages that `chunk` completes, to be iterated to the end
   * before the next call. The iteration throws a {@linkcode CloseError}, after
   * the messages before it, where the bytes are not a message or a message
   * exceeds its limit. The framer cannot be used after that.
   */
  decode(chunk: Uint8Array): Iterable<T>;

  /**
   * Returns a message as it is sent.
   *
   * @param message The message.
   * @returns Its bytes.
   * @throws {TypeError} If this framing cannot carry the message.
   */
  encode(message: T): Uint8Array<ArrayBuffer>;

  /**
   * Writes a message as it is sent to memory that others share: the same bytes
   * as those of `encode`, without a buffer for each message. A framer need not
   * have it.
   *
   * @param message The message.
   * @param target Where to write.
   * @returns Where the bytes end.
   * @throws {TypeError} If this framing cannot carry the message.
   */
  encodeInto?(message: T, target: FrameTarget): number;

  /**
   * Returns the bytes that `encode` would, in parts. One of them may be the
   * message itself, which must not change until it is sent. A framer need not
   * have it; it spares large messages a copy.
   *
   * @param message The message.
   * @returns Its bytes.
   * @throws {TypeError} If this framing cannot carry the message.
   */
  encodeParts?(message: T): Uint8Array<ArrayBuffer>[];

  /**
   * Returns the unfinished message where the end of the stream may stand for the
   * end of the message. A framer need not have it.
   *
   * @returns The message; nothing if it is only a part of one.
   * @throws {Error} As `decode` does.
   */
  last?(): T | undefined;

  /** Bytes of the unfinished message that were taken so far. */
  readonly pending: number;
}

/**
 * Where {@linkcode Framer.encodeInto} writes. From `length` on there is room for
 * the message, at 3 bytes for each unit of a text, and for 16 more.
 *
 * @category Framing
 */
export interface FrameTarget {
  /** The memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** All whole words of the same memory. */
  readonly words: Int32Array<ArrayBuffer>;
  /** Where to start. */
  readonly length: number;
}
