// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A server on a port of its own: WebSocket, on the kit's own fast transport,
 * and HTTP POST on the same address.
 *
 * ```ts no-assert
 * import { Methods, serve } from "@wirekit/jsonrpc";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = await serve({ port: 0, methods });
 * ```
 *
 * @module
 */

import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type { NetAddr } from "@wirekit/transport/listener";
import type { Transport } from "@wirekit/transport/transport";
import {
  admit,
  type Admitted,
  allowing,
  type RequestInfo,
} from "./_admission.ts";
import { jsonCodec } from "./codec.ts";
import { LENIENT } from "./_lenient.ts";
import type { Contract } from "./contract.ts";
import type { FetchHandlerOptions } from "./fetch_handler.ts";
import { answerPost } from "./_http.ts";
import { Peer } from "./peer.ts";

/**
 * Options of {@linkcode serve}: those of `fetchHandler()`, and of the port.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 */
export interface ServeOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends Omit<FetchHandlerOptions<C, State>, "maxInboxBytes"> {
  /**
   * The address to listen on. By default nobody else's machine can connect.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port to listen on; 0 for one that is free.
   *
   * @default {8095} as wsjsonrpc
   */
  port?: number;
  /** The certificate chain and its private key, in PEM, to encrypt. */
  tls?: { cert: string; key: string };
  /**
   * Most WebSockets at a time. One more is refused with status 503.
   *
   * @default {10000}
   */
  maxConnections?: number;
}

/**
 * A server that listens.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 */
export interface Server<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: NetAddr;
  /** The WebSocket clients. */
  readonly peers: ReadonlySet<Peer<C, State>>;

  /** Stops listening and closes all clients. */
  close(): Promise<void>;
}

/**
 * Serves on a port. It answers as `fetchHandler()` does, several times as fast:
 * all answers of one turn leave in one write.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 * @param options Where, what to answer, and to whom.
 * @returns The server. Rejects with `Deno.errors.AddrInUse` if the port is taken.
 *
 * @example Tell all clients something
 * ```ts
 * import { connect, Methods, serve } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({ port: 0 });
 * const heard = Promise.withResolvers<string>();
 * const methods = new Methods()
 *   .add("news", (_call, text: string) => heard.resolve(text));
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 * await using _client = await connect(url, { methods });
 *
 * for (const peer of server.peers) await peer.notify("news", ["hello"]);
 * assertEquals(await heard.promise, "hello");
 * ```
 */
export async function serve<
  C extends Contract = Contract,
  State = Record<string, unknown>,
>(options: ServeOptions<C, State> = {}): Promise<Server<C, State>> {
  const { hostname = "127.0.0.1", port = 8_095, tls, maxConnections } = options;
  const { maxMessageBytes, maxOutboxBytes, pingTimeout = 30 } = options;
  const peers = new Set<Peer<C, State>>();
  const waiting = new WeakMap<Request, Admitted<State>>();
  const choiceOf = (request: Request) => waiting.get(request)!.choice;

  async function authorize(
    request: Request,
    info: RequestInfo,
  ): Promise<Response | undefined> {
    const admitted = await admit(request, info, options);
    if (admitted instanceof Response) return admitted;
    waiting.set(request, admitted);
    return undefined;
  }

  async function handler(
    request: Request,
    info: RequestInfo,
  ): Promise<Response> {
    const admitted = await admit(request, info, options);
    if (admitted instanceof Response) return admitted;
    const response = await answerPost(request, options, admitted);
    return allowing(response, admitted.handshake.headers.get("origin"));
  }

  const listener = await listenWebSocket({
    hostname,
    port,
    ...(tls && { tls }),
    ...(maxConnections !== undefined && { maxConnections }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
    idleTimeout: 1_000 * pingTimeout,
    allowedOrigins: ["*"], // The admission looks at them.
    authorize,
    handler,
    chooseProtocol: (_offered, request) => choiceOf(request)?.protocol,
    otherFrames: LENIENT.otherFrames,
    format: (request) => choiceOf(request)?.codec ? "binary" : "text",
  });

  async function accept(): Promise<void> {
    for await (const { transport, request } of listener) {
      const { state, handshake, choice } = waiting.get(request)!;
      const codec = choice?.codec ?? jsonCodec;
      const peer = new Peer<C, State>(transport as Transport, {
        ...options,
        state,
        handshake,
        codec,
      });
      peers.add(peer);
      void peer.closed.then(() => peers.delete(peer));
      options.onPeer?.(peer);
    }
  }

  void accept();
  const close = async () => {
    await listener.close();
    await Promise.all([...peers].map((peer) => peer.close()));
  };
  const { addr } = listener;
  return { addr, peers, close, [Symbol.asyncDispose]: close };
}
