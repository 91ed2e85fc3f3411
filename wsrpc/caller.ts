// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The calls and events of a program, over one connection (`Peer`) or one after
 * another (`Client`).
 *
 * ```ts
 * import { type Caller, Peer } from "@wirekit/wsrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * interface Api {
 *   add(params: { a: number; b: number }): number;
 * }
 *
 * function sum(caller: Caller<Api>): Promise<number> {
 *   return caller.call("add", { a: 1, b: 2 });
 * }
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, {
 *   routes: { add: (_peer, { a, b }) => a + b },
 * });
 * await using peer = new Peer<Api>(far);
 * assertEquals(await sum(peer), 3);
 * ```
 *
 * @module
 */

import { makeRemote } from "./_remote.ts";
import type {
  AnyRoutes,
  CallOptions,
  Contract,
  JsonObject,
  ParamsAndOptions,
  RemoteOf,
  ResultOf,
  RouteName,
  RouteOf,
} from "./contract.ts";

/**
 * Handles an event of the other end.
 *
 * @category Peers
 */
export type Listener = (event: JsonObject) => void;

/**
 * How a {@linkcode Caller} reaches the other end.
 *
 * @category Peers
 */
export interface CallerLine {
  /** Calls a route. */
  call(
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown>;
  /** Sends an event. */
  emit(event: JsonObject): Promise<void>;
  /** Listens to events. */
  listen(listener: Listener): void;
  /** Stops listening; returns whether it listened. */
  unlisten(listener: Listener): boolean;
}

/**
 * Calls the other end, sends it events and receives its events.
 *
 * Every call ends exactly once: with the result, a `WsrpcError`, a
 * `TimeoutError`, the reason of its signal, a `LimitError`, or, as soon as the
 * connection ends, a `NotConnectedError`.
 *
 * @typeParam Remote The contract of the routes of the other end.
 *
 * @example Arguments
 * ```ts
 * import { Peer } from "@wirekit/wsrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, {
 *   routes: { args: (_peer, ...args) => args },
 * });
 * await using peer = new Peer(far);
 *
 * assertEquals(await peer.call("args", { a: 1 }), [{ a: 1 }]); // keywords
 * assertEquals(await peer.call("args", [1, 2]), [1, 2]); // positions
 * assertEquals(await peer.remote.args(), []);
 * ```
 *
 * @category Peers
 */
export abstract class Caller<Remote extends Contract<Remote> = AnyRoutes> {
  readonly #line: CallerLine;
  #remote: unknown;

  /**
   * Makes a caller.
   *
   * @param line How it reaches the other end.
   */
  constructor(line: CallerLine) {
    this.#line = line;
  }

  /**
   * The routes of the other end as methods: `remote.kv.set(params, options)` is
   * `call("kv.set", params, options)`.
   */
  get remote(): RemoteOf<Remote> {
    return (this.#remote ??= makeRemote(this.#line)) as RemoteOf<Remote>;
  }

  /**
   * Calls a route of the other end.
   *
   * @typeParam Name The name of the route.
   * @param method The name of the route, dotted for a method of a class route.
   * @param args The arguments: an object for keyword arguments (the only kind
   * that Python handlers usually take), an array for positional ones, any other
   * value for a single positional one; then the options of the call.
   * @returns The result.
   * @throws {WsrpcError} If the other end answers with an error.
   * @throws {TimeoutError} If it does not answer in time.
   * @throws {NotConnectedError} If there is no connection, or it ends.
   * @throws {LimitError} If too many calls wait already, or this one is too large.
   * @throws {TypeError} If the arguments cannot be written as JSON.
   */
  call<Name extends RouteName<Remote>>(
    method: Name,
    ...args: ParamsAndOptions<RouteOf<Remote, Name>, CallOptions>
  ): Promise<ResultOf<RouteOf<Remote, Name>>>;
  call(
    method: string,
    params?: unknown,
    options?: CallOptions,
  ): Promise<unknown> {
    return this.#line.call(method, params, options);
  }

  /**
   * Sends the other end an event, which it does not answer.
   *
   * @param event The event: an object without a member `id`.
   * @returns Resolves when there is room for another.
   * @throws {NotConnectedError} If there is no connection.
   * @throws {LimitError} If the event is too large.
   * @throws {TypeError} If it is not an object, has an `id`, or cannot be
   * written as JSON.
   *
   * @example Send and receive an event
   * ```ts
   * import { Peer } from "@wirekit/wsrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const [near, far] = pair();
   * await using alice = new Peer(near);
   * await using bob = new Peer(far);
   *
   * const heard = new Promise((resolve) => bob.addEventListener(resolve));
   * await alice.emit({ Hello: "world" });
   * assertEquals(await heard, { Hello: "world" });
   * ```
   */
  emit(event: JsonObject): Promise<void> {
    return this.#line.emit(event);
  }

  /**
   * Listens to events of the other end.
   *
   * @param listener Called with each event.
   */
  addEventListener(listener: Listener): void {
    this.#line.listen(listener);
  }

  /**
   * Stops listening.
   *
   * @param listener The listener that was added.
   * @returns Whether it was there.
   */
  removeEventListener(listener: Listener): boolean {
    return this.#line.unlisten(listener);
  }
}

/**
 * The other end of a connection as a route sees it, whatever its contract and
 * state: a {@linkcode Peer}.
 *
 * @category Peers
 */
// deno-lint-ignore no-explicit-any -- that is what it says
export interface AnyPeer extends Caller<any> {
  /** A random UUID that names the connection on this end. */
  readonly id: string;
  /** The state that is kept with the connection. */
  // deno-lint-ignore no-explicit-any -- that is what it says
  readonly state: any;
  /** Fires when the connection has ended. */
  readonly signal: AbortSignal;
  /**
   * Ends the connection.
   *
   * @param error The reason, if this is not a clean end.
   * @returns Resolves when it is closed, within a second. Never rejects.
   */
  close(error?: Error): Promise<void>;
}
