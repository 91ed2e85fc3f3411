// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A client that connects again by itself.
 *
 * ```ts
 * import { connect } from "@wirekit/wsrpc/client";
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * interface Api {
 *   add(params: { a: number; b: number }): number;
 * }
 *
 * await using wsrpc = new Server<Api>({
 *   routes: { add: (_peer, { a, b }) => a + b },
 * });
 * await using listening = await serve(wsrpc, { port: 0 });
 *
 * await using client = await connect<Api>(listening.urls[0]);
 * assertEquals(await client.remote.add({ a: 1, b: 2 }), 3);
 * ```
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { Succession } from "./_succession.ts";
import { Caller } from "./caller.ts";
import type {
  ClientOptions,
  ClientState,
  ConnectOptions,
  ReadyOptions,
} from "./client_options.ts";
import type { AnyRoutes, Contract } from "./contract.ts";
import type { Peer } from "./peer.ts";
import { Router } from "./routes/router.ts";

export type { ClientOptions, ClientState, ConnectOptions, ReadyOptions };

/**
 * Connects to a server: ours, or one of `wsrpc-aiohttp`.
 *
 * When the connection is lost, the client connects again, with backoff and
 * jitter, until {@linkcode Client.close}. Nothing is sent twice: what was open
 * has failed.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the client.
 * @param url Where: `ws:`, `wss:`; or `tcp:`, `tls:`, `unix:`, a line for each
 * message.
 * @param options Routes, limits, deadlines.
 * @returns The client, which is open.
 * @throws {HandshakeError} If the server refuses, such as with status 403.
 * @throws {NotConnectedError} If the first attempt fails otherwise. To go on,
 * make a {@linkcode Client} and wait until it is ready.
 * @throws {TypeError} If the URL is none of these.
 *
 * @example Answer the calls of the server
 * ```ts
 * import { connect } from "@wirekit/wsrpc/client";
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({
 *   routes: { loopback: (peer) => peer.call("mul", { x: 6, y: 7 }) },
 * });
 * await using listening = await serve(wsrpc, { port: 0 });
 *
 * await using client = await connect(listening.urls[0], {
 *   routes: { mul: (_peer, { x, y }) => x * y },
 * });
 * assertEquals(await client.call("loopback"), 42);
 * ```
 *
 * @category Clients
 */
export async function connect<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
>(
  url: string | URL,
  options: ConnectOptions<Remote, Local> = {},
): Promise<Client<Remote, Local>> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const client = new Client<Remote, Local>(url, rest);
  try {
    const first = firstAttempts.get(client)!;
    await (signal ? abortable(first, signal) : first);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

/**
 * The first attempt of each client. It is no static block that lends it out: that
 * would put the class into every bundle.
 */
const firstAttempts = new WeakMap<object, Promise<void>>();

/**
 * A client that connects again by itself. The server may start later than it.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the client.
 *
 * @example Wait through an outage
 * ```ts
 * import { connect } from "@wirekit/wsrpc/client";
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({ routes: { one: () => 1 } });
 * await using listening = await serve(wsrpc, { port: 0 });
 *
 * await using client = await connect(listening.urls[0]);
 * await client.peer?.close(); // An outage.
 * await client.ready({ timeout: 5_000 });
 * assertEquals(await client.call("one"), 1);
 * ```
 *
 * @category Clients
 */
export class Client<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> extends Caller<Remote> implements AsyncDisposable {
  /** What the server can call. Routes can be added and removed at any time. */
  readonly router: Router<Local, Peer<Remote>>;
  readonly #succession: Succession<Remote>;

  /**
   * Makes a client that begins to connect, and tries until it can:
   * {@linkcode Client.ready} waits for that.
   *
   * @param url Where.
   * @param options Routes, limits, deadlines.
   * @throws {RangeError} If a time is none.
   */
  constructor(
    url: string | URL,
    options: ClientOptions<Remote, Local> = {},
  ) {
    const router = new Router<Local, Peer<Remote>>(options.routes);
    const succession = new Succession<Remote>(
      url,
      options as ClientOptions<Remote>,
      router,
    );
    super(succession);
    this.router = router;
    this.#succession = succession;
    firstAttempts.set(this, succession.first);
  }

  /** What the client is doing. */
  get state(): ClientState {
    return this.#succession.state;
  }

  /** The connection, if it is open. */
  get peer(): Peer<Remote> | undefined {
    return this.#succession.peer;
  }

  /**
   * Resolves when the client is closed for good: with the reason, if it has given
   * up. Never rejects.
   */
  get closed(): Promise<Error | undefined> {
    return this.#succession.closed;
  }

  /**
   * Waits until the client is open, which it may be.
   *
   * @param options How long, and the signal.
   * @returns The connection.
   * @throws {TimeoutError} If that takes too long.
   * @throws {NotConnectedError} If the client is closed, or gives up.
   */
  ready(options: ReadyOptions = {}): Promise<Peer<Remote>> {
    return this.#succession.ready(options);
  }

  /**
   * Closes the client for good. Open calls and waits end at once. May be called
   * twice; never rejects.
   *
   * @returns Resolves when it is closed, within a second.
   */
  close(): Promise<void> {
    return this.#succession.close();
  }

  /** Closes the client: see {@linkcode Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
