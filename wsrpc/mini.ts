// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A small client for web pages: it calls, answers, and reconnects by itself.
 *
 * ```ts
 * import { connect } from "@wirekit/wsrpc/mini";
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({
 *   routes: { add: (_peer, { a, b }) => a + b },
 * });
 * await using listening = await serve(wsrpc, { port: 0 });
 *
 * await using client = await connect(listening.urls[0]);
 * assertEquals(await client.remote.add({ a: 1, b: 2 }), 3);
 * ```
 *
 * It has the names and the errors of `@wirekit/wsrpc/client`, which has in
 * addition: other carriers and headers, class routes and routes that are added
 * later, calls that wait for their turn and senders that wait for a slow
 * server, `peer`, hooks.
 *
 * @module
 */

import { unlessAborted } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import type {
  MiniOptions,
  MiniSession,
  MiniState,
  MiniUrl,
  MiniWaitOptions,
} from "@wirekit/transport/mini";
import { Caller, type Listener } from "./caller.ts";
import { openLine } from "./connection/_mini_line.ts";
import type {
  AnyRoutes,
  ArgumentsOf,
  CallOptions,
  Contract,
  HandlerResultOf,
  JsonObject,
  RouteType,
} from "./contract.ts";
import {
  type ErrorBody,
  LimitError,
  NotConnectedError,
  RemoteError,
  RouteError,
  TimeoutError,
  WsrpcError,
} from "./errors.ts";

export type { CallOptions, JsonObject, Listener };
export type { MiniOptions, MiniState, MiniUrl, MiniWaitOptions };
export {
  type ErrorBody,
  LimitError,
  NotConnectedError,
  RemoteError,
  RouteError,
  TimeoutError,
  WsrpcError,
};

/**
 * Answers the calls of a route, as in the full client.
 *
 * @typeParam F The route as its contract declares it.
 * @typeParam P What it gets before the arguments.
 * @param peer Calls the server back.
 * @param args The arguments: keyword ones as one object, positional ones one by
 * one.
 * @returns The result: JSON, or a promise of it.
 */
export type MiniHandler<
  F extends RouteType = AnyRoutes[string],
  P = Caller,
> = (peer: P, ...args: ArgumentsOf<F>) => HandlerResultOf<F>;

/**
 * The routes of a page, by their names; those in a group are called by a dotted
 * name.
 *
 * @typeParam T Their contract.
 * @typeParam P What each handler gets before the arguments.
 */
export type MiniRoutes<T, P> = string extends keyof T ? AnyMiniRoutes<P> : {
  readonly [Name in keyof T]?: T[Name] extends RouteType
    ? MiniHandler<T[Name], P>
    : MiniRoutes<T[Name], P>;
};

/**
 * Routes without a contract.
 *
 * @typeParam P What each handler gets before the arguments.
 */
export interface AnyMiniRoutes<P> {
  /** A handler, or a group. */
  readonly [name: string]: MiniHandler<AnyRoutes[string], P> | AnyMiniRoutes<P>;
}

/**
 * Options of {@linkcode Client}.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the page.
 */
