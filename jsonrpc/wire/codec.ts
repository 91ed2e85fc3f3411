// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How messages are written on the wire: JSON text, unless a peer is told
 * otherwise.
 *
 * @module
 */

import { decodeJson, encodeJson, joinJson, type Message } from "./message.ts";

/**
 * What a message is on the wire.
 *
 * @category Messages
 */
export type Wire = string | Uint8Array<ArrayBuffer>;

/**
 * Writes and reads messages. Both ends have to use the same; on WebSocket they
 * agree on it by the subprotocol, and no subprotocol means JSON text.
 *
 * @typeParam T What a message is on the wire.
 *
 * @example JSON text is the default codec
 * ```ts
 * import { jsonCodec } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const text = jsonCodec.encode({ id: 1, result: [] });
 * assertEquals(jsonCodec.decode(text), { jsonrpc: "2.0", id: 1, result: [] });
 * assertEquals(jsonCodec.join(["1", "2"]), "[1,2]");
 * ```
 *
 * @category Messages
 */
export interface Codec<T extends Wire = string> {
  /** The WebSocket subprotocol that stands for it; none for JSON. */
  readonly protocol?: string;

  /**
   * Reads a message or a batch.
   *
   * @param message What came.
   * @returns The decoded value; an array is a batch.
   * @throws {Error} If it cannot be read.
   */
  decode(message: T): unknown;

  /**
   * Writes a message.
   *
   * @param message The message.
   * @returns What goes on the wire.
   * @throws {TypeError} If something in it cannot be written.
   */
  encode(message: Message): T;

  /**
   * Makes a batch of encoded messages.
   *
   * @param messages The messages.
   * @returns What goes on the wire.
   */
  join(messages: readonly T[]): T;
}

/**
 * JSON text, which every peer understands.
 *
 * @example Write a notification
 * ```ts
 * import { jsonCodec } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   jsonCodec.encode({ method: "log", params: ["hello"] }),
 *   '{"jsonrpc":"2.0","method":"log","params":["hello"]}',
 * );
 * ```
 *
 * @category Messages
 */
export const jsonCodec: Codec = {
  decode: decodeJson,
  encode: encodeJson,
  join: joinJson,
};
