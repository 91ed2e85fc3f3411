// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Class routes: each connection has its own instance, made at the first call.
 *
 * ```ts
 * import { proxy, Route, Router } from "@wirekit/wsrpc";
 *
 * class Storage extends Route {
 *   #data!: Map<string, unknown>;
 *
 *   init(): void {
 *     this.#data = new Map();
 *   }
 *
 *   @proxy
 *   set({ key, value }: { key: string; value: unknown }): boolean {
 *     this.#data.set(key, value);
 *     return true;
 *   }
 * }
 *
 * const router = new Router();
 * router.add("kv", Storage); // Called as "kv.set"
 * ```
 *
 * `init` runs before the first method of an instance, once, if it can be called
 * without arguments. A call of the bare alias (`kv`) runs it with the arguments
 * of the call. A `[Symbol.dispose]` or `[Symbol.asyncDispose]` runs when the
 * connection has ended.
 *
 * Only methods of classes can be called: nothing inherited from
 * `Object.prototype`, no constructor, no getter, no function in a property, no
 * name that begins with an underscore.
 *
 * @module
 */

import { entryOf } from "./_class_entry.ts";
import type { Mark } from "./decorators.ts";
import type { AnyPeer } from "../caller.ts";

/**
 * A class route that exposes only marked methods: those with `@proxy`, or whose
 * names are in `static proxy`. A subclass inherits the marks.
 *
 * @typeParam P The peer.
 *
 * @example A list instead of decorators
 * ```ts
 * import { Route } from "@wirekit/wsrpc";
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * class Counter extends Route {
 *   static override readonly proxy = ["increment"];
 *   #count = 0;
 *
 *   increment({ by = 1 }: { by?: number } = {}): number {
 *     return this.#count += by;
 *   }
 * }
 *
 * const [near, far] = pair();
 * await using server = new Peer(near, { routes: { counter: Counter } });
 * await using client = new Peer(far);
 * assertEquals(await client.call("counter.increment"), 1);
 * assertEquals(await client.call("counter.increment", { by: 2 }), 3);
 * assertEquals(server.router.names, ["counter"]);
 * ```
 *
 * @category Routes
 */
export class Route<P extends AnyPeer = AnyPeer> {
  /** The names of methods to expose, besides those with `@proxy`. */
  static readonly proxy: readonly string[] = [];
  /** The names of methods to mask, besides those with `@noproxy`. */
  static readonly noproxy: readonly string[] = [];
  /** The prefix of the names of exposed methods, which callers leave out. */
  static readonly prefix: string = "";

  /** The peer whose instance this is. */
  readonly peer: P;

  /**
   * Makes the instance of a connection.
   *
   * @param peer The peer at the other end.
   */
  constructor(peer: P) {
    this.peer = peer;
  }

  /**
   * Returns whether a method can be called, when the class becomes a route. A
   * subclass may decide in another way.
   *
   * @param _name The name of the method, with the prefix if it has it.
   * @param mark The mark of its decorator or a list.
   * @returns Whether it is exposed, unless it is masked.
   */
  static isAllowed(_name: string, mark: Mark | undefined): boolean {
    return mark === "proxy";
  }

  /**
   * Returns whether a method is masked, when the class becomes a route. Callers
   * of a masked method get an error that says so.
   *
   * @param _name The name of the method.
   * @param mark The mark of its decorator or a list.
   * @returns Whether it is masked.
   */
  static isMasked(_name: string, mark: Mark | undefined): boolean {
    return mark === "noproxy";
  }

  /**
   * Makes what a router keeps of the class, and only routers call it: a page
   * without class routes has none of their code.
   *
   * @ignore
   */
  static makeRouteEntry(name: string): unknown {
    return entryOf(name, this as never);
  }
}

/**
 * A class route that exposes all its methods except masked ones and those whose
 * names begin with an underscore.
 *
 * @typeParam P The peer.
 *
 * @example All but private methods
 * ```ts
 * import { AllowedRoute } from "@wirekit/wsrpc";
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { RemoteError } from "@wirekit/wsrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * class Tools extends AllowedRoute {
 *   upper(text: string): string {
 *     return text.toUpperCase();
 *   }
 *   _secret(): void {}
 * }
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, { routes: { tools: Tools } });
 * await using client = new Peer(far);
 * assertEquals(await client.call("tools.upper", ["a"]), "A");
 * await assertRejects(
 *   () => client.call("tools._secret"),
 *   RemoteError,
 *   "Method masked",
 * );
 * ```
 *
 * @category Routes
 */
export class AllowedRoute<P extends AnyPeer = AnyPeer> extends Route<P> {
  /**
   * Returns whether a method can be called: always.
   *
   * @param _name The name of the method.
   * @param _mark The mark of its decorator or a list.
   * @returns `true`.
   */
  static override isAllowed(_name: string, _mark: Mark | undefined): boolean {
    return true;
  }

  /**
   * Returns whether a method is masked.
   *
   * @param name The name of the method.
   * @param mark The mark of its decorator or a list.
   * @returns Whether it is masked, or its name begins with an underscore.
   */
  static override isMasked(name: string, mark: Mark | undefined): boolean {
    return mark === "noproxy" || name.startsWith("_");
  }
}

/**
 * A class route that exposes the methods whose names begin with `rpc_`, under
 * the rest of the name.
 *
 * @typeParam P The peer.
 *
 * @example Another prefix
 * ```ts
 * import { PrefixRoute } from "@wirekit/wsrpc";
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * class Greeter extends PrefixRoute {
 *   static override readonly prefix = "on_";
 *   on_hello({ name }: { name: string }): string {
 *     return `hello ${name}`;
 *   }
 * }
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, { routes: { greeter: Greeter } });
 * await using client = new Peer(far);
 * assertEquals(await client.call("greeter.hello", { name: "bob" }), "hello bob");
 * ```
 *
 * @category Routes
 */
export class PrefixRoute<P extends AnyPeer = AnyPeer> extends Route<P> {
  /** The prefix of the names of exposed methods, which callers leave out. */
  static override readonly prefix: string = "rpc_";

  /**
   * Returns whether a method can be called.
   *
   * @param name The name of the method.
   * @param _mark The mark of its decorator or a list.
   * @returns Whether it has the prefix.
   */
  static override isAllowed(name: string, _mark: Mark | undefined): boolean {
    return name.startsWith(this.prefix);
  }
}

/**
 * A class that can be a route.
 *
 * @typeParam P The peer.
 * @category Routes
 */
export type RouteClass<P extends AnyPeer = AnyPeer> =
  & (new (peer: P) => Route<P>)
  & Pick<
    typeof Route,
    "proxy" | "noproxy" | "prefix" | "isAllowed" | "isMasked"
  >;
