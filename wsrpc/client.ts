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
 * await using client = await connect<Api>(listening.url);
 * assertEquals(await client.proxy.add({ a: 1, b: 2 }), 3);
 * ```
 *
 * @module
 */

import { connect as connectTransport } from "@wirekit/transport/connect";
import {
  reconnect,
  type Reconnection,
  type ReconnectOptions,
} from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import { makeProxy } from "./_proxy.ts";
import type {
  AnyRoutes,
  CallOptions,
  Contract,
  ParamsAndOptions,
  ProxyOf,
  ResultOf,
  RouteName,
  RouteOf,
} from "./contract.ts";
import { NotConnectedError } from "./errors.ts";
import type { JsonObject } from "./message.ts";
import { Peer } from "./peer.ts";
import type { PeerHooks, PeerOptions } from "./peer_options.ts";
import { Router, type Routes } from "./router.ts";

/**
 * Options of {@linkcode connect}.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the client.
 */
export interface ClientOptions<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> extends
  Omit<
    PeerOptions,
    "routes" | "router" | "state" | "firstId" | "pingFirst" | "hooks"
  > {
  /** What the server can call. */
  routes?: Routes<NoInfer<Local>, Peer<NoInfer<Remote>>>;
  /** Headers of the handshake of a WebSocket. Browsers cannot send any. */
  headers?: HeadersInit;
  /**
   * Opens each connection, in place of the URL: with a fresh token, for example.
   *
   * @param signal Ends the attempt.
   */
  transport?: (signal: AbortSignal) => Promise<Transport>;
  /**
   * Whether to go on when the first attempt fails, as when the server starts
   * later than the client.
   *
   * @default {false}
   */
  retry?: boolean;
  /** How patiently to connect again when a connection is lost. */
  reconnect?: Omit<ReconnectOptions, "signal">;
  /** Gives up connecting. A client that is connected does not listen to it. */
  signal?: AbortSignal;
  /**
   * Is called on every connection, the first as the others, before the client
   * is open: the place to subscribe again. If it fails, the connection is closed
   * and tried anew.
   *
   * @param peer The connection.
   */
  onConnect?: (peer: Peer<Remote>) => void | Promise<void>;
  /** What to call when something happens. */
  hooks?: PeerHooks<Peer<Remote>>;
}

/** Options of {@linkcode Client.ready}. */
export interface ReadyOptions {
  /** Gives up waiting with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * What a client is doing: it can call, it is about to connect again, or it is
 * closed for ever.
 */
export type ClientState = "open" | "connecting" | "closed";

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
 * @throws {NotConnectedError} If the first attempt fails, unless `retry` is set.
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
 * await using client = await connect(listening.url, {
 *   routes: { mul: (_peer, { x, y }) => x * y },
 * });
 * assertEquals(await client.call("loopback"), 42);
 * ```
 */
