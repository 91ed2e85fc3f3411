// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of a `Peer`: routes, deadlines, limits, hooks, and a log.
 *
 * ```ts
 * import { Peer, type PeerOptions } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const told: string[] = [];
 * const options: PeerOptions = {
 *   routes: { add: (_peer, { a, b }) => a + b },
 *   timeout: 5_000,
 *   hooks: { callStart: (_peer, method) => told.push(method) },
 * };
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, options);
 * await using client = new Peer(far);
 * await client.call("add", { a: 1, b: 2 });
 * assertEquals(told, ["add"]);
 * ```
 *
 * @module
 */

import type { Logger } from "@wirekit/internal/logger";
import type { AnyPeer } from "./caller.ts";
import type { AnyRoutes, JsonObject } from "./contract.ts";
import type { ErrorBody } from "./errors.ts";
import type { Router, Routes } from "./routes/router.ts";

export type { Logger };

/**
 * The hooks of a peer. An error that a hook throws goes to `error` and has no
 * other effect.
 *
 * @typeParam P The peer.
 * @category Peers
 */
export interface PeerHooks<P = AnyPeer> {
  /**
   * The peer starts to read, and can be called.
   *
   * @param peer The peer.
   */
  open?(peer: P): void;
  /**
   * The connection has ended.
   *
   * @param peer The peer.
   * @param reason The reason, unless the end was clean.
   */
  close?(peer: P, reason: Error | undefined): void;
  /**
   * A call of the peer is about to run, or to be refused.
   *
   * @param peer The caller.
   * @param method The name of the route.
   * @param params The arguments.
   */
  callStart?(peer: P, method: string, params: unknown): void;
  /**
   * A call of the peer was answered with a result.
   *
   * @param peer The caller.
   * @param method The name of the route.
   * @param params The arguments.
   * @param result The result.
   */
  callSuccess?(peer: P, method: string, params: unknown, result: unknown): void;
  /**
   * A call of the peer was answered with an error.
   *
   * @param peer The caller.
   * @param method The name of the route.
   * @param params The arguments.
   * @param error The error that the route threw, before anything in it was
   * hidden.
   */
  callFail?(peer: P, method: string, params: unknown, error: unknown): void;
  /**
   * The peer sent an event.
   *
   * @param peer The sender.
   * @param event The event.
   */
  event?(peer: P, event: JsonObject): void;
  /**
   * A message was ignored: it is not valid, or answers no open call. Late
   * answers of calls that timed out come here.
   *
   * @param peer The sender.
   * @param reason The reason, as a sentence.
   */
  ignored?(peer: P, reason: string): void;
  /**
   * A hook, a listener, or the end of a class route threw.
   *
   * @param peer The peer to which it belongs.
   * @param error The error that it threw.
   */
  error?(peer: P, error: unknown): void;
}

/**
 * How a peer checks whether the other end is alive, in milliseconds.
 *
 * @category Peers
 */
export interface PeerHeartbeat {
  /**
   * How long the other end may be silent, in milliseconds, before it is pinged;
   * `Infinity` means never.
   *
   * @default {30000}
   */
  interval?: number;
  /**
   * How long it may be silent after a ping, in milliseconds, before it is
   * dropped with close code 1011.
   *
   * @default {10000}
   */
  timeout?: number;
}

/**
 * Limits and deadlines that peers, clients and servers share.
 *
 * @typeParam P The peer.
 * @category Peers
 */
export interface CallingOptions<P = AnyPeer> {
  /**
   * When each call gives up by default, in milliseconds; `Infinity` means
   * never.
   *
   * @default {60000}
   */
  timeout?: number;
  /** How to check whether the other end is alive. */
  heartbeat?: PeerHeartbeat;
  /**
   * The most calls that may wait for an answer. Further calls fail at once with
   * a `LimitError`.
   *
   * @default {4096}
   */
  maxInFlight?: number;
  /**
   * The most calls of the other end that run at a time. Further calls wait.
   *
   * @default {1024}
   */
  maxHandlers?: number;
  /**
   * The most bytes of waiting calls of the other end, each counted as 64 more
   * than its characters. Further calls are answered with the error
   * `LimitError`.
   *
   * @default {4194304} 4 MiB
   */
  maxQueuedBytes?: number;
  /**
   * The largest message to send, in bytes of UTF-8. A larger call fails with a
   * `LimitError`, a larger result or error becomes one. A Python peer drops the
   * connection over a message above the default.
   *
   * @default {4194303}
   */
  maxSentBytes?: number;
  /**
   * Whether callers see the class and the message of an error that a route
   * throws, as with wsrpc-aiohttp; or a function that returns what they see of
   * each error, if anything. They always see a `RouteError`. Error messages
   * tell strangers too much.
   *
   * @default {false} Type `InternalError`, message `Route failed`.
   */
  exposeErrors?:
    | boolean
    | ((error: unknown, method: string) => ErrorBody | undefined);
  /** The functions to call when something happens. */
  hooks?: PeerHooks<P>;
  /**
   * Where to log events, one line each: clients that come and go, routes that
   * fail. `console` is such a logger.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * Options of `Peer`.
 *
 * @typeParam State What is kept with the connection.
 * @typeParam P The peer.
 * @category Peers
 */
export interface PeerOptions<State = unknown, P = AnyPeer>
  extends CallingOptions<P> {
  /** The routes that the other end can call, besides those of `router`. */
  routes?: Routes<AnyRoutes, P>;
  /**
   * A table of routes that may be shared by many peers. Routes that are added
   * to `peer.router` are not added to it.
   */
  // deno-lint-ignore no-explicit-any -- it may have any contract
  router?: Router<any, any>;
  /** The state to keep with the connection, for example the user. */
  state?: State;
  /**
   * Whether to also ping at the start, as the server of wsrpc-aiohttp does.
   *
   * @default {false}
   */
  pingFirst?: boolean;
  /**
   * The id of the first call; odd. If a connection follows another, use
   * `nextId` of the one before, so that no late answer reaches a new call.
   *
   * @default {1}
   */
  firstId?: number;
}
