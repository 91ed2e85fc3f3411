// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a `Peer` can be told: routes, deadlines, limits, and hooks.
 *
 * ```ts
 * import type { PeerOptions } from "@wirekit/wsrpc/peer-options";
 * import { Peer } from "@wirekit/wsrpc/peer";
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

import type { ErrorBody, JsonObject } from "./message.ts";
import type { AnyPeer } from "./peer.ts";
import type { Router, Routes } from "./router.ts";

/**
 * What is told of a peer. What a hook throws goes to `error`, and changes
 * nothing else.
 *
 * @typeParam P The peer.
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
 * Options of {@linkcode Peer}.
 *
 * @typeParam State What is kept with the connection.
 */
export interface PeerOptions<State = unknown> {
  /** What the other end can call, besides what is in `router`. */
  routes?: Routes;
  /**
   * A table of routes that may be shared by many peers. Routes that are added
   * to `peer.router` are not added to it.
   */
  // deno-lint-ignore no-explicit-any -- it may have any contract
  router?: Router<any, any>;
  /** What to keep with the connection: who the user is, for example. */
  state?: State;
  /**
   * How long each call waits unless it says otherwise, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
  /**
   * The pause between two pings, in milliseconds; `Infinity` for none.
   *
   * @default {30000}
   */
  heartbeatInterval?: number;
  /**
   * How long the peer may be silent after a ping before it is dropped, in
   * milliseconds.
   *
   * @default {10000}
   */
  heartbeatTimeout?: number;
  /**
   * Whether to ping at once too, as the server of wsrpc-aiohttp does.
   *
   * @default {false}
   */
  pingFirst?: boolean;
  /**
   * Most calls that wait for an answer. One more fails at once with a
   * `LimitError`.
   *
   * @default {4096}
   */
  maxInFlight?: number;
  /**
   * Most calls of the peer that run at a time. More wait.
   *
   * @default {1024}
   */
  maxHandlers?: number;
  /**
   * Most bytes of calls of the peer that wait, each counted as 64 more than its
   * characters. More are answered with the error `LimitError`.
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
   * Says what the caller learns of what a route threw, if that is no
   * `RouteError`: `describeError` tells all that wsrpc-aiohttp does.
   *
   * @default Nothing: type `InternalError`, message `Route failed`.
   */
  exposeError?: (error: unknown, method: string) => ErrorBody | undefined;
  /** What to call when something happens. */
  hooks?: PeerHooks;
  /**
   * The id of the first call; odd. Where a connection follows another, that is
   * `nextId` of the one before, so that no late answer meets a new call.
   *
   * @default {1}
   */
  firstId?: number;
}
