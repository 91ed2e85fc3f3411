// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { quote } from "./_json.ts";
import { AFTER_ROUTE, writeEnd, writeStart } from "./_wire.ts";
import * as MessageType from "../winerp/_message_type.ts";

/**
 * The most paths that are remembered, and the most characters of the names of
 * one.
 */
const MAX_PATHS = 1_000;
const MAX_NAMES = 500;

/** The texts that stay the same from one question to the next. */
export interface Path {
  /** The client to ask; null for the hub. */
  readonly target: string | null;
  /** The route to ask for, if any. */
  readonly route: string | null;
  /** A question up to its data. */
  readonly head: string;
  /** A question after its uuid. */
  readonly tail: string;
  /**
   * The start of an answer, up to its data, as this package's hub relays it.
   */
  readonly answerHead: string;
}

/** Makes a path for questions of a type; `id` is our name, as JSON text. */
export function makePath(
  id: string,
  type: number,
  target: string | null,
  route: string | null,
): Path {
  const to = target === null ? "null" : quote(target);
  const name = route === null ? "null" : quote(route);
  return {
    target,
    route,
    head: writeStart(id, type) + name + AFTER_ROUTE,
    tail: writeEnd(to),
    answerHead: writeStart(to, MessageType.response) + name + AFTER_ROUTE,
  };
}

/** The paths of requests, remembered. */
export class RequestPaths {
  readonly #id: string;
  readonly #byTarget = new Map<string, Map<string, Path>>();
  #size = 0;

  /** Makes them for a client with this name, as JSON text. */
  constructor(id: string) {
    this.#id = id;
  }

  /** Returns the path to a route of a client. */
  to(target: string, route: string): Path {
    return this.#byTarget.get(target)?.get(route) ?? this.#make(target, route);
  }

  #make(target: string, route: string): Path {
    const path = makePath(this.#id, MessageType.request, target, route);
    if (target.length + route.length > MAX_NAMES) return path;
    if (this.#size === MAX_PATHS) {
      this.#byTarget.clear();
      this.#size = 0;
    }
    this.#size++;
    const routes = this.#byTarget.get(target) ?? new Map<string, Path>();
    this.#byTarget.set(target, routes.set(route, path));
    return path;
  }
}
