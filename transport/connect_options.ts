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
 *
 * @category Connecting
 */
export interface ConnectWebSocketOptions<F extends Format = "text">
  extends Limits {
  /**
   * What a message is. `"text"` and `"utf8"` travel as text frames, `"binary"`
   * as binary ones. A frame of the other kind closes with code 1003, except
   * valid UTF-8 in a binary frame, which `"utf8"` accepts.
   *
   * @default {"text"}
   */
  format?: F;
  /**
   * What to do with a frame of the other kind: close with code 1003, ignore it,
   * or take its bytes as a message of this format, for protocols whose peers
   * send such frames. Bytes that are not UTF-8 cannot be taken as text: they
   * close with code 1007.
   *
   * @default {"refuse"}
   */
  otherFrames?: "refuse" | "ignore" | "take";
  /** Aborts connecting. It does not affect an open transport. */
  signal?: AbortSignal;
  /**
   * The subprotocols to offer. The transport's `protocol` is the chosen one.
   *
   * @default {[]}
   */
  protocols?: readonly string[];
  /**
   * Headers to add to the handshake. Those of the handshake itself cannot be
   * set, and browsers cannot send any.
   */
  headers?: NonNullable<ConstructorParameters<typeof Headers>[0]>;
  /**
   * When to give up opening, in milliseconds; `Infinity` means never.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * Which WebSocket client to use: the one of this package, over a socket, or
   * the platform's. That of Deno 2.9 leaves Nagle's algorithm on, which delays
   * a second small message by 40 ms, keeps reading whether or not its messages
   * are read, and does not notice a server that is gone.
   *
   * @default {"own"} On Deno; `"platform"` elsewhere, and in a bundle.
   */
  implementation?: "own" | "platform";
  /**
   * How long the server may be silent, in milliseconds, before the connection
   * ends with code 1006; `Infinity` means never. The server is pinged after
   * half of that time; bytes that it takes count as a sign of life too. The
   * platform's WebSocket cannot do this.
   *
   * @default {30000}
   */
  idleTimeout?: number;
  /**
   * Which certificates to trust, and which to present. The platform's WebSocket
   * trusts only the usual certificates and does not accept this option.
   */
  tls?: ClientTls;
}

/**
 * Options of `connect()`: those of a WebSocket, of which the other
 * carriers have no use for `protocols`, `headers` and `idleTimeout`, and cannot
 * carry the format `"binary"`; and what stands for a line that is not UTF-8.
 *
 * @typeParam F What a message is.
 *
 * @category Connecting
 */
export interface ConnectOptions<F extends Format = "text">
  extends ConnectWebSocketOptions<F> {
  /**
   * The text that replaces a line that is not UTF-8, for a protocol that
   * answers such a message and goes on.
   *
   * @default {undefined} the connection ends with code 1007
   */
  malformed?: MessageOf<F> | undefined;
}
