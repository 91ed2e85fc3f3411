// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Functions around every call, on both sides: for logging, metrics, access
 * rules, tracing.
 *
 * @module
 */

import type { CallOptions } from "../call/caller.ts";
import type { Context } from "./context.ts";
import type { Params } from "../wire/message.ts";

/**
 * Wraps every call that is answered here, notifications included:
 * they have no `id`.
 *
 * @typeParam State What is kept of a connection.
 * @param call The call.
 * @param next Goes on; returns what the handler returns.
 * @returns The result.
 *
 * @example Only for those who logged in
 * ```ts
 * import { type HandlerMiddleware, JsonRpcError } from "@wirekit/jsonrpc";
 *
 * export const guard: HandlerMiddleware<{ user?: string }> = (call, next) => {
 *   if (call.method === "login" || call.state.user) return next();
 *   throw new JsonRpcError(401, "Not logged in");
 * };
 * ```
 *
 * @category Answering
 */
export type HandlerMiddleware<State = Record<string, unknown>> = (
  call: Context<State>,
  next: () => unknown,
) => unknown;

/**
 * A call on its way out.
 *
 * @category Answering
 */
export interface OutgoingCall {
  /** The method. */
  readonly method: string;
  /** The arguments. */
  readonly params: Params | undefined;
  /** What to wait for; `undefined` for a notification. */
  readonly options: CallOptions | undefined;
  /** The id, once it has one: when the last `next()` has returned. */
  id?: number;
}

/**
 * Wraps every call that is made here, notifications included: they have no
 * `options`.
 *
 * @param call The call.
 * @param next Goes on, with this call or with a changed one.
 * @returns The result.
 *
 * @example Measure
 * ```ts
 * import type { CallMiddleware } from "@wirekit/jsonrpc";
 *
 * export const times = new Map<string, number>();
 * export const measure: CallMiddleware = async (call, next) => {
 *   const start = performance.now();
 *   try {
 *     return await next(call);
 *   } finally {
 *     times.set(call.method, performance.now() - start);
 *   }
 * };
 * ```
 *
 * @category Answering
 */
export type CallMiddleware = (
  call: OutgoingCall,
  next: (call: OutgoingCall) => Promise<unknown>,
) => Promise<unknown>;

/**
 * Makes one middleware of several; the first is the outermost.
 *
 * @typeParam State What is kept of a connection.
 * @param middleware The parts.
 * @returns All in one.
 *
 * @example The order
 * ```ts
 * import { Context } from "@wirekit/jsonrpc";
 * import { composeHandlers } from "./middleware.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const both = composeHandlers([
 *   (_call, next) => `<${next()}>`,
 *   (_call, next) => `(${next()})`,
 * ]);
 * const call = new Context({ method: "greet" }, { state: {} });
 * assertEquals(both(call, () => "hello"), "<(hello)>");
 * ```
 *
 * @category Answering
 */
export function composeHandlers<State>(
  middleware: readonly HandlerMiddleware<State>[],
): HandlerMiddleware<State> {
  return middleware.reduceRight<HandlerMiddleware<State>>(
    (inner, outer) => (call, next) => outer(call, () => inner(call, next)),
    (_call, next) => next(),
  );
}

/**
 * Makes one middleware of several; the first is the outermost.
 *
 * @param middleware The parts.
 * @returns All in one.
 *
 * @example Change the params on the way
 * ```ts
 * import { composeCalls } from "./middleware.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const both = composeCalls([
 *   (call, next) => next({ ...call, params: ["secret"] }),
 *   (call, next) => next({ ...call, method: `v2.${call.method}` }),
 * ]);
 * const call = { method: "sum", params: [], options: {} };
 * await both(call, (sent) => {
 *   assertEquals(sent, { method: "v2.sum", params: ["secret"], options: {} });
 *   return Promise.resolve();
 * });
 * ```
 *
 * @category Answering
 */
export function composeCalls(
  middleware: readonly CallMiddleware[],
): CallMiddleware {
  return middleware.reduceRight<CallMiddleware>(
    (inner, outer) => (call, next) =>
      outer(call, (changed) => inner(changed, next)),
    (call, next) => next(call),
  );
}
