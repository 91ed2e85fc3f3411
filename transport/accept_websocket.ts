// Copyright 2026 the Wirekit authors. MIT license.

/**
 * WebSocket clients of an HTTP handler, without the code of a client.
 *
 * ```ts no-assert
 * import { acceptWebSocket } from "@wirekit/transport/accept-websocket";
 *
 * await using server = Deno.serve({ port: 0 }, (request) => {
 *   const { response, transport } = acceptWebSocket(request);
 *   transport.send("hello");
 *   return response;
 * });
 * ```
 *
 * @module
 */

import { checkTime } from "@wirekit/internal/clock";
import { listOf } from "./server/_http_rules.ts";
import { PlatformSocket } from "./websocket/_platform_socket.ts";
import type {
  Format,
  Limits,
  MessageOf,
  WebSocketTransport,
} from "./transport.ts";

/** How long an accepted client may take to be there, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

/**
 * Options of {@linkcode acceptWebSocket}.
 *
 * @typeParam F What a message is.
 */
export interface AcceptWebSocketOptions<F extends Format = "text">
  extends Limits {
  /**
   * What a message is, as in `connectWebSocket()`.
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
  /**
   * The last message before each close that this side makes by itself because
   * of what came in, as in `listenWebSocket()`. Deno's own closes, after
   * `idleTimeout` and of messages from 64 MiB on, go without it.
   *
   * @default None.
   */
  farewell?: MessageOf<F>;
  /** The subprotocol to choose, one of those that the client offers. */
  protocol?: string;
  /**
   * How long the client may be silent, in milliseconds, before it is lost, with
   * code 1006. It is pinged at half of that. Deno counts in whole seconds.
   *
   * @default {30000}
   */
  idleTimeout?: number;
}

/**
 * What {@linkcode acceptWebSocket} returns.
 *
 * @typeParam F What a message is.
 */
export interface AcceptedWebSocket<F extends Format = "text"> {
  /** What the HTTP handler has to return; before it does, nothing is open. */
  response: Response;
  /**
   * The transport, to be used at once: what is sent before the client is there
   * waits for it, at most 10 seconds.
   */
  transport: WebSocketTransport<MessageOf<F>>;
}

/**
 * Accepts a WebSocket client inside an HTTP handler of `Deno.serve`, on Deno
 * and on Deno Deploy.
 *
 * After a close, `Deno.serve` resets a client that goes on sending, so such a
 * client may see code 1006 instead of the one that was given.
 *
 * Whoever may connect is the handler's to decide, before it calls this: a
 * browser sends its page's `Origin`. What else is needed of the request has to
 * be read before too: after this call Deno refuses it.
 *
 * @typeParam F What a message is.
 * @param request The request of the client.
 * @param options The format and the limits.
 * @returns The response for the client, and the transport.
 * @throws {TypeError} If the request asks for no WebSocket.
 *
 * @example Refuse what is no WebSocket
 * ```ts
 * import { acceptWebSocket } from "@wirekit/transport/accept-websocket";
 * import { assertThrows } from "@std/assert";
 *
 * const request = new Request("http://127.0.0.1/");
 * assertThrows(() => acceptWebSocket(request), TypeError);
 * ```
 */
export function acceptWebSocket<F extends Format = "text">(
  request: Request,
  options: AcceptWebSocketOptions<F> = {},
): AcceptedWebSocket<F> {
  const { protocol, idleTimeout = 30_000, ...rest } = options;
  checkTime("idleTimeout", idleTimeout);
  if (!("Deno" in globalThis)) {
    throw new TypeError(
      `Cannot accept a WebSocket in an HTTP handler on ${navigator.userAgent}: ` +
        "only Deno can. Use listenWebSocket()",
    );
  }
  const offered = listOf(request.headers.get("sec-websocket-protocol"));
  if (protocol !== undefined && !offered.includes(protocol)) {
    throw new TypeError(
      `Cannot choose the subprotocol "${protocol}": the client does not offer it`,
    );
  }
  const { socket, response } = Deno.upgradeWebSocket(request, {
    // None is 0 here.
    idleTimeout: idleTimeout === Infinity ? 0 : Math.ceil(idleTimeout / 1_000),
  });
  // Deno itself refuses a choice from offers without a space: `a,b`.
  if (protocol !== undefined) {
    response.headers.set("sec-websocket-protocol", protocol);
  }
  const transport = new PlatformSocket<F>(socket, {
    ...rest,
    protocol,
    format: options.format ?? "text" as F,
    role: "server",
    timeout: HANDSHAKE_TIMEOUT,
  });
  return { response, transport };
}
