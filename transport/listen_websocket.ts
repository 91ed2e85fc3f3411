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

import type { Buffer } from "node:buffer";
import type {
  IncomingMessage,
  Server,
  ServerOptions,
  ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { ConnectionGroup } from "./_connection_group.ts";
import {
  createServer,
  createTlsServer,
  Readable,
  STATUS_CODES,
} from "./_node_http.ts";
import { OPEN_TIMEOUT } from "./_opening.ts";
import { SocketPipe } from "./_socket_pipe.ts";
import { WebSocketConnection } from "./_websocket_connection.ts";
import { acceptKey } from "./_websocket_handshake.ts";
import type { NetAddr } from "./listener.ts";
import {
  CloseError,
  type Format,
  type Limits,
  type MessageOf,
  type WebSocketTransport,
} from "./transport.ts";

/** Connections that the kernel keeps until they are accepted. */
const BACKLOG = 1_024;

/** How often to look for requests that take too long, in milliseconds. */
const CHECK_INTERVAL = 500;

/** Connections that may be in their handshake besides the open ones. */
const HANDSHAKES = 1_024;

/** Who sends a request, as the handler of `Deno.serve` is told. */
export interface RequestInfo {
  /** The peer of the connection. */
  remoteAddr: NetAddr;
}

/** Options of {@linkcode listenWebSocket}. */
export interface ListenWebSocketOptions<F extends Format = "text">
  extends Omit<Limits, "maxInboxBytes"> {
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
   * What a message is. `"text"` and `"utf8"` travel as text frames, `"binary"`
   * as binary ones. A frame of the other kind closes with code 1003, but for
   * valid UTF-8 in a binary frame, which `"utf8"` takes. A function says it of
   * each client, once its subprotocol is chosen.
   *
   * @default {"text"}
   */
  format?: F | ((request: Request) => F);
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
   * Says who may not come in, before the upgrade: return the response that
   * refuses, or nothing. A browser sends the `Origin` of its page.
   *
   * @default Everybody may.
   */
  authorize?: (
    request: Request,
    info: RequestInfo,
  ) => Response | undefined | Promise<Response | undefined>;
  /**
   * Chooses one of the subprotocols that a client offers, or none.
   *
   * @default None.
   */
  chooseProtocol?: (offered: string[], request: Request) => string | undefined;
  /**
   * Answers requests that ask for no WebSocket.
   *
   * @default Status 426.
   */
  handler?: (
    request: Request,
    info: RequestInfo,
  ) => Response | Promise<Response>;
  /**
   * Seconds without a sign of life after which a client is lost, with code
   * 1006. It is pinged at half of that. 0 waits for ever.
   *
   * @default {30}
   */
  idleTimeout?: number;
  /**
   * Milliseconds that a client may take for its TLS handshake, its headers and
   * the answer of `authorize`.
   *
   * @default {10000}
   */
  timeout?: number;
  /**
   * Largest headers of a request, in bytes.
   *
   * @default {16384}
   */
  maxHeaderBytes?: number;
  /**
   * Most WebSockets at a time. One more is refused with status 503.
   *
   * @default {10000}
   */
  maxConnections?: number;
}

/**
 * A client that has come in.
 *
 * @typeParam F What a message is.
 */
export interface AcceptedConnection<F extends Format = "text"> {
  /** The open transport. */
  transport: WebSocketTransport<MessageOf<F>>;
  /** The request that it came with. */
  request: Request;
  /** Who sent it. */
  info: RequestInfo;
}

/**
 * What {@linkcode listenWebSocket} returns: iterate it for those who connect.
 * Leaving the loop does not close it, and no bad client ends it. Closing it
 * does not close the transports that it gave.
 *
 * @typeParam F What a message is.
 */
export interface WebSocketListener<F extends Format = "text">
  extends AsyncIterable<AcceptedConnection<F>>, AsyncDisposable {
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
 * @typeParam F What a message is.
 * @param options Where, for whom, and the limits.
 * @returns The listener. Rejects with `Deno.errors.AddrInUse` if the port is
 * taken, and with the error of `node:net` if it cannot listen for another
 * reason.
 * @throws {TypeError} If this is a Deno before 2.8, which cannot do it.
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
export async function listenWebSocket<F extends Format = "text">(
  options: ListenWebSocketOptions<F>,
): Promise<WebSocketListener<F>> {
  if (/^Deno\/2\.[0-7]\./.test(navigator.userAgent)) {
    throw new TypeError(
      `Cannot listen: ${navigator.userAgent} spoils what follows an upgrade. ` +
        "Update it to 2.8, or use acceptWebSocket() in Deno.serve",
    );
  }
  const listener = new Listener<F>(options);
  await listener.listen();
  return listener;
}

class Listener<F extends Format> implements WebSocketListener<F> {
  readonly #options: ListenWebSocketOptions<F>;
  readonly #secure: boolean;
  readonly #server: Server;
  readonly #group: ConnectionGroup;
  readonly #timeout: number;
  readonly #maxConnections: number;
  #connections = 0;
  readonly #waiting: AcceptedConnection<F>[] = [];
  #wake: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(options: ListenWebSocketOptions<F>) {
    const { tls, idleTimeout = 30, timeout = OPEN_TIMEOUT } = options;
    const { maxConnections = 10_000, maxHeaderBytes = 16_384 } = options;
    const settings: ServerOptions & { shouldUpgradeCallback: unknown } = {
      headersTimeout: timeout,
      // Above what a body may take, and only for requests that have one.
      requestTimeout: 6 * timeout,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL, timeout),
      maxHeaderSize: maxHeaderBytes,
      noDelay: true,
      keepAlive: true,
      shouldUpgradeCallback: asksForWebSocket,
    };
    this.#options = options;
    this.#secure = tls !== undefined;
    this.#timeout = timeout;
    this.#maxConnections = maxConnections;
    this.#group = new ConnectionGroup(idleTimeout * 1_000);
    this.#server = tls
      ? createTlsServer({ ...settings, ...tls, handshakeTimeout: timeout })
      : createServer(settings);
    this.#server.maxConnections = maxConnections + HANDSHAKES;
    this.#server.on("upgrade", (request, socket, head) => {
      this.#upgrade(request, socket as Socket, head as Buffer<ArrayBuffer>);
    });
    this.#server.on("request", (request, response) => {
      this.#answer(request, response);
    });
  }

  get addr(): NetAddr {
    const { address, port } = this.#address!;
    return { transport: "tcp", hostname: address, port };
  }
  #address: { address: string; port: number } | undefined;

  async listen(): Promise<void> {
    const { hostname = "127.0.0.1", port } = this.#options;
    const server = this.#server;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen({ host: hostname, port, backlog: BACKLOG }, resolve);
    try {
      await promise;
    } catch (cause) {
      const { code, message } = cause as Error & { code?: string };
      if (code !== "EADDRINUSE") throw cause;
      throw new Deno.errors.AddrInUse(message, { cause });
    }
    server.off("error", reject);
    // Such as too many open files: the next connection may go well.
    server.on("error", () => {});
    this.#address = server.address() as { address: string; port: number };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AcceptedConnection<F>, void> {
    while (!this.#closed) {
      const accepted = this.#waiting.shift();
      if (accepted) {
        yield accepted;
        continue;
      }
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake?.resolve();
    this.#server.close();
    this.#server.closeAllConnections();
    const error = new CloseError(1001);
    await Promise.all(
      this.#waiting.splice(0).map(({ transport }) => transport.close(error)),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Lets a client in, or says why not. */
  async #upgrade(
    message: IncomingMessage,
    socket: Socket,
    head: Buffer<ArrayBuffer>,
  ): Promise<void> {
    // Without it, a reset before the connection is open would be thrown.
    socket.on("error", () => {});
    const timer = setTimeout(() => socket.destroy(), this.#timeout);
    this.#connections++;
    const gone = () => {
      this.#connections--;
    };
    try {
      const accepted = await this.#admit(message, socket, head, gone)
        .catch(() => new Response(null, { status: 500 }));
      if (accepted instanceof Response) {
        await refuse(socket, accepted);
        gone();
      } else {
        this.#waiting.push(accepted);
        this.#wake?.resolve();
      }
    } catch {
      socket.destroy();
      gone();
    } finally {
      clearTimeout(timer);
    }
  }

  async #admit(
    message: IncomingMessage,
    socket: Socket,
    head: Buffer<ArrayBuffer>,
    onGone: () => void,
  ): Promise<AcceptedConnection<F> | Response> {
    const { authorize, chooseProtocol, format = "text" } = this.#options;
    const key = message.headers["sec-websocket-key"];
    if (message.headers["sec-websocket-version"] !== "13") {
      return new Response(null, {
        status: 426,
        headers: { "sec-websocket-version": "13" },
      });
    }
    if (message.method !== "GET" || !/^[A-Za-z0-9+/]{22}==$/.test(key ?? "")) {
      return new Response(null, { status: 400 });
    }
    if (this.#closed || this.#connections > this.#maxConnections) {
      return new Response(null, { status: 503 });
    }
    const request = toRequest(message, this.#secure);
    if (!request) return new Response(null, { status: 400 });
    const info = toInfo(message);
    const refused = await authorize?.(request, info);
    if (refused) return refused;
    const offered = (message.headers["sec-websocket-protocol"] ?? "")
      .split(",").map((each) => each.trim()).filter((each) => each !== "");
    const protocol = chooseProtocol?.(offered, request);
    const chosen = typeof format === "function" ? format(request) : format;
    const lines = [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${await acceptKey(key!)}`,
    ];
    if (protocol !== undefined) {
      lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
    }
    if (this.#closed) return new Response(null, { status: 503 });
    if (socket.destroyed) throw new Error("The client is gone");
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    const transport = new WebSocketConnection<F>(
      new SocketPipe(socket),
      this.#group,
      {
        ...this.#options,
        format: chosen as F,
        role: "server",
        ...(protocol !== undefined && { protocol }),
        onGone,
      },
      // A copy: what HTTP has read may be shared.
      new Uint8Array(head),
    );
    return { transport, request, info };
  }

  /** Answers a request that asks for no WebSocket. */
  async #answer(
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { handler = pleaseUpgrade } = this.#options;
    try {
      const request = toRequest(message, this.#secure);
      const answer = request
        ? await handler(request, toInfo(message))
        : new Response(null, { status: 400 });
      response.writeHead(answer.status, [...answer.headers].flat());
      if (message.method === "HEAD") await answer.body?.cancel();
      else {
        for await (const chunk of answer.body ?? []) {
          if (response.destroyed) break;
          if (response.write(chunk)) continue;
          await new Promise((resolve) => {
            response.once("drain", resolve).once("close", resolve);
          });
        }
      }
      response.end();
    } catch {
      // The handler's own affair; the client learns no word of it.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  }
}

/** Whether a request asks for an upgrade to WebSocket, and to nothing else. */
function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === "websocket";
}

function pleaseUpgrade(): Response {
  return new Response("Connect by WebSocket.\n", {
    status: 426,
    headers: { connection: "Upgrade", upgrade: "websocket" },
  });
}

/** Makes the request of a message; `undefined` if its target is none. */
function toRequest(
  message: IncomingMessage,
  secure: boolean,
): Request | undefined {
  const { method = "GET", url = "/", headers, rawHeaders } = message;
  const origin = `${secure ? "https" : "http"}://${
    headers.host ?? "localhost"
  }`;
  const target = url.startsWith("/") ? origin + url : url;
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    pairs.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  }
  const hasBody = headers["content-length"] !== undefined ||
    headers["transfer-encoding"] !== undefined;
  try {
    return new Request(target, {
      method,
      headers: pairs,
      ...(hasBody && method !== "GET" && method !== "HEAD" &&
        {
          body: Readable.toWeb(message) as ReadableStream<
            Uint8Array<ArrayBuffer>
          >,
          // Node takes a stream only with this.
          duplex: "half",
        }),
    });
  } catch {
    return undefined;
  }
}

function toInfo({ socket }: IncomingMessage): RequestInfo {
  return {
    remoteAddr: {
      transport: "tcp",
      hostname: socket.remoteAddress ?? "",
      port: socket.remotePort ?? 0,
    },
  };
}

/** Sends a response instead of the upgrade, and closes. */
async function refuse(socket: Socket, response: Response): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  headers.set("content-length", String(body.length));
  const { status } = response;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  socket.end(body, () => socket.destroySoon());
}
