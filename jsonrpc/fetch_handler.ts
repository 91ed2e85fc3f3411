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
} from "@wirekit/transport/websocket";
import { answerPost } from "./_http.ts";
import { type Codec, jsonCodec } from "./codec.ts";
import type { Handshake } from "./context.ts";
import type { Contract } from "./contract.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_options.ts";

/** What `Deno.serve` tells of a request besides it. */
export interface RequestInfo {
  /** Where the client is. */
  readonly remoteAddr?: { readonly hostname?: string } | object;
}

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
): (request: Request, info?: RequestInfo) => Promise<Response> {
  return async (request, info = {}) => {
    const { pathname } = new URL(request.url);
    if (options.path !== undefined && pathname !== options.path) {
      return refuse(404, "Not found");
    }
    const origin = request.headers.get("origin");
    if (!isAllowed(origin, options.origins ?? [])) {
      return refuse(403, "Origin is not allowed");
    }
    if (isPreflight(request)) return allowing(refuse(204), origin);
    const isUpgrade =
      request.headers.get("upgrade")?.toLowerCase() === "websocket";
    if (!isUpgrade && request.method !== "POST") {
      return refuse(405, "Expected POST or WebSocket", { allow: "POST" });
    }

    const choice = isUpgrade ? choose(request, options) : undefined;
    const handshake = describe(request, info, choice?.protocol);
    let state: State | Response;
    try {
      state = await options.authorize?.(request, handshake) ?? {} as State;
    } catch (error) {
      options.onError?.(error, {});
      return refuse(500, "Internal error");
    }
    if (state instanceof Response) return state;
    return isUpgrade
      ? upgrade(request, choice, { ...options, state, handshake })
      : allowing(
        await answerPost(request, options, { state, handshake }),
        origin,
      );
  };
}

/** What a client and we agree on. */
interface Choice {
  protocol: string;
  codec?: Codec<Uint8Array<ArrayBuffer>>;
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
    format: choice?.codec ? "binary" as "text" : "text",
    idleTimeout: options.pingTimeout ?? 30,
  });
  // Deno itself refuses a choice from offers without a space: `a,b`.
  if (choice) response.headers.set("sec-websocket-protocol", choice.protocol);
  const peer = new Peer<C, State>(transport, { ...options, codec });
  options.onPeer?.(peer);
  return response;
}

/** Takes the first subprotocol of the client that we know. */
function choose<C extends Contract, State>(
  { headers }: Request,
  { protocols = [], codecs = [] }: FetchHandlerOptions<C, State>,
): Choice | undefined {
  const offered = headers.get("sec-websocket-protocol") ?? "";
  for (const protocol of offered.split(",").map((name) => name.trim())) {
    if (protocols.includes(protocol)) return { protocol };
    const codec = codecs.find((codec) => codec.protocol === protocol);
    if (codec) return { protocol, codec };
  }
  return undefined;
}

/** Copies what is wanted later: after an upgrade the request cannot be read. */
function describe(
  request: Request,
  { remoteAddr }: RequestInfo,
  protocol = "",
): Handshake {
  const { hostname } = (remoteAddr ?? {}) as { hostname?: string };
  const headers = new Headers(request.headers);
  return {
    url: new URL(request.url),
    headers,
    cookies: parseCookies(headers.get("cookie") ?? ""),
    protocol,
    ...(hostname !== undefined && { remoteAddress: hostname }),
  };
}

function parseCookies(text: string): Record<string, string> {
  const pairs = text.split(";").map((pair) => pair.trim()).filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 0) return ["", pair];
    return [pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim())];
  }));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value.replace(/^"(.*)"$/, "$1"));
  } catch {
    return value;
  }
}

function isAllowed(origin: string | null, origins: readonly string[]): boolean {
  return origin === null || origins.includes("*") || origins.includes(origin);
}

function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") &&
    headers.has("access-control-request-method");
}

/** Lets the page that is allowed read the response. */
function allowing(response: Response, origin: string | null): Response {
  if (origin === null) return response;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-allow-methods", "POST");
  response.headers.set(
    "access-control-allow-headers",
    "content-type, authorization",
  );
  response.headers.set("vary", "origin");
  return response;
}

function refuse(
  status: number,
  text: string | null = null,
  headers: HeadersInit = {},
): Response {
  return new Response(text, { status, headers });
}
