// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A WebSocket server of our own, on a port that answers ordinary HTTP too.
 *
 * ```ts
 * import { listenWebSocket } from "@wirekit/transport/listen-websocket";
 * import { connectWebSocket } from "@wirekit/transport/websocket";
 *
 * await using listener = await listenWebSocket({ port: 0 });
 * serve();
 *
 * async function serve() {
 *   for await (const { transport } of listener) echo(transport);
 * }
 *
 * async function echo(transport: typeof client) {
 *   for await (const message of transport) await transport.send(message);
 * }
 *
 * await using client = await connectWebSocket(
 *   `ws://127.0.0.1:${listener.addr.port}`,
 * );
 * await client.send("hello");
 * ```
 *
 * @module
 */

import { ServedListening } from "./server/_served_listener.ts";
import { WebSocketListening } from "./server/_websocket_listener.ts";
import { Admission } from "./admission.ts";
import type { ListenWebSocketOptions, WebSocketListener } from "./listener.ts";
import type { Format } from "./transport.ts";

export type { RequestInfo } from "./admission.ts";
export type {
  AcceptedConnection,
  ListenWebSocketOptions,
  WebSocketListener,
} from "./listener.ts";

/**
 * Listens for WebSocket clients.
 *
 * It implements RFC 6455 itself, on a socket of `node:http`. All messages sent
 * in one turn leave in one write, a slow reader stops its client, an idle
 * client holds no buffer, and no extension is ever negotiated. Bytes of 16 KiB
 * or more are sent without a copy: they must not change before `send()` has
 * resolved.
 *
 * If the process runs out of file descriptors, it goes on as soon as there are
 * some again, and tells the `logger`.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` returns.
 * @param options Where to listen, who may connect, and the limits.
 * @returns The listener. Rejects with an error that names the address and has
 * the `code` of the system, such as `"EADDRINUSE"`, if it cannot listen; on Deno
 * it is one of `Deno.errors`.
 * @throws {TypeError} If the certificate and its key cannot be used, or if one
 * of `allowedOrigins` is not an origin.
 * @throws {RangeError} If a time or a number is not valid.
 *
 * @example Refuse clients without a token
 * ```ts
 * import { listenWebSocket } from "@wirekit/transport/listen-websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using listener = await listenWebSocket({
 *   port: 0,
 *   authorize: ({ headers }) =>
 *     headers.get("authorization") === "Bearer secret"
 *       ? undefined
 *       : new Response(null, { status: 401 }),
 *   handler: () => new Response("healthy"),
 * });
 * const response = await fetch(`http://127.0.0.1:${listener.addr.port}`);
 * assertEquals(await response.text(), "healthy");
 * ```
 *
 * @category Listening
 */
export async function listenWebSocket<
  F extends Format = "text",
  State = undefined,
>(
  options: ListenWebSocketOptions<F, State>,
): Promise<WebSocketListener<F, State>> {
  const { admission = new Admission(options) } = options;
  // What follows an upgrade of `node:http` is spoilt there.
  const isOld = /^Deno\/2\.[0-7]\./.test(navigator.userAgent);
  const listener = isOld
    ? new ServedListening<F, State>(options, admission)
    : new WebSocketListening<F, State>(options, admission);
  await listener.listen();
  return listener;
}
