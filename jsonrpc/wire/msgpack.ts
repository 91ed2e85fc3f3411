// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * MessagePack in place of JSON text, for both ends that agree on it by the
 * WebSocket subprotocol `jsonrpc.msgpack`. It carries bytes and dates, too.
 *
 * ```ts no-assert
 * import { connect } from "@wirekit/jsonrpc/client";
 * import { msgpackCodec } from "@wirekit/jsonrpc/msgpack";
 * import { serve } from "@wirekit/jsonrpc";
 *
 * await using server = await serve({ port: 0, codecs: [msgpackCodec] });
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 * await using client = await connect(url, { codec: msgpackCodec });
 * ```
 *
 * @module
 */

import { decode, encode } from "@msgpack/msgpack";
import type { Codec } from "./codec.ts";
import type { Message } from "./message.ts";

/**
 * Writes messages as MessagePack maps with the members of JSON-RPC.
 *
 * @example Bytes stay bytes
 * ```ts
 * import { msgpackCodec } from "@wirekit/jsonrpc/msgpack";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = msgpackCodec.encode({ id: 1, result: new Uint8Array([1, 2]) });
 * assertEquals(msgpackCodec.decode(bytes), {
 *   jsonrpc: "2.0",
 *   id: 1,
 *   result: new Uint8Array([1, 2]),
 * });
 * ```
 *
 * @category Tracing and MessagePack
 */
export const msgpackCodec: Codec<Uint8Array<ArrayBuffer>> = {
  protocol: "jsonrpc.msgpack",
  decode: (bytes) => decode(bytes),
  encode: (message) => encode(toMap(message), { ignoreUndefined: true }),
  join(messages) {
    const length = messages.reduce((sum, { length }) => sum + length, 0);
    const head = arrayHead(messages.length);
    const bytes = new Uint8Array(head.length + length);
    bytes.set(head);
    let at = head.length;
    for (const message of messages) {
      bytes.set(message, at);
      at += message.length;
    }
    return bytes;
  },
};

function toMap(message: Message): Record<string, unknown> {
  const jsonrpc = "2.0";
  if ("method" in message) {
    const { extra, ...call } = message;
    return { jsonrpc, ...call, ...extra };
  }
  if ("error" in message) {
    const { id, error: { code, message: text, data } } = message;
    return { jsonrpc, id, error: { code, message: text, data } };
  }
  return { jsonrpc, id: message.id, result: message.result ?? null };
}

function arrayHead(count: number): Uint8Array {
  if (count < 16) return new Uint8Array([0x90 | count]);
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, 0xdd);
  head.setUint32(1, count);
  return new Uint8Array(head.buffer);
}
