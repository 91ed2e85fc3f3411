// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What requests to `/api/` ask for, as `@hub` is told it. */

import { BodyError, textOfJson } from "./_body.ts";
import type { Order } from "./host/_actions.ts";

/** Reads whose routes are wanted. */
export function routesOf(query: URLSearchParams): Order {
  const name = query.get("name");
  return name === null ? {} : { name };
}

/** Reads which clients are wanted, as `@hub` is told it. */
export function clientsOf(query: URLSearchParams): Order {
  const order: Record<string, unknown> = {};
  for (const key of ["prefix", "node"]) {
    const text = query.get(key);
    if (text !== null) order[key] = text;
  }
  for (const [key, least] of [["limit", 1], ["after", 0]] as const) {
    const text = query.get(key);
    if (text === null) continue;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least) {
      const got = JSON.stringify(text.slice(0, 100));
      throw new BodyError(
        400,
        `${key} has to be a whole number from ${least}: got ${got}.`,
      );
    }
    order[key] = value;
  }
  return order;
}

/** Reads what is to be told, and whom. */
export function informOf(
  { data, to }: Order,
): { data: string; to: readonly string[] | undefined } {
  const isList = Array.isArray(to) &&
    to.every((name): name is string => typeof name === "string");
  if (to !== undefined && to !== null && !isList) {
    throw new BodyError(400, "to has to be a list of names.");
  }
  return { data: textOfJson(data), to: isList ? to : undefined };
}
