// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of a `Client`.
 *
 * ```ts
 * import { Client, type ClientOptions } from "@wirekit/wsrpc/client";
 *
 * const options: ClientOptions = {
 *   routes: { name: () => "zoë" },
 *   connectTimeout: 3_000,
 *   reconnect: { maxDelay: 5_000 },
 * };
 * const client = new Client("ws://127.0.0.1:8000/ws/", options);
 * await client.close();
 * ```
 *
 * @module
 */

import type { ReconnectOptions } from "@wirekit/transport/reconnect";
import type { ClientTls, Transport } from "@wirekit/transport/transport";
import type { AnyRoutes, Contract } from "./contract.ts";
import type { Peer } from "./peer.ts";
import type { CallingOptions } from "./peer_options.ts";
import type { Routes } from "./routes/router.ts";

/**
 * Options of `Client`.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the client.
 * @category Clients
 */
export interface ClientOptions<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> extends CallingOptions<Peer<Remote>> {
  /** The routes that the server can call. */
  routes?: Routes<NoInfer<Local>, Peer<NoInfer<Remote>>>;
  /** Headers of the handshake of a WebSocket. Browsers cannot send any. */
  headers?: NonNullable<ConstructorParameters<typeof Headers>[0]>;
  /**
   * Which certificates to trust with `wss:` and `tls:`, and which to present.
   * Browsers, Node and Bun do not support this with `wss:`.
   */
  tls?: ClientTls;
  /**
   * Opens each connection, instead of the URL: for example with a fresh token.
   *
   * @param signal Aborts the attempt.
   */
  transport?: (signal: AbortSignal) => Promise<Transport>;
  /**
   * When to give up an attempt to connect, including `onOpen`, in
   * milliseconds; `Infinity` means never.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * How to reconnect when a connection is lost; `false` closes the client
   * instead.
   */
  reconnect?: false | ReconnectOptions;
  /**
   * Called on every connection, including the first, before the client is open.
   * Subscribe again here. If it fails, the connection is closed and the client
   * tries again.
   *
   * @param peer The connection.
   */
  onOpen?: (peer: Peer<Remote>) => unknown;
}

/**
 * Options of `connect`.
 *
 * @typeParam Remote The contract of the routes of the server.
 * @typeParam Local The contract of the routes of the client.
 * @category Clients
 */
export interface ConnectOptions<
  Remote extends Contract<Remote> = AnyRoutes,
  Local extends Contract<Local> = AnyRoutes,
> extends ClientOptions<Remote, Local> {
  /** Aborts connecting. It does not affect a connected client. */
  signal?: AbortSignal;
}

/**
 * Options of `Client.ready`.
 *
 * @category Clients
 */
export interface ReadyOptions {
  /**
   * When to stop waiting, in milliseconds; `Infinity` means never.
   *
   * @default {60000} The `timeout` of the client.
   */
  timeout?: number;
  /** Stops waiting and rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * The state of a client: it is connecting, it is `"open"` and can call, it is
 * waiting before it reconnects, or it is permanently closed.
 *
 * @category Clients
 */
export type ClientState = "connecting" | "open" | "waiting" | "closed";