export interface ClientOptions<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> extends MiniOptions {
  /** The routes that the server can call. */
  routes?: MiniRoutes<NoInfer<Local>, Caller<NoInfer<Remote>>>;
  /**
   * The largest message to send, in bytes of UTF-8. A larger call fails with a
   * `LimitError`. A Python server drops the connection over a message above the
   * default.
   *
   * @default {4194303}
   */
  maxSentBytes?: number;
  /**
   * Whether the server sees the class and the message of an error that a route
   * throws. It always sees a {@linkcode RouteError}.
   *
   * @default {false} Type `InternalError`, message `Route failed`.
   */
  exposeErrors?: boolean;
  /**
   * Called on every connection, including the first, before the client is open.
   * Subscribe again here. If it fails, the connection is closed and the client
   * tries again.
   *
   * @param peer Calls the server.
   */
  onOpen?: (peer: Caller<Remote>) => unknown;
  /**
   * Where to log routes and listeners that fail, one line each. `console` is
   * such a logger.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * Options of {@linkcode connect}.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the page.
 */
export interface ConnectOptions<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> extends ClientOptions<Remote, Local> {
  /** Aborts connecting. It does not affect a connected client. */
  signal?: AbortSignal;
}

/** Those of any contract. */
// deno-lint-ignore no-explicit-any -- that is what it says
type AnyOptions = ClientOptions<any, any>;

/**
 * Connects to a server of this package or of `wsrpc-aiohttp`.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the page.
 * @param url The URL, `ws:` or `wss:`. A function is called for each
 * connection.
 * @param options Routes, limits, deadlines.
 * @returns The client, which is open.
 * @throws {NotConnectedError} If the first attempt fails. To keep trying, make
 * a {@linkcode Client} and wait until it is ready.
 * @throws {TimeoutError} If it takes too long.
 * @throws {TypeError} If a page cannot use the URL.
 */
export async function connect<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
>(
  url: MiniUrl,
  options: ConnectOptions<Remote, Local> = {},
): Promise<Client<Remote, Local>> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const client = new Client<Remote, Local>(url, rest);
  try {
    await unlessAborted(firstAttempts.get(client)!, signal);
    return client;
  } catch (error) {
    void client.close(); // Whatever the server does about it.
    throw error;
  }
}

/** The first attempt of each client. */
const firstAttempts = new WeakMap<object, Promise<void>>();

/**
 * A client for web pages that reconnects by itself. The server may start after
 * it.
 *
 * Every call ends exactly once: with the result, a {@linkcode WsrpcError}, a
 * `TimeoutError`, the reason of its signal, a `LimitError`, or, as soon as the
 * connection ends, a `NotConnectedError`.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the page.
 *
 * @example Answer the calls of the server
 * ```ts
 * import { Client } from "@wirekit/wsrpc/mini";
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({
 *   routes: { loopback: (peer) => peer.call("mul", { x: 6, y: 7 }) },
 * });
 * await using listening = await serve(wsrpc, { port: 0 });
 *
 * await using client = new Client(listening.urls[0], {
 *   routes: { mul: (_peer, { x, y }) => x * y },
 * });
 * await client.ready({ timeout: 5_000 });
 * assertEquals(await client.call("loopback"), 42);
 * ```
 */
export class Client<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> extends Caller<Remote> implements AsyncDisposable {
  readonly #session: MiniSession;

  /**
   * Makes a client that starts to connect and keeps trying:
   * {@linkcode Client.ready} waits until it is connected.
   *
   * @param url The URL, as for {@linkcode connect}.
   * @param options Routes, limits, deadlines.
   * @throws {RangeError} If a time or a limit is not valid.
   * @throws {TypeError} If a page cannot use the URL, or a route is not valid.
   */
  constructor(url: MiniUrl, options: ClientOptions<Remote, Local> = {}) {
    const { session, line } = openLine(url, options as AnyOptions);
    super(line);
    this.#session = session;
    firstAttempts.set(this, session.first);
  }

  /** The state of the client. */
  get state(): MiniState {
    return this.#session.state;
  }

  /**
   * Resolves when the client is permanently closed: with the reason, if it gave
   * up. Never rejects.
   */
  get closed(): Promise<Error | undefined> {
    return this.#session.closed;
  }

  /**
   * Waits until the client is open. Returns at once if it is.
   *
   * @param options The deadline, by default that of calls, and the signal.
   * @returns Resolves when it is open.
   * @throws {TimeoutError} If that takes too long.
   * @throws {NotConnectedError} If the client is closed, or gives up.
   */
  ready(options?: MiniWaitOptions): Promise<void> {
    return this.#session.ready(options);
  }

  /**
   * Closes the client permanently. Open calls and waits end at once. May be
   * called twice; never rejects.
   *
   * @returns Resolves when it is closed, within a second.
   */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** Closes the client: see {@linkcode Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
