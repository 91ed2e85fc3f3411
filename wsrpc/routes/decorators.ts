// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Standard decorators that say which methods of a class route the other end can
 * call.
 *
 * ```ts
 * import { proxy, Route } from "@wirekit/wsrpc";
 *
 * class Storage extends Route {
 *   readonly #data = new Map<string, unknown>();
 *
 *   @proxy
 *   get({ key }: { key: string }): unknown {
 *     return this.#data.get(key);
 *   }
 * }
 * ```
 *
 * Without decorators, list the names in `static proxy` and `static noproxy`.
 *
 * @module
 */

import { MARK } from "./_mark.ts";

/**
 * The mark that a decorator or a list gives a method.
 *
 * @category Routes
 */
export type Mark = "proxy" | "noproxy";

/**
 * A method of a class route.
 *
 * @category Routes
 */
// deno-lint-ignore no-explicit-any -- the params are of any type
export type Method = (...args: any[]) => unknown;

/**
 * Exposes a method of a `Route`.
 *
 * @typeParam M The method.
 * @param method The method.
 * @param context The decorator context.
 * @throws {TypeError} If it is static or private, or its name begins with an
 * underscore.
 *
 * @example One exposed method
 * ```ts
 * import { proxy, Route, Router } from "@wirekit/wsrpc";
 * import { assertEquals } from "@std/assert";
 *
 * class Clock extends Route {
 *   @proxy
 *   now(): number {
 *     return Date.now();
 *   }
 * }
 *
 * assertEquals(new Router().add("clock", Clock).names, ["clock"]);
 * ```
 *
 * @category Routes
 */
export function proxy<M extends Method>(
  method: M,
  context: ClassMethodDecoratorContext,
): void {
  mark(method, context, "proxy");
}

/**
 * Hides a method of an `AllowedRoute` or `PrefixRoute`, or an inherited method:
 * callers get the error `Method masked`.
 *
 * @typeParam M The method.
 * @param method The method.
 * @param context The decorator context.
 * @throws {TypeError} If it is static or private.
 *
 * @example All methods but one
 * ```ts
 * import { AllowedRoute, noproxy } from "@wirekit/wsrpc";
 *
 * class Counter extends AllowedRoute {
 *   #count = 0;
 *
 *   increment(): number {
 *     return ++this.#count;
 *   }
 *
 *   @noproxy
 *   reset(): void {
 *     this.#count = 0;
 *   }
 * }
 * ```
 *
 * @category Routes
 */
export function noproxy<M extends Method>(
  method: M,
  context: ClassMethodDecoratorContext,
): void {
  mark(method, context, "noproxy");
}

function mark(
  method: Method,
  { name, private: isPrivate, static: isStatic }: ClassMethodDecoratorContext,
  value: Mark,
): void {
  if (isPrivate || isStatic || typeof name !== "string") {
    throw new TypeError(
      `Cannot mark ${String(name)}: only public methods can be routes`,
    );
  }
  if (value === "proxy" && name.startsWith("_")) {
    throw new TypeError(
      `Cannot expose ${name}: names that begin with an underscore are private`,
    );
  }
  Object.defineProperty(method, MARK, { value });
}
