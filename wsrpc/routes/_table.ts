// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { AnyPeer } from "../caller.ts";
import type { Instances } from "./_instances.ts";

/** The connection on which routes are called. */
export interface Scope {
  /** The caller. */
  readonly peer: AnyPeer;
  /** The instances of its class routes, once there are any. */
  instances?: Instances;
}

/** What is known about a route. */
export interface RouteEntry {
  /** Of a class: the names that can be called, which begin with its own. */
  readonly methods?: readonly string[];
  /** Calls it by the whole name. Returns and throws what it does. */
  call(scope: Scope, method: string, args: unknown[]): unknown;
}

/** A function that is a route by itself, or a class that is one. */
interface Route {
  (peer: AnyPeer, ...args: unknown[]): unknown;
  makeRouteEntry?(name: string): RouteEntry;
}

/** The routes of a router, found by the name that was called. */
export class RouteTable {
  readonly #parent: RouteTable | undefined;
  readonly #entries = new Map<string, RouteEntry>();
  readonly #watchers = new Set<() => void>();

  /** Makes an empty table; what is not in it is looked up in its parent. */
  constructor(parent: RouteTable | undefined) {
    this.#parent = parent;
  }

  /** The names of this table, without those of its parent. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The names that can be called: of a class route, those of its methods. */
  get methods(): string[] {
    return Array.from(this.#entries).flatMap(([name, { methods }]) =>
      methods ?? name
    );
  }

  /** Adds a route; throws a `TypeError` if it is not valid. */
  add(name: string, route: unknown): void {
    checkName(name);
    if (this.#entries.has(name)) {
      throw new TypeError(`Cannot add route: "${name}" exists already`);
    }
    if (typeof route !== "function") {
      throw new TypeError(`Cannot add route: "${name}" is not a function`);
    }
    const given = route as Route;
    const entry: RouteEntry = given.makeRouteEntry?.(name) ?? {
      call: ({ peer }, _, args) => given(peer, ...args),
    };
    this.#entries.set(name, entry);
    this.#changed();
  }

  /** Removes a route. */
  remove(name: string): boolean {
    const wasThere = this.#entries.delete(name);
    if (wasThere) this.#changed();
    return wasThere;
  }

  /** Tells of each change of this table; returns what ends that. */
  watch(changed: () => void): () => void {
    const watcher = () => changed();
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /**
   * Finds the route that answers: that of the whole name, or the class route
   * before the first dot, as in wsrpc-aiohttp, or before the last.
   */
  find(method: string): RouteEntry | undefined {
    const entry = this.#entries.get(method) ??
      this.#group(method, method.indexOf(".")) ??
      this.#group(method, method.lastIndexOf("."));
    return entry ?? this.#parent?.find(method);
  }

  #group(method: string, dot: number): RouteEntry | undefined {
    if (dot <= 0) return undefined;
    const entry = this.#entries.get(method.slice(0, dot));
    return entry?.methods && entry;
  }
}

/** The tables of all routers, private to this package. */
export const tables: WeakMap<object, RouteTable> = new WeakMap();

/** Returns the table of a router. */
export function tableOf(router: object): RouteTable {
  return tables.get(router)!;
}

function checkName(name: string): void {
  if (name === "ping") {
    throw new TypeError(
      'Cannot add route: every peer answers "ping" by itself',
    );
  }
  for (const part of name.split(".")) {
    if (part === "" || part.startsWith("_")) {
      throw new TypeError(
        `Cannot add route: "${name}" has a part that is empty or begins with an underscore`,
      );
    }
  }
}
