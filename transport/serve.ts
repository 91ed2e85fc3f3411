// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A server over WebSocket, TCP and Unix sockets at once.
 *
 * ```ts
 * import { connect } from "@wirekit/transport/connect";
 * import { serve } from "@wirekit/transport/serve";
 *
 * await using server = await serve({ port: 0, tcpPort: 0 }, async ({ transport }) => {
 *   for await (const message of transport) await transport.send(message);
 * });
 * for (const url of server.urls) {
 *   await using client = await connect(url);
 *   await client.send("hello");
 * }
 * ```
 *
 * @module
 */

import { described, errorOf } from "@wirekit/internal/errors";
import { checkPort } from "@wirekit/internal/limits";
import { CalmLogger } from "@wirekit/internal/logger";
import { Admission, type Place, type RequestInfo } from "./admission.ts";
import type { Framer } from "./stream/framer.ts";
import { listenWebSocket } from "./listen_websocket.ts";
import type {
  ListenWebSocketOptions,
  NetAddr,
  RenewableTls,
} from "./listener.ts";
import { NewlineFramer } from "./stream/newline_framer.ts";
import { placeOf } from "./server/_pipe_listener.ts";
import { hostAndPort } from "./opening/_not_connected.ts";
import { listenTcp } from "./tcp.ts";
import type { Format, MessageOf, Transport } from "./transport.ts";
import { listenUnix } from "./unix.ts";

export type { NetAddr, RenewableTls } from "./listener.ts";

/**
 * Options of {@linkcode serve}.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` returns.
 *
 * @category Listening
 */
export interface ServeOptions<F extends Format = "text", State = undefined>
  extends ListenWebSocketOptions<F, State> {
  /**
   * A port for TCP, on the same address; 0 for a free one.
   *
   * @default No TCP.
   */
  tcpPort?: number;
  /**
   * A path for a Unix socket, which only the same user can connect to.
   *
   * @default No Unix socket.
   */
  unixPath?: string;
  /**
   * Makes the framer of a connection over TCP or a Unix socket.
   *
   * @default A message a line.
   */
  framer?: () => Framer<MessageOf<F>>;
}

/**
 * The carrier by which a client connected.
 *
 * @category Listening
 */
export type Carrier = "WebSocket" | "TCP" | "TLS" | "Unix";

/**
 * A client that has connected.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` has returned.
 *
 * @category Listening
 */
export interface Arrival<F extends Format = "text", State = undefined> {
  /** The open transport. */
  readonly transport: Transport<MessageOf<F>>;
  /** The carrier by which it connected. */
  readonly carrier: Carrier;
  /** The request of the handshake, over WebSocket only. */
  readonly request?: Request;
  /** The sender of that request. */
  readonly info?: RequestInfo;
  /**
   * What `authorize` returned, over WebSocket only: other clients are not
   * asked.
   */
  readonly state?: State;
  /** The chosen subprotocol, over WebSocket only. */
  readonly protocol?: string | undefined;
  /**
   * Its place, over TCP and Unix sockets only. A protocol that asks its clients
   * who they are may offer it to others until it knows.
   */
  readonly place?: Place | undefined;
}

/**
 * A server that listens.
 *
 * @category Listening
 */
export interface Server extends AsyncDisposable, RenewableTls {
  /** Where it listens, as URLs for clients; the WebSocket URL comes first. */
  readonly urls: readonly [string, ...string[]];
  /** Where it listens for WebSocket. */
  readonly addr: NetAddr;

