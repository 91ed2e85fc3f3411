// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Tables of the routes that the other end can call.
 *
 * ```ts
 * import { Router } from "@wirekit/wsrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const router = new Router({
 *   add: (_peer, { a, b }) => a + b,
 *   math: { mul: (_peer, x: number, y: number) => x * y },
 * });
 * assertEquals(router.names, ["add", "math.mul"]);
 * ```
 *
 * @module
 */

import { RouteTable, tableOf, tables } from "./_table.ts";
import type {
  AnyRoutes,
  ArgumentsOf,
  Contract,
  HandlerResultOf,
  RouteName,
  RouteOf,
  RouteType,
} from "../contract.ts";
import type { AnyPeer } from "../caller.ts";
import type { RouteClass } from "./route.ts";

/**
 * Answers the calls of a route.
 *
 * Keyword arguments, the usual kind, arrive as one object, positional ones one
 * by one, and any other value as the only argument.
 *
 * @typeParam F The route as its contract declares it.
 * @typeParam P The peer.
 * @param peer The caller; `peer.signal` fires when the answer can no longer be
 * delivered.
 * @param args The arguments. They may be anything if the caller does not follow
 * the contract.
 * @returns The result: JSON, or a promise of it.
 * @category Routes
 */
export type Handler<
  F extends RouteType = AnyRoutes[string],
  P = AnyPeer,
> = (
  peer: P,
  ...args: ArgumentsOf<F>
) => HandlerResultOf<F>;

/**
 * Routes by their names: handlers, class routes, and groups of them, which are
 * called by a dotted name.
 *
 * @typeParam T The contract.
 * @typeParam P The peer.
 * @category Routes
 */
export type Routes<
  T = AnyRoutes,
  P = AnyPeer,
> = string extends keyof T ? AnyRouteTable<P> : {
  readonly [Name in keyof T]?:
    | (T[Name] extends RouteType ? Handler<T[Name], P> : never)
    | RouteClass
    | (keyof T[Name] extends never ? never : Routes<T[Name], P>);
};

/**
 * Routes without a contract.
 *
 * @typeParam P The peer.
 * @category Routes
 */
export interface AnyRouteTable<P> {
  /** A handler, a class route, or a group. */
  readonly [name: string]:
    | Handler<AnyRoutes[string], P>
    | RouteClass
    | AnyRouteTable<P>;
}

/**
 * A table of routes. Each server and each client has one. Each connection has
 * its own, which starts empty and falls back to that one.
 *
 * Routes can be added and removed at any time. Only names that were added are
 * found.
 *
 * @typeParam T The contract of the routes.
 * @typeParam P The peer that handlers get.
 *
 * @example Checked by a contract
 * ```ts
 * import { Router } from "@wirekit/wsrpc";
 * import { assertEquals } from "@std/assert";
 *
 * interface Api {
 *   add(params: { a: number; b: number }): number;
 * }
 *
 * const router = new Router<Api>();
 * router.add("add", (_peer, { a, b }) => a + b);
 * assertEquals(router.remove("add"), true);
 * assertEquals(router.names, []);
 * ```
 *
 * @category Routes
 */
export class Router<
  T extends Contract<T> = AnyRoutes,
  P = AnyPeer,
> {
  readonly #table: RouteTable;

  /**
   * Makes a table.
   *
   * @param routes The initial routes.
   * @param parent The table in which to look for names that it lacks.
   * @throws {TypeError} As {@linkcode Router.add} does.
   */
  constructor(
    routes: NoInfer<Routes<T, P>> = {} as Routes<T, P>,
    // deno-lint-ignore no-explicit-any -- the parent may have another contract
    parent?: Router<any, any>,
  ) {
    this.#table = new RouteTable(parent && tableOf(parent));
    tables.set(this, this.#table);
    addAll(this.#table, "", routes as AnyRouteTable<never>);
  }

  /** The names of this table, without those of its parent. */
  get names(): string[] {
    return this.#table.names;
  }

  /**
   * Adds a route.
   *
   * @typeParam Name The name.
   * @param name The name. The methods of a class are called by it, a dot, and
   * their own.
   * @param route The route: a function, or a class.
   * @returns The router.
   * @throws {TypeError} If there is already a route with that name in this
   * table, if it is `ping`, which every peer answers by itself, or if a part of
   * it is empty or begins with an underscore, which makes it private.
   */
  add<Name extends RouteName<T>>(
    name: Name,
    route: Handler<RouteOf<T, Name>, P>,
  ): this;
  /**
   * Adds a class route.
   *
   * @param name The alias: the methods are called by it, a dot, and their names.
   * @param route The class.
   * @returns The router.
   */
  add(name: keyof T & string, route: RouteClass): this;
  add(name: string, route: unknown): this {
    this.#table.add(name, route);
    return this;
  }

  /**
   * Removes a route. Running calls go on.
   *
   * @param name The name.
   * @returns Whether there was one in this table.
   */
  remove(name: string): boolean {
    return this.#table.remove(name);
  }
}

function addAll(
  table: RouteTable,
  prefix: string,
  routes: AnyRouteTable<never>,
): void {
  for (const [name, route] of Object.entries(routes)) {
    if (typeof route === "object" && route !== null) {
      addAll(table, `${prefix}${name}.`, route);
    } else table.add(prefix + name, route);
  }
}
