// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A server as a function from requests to responses, for `Deno.serve` and Deno
 * Deploy: WebSocket and HTTP POST on the same address.
 *
 * ```ts no-assert
 * import { fetchHandler, Methods } from "@wirekit/jsonrpc/fetch-handler";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = Deno.serve({ port: 0 }, fetchHandler({ methods }));
 * ```
 *
 * @module
 */

import { checkOptions } from "@wirekit/internal/limits";
import type {
  AdmissionOptions,
  RequestInfo,
} from "@wirekit/transport/admission";
import type { Limits } from "@wirekit/transport/transport";
import { calmLogger, Door } from "./_admission.ts";
import { handlerOf } from "./_handler.ts";
import type { Codec } from "../wire/codec.ts";
import type { Handshake } from "./context.ts";
import type { Contract } from "../contract/contract.ts";
import type { Peer } from "../peer.ts";
import type { PeerOptions } from "../peer_options.ts";
import { Methods } from "./methods.ts";

export { Methods };

/**
 * Options of {@linkcode fetchHandler}.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 *
 * @category Serving
 */
export interface FetchHandlerOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends
  Omit<PeerOptions<C, State>, "state" | "handshake" | "codec" | "idleTimeout">,
  Pick<
    AdmissionOptions,
    "allowedOrigins" | "handshakeTimeout" | "maxConnections" | "logger"
  >,
  Limits {
  /**
   * The path to serve; others get 404.
   *
   * @default {undefined} any path
   */
  path?: string;
  /**
   * Decides who may connect or post. It returns the state of the connection, or
   * a response that refuses the client; `false` refuses it with status 403. If
   * it throws, the client gets status 500. It has to decide within
   * `handshakeTimeout`.
   */
  authorize?: (
    request: Request,
    info: RequestInfo & Handshake,
  ) => State | Response | false | Promise<State | Response | false>;
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
   * How long a WebSocket client may be silent, in milliseconds, before it is
   * lost. It is pinged at half of that.
   *
   * @default {30000}
   */
  idleTimeout?: number;
  /** Called with each WebSocket client that connects. */
  onPeer?: (peer: Peer<C, State>) => void;
}

/**
 * Makes a server.
 *
 * HTTP requests have to be POST (else 405) with JSON (else 415) of up to
 * `maxRequestBytes` (else 413). Responses and errors alike have status 200; 204
 * says that there is nothing to answer.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 * @param options What to answer, and who may call.
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
 *
 * @category Serving
 */
export function fetchHandler<
  C extends Contract = Contract,
  State = Record<string, unknown>,
>(
  options: FetchHandlerOptions<C, State> = {},
): (
  request: Request,
  info?: Partial<RequestInfo>,
) => Promise<Response> {
  options = { ...options, ...calmLogger(options) };
  checkOptions(options);
  return handlerOf(options, new Door<State>(options), (peer) => {
    options.onPeer?.(peer);
  });
}
