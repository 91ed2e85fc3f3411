// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * One end of a connection: it calls the other end, and answers its calls.
 *
 * ```ts
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await using alice = new Peer(near, {
 *   routes: { greet: async (peer) => `hello ${await peer.call("name")}` },
 * });
 * await using bob = new Peer(far, { routes: { name: () => "bob" } });
 *
 * assertEquals(await bob.remote.greet(), "hello bob");
 * assertEquals(alice.calls, 0);
 * ```
 *
 * @module
 */

import { generate } from "@std/uuid/v7";
import type { Transport } from "@wirekit/transport/transport";
import { Connection } from "./connection/_connection.ts";
import { type AnyPeer, Caller } from "./caller.ts";
import type { AnyRoutes, Contract } from "./contract.ts";
import type { PeerOptions } from "./peer_options.ts";
import { tableOf } from "./routes/_table.ts";
import { Router } from "./routes/router.ts";

export type { PeerOptions };

/**
 * One end of a connection with a wsrpc program: Wirekit, `wsrpc-aiohttp` or
 * `@wsrpc/client`.
 *
 * @typeParam Remote The contract of the routes of the other end.
 * @typeParam State What is kept with the connection.
 *
 * @example Typed by a contract
 * ```ts
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * interface Api {
 *   kv: { get(params: { key: string }): string };
 * }
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, {
 *   routes: { kv: { get: (_peer, { key }) => `value of ${key}` } },
 * });
 * await using client = new Peer<Api>(far);
 *
 * const value: string = await client.remote.kv.get({ key: "a" });
 * assertEquals(value, "value of a");
 * assertEquals(await client.call("kv.get", { key: "a" }), value);
 * ```
 *
 * @category Peers
 */
export class Peer<
  Remote extends Contract<Remote> = AnyRoutes,
  State = unknown,
> extends Caller<Remote> implements AnyPeer, AsyncDisposable {
  /**
   * The routes of this connection: those of the options, and those added later.
   */
  readonly router: Router<AnyRoutes, Peer<Remote, State>>;
  /** The state that is kept with the connection. */
  readonly state: State;
  readonly #connection: Connection;
  #id: string | undefined;

  /**
   * Takes over an open transport.
   *
   * @param transport The transport. Nothing else may read it.
   * @param options Routes, limits and deadlines.
   * @throws {RangeError} If a time is not valid, or `firstId` is not an odd
   * positive integer.
   */
  constructor(
    transport: Transport,
    options: PeerOptions<State, Peer<Remote, NoInfer<State>>> = {},
  ) {
    const connection = new Connection(transport, options as PeerOptions);
    super(connection);
    this.#connection = connection;
    this.state = options.state as State;
    this.router = new Router(options.routes, options.router);
    connection.start(this, tableOf(this.router));
  }

  /**
   * A UUID (version 7, which begins with the time) that names the connection on
   * this end. It is no secret.
   */
  get id(): string {
    return this.#id ??= generate();
  }

  /**
   * Resolves when the connection has ended: with the reason, unless the end was
   * clean. Never rejects.
   */
  get closed(): Promise<Error | undefined> {
    return this.#connection.closed;
  }

  /** Fires when the connection has ended, with a `NotConnectedError`. */
  get signal(): AbortSignal {
    return this.#connection.signal;
  }

  /** The number of calls that wait for an answer of the other end. */
  get calls(): number {
    return this.#connection.calls;
  }

  /** The number of calls of the other end that run or wait here. */
  get handlers(): number {
    return this.#connection.handlers;
  }

  /** The id of the next call. */
  get nextId(): number {
    return this.#connection.nextId;
  }

  /**
   * Ends the connection. All open calls end at once. May be called twice; never
   * rejects.
   *
   * @param error The reason, if this is not a clean end.
   * @returns Resolves when it is closed, within a second.
   */
  close(error?: Error): Promise<void> {
    return this.#connection.close(error);
  }

  /** Ends the connection: see {@linkcode Peer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
