// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a `Client` can be told.
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
import type { Transport } from "@wirekit/transport/transport";
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
   * How long an attempt to connect may take, `onConnect` included, in
   * milliseconds; `Infinity` never gives up.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * How patiently to connect again when a connection is lost; `false` closes the
   * client then.
   */
  reconnect?: false | ReconnectOptions;
  /**
   * Is called on every connection, the first as the others, before the client
   * is open: the place to subscribe again. If it fails, the connection is closed
   * and tried anew.
   *
   * @param peer The connection.
   */
  onConnect?: (peer: Peer<Remote>) => void | Promise<void>;
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
  /** Gives up connecting. A client that is connected does not listen to it. */
  signal?: AbortSignal;
}

/**
 * Options of `Client.ready`.
 *
 * @category Clients
 */
export interface ReadyOptions {
  /**
   * How long to wait, in milliseconds; `Infinity` never gives up.
   *
   * @default {Infinity}
   */
  timeout?: number;
  /** Gives up waiting with its reason. */
  signal?: AbortSignal;
}

/**
 * What a client is doing: it connects, it is `"open"` and can call, it waits
 * before it connects again, or it is closed for good.
 *
 * @category Clients
 */
export type ClientState = "connecting" | "open" | "waiting" | "closed";