export async function connect<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
>(
  url: string | URL,
  options: ClientOptions<Remote, Local> = {},
): Promise<Client<Remote, Local>> {
  const client = new Client<Remote, Local>(url, options);
  try {
    await client.ready(options);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

/**
 * A client that connects again by itself, from {@linkcode connect}.
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
 * await using client = await connect(listening.url);
 * await client.peer?.close(); // An outage.
 * await client.ready();
 * assertEquals(await client.call("one"), 1);
 * ```
 */
export class Client<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> implements AsyncDisposable {
  /** What the server can call. Routes can be added and removed at any time. */
  readonly router: Router<Local, Peer<Remote>>;
  /** The routes of the server as methods: `proxy.kv.set(params)`. */
  readonly proxy: ProxyOf<Remote>;
  /**
   * Resolves when the client is closed for ever: with the reason, if it has given
   * up. Never rejects.
   */
  readonly closed: Promise<Error | undefined>;
  readonly #url: string | URL;
  readonly #options: ClientOptions<Remote, Local>;
  readonly #listeners = new Set<(event: JsonObject) => void>();
  readonly #connections: Reconnection<string>;
  /** The connection that is open or about to be. */
  #current: Peer<Remote> | undefined;
  #state: ClientState = "connecting";
  #ready = newReady<Peer<Remote>>();
  #nextId = 1;
  #hasOpened = false;
  #failure: unknown;

  /**
   * Makes a client that begins to connect: {@linkcode connect} waits for it too.
   *
   * @param url Where.
   * @param options Routes, limits, deadlines.
   */
  constructor(
    url: string | URL,
    options: ClientOptions<Remote, Local> = {},
  ) {
    this.#url = url;
    this.#options = options;
    this.router = new Router<Local, Peer<Remote>>(options.routes);
    this.proxy = makeProxy((method, params, options) =>
      this.#call(method, params, options)
    ) as ProxyOf<Remote>;
    this.#connections = reconnect(
      (signal) => this.#open(signal),
      options.reconnect,
    );
    this.closed = this.#run();
  }

  /** What the client is doing. */
  get state(): ClientState {
    return this.#state;
  }

  /** The connection, if it is open. */
  get peer(): Peer<Remote> | undefined {
    return this.#state === "open" ? this.#current : undefined;
  }

  /**
   * Waits until the client is open, which it may be.
   *
   * @param options The signal.
   * @returns The connection.
   * @throws {NotConnectedError} If the client is closed, or gives up.
   */
  async ready(options: ReadyOptions = {}): Promise<Peer<Remote>> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (!signal) return await this.#ready.promise;
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([this.#ready.promise, promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Calls a route of the server, on the connection of the moment: see
   * {@linkcode Peer.call}. Without one it fails at once;
   * {@linkcode Client.ready} waits for the next.
   *
   * @typeParam Name The name of the route.
   * @param method The name of the route.
   * @param args The arguments, and the options of the call.
   * @returns The result.
   * @throws {NotConnectedError} If there is no connection, or it ends.
   */
  call<Name extends RouteName<Remote>>(
    method: Name,
    ...args: ParamsAndOptions<RouteOf<Remote, Name>, CallOptions>
  ): Promise<ResultOf<RouteOf<Remote, Name>>> {
    const [params, options] = args;
    return this.#call(method, params, options) as Promise<
      ResultOf<RouteOf<Remote, Name>>
    >;
  }

  /**
   * Tells the server an event: see {@linkcode Peer.emit}.
   *
   * @param event The event: an object without a member `id`.
   * @returns Resolves when there is room for another.
   * @throws {NotConnectedError} If there is no connection.
   */
  async emit(event: JsonObject): Promise<void> {
    const { peer } = this;
    if (!peer) throw this.#notConnected();
    await peer.emit(event);
  }

  /**
   * Listens to events of the server, on this connection and those that follow.
   *
   * @param listener Gets each event.
   */
  addEventListener(listener: (event: JsonObject) => void): void {
    this.#listeners.add(listener);
    this.#current?.addEventListener(listener);
  }

  /**
   * Listens no more.
   *
   * @param listener What was added.
   * @returns Whether it was there.
   */
  removeEventListener(listener: (event: JsonObject) => void): boolean {
    this.#current?.removeEventListener(listener);
    return this.#listeners.delete(listener);
  }

  /**
   * Closes the client for ever. Open calls and waits end at once. May be called
   * twice; never rejects.
   *
   * @returns Resolves when it is closed, within a second.
   */
  async close(): Promise<void> {
    this.#finish();
    const closing = this.#connections.close();
    await this.#current?.close();
    await closing;
    await this.closed;
  }

  /** Closes the client: see {@linkcode Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call(
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const peer: Peer | undefined = this.peer;
    return peer
      ? peer.call(method, params, options)
      : Promise.reject(this.#notConnected());
  }

  async #run(): Promise<Error | undefined> {
    try {
      for await (const _ of this.#connections) {
        const peer = this.#current!;
        if (this.#state !== "closed") this.#become(peer);
        this.#failure = await peer.closed;
        this.#forget(peer);
      }
    } catch (error) {
      this.#failure = error;
    }
    const gaveUp = this.#state !== "closed";
    this.#finish();
    return gaveUp ? this.#failure as Error | undefined : undefined;
  }

  /** Opens the client until the connection ends. */
  #become(peer: Peer<Remote>): void {
    this.#hasOpened = true;
    if (peer.signal.aborted) return;
    this.#state = "open";
    this.#ready.resolve(peer);
    peer.signal.addEventListener("abort", () => {
      if (this.#state !== "open") return;
      this.#state = "connecting";
      this.#ready = newReady();
    });
  }

  async #open(signal: AbortSignal): Promise<Transport> {
    try {
      return await this.#connect(signal);
    } catch (error) {
      if (!this.#hasOpened && !this.#options.retry) {
        this.#failure = error;
        this.#connections.close();
      }
      throw error;
    }
  }

  async #connect(signal: AbortSignal): Promise<Transport> {
    const { headers, transport: open, onConnect, ...options } = this.#options;
    const { routes: _, hooks, signal: _given, ...rest } = options;
    const transport = open
      ? await open(signal)
      : await connectTransport(this.#url, {
        signal,
        ...(headers && { headers }),
      });
    const peer = new Peer<Remote>(transport, {
      ...rest,
      ...(hooks && { hooks }),
      router: this.router,
      firstId: this.#nextId,
    });
    for (const listener of this.#listeners) peer.addEventListener(listener);
    this.#current = peer;
    const abort = () => void peer.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      await onConnect?.(peer);
    } catch (error) {
      await peer.close();
      this.#forget(peer);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    return transport;
  }

  /** No id of a connection comes again in the next. */
  #forget(peer: Peer<Remote>): void {
    this.#nextId = peer.nextId;
    this.#current = undefined;
  }

  #finish(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const error = this.#notConnected();
    this.#ready.reject(error);
    this.#ready = newReady();
    this.#ready.reject(error);
  }

  #notConnected(): NotConnectedError {
    const { message = "" } = (this.#failure ?? {}) as Partial<Error>;
    const text = this.#state === "closed"
      ? "Client is closed"
      : "Not connected";
    return new NotConnectedError(message ? `${text}: ${message}` : text, {
      ...(this.#failure !== undefined && { cause: this.#failure }),
    });
  }
}

/** A promise that nobody has to await. */
function newReady<P>(): PromiseWithResolvers<P> {
  const ready = Promise.withResolvers<P>();
  ready.promise.catch(() => {});
  return ready;
}