  /**
   * Stops listening. Open connections stay open.
   *
   * @returns Resolves when it no longer listens. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Listens for clients over WebSocket, and optionally over TCP and a Unix
 * socket. All of them share `maxConnections`. TCP and Unix clients come without
 * a request, so the protocol has to ask them who they are.
 *
 * @typeParam F What a message is.
 * @typeParam State What `authorize` returns.
 * @param options Where to listen, who may connect, and the limits.
 * @param onClient Handles each client. If it throws or rejects, the client is
 * disconnected and the failure is logged.
 * @returns The server. Rejects as `listenWebSocket()` does; it listens nowhere
 * then.
 *
 * @example Count clients on every carrier
 * ```ts
 * import { connect } from "@wirekit/transport/connect";
 * import { serve } from "@wirekit/transport/serve";
 * import { assertEquals } from "@std/assert";
 *
 * const carriers: string[] = [];
 * await using server = await serve(
 *   { port: 0, tcpPort: 0 },
 *   async ({ transport, carrier }) => {
 *     carriers.push(carrier);
 *     await transport.send("welcome");
 *   },
 * );
 * for (const url of server.urls) {
 *   await using client = await connect(url);
 *   for await (const message of client) {
 *     assertEquals(message, "welcome");
 *     break;
 *   }
 * }
 * assertEquals(carriers, ["WebSocket", "TCP"]);
 * ```
 *
 * @category Listening
 */
export async function serve<F extends Format = "text", State = undefined>(
  options: ServeOptions<F, State>,
  onClient: (client: Arrival<F, State>) => unknown,
): Promise<Server> {
  const { hostname = "127.0.0.1", tls, logger, tcpPort, unixPath } = options;
  checkPort("port", options.port);
  if (tcpPort !== undefined) checkPort("tcpPort", tcpPort);
  const { admission = new Admission(options) } = options;
  const { maxMessageBytes, maxOutboxBytes, format = "text" } = options;
  const {
    framer = () =>
      new NewlineFramer({
        format: format as "text",
        ...(maxMessageBytes !== undefined && { maxMessageBytes }),
      }) as unknown as Framer<MessageOf<F>>,
  } = options;
  const common = {
    admission,
    ...(logger && { logger }),
    ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
  };
  const listeners: (() => Promise<void>)[] = [];
  const secure: RenewableTls[] = [];
  const renewTls: RenewableTls["renewTls"] = (tls) => {
    for (const listener of secure) listener.renewTls(tls);
  };
  const log = CalmLogger.of(logger);
  const close = async () => {
    await Promise.all(listeners.splice(0).map((stop) => stop()));
    log.flush();
  };

  // Nothing here may keep the request of a client for as long as it is served.
  function take(client: Arrival<F, State>): void {
    const { transport } = client;
    try {
      const served: unknown = onClient(client);
      if (!isPromiseLike(served)) return;
      served.then(undefined, (error) => disconnect(transport, error));
    } catch (error) {
      disconnect(transport, error);
    }
  }

  function disconnect(transport: Transport<unknown>, thrown: unknown): void {
    log.error(`Disconnected a client: ${described(thrown)}`, "disconnected");
    void transport.close(errorOf(thrown));
  }

  function accept<T>(
    listener: AsyncIterable<T> & { close(): Promise<void> },
    arrival: (client: T) => Arrival<F, State>,
  ): void {
    const done = (async () => {
      for await (const client of listener) take(arrival(client));
    })();
    listeners.push(async () => {
      await listener.close();
      await done;
    });
  }

  try {
    const sockets = await listenWebSocket<F, State>({ ...options, admission });
    secure.push(sockets);
    accept(sockets, (client) => ({ ...client, carrier: "WebSocket" }));
    const at = (port: number) => hostAndPort(hostname, port);
    const urls: [string, ...string[]] = [
      `${tls ? "wss" : "ws"}://${at(sockets.addr.port)}`,
    ];
    if (tcpPort !== undefined) {
      const { handshakeTimeout } = admission;
      const listener = await listenTcp<MessageOf<F>>({
        ...common,
        hostname,
        port: tcpPort,
        handshakeTimeout,
        ...(tls && { tls }),
      }, framer);
      if (tls) secure.push(listener);
      const carrier = tls ? "TLS" : "TCP";
      accept(listener, (transport) => ({
        transport,
        carrier,
        place: placeOf(transport),
      }));
      urls.push(`${tls ? "tls" : "tcp"}://${at(listener.addr.port)}`);
    }
    if (unixPath !== undefined) {
      const listener = await listenUnix<MessageOf<F>>(
        { ...common, path: unixPath },
        framer,
      );
      accept(listener, (transport) => ({
        transport,
        carrier: "Unix",
        place: placeOf(transport),
      }));
      urls.push(`unix:${unixPath}`);
    }
    const { addr } = sockets;
    return { urls, addr, close, renewTls, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then ===
    "function";
}
