// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Transports over WebSocket, client and server.
 *
 * ```ts no-assert
 * import { acceptWebSocket, connectWebSocket } from "@wirekit/transport/websocket";
 *
 * await using server = Deno.serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 * }, (request) => {
 *   const { response, transport } = acceptWebSocket(request);
 *   echo(transport);
 *   return response;
 * });
 *
 * async function echo(transport: AsyncIterable<string> & typeof client) {
 *   for await (const message of transport) await transport.send(message);
 * }
 *
 * await using client = await connectWebSocket(
 *   `ws://127.0.0.1:${server.addr.port}`,
 * );
 * await client.send("hello");
 * ```
 *
 * @module
 */

import { checkTime } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import { isDeno, loadWebSocket } from "./opening/_with_sockets.ts";
import type { ConnectWebSocketOptions } from "./connect_options.ts";
import type { Format, MessageOf, WebSocketTransport } from "./transport.ts";
import { mistake, openPlatform } from "./websocket/_open_platform.ts";
import { checkRequest } from "./websocket/_request.ts";

export * from "./accept_websocket.ts";
export type { ConnectWebSocketOptions };

/**
 * Connects to a WebSocket server.
 *
 * Credentials in the URL (`ws://name:secret@host`) are sent as HTTP Basic.
 *
 * The platform's client can close only with code 1000 or 3000 to 4999. There,
 * an error with another code reaches the server as that code plus 3000, for
 * example 4011 for 1011.
 *
 * @typeParam F What a message is.
 * @param url The URL to connect to, with the scheme `ws:` or `wss:`.
 * @param options The format, the handshake and the limits.
 * @returns The open transport, with the subprotocol. Rejects with a
 * `HandshakeError` if the server refused, with a `NotConnectedError` if there
 * is none, with a `TimeoutError` or with the reason of the `signal`. The
 * platform's WebSocket cannot tell a refusal from a server that is not there:
 * both are a `NotConnectedError`.
 * @throws {TypeError} If the URL is not a WebSocket URL, or if a header or an
 * option is not supported here.
 * @throws {SyntaxError} If a subprotocol is not a token, or is given twice.
 * @throws {RangeError} If a time is not valid.
 *
 * @example Say hello to an echo server
 * ```ts
 * import { acceptWebSocket, connectWebSocket } from "@wirekit/transport/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   onListen() {},
 * }, (request) => {
 *   const { response, transport } = acceptWebSocket(request);
 *   transport.send("hello");
 *   return response;
 * });
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 *
 * await using transport = await connectWebSocket(url, {
 *   connectTimeout: 1_000,
 * });
 * for await (const message of transport) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * ```
 *
 * @category Connecting
 */
export async function connectWebSocket<F extends Format = "text">(
  url: string | URL,
  options: ConnectWebSocketOptions<F> = {},
): Promise<WebSocketTransport<MessageOf<F>>> {
  const { idleTimeout = 30_000, implementation } = options;
  checkLimits(options);
  checkTime("idleTimeout", idleTimeout);
  const request = checkRequest(url, options);
  options.signal?.throwIfAborted();
  const format = options.format ?? "text" as F;
  const own = implementation === "own"
    ? await loadWebSocket()
    : implementation === undefined && isDeno()
    ? await loadWebSocket().catch(() => undefined) // A bundle lacks it.
    : undefined;
  if (own) {
    return await own.openWebSocket<F>(request, {
      ...options,
      format,
      idleTimeout,
    });
  }
  if (options.tls) throw mistake("this platform's WebSocket takes no tls");
  return await openPlatform<F>(request, { ...options, format });
}
