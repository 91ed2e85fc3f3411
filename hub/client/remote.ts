// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The routes of another client as functions.
 *
 * @module
 */

import type {
  AnyRoutes,
  Contract,
  DataAndOptions,
  ResultOf,
  RouteName,
} from "./contract.ts";
import type { RequestOptions } from "./options.ts";

/**
 * The routes of another client as functions: `remote.greet({ name: "zoë" })`.
 *
 * @typeParam T The contract of its routes.
 *
 * @category Client
 */
export type Remote<T extends Contract<T> = AnyRoutes> = string extends
  RouteName<T> ? AnyRemote
  : {
    readonly [K in RouteName<T>]: (
      ...args: DataAndOptions<T[K], RequestOptions>
    ) => Promise<ResultOf<T[K]>>;
  };

/** The routes of a client without a contract: any name, any data. */
// deno-lint-ignore no-explicit-any -- Nothing is known of it.
export type AnyRemote = any;

/** Calls a route. */
export type AskRoute = (
  route: string,
  data?: object,
  options?: RequestOptions,
) => Promise<unknown>;

/** Makes a function for each route. */
export function makeRemote<T extends Contract<T>>(ask: AskRoute): Remote<T> {
  return new Proxy({}, {
    get(_target, route) {
      // It can be awaited, and written as JSON, without a call.
      if (typeof route === "symbol") return undefined;
      if (route === "then" || route === "toJSON") return undefined;
      return (data?: object, options?: RequestOptions) =>
        ask(route, data, options);
    },
  }) as Remote<T>;
}
