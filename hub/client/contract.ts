// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Types that check calls and handlers at compile time.
 *
 * A contract is an interface with one method for each route. The program that
 * serves the routes gives it to {@linkcode Client}; a program that calls them
 * gives it to `client.remote()`.
 *
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 *
 * interface Greeter {
 *   greet(data: { name: string }): string;
 * }
 *
 * const beta = new Client<Greeter>("beta");
 * beta.route("greet", ({ name }) => `hello ${name}`);
 *
 * const greeter = new Client("alpha").remote<Greeter>("beta");
 * // await greeter.greet({ name: "zoë" }) is a string
 * ```
 *
 * Nothing is checked at run time: a stranger may send anything.
 *
 * @module
 */

import type { RemoteObject, SharedObject } from "./objects.ts";

/**
 * A route as a contract declares it: from the data of the request, an object
 * (or nothing), to the result.
 */
// deno-lint-ignore no-explicit-any -- the contract says what the data is
export type Route = (data: any) => unknown;

/**
 * The shape of every contract: an interface whose members are routes.
 *
 * @typeParam T The interface.
 *
 * @category Client
 */
export type Contract<T> = { [Name in keyof T]: Route };

/**
 * The contract of a client without one: any route, any data.
 *
 * @category Client
 */
export type AnyRoutes = Record<string, Route>;

/**
 * The names of the routes of a contract.
 *
 * @typeParam T The contract.
 *
 * @category Client
 */
export type RouteName<T> = keyof T & string;

/**
 * What the requester of a route receives: its result, with a
 * {@linkcode RemoteObject} where the route returns a {@linkcode SharedObject}.
 *
 * @typeParam F The route.
 *
 * @category Client
 */
export type ResultOf<F extends Route> = Awaited<ReturnType<F>> extends
  SharedObject<infer Attributes, infer Methods>
  ? RemoteObject<Attributes, Methods>
  : Awaited<ReturnType<F>>;

/**
 * What a handler of a route returns: the result or a promise of it.
 *
 * @typeParam F The route.
 *
 * @category Client
 */
export type HandlerResultOf<F extends Route> =
  | Awaited<ReturnType<F>>
  | Promise<Awaited<ReturnType<F>>>;

/**
 * The parameters of a call: the data of the route, then `Options`. The data may
 * be left out where the contract allows it.
 *
 * @typeParam F The route.
 * @typeParam Options The options of the call.
 *
 * @category Client
 */
export type DataAndOptions<F extends Route, Options> = [] extends Parameters<F>
  ? [data?: Parameters<F>[0], options?: Options]
  : [data: Parameters<F>[0], options?: Options];
