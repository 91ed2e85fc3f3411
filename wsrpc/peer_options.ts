// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a `Peer` can be told: routes, deadlines, limits, hooks, and a log.
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
 * What is told of a peer. What a hook throws goes to `error`, and changes
 * nothing else.
 *
 * @typeParam P The peer.
 * @category Peers
 */
export interface PeerHooks<P = AnyPeer> {
  /**
   * The peer begins to read, and can be called.
   *
   * @param peer The peer.
   */
  open?(peer: P): void;
  /**
   * The connection has ended.
   *
   * @param peer The peer.
   * @param reason Why, unless the end was clean.
   */
  close?(peer: P, reason: Error | undefined): void;
  /**
   * A call of the peer is about to run, or to be refused.
   *
   * @param peer Who calls.
   * @param method The name of the route.
   * @param params The arguments.
   */
  callStart?(peer: P, method: string, params: unknown): void;
  /**
   * A call of the peer was answered with a result.
   *
   * @param peer Who called.
   * @param method The name of the route.
   * @param params The arguments.
   * @param result The result.
   */
  callSuccess?(peer: P, method: string, params: unknown, result: unknown): void;
  /**
   * A call of the peer was answered with an error.
   *
   * @param peer Who called.
   * @param method The name of the route.
   * @param params The arguments.
   * @param error What the route threw, before anything of it was hidden.
   */
  callFail?(peer: P, method: string, params: unknown, error: unknown): void;
  /**
   * The peer told an event.
   *
   * @param peer Who told it.
   * @param event The event.
   */
  event?(peer: P, event: JsonObject): void;
  /**
   * A message was passed over: it is none, or the answer to no open call. Late
   * answers of calls that timed out come here.
   *
   * @param peer Who sent it.
   * @param reason Why, as a sentence.
   */
  ignored?(peer: P, reason: string): void;
  /**
   * A hook, a listener, or the end of a class route threw.
   *
   * @param peer Whose it was.
   * @param error What it threw.
   */
  error?(peer: P, error: unknown): void;
}

/**
 * How a peer watches the other end, in milliseconds.
 *
 * @category Peers
 */
export interface PeerHeartbeat {
  /**
   * Milliseconds of silence before it is pinged; `Infinity` never pings.
   *
   * @default {30000}
   */
  interval?: number;
  /**
   * Milliseconds that it may be silent after a ping before it is dropped, with
   * close code 1011.
   *
   * @default {10000}
   */
  timeout?: number;
}

/**
 * Limits and deadlines that peers, clients and servers have alike.
 *
 * @typeParam P The peer.
 * @category Peers
 */
export interface CallingOptions<P = AnyPeer> {
  /**
   * How long each call waits unless it says otherwise, in milliseconds;
   * `Infinity` never gives up.
   *
   * @default {60000}
   */
  timeout?: number;
  /** How the other end is watched. */
  heartbeat?: PeerHeartbeat;
  /**
   * Most calls that wait for an answer. One more fails at once with a
   * `LimitError`.
   *
   * @default {4096}
   */
  maxInFlight?: number;
  /**
   * Most calls of the other end that run at a time. More wait.
   *
   * @default {1024}
   */
  maxHandlers?: number;
  /**
   * Most bytes of calls of the other end that wait, each counted as 64 more than
   * its characters. More are answered with the error `LimitError`.
   *
   * @default {4194304} 4 MiB
   */
  maxQueueBytes?: number;
  /**
   * Largest message to send, in bytes of UTF-8. A call over it fails with a
   * `LimitError`, a result over it becomes an error. A Python peer
   * drops the connection over more than the default.
   *
   * @default {4194303}
   */
  maxMessageBytes?: number;
  /**
   * Whether a caller is told the class and the message of what a route threw, as
   * wsrpc-aiohttp does; or says for each error what it is told, if anything. A
   * `RouteError` is told always. Where callers are strangers, messages of errors
   * tell them too much.
   *
   * @default {false} Type `InternalError`, message `Route failed`.
   */
  exposeErrors?:
    | boolean
    | ((error: unknown, method: string) => ErrorBody | undefined);
  /** What to call when something happens. */
  hooks?: PeerHooks<P>;
  /**
   * Where to write what happens, a line an event: who comes and goes, routes that
   * fail. `console` is one.
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
  /** What the other end can call, besides what is in `router`. */
  routes?: Routes<AnyRoutes, P>;
  /**
   * A table of routes that may be shared by many peers. Routes that are added
   * to `peer.router` are not added to it.
   */
  // deno-lint-ignore no-explicit-any -- it may have any contract
  router?: Router<any, any>;
  /** What to keep with the connection: who the user is, for example. */
  state?: State;
  /**
   * Whether to ping at once too, as the server of wsrpc-aiohttp does.
   *
   * @default {false}
   */
  pingFirst?: boolean;
  /**
   * The id of the first call; odd. Where a connection follows another, that is
   * `nextId` of the one before, so that no late answer meets a new call.
   *
   * @default {1}
   */
  firstId?: number;
}
