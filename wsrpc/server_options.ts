// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options and hooks of a `Server`.
 *
 * ```ts
 * import { Server, type ServerOptions } from "@wirekit/wsrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const options: ServerOptions = {
 *   allowedOrigins: ["https://example.org"],
 *   authorize: ({ headers }) =>
 *     headers.get("authorization") === "s3cret"
 *       ? undefined
 *       : new Response("Who are you?\n", { status: 401 }),
 *   maxConnections: 100,
 * };
 * await using wsrpc = new Server(options);
 * const refusal = await wsrpc.admission.admit(new Request("http://127.0.0.1"));
 * assertEquals(refusal instanceof Response && refusal.status, 401);
 * ```
 *
 * @module
 */

import type {
  AdmissionOptions,
  RequestInfo,
} from "@wirekit/transport/admission";
import type { Limits } from "@wirekit/transport/transport";
import type { AnyRoutes, CallOptions, Contract } from "./contract.ts";
import type { Peer } from "./peer.ts";
import type { CallingOptions, PeerHooks } from "./peer_options.ts";
import type { Routes } from "./routes/router.ts";

/**
 * The hooks of a server and its clients.
 *
 * @typeParam P The peer.
 * @category Servers
 */
export interface ServerHooks<P> extends PeerHooks<P> {
  /**
   * A client was admitted by HTTP, and its connection is about to open.
   *
   * @param request The request.
   */
  authSuccess?(request: Request): void;
  /**
   * A client was refused by HTTP.
   *
   * @param request The request.
   * @param status The status of the response.
   */
  authFail?(request: Request, status: number): void;
  /**
   * A hook, a listener, the end of a class route, or `authorize` threw.
   *
   * @param peer The peer to which it belongs, if there was one yet.
   * @param error The error that it threw.
   */
  error?(peer: P | undefined, error: unknown): void;
}

/**
 * Options of `Server`.
 *
 * @typeParam Local The contract of its routes.
 * @typeParam Remote The contract of the routes of its clients.
 * @typeParam State What is kept with each connection.
 * @category Servers
 */
export interface ServerOptions<
  Local extends Contract<Local> = AnyRoutes,
  Remote extends Contract<Remote> = AnyRoutes,
  State = unknown,
> extends
  Omit<CallingOptions, "hooks">,
  Omit<AdmissionOptions<State>, "chooseProtocol"> {
  /** The routes that every client can call. */
  routes?: Routes<NoInfer<Local>, Peer<NoInfer<Remote>, NoInfer<State>>>;
  /**
   * Decides who may connect, by headers, cookies and URL, before the connection
   * opens. Returns the state to keep with it, as `peer.state`, or the response
   * that refuses the client; `false` refuses it with status 403. If you write
   * the type of its parameter, the compiler knows `peer.state` in the routes.
   *
   * @default Everybody may.
   */
  authorize?: (
    request: Request,
    info: RequestInfo,
  ) => State | Response | false | Promise<State | Response | false>;
  /**
   * The most bytes that may wait for one client to read them. A client that
   * exceeds it is dropped with code 1013.
   *
   * @default {67108864} 64 MiB
   */
  maxOutboxBytes?: number;
  /**
   * How long a client may be silent, in milliseconds, before it is dropped. It
   * is pinged after half of that time.
   *
   * @default {30000}
   */
  idleTimeout?: number;
  /** The functions to call when something happens. */
  hooks?: ServerHooks<Peer<Remote, State>>;
}

/**
 * The limits that a carrier must enforce: see `Server.limits`.
 *
 * @category Servers
 */
export interface CarrierLimits extends Limits {
  /** How long a client may be silent, in milliseconds. */
  idleTimeout?: number;
}

/**
 * Options of `Server.accept`.
 *
 * @typeParam State What is kept with the connection.
 * @category Servers
 */
export interface AcceptOptions<State> {
  /** The state to keep with the connection. */
  state?: State;
}

/**
 * Options of `Server.broadcast`.
 *
 * @typeParam P The peer.
 * @category Servers
 */
export interface BroadcastOptions<P> extends CallOptions {
  /**
   * Selects the clients to call.
   *
   * @default All
   */
  filter?: (peer: P) => boolean;
}

/**
 * The outcome of the call of one client in a broadcast.
 *
 * @typeParam R The result.
 * @typeParam P The peer.
 * @category Servers
 */
export type BroadcastResult<R, P> = PromiseSettledResult<R> & {
  /** The client. */
  readonly peer: P;
};
