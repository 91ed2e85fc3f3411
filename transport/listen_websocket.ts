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

import {
  Admission,
  type AdmissionOptions,
  type RequestInfo,
} from "./admission.ts";
import type { NetAddr } from "./listener.ts";
import type {
  Format,
  Limits,
  MessageOf,
  WebSocketTransport,
} from "./transport.ts";
import { WebSocketListening } from "./_websocket_listener.ts";

/**
 * Options of {@linkcode listenWebSocket}.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` returns.
 */
export interface ListenWebSocketOptions<
  F extends Format = "text",
  State = undefined,
> extends AdmissionOptions<State>, Omit<Limits, "maxInboxBytes"> {
  /**
   * The address to listen on. By default nobody else's machine can connect.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** The port to listen on; 0 for one that is free. */
  port: number;
  /** The certificate chain and its private key, in PEM, to encrypt. */
  tls?: { cert: string; key: string };
  /**
   * Who may come in, where the rules are shared with another listener or
   * handler; then those of {@linkcode AdmissionOptions} here are not used.
   */
  admission?: Admission<State>;
  /**
   * What a message is. `"text"` and `"utf8"` travel as text frames, `"binary"`
   * as binary ones. A frame of the other kind closes with code 1003, but for
   * valid UTF-8 in a binary frame, which `"utf8"` takes. A function says it of
   * each client, once its subprotocol is chosen.
   *
   * @default {"text"}
   */
  format?: F | ((request: Request, protocol: string | undefined) => F);
  /**
   * What to do with a frame of the other kind: close with code 1003, pass it
   * over, or take its bytes as a message of this format, for a protocol whose
   * peers do so. What is no UTF-8 cannot be taken as text: code 1007.
   *
   * @default {"refuse"}
   */
  otherFrames?: "refuse" | "ignore" | "take";
  /**
   * The last message before each close that the listener's side makes by
   * itself, because of a limit, silence or a broken frame, and before each ping.
   * It is for clients to whom the last message matters.
   *
   * @default None.
   */
  farewell?: MessageOf<F>;
  /**
   * Answers requests that ask for no WebSocket. Its `info.signal` is aborted when
   * the client is gone. What it leaves of a body unread is given up; a body may
   * take six times `handshakeTimeout` to come.
   *
   * @default Status 426.
   */
  handler?: (
    request: Request,
    info: RequestInfo,
  ) => Response | Promise<Response>;
  /**
   * How long a client may be silent, in milliseconds, before it is lost, with
   * code 1006. It is pinged at half of that.
   *
   * @default {30000}
   */
  idleTimeout?: number;
  /**
   * Largest headers of a request, in bytes.
   *
   * @default {16384}
   */
  maxHeaderBytes?: number;
}

/**
 * A client that has come in.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` has returned.
 */
export interface AcceptedConnection<
  F extends Format = "text",
  State = undefined,
> {
  /** The open transport. */
  transport: WebSocketTransport<MessageOf<F>>;
  /** The request that it came with. */
  request: Request;
  /** Who sent it. */
  info: RequestInfo;
  /** What `authorize` has returned. */
  state: State;
  /** The subprotocol that was chosen. */
  protocol: string | undefined;
}

/**
 * What {@linkcode listenWebSocket} returns: iterate it for those who connect.
 * Leaving the loop does not close it, and no bad client ends it. Closing it
 * does not close the transports that it gave.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` has returned.
 */
export interface WebSocketListener<F extends Format = "text", State = undefined>
  extends AsyncIterable<AcceptedConnection<F, State>>, AsyncDisposable {
  /** Where it listens. */
  readonly addr: NetAddr;

  /**
   * Stops listening. May be called twice.
   *
   * @returns Resolves when it no longer listens. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Listens for WebSocket clients.
 *
 * It speaks RFC 6455 by itself on a socket of `node:http`. All messages that
 * are sent in one turn leave in one write, a slow reader stops its client, an
 * idle client costs no buffer, and no extension is ever agreed upon. Bytes of
 * 16 KiB or more are sent without a copy: they must not change before `send()`
 * has resolved.
 *
 * Once the file descriptors of the process are used up it goes on as soon as
 * there are some again, and says so to the `logger`.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` returns.
 * @param options Where, for whom, and the limits.
 * @returns The listener. Rejects with an error that names the address and has
 * the `code` of the system, such as `"EADDRINUSE"`, if it cannot listen; on Deno
 * it is one of `Deno.errors`.
 * @throws {TypeError} If this is a Deno before 2.8, which cannot do it, if the
 * certificate and its key cannot be used, or if one of `allowedOrigins` is none.
 * @throws {RangeError} If a time or a number is none.
 *
 * @example Refuse who has no token
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
 */
export async function listenWebSocket<
  F extends Format = "text",
  State = undefined,
>(
  options: ListenWebSocketOptions<F, State>,
): Promise<WebSocketListener<F, State>> {
  if (/^Deno\/2\.[0-7]\./.test(navigator.userAgent)) {
    throw new TypeError(
      `Cannot listen: ${navigator.userAgent} spoils what follows an upgrade. ` +
        "Update it to 2.8, or use acceptWebSocket() in Deno.serve",
    );
  }
  const { admission = new Admission(options) } = options;
  const listener = new WebSocketListening<F, State>(options, admission);
  await listener.listen();
  return listener;
}
