// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A client that reconnects by itself.
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

import { unlessAborted } from "@wirekit/internal/clock";
import { Succession } from "./connection/_succession.ts";
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
 * Connects to a server of this package or of `wsrpc-aiohttp`.
 *
 * When the connection is lost, the client reconnects, with backoff and jitter,
 * until {@linkcode Client.close}. Nothing is sent twice: open calls fail.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the client.
 * @param url The URL: `ws:`, `wss:`; or `tcp:`, `tls:`, `unix:`, one message a
 * line.
 * @param options Routes, limits, deadlines.
 * @returns The client, which is open.
 * @throws {HandshakeError} If the server refuses, such as with status 403.
 * @throws {NotConnectedError} If the first attempt fails otherwise. To keep
 * trying, make a {@linkcode Client} and wait until it is ready.
 * @throws {TimeoutError} If it takes longer than `connectTimeout`.
 * @throws {TypeError} If the URL has another scheme.
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
    await unlessAborted(firstAttempts.get(client)!, signal);
    return client;
  } catch (error) {
    void client.close(); // Whatever the server does about it.
    throw error;
  }
}

/**
 * The first attempt of each client. It is no static block that lends it out: that
 * would put the class into every bundle.
 */
const firstAttempts = new WeakMap<object, Promise<void>>();

/**
 * A client that reconnects by itself. The server may start after it.
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
  /**
   * The routes that the server can call. They can be added and removed at any
   * time.
   */
  readonly router: Router<Local, Peer<Remote>>;
  readonly #succession: Succession<Remote>;

  /**
   * Makes a client that starts to connect and keeps trying:
   * {@linkcode Client.ready} waits until it is connected.
   *
   * @param url The URL, as for {@linkcode connect}.
   * @param options Routes, limits, deadlines.
   * @throws {RangeError} If a time is not valid.
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

  /** The state of the client. */
  get state(): ClientState {
    return this.#succession.state;
  }

  /** The connection, if it is open. */
  get peer(): Peer<Remote> | undefined {
    return this.#succession.peer;
  }

  /**
   * Resolves when the client is permanently closed: with the reason, if it gave
   * up. Never rejects.
   */
  get closed(): Promise<Error | undefined> {
    return this.#succession.closed;
  }

  /**
   * Waits until the client is open. Returns at once if it is.
   *
   * @param options The deadline, by default that of calls, and the signal.
   * @returns Resolves when it is open: {@linkcode Client.peer} is there.
   * @throws {TimeoutError} If that takes too long.
   * @throws {NotConnectedError} If the client is closed, or gives up.
   */
  ready(options: ReadyOptions = {}): Promise<void> {
    return this.#succession.ready(options);
  }

  /**
   * Closes the client permanently. Open calls and waits end at once. May be
   * called twice; never rejects.
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
