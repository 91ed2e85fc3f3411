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
import { checkApart, checkPort } from "@wirekit/internal/limits";
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
 * @throws {RangeError} If `port` and `tcpPort` are the same.
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
  const { port, tcpPort } = options;
  checkPort("port", port);
  if (tcpPort !== undefined) checkPort("tcpPort", tcpPort);
  checkApart({ port, tcpPort });
  const serving = new Serving(options, onClient);
  try {
    await serving.listen();
  } catch (error) {
    await serving.close();
    throw error;
  }
  const { urls, addr } = serving;
  const close = () => serving.close();
  return {
    urls: urls as [string, ...string[]],
    addr: addr!,
    close,
    renewTls: (tls) => serving.renewTls(tls),
    [Symbol.asyncDispose]: close,
  };
}

/** What clients of one carrier come out of. */
type Clients<T> = AsyncIterable<T> & { close(): Promise<void> };

/** All listeners of a server. */
class Serving<F extends Format, State> implements RenewableTls {
  readonly urls: string[] = [];
  addr: NetAddr | undefined;
  readonly #options: ServeOptions<F, State>;
  readonly #onClient: (client: Arrival<F, State>) => unknown;
  readonly #admission: Admission<State>;
  readonly #hostname: string;
  readonly #framer: () => Framer<MessageOf<F>>;
  readonly #log: CalmLogger;
  readonly #listeners: (() => Promise<void>)[] = [];
  readonly #secure: RenewableTls[] = [];

  constructor(
    options: ServeOptions<F, State>,
    onClient: (client: Arrival<F, State>) => unknown,
  ) {
    const { admission, hostname = "127.0.0.1", framer, logger } = options;
    this.#options = options;
    this.#onClient = onClient;
    this.#admission = admission ?? new Admission(options);
    this.#hostname = hostname;
    this.#framer = framer ?? (() => lineFramer(options));
    this.#log = CalmLogger.of(logger);
  }

  /** Listens wherever the options say. */
  async listen(): Promise<void> {
    const { tcpPort, unixPath } = this.#options;
    await this.#listenWebSocket();
    if (tcpPort !== undefined) await this.#listenTcp(tcpPort);
    if (unixPath !== undefined) await this.#listenUnix(unixPath);
  }

  renewTls(tls: Parameters<RenewableTls["renewTls"]>[0]): void {
    for (const listener of this.#secure) listener.renewTls(tls);
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((stop) => stop()));
    this.#log.flush();
  }

  async #listenWebSocket(): Promise<void> {
    const listener = await listenWebSocket<F, State>({
      ...this.#options,
      admission: this.#admission,
    });
    this.addr = listener.addr;
    this.#secure.push(listener);
    this.#accept(listener, (client) => ({ ...client, carrier: "WebSocket" }));
    this.#at(this.#options.tls ? "wss" : "ws", listener.addr.port);
  }

  async #listenTcp(port: number): Promise<void> {
    const { tls } = this.#options;
    const listener = await listenTcp<MessageOf<F>>({
      ...this.#common(),
      hostname: this.#hostname,
      port,
      handshakeTimeout: this.#admission.handshakeTimeout,
      ...(tls && { tls }),
    }, this.#framer);
    if (tls) this.#secure.push(listener);
    this.#acceptLines(listener, tls ? "TLS" : "TCP");
    this.#at(tls ? "tls" : "tcp", listener.addr.port);
  }

  async #listenUnix(path: string): Promise<void> {
    const options = { ...this.#common(), path };
    const listener = await listenUnix<MessageOf<F>>(options, this.#framer);
    this.#acceptLines(listener, "Unix");
    this.urls.push(`unix:${listener.addr.path}`);
  }

  #common() {
    const { logger, maxOutboxBytes } = this.#options;
    return {
      admission: this.#admission,
      ...(logger && { logger }),
      ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
    };
  }

  #at(scheme: string, port: number): void {
    this.urls.push(`${scheme}://${hostAndPort(this.#hostname, port)}`);
  }

  #acceptLines(
    listener: Clients<Transport<MessageOf<F>>>,
    carrier: Carrier,
  ): void {
    this.#accept(listener, (transport) => ({
      transport,
      carrier,
      place: placeOf(transport),
    }));
  }

  #accept<T>(
    listener: Clients<T>,
    arrival: (client: T) => Arrival<F, State>,
  ): void {
    const done = (async () => {
      for await (const client of listener) this.#take(arrival(client));
    })();
    this.#listeners.push(async () => {
      await listener.close();
      await done;
    });
  }

  // Nothing here may keep the request of a client for as long as it is served.
  #take(client: Arrival<F, State>): void {
    const { transport } = client;
    const onClient = this.#onClient;
    try {
      const served: unknown = onClient(client);
      if (!isPromiseLike(served)) return;
      served.then(undefined, (error) => this.#disconnect(transport, error));
    } catch (error) {
      this.#disconnect(transport, error);
    }
  }

  #disconnect(transport: Transport<unknown>, thrown: unknown): void {
    const text = `Disconnected a client: ${described(thrown)}`;
    this.#log.error(text, "disconnected");
    void transport.close(errorOf(thrown));
  }
}

/** Makes the framer of a message a line. */
function lineFramer<F extends Format>(
  { format, maxMessageBytes }: Pick<
    ServeOptions<F, unknown>,
    "format" | "maxMessageBytes"
  >,
): Framer<MessageOf<F>> {
  return new NewlineFramer({
    format: (format ?? "text") as "text",
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
  }) as unknown as Framer<MessageOf<F>>;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then ===
    "function";
}
