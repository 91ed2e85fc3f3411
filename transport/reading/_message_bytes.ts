// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Messages and their bytes, which must be UTF-8 if they are text. What only a
 * page's `WebSocket` needs is in `_utf8.ts`, without a look at Node.
 */

import { borrow } from "@wirekit/internal/bytes";
import { isAscii as isAsciiOfNode, isUtf8 } from "../_node.ts";
import { decodeText, encodeText } from "../_utf8.ts";
import type { Format, MessageOf } from "../transport.ts";

/** Below this size, a view of words costs more than it saves. */
const SHORT = 128;

/** From this size on, Deno and Node look at bytes faster than we do. */
const LONG = 1_024;

/** Throws a {@linkcode CloseError} 1007 if the bytes are not UTF-8. */
export function checkText(bytes: Uint8Array): void {
  const isText = bytes.length < LONG ? isAscii : isUtf8 ?? isAscii;
  if (!isText(bytes)) decodeText(bytes);
}

/** Returns whether no byte is over 127. Reads four at a time. */
export function isAscii(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  if (length >= LONG && isAsciiOfNode) return isAsciiOfNode(bytes);
  const head = Math.min(-byteOffset & 3, length);
  const words = length < SHORT ? 0 : (length - head) >> 2;
  let all = 0;
  for (let i = 0; i < head; i++) all |= bytes[i]!;
  if (words > 0) {
    let high = 0;
    const view = new Int32Array(buffer, byteOffset + head, words);
    for (let i = 0; i < words; i++) high |= view[i]!;
    if (high & 0x80808080) return false;
  }
  for (let i = head + 4 * words; i < length; i++) all |= bytes[i]!;
  return all < 0x80;
}

/**
 * Makes a message of a format from received bytes, which are not kept. If they
 * must be UTF-8 and are not, the message is `malformed`; without one this
 * throws a {@linkcode CloseError} 1007. With `checked` they are known to be
 * UTF-8.
 */
export function fromBytes<F extends Format>(
  bytes: Uint8Array,
  format: F,
  checked?: boolean,
  malformed?: MessageOf<F>,
): MessageOf<F>;
export function fromBytes(
  bytes: Uint8Array,
  format: Format,
  checked = false,
  malformed?: string | Uint8Array,
): string | Uint8Array {
  try {
    if (format === "text") return decodeText(bytes);
    if (format === "utf8" && !checked) checkText(bytes);
  } catch (error) {
    if (malformed !== undefined) return malformed;
    throw error;
  }
  const message = borrow(bytes.length);
  message.set(bytes);
  return message;
}

/**
 * Returns the bytes of a message of a format. Throws a `TypeError` if they must
 * be UTF-8 and are not. Bytes are not copied.
 */
export function toBytes(
  message: string | Uint8Array<ArrayBuffer>,
  format: Format,
): Uint8Array<ArrayBuffer> {
  if (typeof message === "string") return encodeText(message);
  if (format === "utf8") {
    try {
      checkText(message);
    } catch (cause) {
      throw new TypeError("Cannot send message: not valid UTF-8", { cause });
    }
  }
  return message;
}
