// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Accepts WebSocket clients in an HTTP handler, without including client code.
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
import { checkLimits } from "@wirekit/internal/limits";
import { listOf } from "./server/_http_rules.ts";
import { acceptSocket } from "./websocket/_accepted_socket.ts";
import type {
  Format,
  Limits,
  MessageOf,
  WebSocketTransport,
} from "./transport.ts";

/** How long an accepted client may take to connect, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

/**
 * Options of {@linkcode acceptWebSocket}.
 *
 * @typeParam F What a message is.
 *
 * @category Listening
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
   * What to do with a frame of the other kind: close with code 1003, ignore it,
   * or take its bytes as a message of this format, for protocols whose peers
   * send such frames. Bytes that are not UTF-8 cannot be taken as text: they
   * close with code 1007.
   *
   * @default {"refuse"}
   */
  otherFrames?: "refuse" | "ignore" | "take";
  /**
   * The last message to send before this side closes because of what it
   * received, as in `listenWebSocket()`. It is not sent when Deno itself
   * closes: after `idleTimeout`, and for messages of 64 MiB or more.
   *
   * @default None.
   */
  farewell?: MessageOf<F>;
  /** The subprotocol to choose. It must be one that the client offers. */
  protocol?: string;
  /**
   * How long the client may be silent, in milliseconds, before the connection
   * ends with code 1006. The client is pinged after half of that time. Deno
   * counts in whole seconds.
   *
   * @default {30000}
   */
  idleTimeout?: number;
}

/**
 * What {@linkcode acceptWebSocket} returns.
 *
 * @typeParam F What a message is.
 *
 * @category Listening
 */
export interface AcceptedWebSocket<F extends Format = "text"> {
  /**
   * The response that the HTTP handler must return. The connection opens only
   * then.
   */
  response: Response;
  /**
   * The transport. It can be used at once: messages sent before the client has
   * connected wait for it, for at most 10 seconds.
   */
  transport: WebSocketTransport<MessageOf<F>>;
}

/**
 * Accepts a WebSocket client inside an HTTP handler of `Deno.serve`, on Deno
 * and on Deno Deploy.
 *
 * After a close, `Deno.serve` resets a client that keeps sending, so such a
 * client may see code 1006 instead of the given one.
 *
 * The handler decides who may connect before it calls this function: a browser
 * sends the `Origin` of its page. Read everything else that you need from the
 * request before this call too: Deno refuses it afterwards.
 *
 * @typeParam F What a message is.
 * @param request The request of the client.
 * @param options The format and the limits.
 * @returns The response for the client, and the transport.
 * @throws {TypeError} If the request does not ask for a WebSocket.
 *
 * @example Refuse a request that is not for a WebSocket
 * ```ts
 * import { acceptWebSocket } from "@wirekit/transport/accept-websocket";
 * import { assertThrows } from "@std/assert";
 *
 * const request = new Request("http://127.0.0.1/");
 * assertThrows(() => acceptWebSocket(request), TypeError);
 * ```
 *
 * @category Listening
 */
export function acceptWebSocket<F extends Format = "text">(
  request: Request,
  options: AcceptWebSocketOptions<F> = {},
): AcceptedWebSocket<F> {
  const { protocol, idleTimeout = 30_000, ...rest } = options;
  checkLimits(options);
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
  const transport = acceptSocket<F>(socket, {
    ...rest,
    protocol,
    format: options.format ?? "text" as F,
    timeout: HANDSHAKE_TIMEOUT,
  });
  return { response, transport };
}
