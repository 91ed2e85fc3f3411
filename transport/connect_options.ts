// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How a connection is opened: the options of `connectWebSocket()` and
 * `connect()`.
 *
 * @module
 */

import type { ClientTls, Format, Limits, MessageOf } from "./transport.ts";

/**
 * Options of `connectWebSocket()`.
 *
 * @typeParam F What a message is.
 */
export interface ConnectWebSocketOptions<F extends Format = "text">
  extends Limits {
  /**
   * What a message is. `"text"` and `"utf8"` travel as text frames, `"binary"`
   * as binary ones. A frame of the other kind closes with code 1003, but for
   * valid UTF-8 in a binary frame, which `"utf8"` takes.
   *
   * @default {"text"}
   */
  format?: F;
  /**
   * What to do with a frame of the other kind: close with code 1003, pass it
   * over, or take its bytes as a message of this format, for a protocol whose
   * peers do so. What is no UTF-8 cannot be taken as text: code 1007.
   *
   * @default {"refuse"}
   */
  otherFrames?: "refuse" | "ignore" | "take";
  /** Gives up connecting. An open transport does not listen to it. */
  signal?: AbortSignal;
  /**
   * The subprotocols to offer. The transport tells which one was chosen.
   *
   * @default {[]}
   */
  protocols?: string[];
  /**
   * Headers of the handshake, but for those that make it one. Browsers cannot
   * send any.
   */
  headers?: HeadersInit;
  /**
   * How long it may take to open, in milliseconds; `Infinity` waits for ever.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * Whose WebSocket to use: one of our own over a socket, or the
   * platform's. The one of Deno 2.9 leaves Nagle's algorithm on, which holds a
   * second small message back for 40 ms, reads on whether its messages are read
   * or not, and does not notice a server that is gone.
   *
   * @default {"own"} On Deno; `"platform"` elsewhere, and in a bundle.
   */
  implementation?: "own" | "platform";
  /**
   * Milliseconds without a sign of life after which the server is lost, with
   * code 1006; `Infinity` waits for ever. It is pinged at half of that; bytes
   * that it takes are a sign too. The platform's WebSocket cannot tell.
   *
   * @default {30000}
   */
  idleTimeout?: number;
  /**
   * Whom to trust, and who this is. The platform's WebSocket trusts the usual
   * certificates alone, and refuses this.
   */
  tls?: ClientTls;
}

/**
 * Options of `connect()`: those of a WebSocket, of which the other
 * carriers have no use for `protocols`, `headers` and `idleTimeout`, and cannot
 * carry the format `"binary"`; and what stands for a line that is not UTF-8.
 *
 * @typeParam F What a message is.
 */
export interface ConnectOptions<F extends Format = "text">
  extends ConnectWebSocketOptions<F> {
  /**
   * What stands in the place of a line that is not UTF-8, for a protocol that
   * answers such a message and goes on.
   *
   * @default {undefined} the connection ends with code 1007
   */
  malformed?: MessageOf<F> | undefined;
}
