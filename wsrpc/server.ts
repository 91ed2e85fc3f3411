// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A server: admits clients and keeps track of them.
 *
 * ```ts
 * import { connect } from "@wirekit/wsrpc/client";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({
 *   routes: { add: (_peer, { a, b }) => a + b },
 * });
 * await using http = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen() {} },
 *   wsrpc.fetch,
 * );
 *
 * await using client = await connect(`ws://127.0.0.1:${http.addr.port}/ws/`);
 * assertEquals(await client.remote.add({ a: 2, b: 3 }), 5);
 * ```
 *
 * @module
 */

import { CloseError, type Transport } from "@wirekit/transport/transport";
import type { Admission, RequestInfo } from "@wirekit/transport/admission";
import { CalmLogger, type Logger } from "@wirekit/internal/logger";
import { checkOptions } from "./_check_options.ts";
import { Reports } from "./connection/_reports.ts";
import { ServerAdmission } from "./_server_admission.ts";
import type {
  AnyRoutes,
  Contract,
  JsonObject,
  ParamsAndOptions,
  ResultOf,
  RouteName,
  RouteOf,
} from "./contract.ts";
import { LimitError, NotConnectedError } from "./errors.ts";
import { Peer } from "./peer.ts";
import type { CallingOptions } from "./peer_options.ts";
import { Router } from "./routes/router.ts";
import type {
  AcceptOptions,
  BroadcastOptions,
  BroadcastResult,
  CarrierLimits,
  ServerHooks,
  ServerOptions,
} from "./server_options.ts";

export type { ServerOptions };

/** The largest message that is read, unless larger ones may be sent. */
const MAX_INBOUND_BYTES = 16 * 1024 * 1024;

/**
 * A server for wsrpc programs: Wirekit clients, `WSRPCClient` of
 * `wsrpc-aiohttp`, and pages with `@wsrpc/client`.
 *
 * Each server has its own routes, limits and hooks: two servers in a program
 * share nothing.
 *
 * @typeParam Local The contract of its routes.
 * @typeParam Remote The contract of the routes of its clients.
 * @typeParam State What is kept with each connection.
 *
 * @example Decide who may connect, and list the clients
 * ```ts
 * import { connect } from "@wirekit/wsrpc/client";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({
 *   authorize(request: Request) {
 *     const token = request.headers.get("authorization");
 *     return token === "Bearer s3cret"
 *       ? { user: "zoë" }
 *       : new Response("Who are you?\n", { status: 401 });
 *   },
 *   routes: { whoami: (peer) => peer.state.user },
 * });
 * await using http = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen() {} },
 *   wsrpc.fetch,
 * );
 *
 * await using client = await connect(`ws://127.0.0.1:${http.addr.port}`, {
 *   headers: { authorization: "Bearer s3cret" },
 *   routes: { notify: (_peer, { n }) => n + 1 },
 * });
 * assertEquals(await client.call("whoami"), "zoë");
 * const [result] = await wsrpc.broadcast("notify", { n: 1 });
 * assertEquals(result?.status === "fulfilled" && result.value, 2);
 * ```
 *
 * @category Servers
 */
export class Server<
  Local extends Contract<Local> = AnyRoutes,
  Remote extends Contract<Remote> = AnyRoutes,
  State = unknown,
> implements AsyncDisposable {
  /**
   * The routes that every client can call. They can be added and removed at any
   * time.
   */
  readonly router: Router<Local, Peer<Remote, State>>;
  /**
   * Decides who may connect: for a carrier or an HTTP server for which
   * {@linkcode Server.fetch} does not fit.
   */
  readonly admission: Admission<State>;
  readonly #options: ServerOptions<Local, Remote, State>;
  readonly #reports: Reports<
    Peer<Remote, State> | undefined,
    ServerHooks<Peer<Remote, State>>
  >;
  readonly #clients = new Map<string, Peer<Remote, State>>();
  #closing = false;

  /**
   * Makes a server without clients. It does not listen: give
   * {@linkcode Server.fetch} to an HTTP server, or transports to
   * {@linkcode Server.accept}.
   *
   * @param options Routes, limits, and who may connect.
   * @throws {TypeError} If one of `allowedOrigins` is not an origin.
   * @throws {RangeError} If a time or a number is not valid.
   */
  constructor(options: ServerOptions<Local, Remote, State> = {}) {
    checkOptions(options);
    const { logger } = options;
    // One for all connections, so that many together cannot flood it.
    const calm = logger && CalmLogger.of(logger);
    this.#options = { ...options, ...(calm && { logger: calm }) };
    this.router = new Router<Local, Peer<Remote, State>>(options.routes);
    this.#reports = new Reports(options.hooks, calm);
    this.admission = new ServerAdmission(this.#options, this.#reports);
  }

  /** See `logger` of {@linkcode ServerOptions}. */
  get logger(): Logger | undefined {
    return this.#options.logger;
  }

  /** The clients that are connected, by `peer.id`. */
  get clients(): ReadonlyMap<string, Peer<Remote, State>> {
    return this.#clients;
  }

  /**
   * Answers an HTTP request: upgrades it to a WebSocket, or refuses it and says
   * why. Use it as a handler for `Deno.serve` and `export default { fetch }`,
   * on Deno and on Deno Deploy.
   *
   * @param request The request.
   * @param info The sender, as `Deno.serve` gives it to its handler.
   * @returns The response.
   */
  readonly fetch = async (
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Promise<Response> => {
    if (this.#closing) {
      return this.admission.refuse(503, "The server is closing", info);
    }
    const accepted = await this.admission.accept(request, info, {
      ...this.limits,
      otherFrames: "ignore", // As wsrpc-aiohttp does.
    });
    if (accepted instanceof Response) return accepted;
    const { response, transport, state } = accepted;
    this.accept(transport, { state });
    return response;
  };

  /** The limits that a carrier must enforce for this server. */
  get limits(): CarrierLimits {
    const { idleTimeout, maxSentBytes = 0, maxOutboxBytes } = this.#options;
    const maxInboundBytes = Math.max(maxSentBytes, MAX_INBOUND_BYTES);
    return {
      maxMessageBytes: maxInboundBytes,
      maxInboxBytes: maxInboundBytes,
      ...(idleTimeout !== undefined && { idleTimeout }),
      ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
    };
  }

  /**
   * Serves one client over any transport.
   *
   * @param transport The client. Nothing else may read it.
   * @param options The state to keep with the connection.
   * @returns The client.
   * @throws {LimitError} If there is no room for another client. The transport
   * is closed then.
   *
   * @example Over TCP, one message per line
   * ```ts
   * import { NewlineFramer } from "@wirekit/transport/framers";
   * import { listenTcp } from "@wirekit/transport/tcp";
   * import { connect } from "@wirekit/wsrpc/client";
   * import { Server } from "@wirekit/wsrpc/server";
   * import { assertEquals } from "@std/assert";
   *
   * await using wsrpc = new Server({ routes: { hello: () => "world" } });
   * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
   * (async () => {
   *   for await (const transport of listener) wsrpc.accept(transport);
   * })();
   *
   * const { port } = listener.addr;
   * await using client = await connect(`tcp://127.0.0.1:${port}`);
   * assertEquals(await client.call("hello"), "world");
   * ```
   */
  accept(
    transport: Transport,
    options: AcceptOptions<State> = {},
  ): Peer<Remote, State> {
    if (this.#full) {
      const reason = "no room for another connection";
      transport.close(new CloseError(1013, { reason }));
      throw new LimitError(`Cannot accept: ${reason}`);
    }
    const { routes: _, hooks, ...rest } = this.#options;
    const peer = new Peer<Remote, State>(transport, {
      ...rest as CallingOptions<Peer<Remote, State>>,
      ...options,
      ...(hooks && { hooks }),
      router: this.router,
      pingFirst: true,
    });
    this.#clients.set(peer.id, peer);
    peer.signal.addEventListener("abort", () => this.#clients.delete(peer.id));
    return peer;
  }

  /**
   * Calls a route of all clients, or of some. A client that has no such route,
   * or does not answer in time, does not affect the others.
   *
   * @typeParam Name The name of the route.
   * @param method The name of the route.
   * @param args The arguments, then the deadline, the signal, and a filter for
   * the clients.
   * @returns The outcome of each call, once all have ended.
   */
  broadcast<Name extends RouteName<Remote>>(
    method: Name,
    ...args: ParamsAndOptions<
      RouteOf<Remote, Name>,
      BroadcastOptions<Peer<Remote, State>>
    >
  ): Promise<
    BroadcastResult<ResultOf<RouteOf<Remote, Name>>, Peer<Remote, State>>[]
  > {
    type Result = ResultOf<RouteOf<Remote, Name>>;
    const [params, { filter, ...options } = {}] = args;
    const calls = this.#select(filter).map(async (peer) => {
      const call = peer.call(method, ...[params, options] as never);
      const [settled] = await Promise.allSettled([call]);
      return { ...settled as PromiseSettledResult<Result>, peer };
    });
    return Promise.all(calls);
  }

  /**
   * Sends an event to all clients, or to some.
   *
   * @param event The event: an object without a member `id`.
   * @param options A filter for the clients.
   * @returns Resolves when there is room for another at each of them. A slow
   * client delays only this promise, not the other clients.
   * @throws {TypeError} If it is not an object, has an `id`, or cannot be
   * written as JSON.
   * @throws {LimitError} If it is too large.
   */
  async emit(
    event: JsonObject,
    options: Pick<BroadcastOptions<Peer<Remote, State>>, "filter"> = {},
  ): Promise<void> {
    const told = this.#select(options.filter).map((peer) => peer.emit(event));
    for (const { status, reason } of await Promise.allSettled(told) as Told[]) {
      const gone = reason instanceof NotConnectedError;
      if (status === "rejected" && !gone) throw reason;
    }
  }

  /**
   * Refuses new clients and ends all connections, within a second.
   *
   * @returns Resolves when they have ended. Never rejects.
   */
  async close(): Promise<void> {
    this.#closing = true;
    const error = new CloseError(1001, { reason: "the server is closing" });
    await Promise.all(
      Array.from(this.#clients.values(), (peer) => peer.close(error)),
    );
    this.admission.flushLog();
  }

  /** Closes the server: see {@linkcode Server.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #full(): boolean {
    return this.#closing ||
      this.#clients.size >= this.admission.maxConnections;
  }

  #select(
    filter: ((peer: Peer<Remote, State>) => boolean) | undefined,
  ): Peer<Remote, State>[] {
    const peers = [...this.#clients.values()];
    return filter ? peers.filter(filter) : peers;
  }
}

/** The outcome of sending an event. */
type Told = { status: string; reason?: unknown };
