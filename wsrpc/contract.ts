// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Types that check calls and routes at compile time.
 *
 * A contract is an interface with one method for each route, which takes the
 * `params` of the wire as its one parameter. Both ends share it.
 *
 * ```ts
 * import { Router } from "@wirekit/wsrpc";
 *
 * interface Api {
 *   add(params: { a: number; b: number }): number;
 *   join(params: [first: string, second: string]): string; // positional
 *   kv: {
 *     get(params: { key: string }): unknown;
 *     set(params: { key: string; value: unknown }): boolean;
 *   };
 * }
 *
 * const router = new Router<Api>();
 * router.add("add", (_peer, { a, b }) => a + b);
 * router.add("join", (_peer, first, second) => first + second);
 * router.add("kv.get", (_peer, { key }) => key);
 * ```
 *
 * Nothing is checked at run time: a stranger may send anything.
 *
 * @module
 */

/**
 * A JSON object.
 *
 * @category Contracts
 */
export type JsonObject = Record<string, unknown>;

/**
 * A route as a contract declares it: from `params` to the result.
 *
 * @category Contracts
 */
// deno-lint-ignore no-explicit-any -- the contract says what the params are
export type RouteType = (params: any) => unknown;

/**
 * The shape of every contract: an interface whose members are routes, or groups
 * of routes that are called by a dotted name. A route with members of its own
 * is the alias of a class route.
 *
 * @typeParam T The interface.
 * @category Contracts
 */
export type Contract<T> = {
  [Name in keyof T]: RouteType | Contract<T[Name]>;
};

/**
 * The contract of a peer without one: any route, any params.
 *
 * @category Contracts
 */
// deno-lint-ignore no-explicit-any -- there is no contract
export type AnyRoutes = Record<string, (params?: any) => unknown>;

/**
 * The names of the routes of a contract, dotted where they are in a group.
 *
 * @typeParam T The contract.
 * @category Contracts
 */
export type RouteName<T> = string extends keyof T ? string
  : {
    [Name in keyof T & string]:
      | (T[Name] extends RouteType ? Name : never)
      | `${Name}.${RouteName<T[Name]>}`;
  }[keyof T & string];

/**
 * The route with a name.
 *
 * @typeParam T The contract.
 * @typeParam Name The name.
 * @category Contracts
 */
export type RouteOf<T, Name extends string> = Name extends keyof T
  ? T[Name] extends RouteType ? T[Name] : never
  : Name extends `${infer Group}.${infer Rest}`
    ? Group extends keyof T ? RouteOf<T[Group], Rest> : never
  : never;

/**
 * What the caller of a route receives.
 *
 * @typeParam F The route.
 * @category Contracts
 */
export type ResultOf<F extends RouteType> = Awaited<ReturnType<F>>;

/**
 * The parameters of a call: the params of the route, then `Options`. The params
 * may be left out where the contract allows it.
 *
 * @typeParam F The route.
 * @typeParam Options The options of the call.
 * @category Contracts
 */
export type ParamsAndOptions<F extends RouteType, Options> = [] extends
  Parameters<F> ? [params?: Parameters<F>[0], options?: Options]
  : [params: Parameters<F>[0], options?: Options];

/**
 * What a handler of a route gets after the peer: the items of positional params,
 * otherwise the params, if any.
 *
 * @typeParam F The route.
 * @category Contracts
 */
export type ArgumentsOf<F extends RouteType> = Parameters<F>[0] extends
  readonly unknown[] ? Parameters<F>[0] : Parameters<F>;

/**
 * What a handler of a route returns: the result, or a promise of it.
 *
 * @typeParam F The route.
 * @category Contracts
 */
export type HandlerResultOf<F extends RouteType> =
  | ResultOf<F>
  | Promise<ResultOf<F>>;

/**
 * The routes of the other end as methods: `remote.kv.set(params)`. Without a
 * contract, any name to any depth.
 *
 * @typeParam T The contract.
 * @category Contracts
 */
export type RemoteOf<T> = string extends keyof T
  // deno-lint-ignore no-explicit-any -- there is no contract
  ? any
  : {
    readonly [Name in keyof T]:
      & (T[Name] extends RouteType ? RemoteMethod<T[Name]> : unknown)
      & RemoteOf<T[Name]>;
  };

/**
 * One route of the other end.
 *
 * @typeParam F The route.
 * @category Contracts
 */
export type RemoteMethod<F extends RouteType> = (
  ...args: ParamsAndOptions<F, CallOptions>
) => Promise<ResultOf<F>>;

/**
 * Options of a call.
 *
 * @category Contracts
 */
export interface CallOptions {
  /**
   * When to stop waiting for the answer, in milliseconds; `Infinity` means
   * never.
   *
   * @default {60000} That of the peer
   */
  timeout?: number;
  /** Stops waiting: the call rejects with its reason. The peer is not told. */
  signal?: AbortSignal;
}
