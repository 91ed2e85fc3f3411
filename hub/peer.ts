// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Another client of the hub, called by what its contract says.
 *
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 *
 * interface Greeter {
 *   greet(data: { name: string }): string;
 * }
 *
 * const client = new Client("alpha");
 * const beta = client.peer<Greeter>("beta");
 * // await beta.request("greet", { name: "zoë" });
 * ```
 *
 * @module
 */

import type { PingOptions, RequestOptions } from "./client_options.ts";
import type {
  AnyRoutes,
  Contract,
  DataAndOptions,
  ResultOf,
  RouteName,
} from "./contract.ts";

/** What a {@linkcode Peer} needs of a {@linkcode Client}. */
export interface Caller {
  /** Asks a client. */
  request(
    target: string,
    route: string,
    data?: object,
    options?: RequestOptions,
  ): Promise<unknown>;
  /** Tells clients something. */
  inform(data: unknown, targets?: string | readonly string[]): Promise<void>;
  /** Asks the hub whether a client is there. */
  ping(target?: string, options?: PingOptions): Promise<boolean>;
}

/**
 * Another client, by its name. It costs nothing to have one: it is only the
 * name, and the types. `client.peer()` makes it.
 *
 * @typeParam T The contract of its routes.
 *
 * @example A typed call
 * ```ts
 * import { Peer } from "@wirekit/hub/peer";
 * import { assertEquals } from "@std/assert";
 *
 * interface Greeter {
 *   greet(data: { name: string }): string;
 * }
 *
 * const caller = {
 *   request: (target: string, route: string) =>
 *     Promise.resolve(`${target}.${route}`),
 *   inform: () => Promise.resolve(),
 *   ping: () => Promise.resolve(true),
 * };
 * const beta = new Peer<Greeter>(caller, "beta");
 * const greeting: string = await beta.request("greet", { name: "zoë" });
 * assertEquals(greeting, "beta.greet");
 * ```
 */
export class Peer<T extends Contract<T> = AnyRoutes> {
  /** The name of the client. */
  readonly name: string;
  readonly #caller: Caller;

  /**
   * Makes a peer. `client.peer()` is the short way.
   *
   * @param caller The client that calls.
   * @param name The name of the client to call.
   */
  constructor(caller: Caller, name: string) {
    this.#caller = caller;
    this.name = name;
  }

  /**
   * Asks the peer, like `client.request()`.
   *
   * @typeParam K The name of the route.
   * @param route The name of the route.
   * @param args The data, if the route takes any, and options.
   * @returns What the route answered.
   *
   * @example With a deadline
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   * import { NotConnectedError } from "@wirekit/hub/errors";
   * import { assertRejects } from "@std/assert";
   *
   * const beta = new Client("alpha").peer("beta");
   * await assertRejects(
   *   () => beta.request("greet", { name: "zoë" }, { timeout: 1_000 }),
   *   NotConnectedError,
   * );
   * ```
   */
  request<K extends RouteName<T>>(
    route: K,
    ...args: DataAndOptions<T[K], RequestOptions>
  ): Promise<ResultOf<T[K]>> {
    const answer = this.#caller.request(this.name, route, ...args);
    return answer as Promise<ResultOf<T[K]>>;
  }

  /**
   * Tells the peer something, like `client.inform()`.
   *
   * @param data What to say.
   * @returns Resolves when it is on its way.
   *
   * @example Nobody answers
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   * import { NotConnectedError } from "@wirekit/hub/errors";
   * import { assertRejects } from "@std/assert";
   *
   * const beta = new Client("alpha").peer("beta");
   * await assertRejects(() => beta.inform("hello"), NotConnectedError);
   * ```
   */
  inform(data: unknown): Promise<void> {
    return this.#caller.inform(data, this.name);
  }

  /**
   * Asks the hub whether the peer is there, like `client.ping()`.
   *
   * @param options Deadline and signal.
   * @returns Whether a client of this name is connected.
   *
   * @example Is it there?
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   * import { NotConnectedError } from "@wirekit/hub/errors";
   * import { assertRejects } from "@std/assert";
   *
   * const beta = new Client("alpha").peer("beta");
   * await assertRejects(() => beta.ping(), NotConnectedError);
   * ```
   */
  ping(options?: PingOptions): Promise<boolean> {
    return this.#caller.ping(this.name, options);
  }
}
