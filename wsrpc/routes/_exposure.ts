// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { MARK } from "./_mark.ts";
import type { AnyPeer } from "../caller.ts";
import type { Mark, Method } from "./decorators.ts";

/** What has to be known of a class: `RouteClass`, without an import of it. */
export interface Exposable {
  new (peer: AnyPeer): object;
  readonly proxy: readonly string[];
  readonly noproxy: readonly string[];
  readonly prefix: string;
  isAllowed(name: string, mark: Mark | undefined): boolean;
  isMasked(name: string, mark: Mark | undefined): boolean;
}

/** The callable methods of a class route, found once. */
export interface Exposure {
  /** The class. */
  readonly type: Exposable;
  /** The callable methods, by the name that callers use. */
  readonly methods: ReadonlyMap<string, Method>;
  /** The names that are masked, as callers use them. */
  readonly masked: ReadonlySet<string>;
  /** The method that runs before the first one, and at a call of the alias. */
  readonly init: Method | undefined;
}

/**
 * Finds the callable methods of a class. Throws a `TypeError` if a name to
 * expose begins with an underscore, or is not a method.
 */
export function exposureOf(type: Exposable): Exposure {
  const methods = new Map<string, Method>();
  const masked = new Set<string>();
  const { all, marks } = collect(type);
  for (const [name, mark] of marks) {
    if (!all.has(name)) {
      throw new TypeError(`Cannot expose ${name}: there is no such method`);
    }
    if (mark === "proxy" && name.startsWith("_")) {
      throw new TypeError(
        `Cannot expose ${name}: names that begin with an underscore are private`,
      );
    }
  }
  const { prefix } = type;
  for (const [name, method] of all) {
    const mark = marks.get(name);
    const called = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    if (type.isMasked(name, mark)) masked.add(called);
    else if (!name.startsWith("_") && type.isAllowed(name, mark)) {
      methods.set(called, method);
    }
  }
  // The documentation leaves `init` undecorated: it can be called all the same.
  const init = masked.has("init")
    ? undefined
    : methods.get("init") ?? all.get("init");
  return { type, methods, masked, init };
}

/**
 * Returns the methods of a class and its bases below `Route`, with their marks.
 */
function collect(type: Exposable): {
  all: Map<string, Method>;
  marks: Map<string, Mark>;
} {
  const chain: Exposable[] = [];
  for (
    let link: unknown = type;
    typeof link === "function" && link !== Function.prototype;
    link = Object.getPrototypeOf(link)
  ) {
    chain.unshift(link as Exposable);
  }
  const all = new Map<string, Method>();
  const marks = new Map<string, Mark>();
  for (const link of chain) {
    for (
      const [name, { value }] of Object.entries(
        Object.getOwnPropertyDescriptors(link.prototype),
      )
    ) {
      if (name === "constructor" || !isMethod(value)) continue;
      all.set(name, value);
      const { [MARK]: mark } = value as { [MARK]?: Mark };
      if (mark) marks.set(name, mark);
    }
    for (const list of ["proxy", "noproxy"] as const) {
      if (!Object.hasOwn(link, list)) continue;
      for (const name of link[list]) marks.set(name, list);
    }
  }
  return { all, marks };
}

/**
 * Returns whether it is a function and not a class: calling a class would
 * construct it.
 */
function isMethod(value: unknown): value is Method {
  return typeof value === "function" &&
    !/^class\b/.test(Function.prototype.toString.call(value));
}
