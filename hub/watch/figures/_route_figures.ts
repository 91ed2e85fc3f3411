// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Histogram } from "./_histogram.ts";
import { toWall } from "./_wall.ts";
import type { RouteReport } from "../reports/calls.ts";
import type { Latency } from "../reports/figures.ts";

/** How many routes are known, of all clients and of one. */
const MAX_ROUTES = 5_000;
const MAX_ROUTES_EACH = 200;

/** How many characters of a route there may be. */
const MAX_LENGTH = 256;

/** After how long what was measured counts half, in milliseconds. */
const HALF_LIFE = 30_000;

const NOTHING: Latency = { count: 0, p50: 0, p95: 0, p99: 0 };

interface Route {
  count: number;
  errors: number;
  last: number;
  halved: number;
  readonly took: Histogram;
}

/** Knows how routes did that were answered once, by the name of the client. */
export class RouteFigures {
  readonly #names = new Map<string, Map<string, Route>>();
  #size = 0;

  /**
   * Notes the end of a request.
   *
   * @param now Milliseconds that never go back.
   * @param us How long it took, in microseconds.
   * @param weight How many requests it stands for.
   */
  add(
    name: string,
    route: string,
    end: { now: number; us: number; weight: number; isError: boolean },
  ): void {
    const known = this.#find(name, route) ?? this.#learn(name, route, end.now);
    if (!known) return;
    const { now, us, weight, isError } = end;
    if (now - known.halved > HALF_LIFE) {
      known.took.halve();
      known.halved = now;
    }
    known.took.add(us, Math.max(weight, 1));
    known.count += weight;
    if (isError) known.errors += weight;
    known.last = now;
  }

  /** Counts an error of a route, if it is known. */
  fault(name: string, route: string, weight: number): void {
    const known = this.#find(name, route);
    if (!known) return;
    known.count += weight;
    known.errors += weight;
  }

  /** All names of which something is known, as JSON texts. */
  get names(): Iterable<string> {
    return this.#names.keys();
  }

  /**
   * Returns what is known of a route.
   *
   * @param name The name of the client, as JSON text.
   * @param route The route, as JSON text.
   */
  of(
    name: string,
    route: string,
  ): Pick<RouteReport, "count" | "errors" | "latency" | "last"> {
    const known = this.#find(name, route);
    if (!known) return { count: 0, errors: 0, latency: NOTHING };
    const { count, errors, took, last } = known;
    return { count, errors, latency: took.report(), last: toWall(last) };
  }

  #find(name: string, route: string): Route | undefined {
    return this.#names.get(name)?.get(route);
  }

  #learn(name: string, route: string, now: number): Route | undefined {
    if (route.length > MAX_LENGTH) return undefined;
    let routes = this.#names.get(name);
    if (routes && routes.size >= MAX_ROUTES_EACH) return undefined;
    if (this.#size >= MAX_ROUTES) this.#forget(name);
    if (!routes) this.#names.set(name, routes = new Map());
    const took = new Histogram();
    const known = { count: 0, errors: 0, last: now, halved: now, took };
    routes.set(route, known);
    this.#size++;
    return known;
  }

  /** Forgets the client that was known first, but not this one. */
  #forget(name: string): void {
    for (const [first, routes] of this.#names) {
      if (first === name) continue;
      this.#names.delete(first);
      this.#size -= routes.size;
      return;
    }
  }
}

/** Returns a name or a route, whose JSON text is given, as people write it. */
export function textOf(json: string): string {
  // Most are strings without an escape.
  if (json[0] === '"' && !json.includes("\\")) return json.slice(1, -1);
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
}
