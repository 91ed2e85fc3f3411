// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A server as a function from requests to responses, for `Deno.serve` and Deno
 * Deploy: WebSocket and HTTP POST on the same address.
 *
 * ```ts no-assert
 * import { fetchHandler, Methods } from "@wirekit/jsonrpc";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = Deno.serve({ port: 0 }, fetchHandler({ methods }));
 * ```
 *
 * @module
 */

import {
  acceptWebSocket,
  type AcceptWebSocketOptions,
} from "@wirekit/transport/accept-websocket";
import {
  admit,
  allowing,
  asksForWebSocket,
  type Choice,
} from "./_admission.ts";
import { answerPost } from "./_http.ts";
import { type Codec, jsonCodec } from "./codec.ts";
import { LENIENT } from "./_lenient.ts";
import type { Handshake } from "./context.ts";
import type { Contract } from "./contract.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_options.ts";

/**
 * Options of {@linkcode fetchHandler}.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 */
export interface FetchHandlerOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends
  Omit<PeerOptions<C, State>, "state" | "handshake" | "codec">,
  Pick<
    AcceptWebSocketOptions,
    "maxMessageBytes" | "maxInboxBytes" | "maxOutboxBytes"
  > {
  /**
   * The path to serve; others get 404.
   *
   * @default {undefined} any path
   */
  path?: string;
  /**
   * The origins whose pages may connect and post, such as
   * `"https://example.com"`; `"*"` is any. Programs send no origin and may
   * always.
   *
   * @default {[]}
   */
  origins?: readonly string[];
  /**
   * Decides who may connect or post: returns what is kept of the connection, or
   * a response to refuse with. What it throws refuses with 500.
   */
  authorize?: (
    request: Request,
    handshake: Handshake,
  ) => State | Response | Promise<State | Response>;
  /**
   * The subprotocols that stand for JSON text. A client that offers none always
   * gets JSON text.
   *
   * @default {[]}
   */
  protocols?: readonly string[];
  /**
   * Further codecs, by their subprotocol.
   *
   * @default {[]}
   */
  codecs?: readonly Codec<Uint8Array<ArrayBuffer>>[];
  /**
   * Seconds without a sign of life after which a WebSocket client is lost; it is
   * pinged at half of that.
   *
   * @default {30}
   */
  pingTimeout?: number;
  /** Gets each WebSocket client as it connects, for calls to it. */
  onPeer?: (peer: Peer<C, State>) => void;
}

/**
 * Makes a server.
 *
 * HTTP is served as statement 52 has it: POST alone (else 405), JSON alone (else
 * 415), up to `maxRequestBytes` (else 413), 200 for responses and errors alike,
 * 204 where there is nothing to answer.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 * @param options What to answer, and to whom.
 * @returns The handler.
 *
 * @example Both carriers
 * ```ts
 * import { fetchHandler, HttpClient, Methods, Peer } from "@wirekit/jsonrpc";
 * import { connectWebSocket } from "@wirekit/transport/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = Deno.serve(
 *   { port: 0, hostname: "127.0.0.1", onListen() {} },
 *   fetchHandler({ methods }),
 * );
 * const host = `127.0.0.1:${server.addr.port}`;
 *
 * await using peer = new Peer(await connectWebSocket(`ws://${host}`));
 * assertEquals(await peer.request("math.sum", [1, 2]), 3);
 * await using client = new HttpClient(`http://${host}`);
 * assertEquals(await client.request("math.sum", [1, 2]), 3);
 * ```
 */
export function fetchHandler<
  C extends Contract = Contract,
  State = Record<string, unknown>,
>(
  options: FetchHandlerOptions<C, State> = {},
): (
  request: Request,
  info?: { readonly remoteAddr?: object },
) => Promise<Response> {
  return async (request, info = {}) => {
    const admitted = await admit(request, info, options);
    if (admitted instanceof Response) return admitted;
    const { state, handshake, choice } = admitted;
    if (asksForWebSocket(request)) {
      return upgrade(request, choice, { ...options, state, handshake });
    }
    const response = await answerPost(request, options, { state, handshake });
    return allowing(response, handshake.headers.get("origin"));
  };
}

function upgrade<C extends Contract, State>(
  request: Request,
  choice: Choice | undefined,
  options: FetchHandlerOptions<C, State> & PeerOptions<C, State>,
): Response {
  const { maxMessageBytes, maxInboxBytes, maxOutboxBytes } = options;
  const codec = choice?.codec ?? jsonCodec;
  const { response, transport } = acceptWebSocket(request, {
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(maxInboxBytes !== undefined && { maxInboxBytes }),
    ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
    otherFrames: LENIENT.otherFrames,
    format: choice?.codec ? "binary" as "text" : "text",
    idleTimeout: 1_000 * (options.pingTimeout ?? 30),
  });
  // Deno itself refuses a choice from offers without a space: `a,b`.
  if (choice) response.headers.set("sec-websocket-protocol", choice.protocol);
  const peer = new Peer<C, State>(transport, { ...options, codec });
  options.onPeer?.(peer);
  return response;
}
