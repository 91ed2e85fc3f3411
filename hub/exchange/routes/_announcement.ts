// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type Fault, fault } from "../fault.ts";
import type { RouteInfo } from "../route_info.ts";

/** The longest announcement, in characters of its JSON text. */
const MAX_ANNOUNCEMENT = 262_144;

/** The most routes of one participant, announced or not. */
export const MAX_ROUTES = 1_000;

/** Writes routes that have answered, for another node. */
export function learnedText(routes: Iterable<string>): string {
  return `{${Array.from(routes, (route) => `${JSON.stringify(route)}:null`)}}`;
}

/** Reads routes that have answered; none if it is an announcement. */
export function readLearned(text: string): string[] | undefined {
  if (text.length > MAX_ANNOUNCEMENT) return undefined;
  const routes: unknown = JSON.parse(text);
  if (!isRecord(routes)) return undefined;
  const entries = Object.entries(routes);
  return entries.length > 0 && entries.every(([, info]) => info === null)
    ? entries.map(([route]) => route)
    : undefined;
}

/** Reads an announcement; returns why it is refused, if it is. */
export function readRoutes(text: string): Map<string, RouteInfo> | Fault {
  if (text.length > MAX_ANNOUNCEMENT) {
    return refuse(
      `The announcement is longer than ${MAX_ANNOUNCEMENT} characters.`,
    );
  }
  const routes: unknown = JSON.parse(text);
  if (!isRecord(routes)) {
    return refuse("routes has to be an object: routes by name.");
  }
  const entries = Object.entries(routes);
  if (entries.length > MAX_ROUTES) {
    return refuse(`There are more than ${MAX_ROUTES} routes.`);
  }
  const announced = new Map<string, RouteInfo>();
  for (const [route, info] of entries) {
    const expected = faultOf(info);
    if (expected !== undefined) {
      return refuse(`Of the route ${JSON.stringify(route)}, ${expected}.`);
    }
    announced.set(route, known(info as RouteInfo));
  }
  return announced;
}

export function refuse(why: string): Fault {
  return fault("InvalidData", why);
}

/** Returns what is wrong with what was told of a route. */
function faultOf(info: unknown): string | undefined {
  if (!isRecord(info)) return "an object has to tell more, such as {}";
  const { description, params, result, readOnly } = info;
  if (description !== undefined && typeof description !== "string") {
    return "description has to be a text";
  }
  if (params !== undefined && !isRecord(params)) {
    return "params has to be a JSON Schema, which is an object";
  }
  if (result !== undefined && !isRecord(result)) {
    return "result has to be a JSON Schema, which is an object";
  }
  if (readOnly !== undefined && typeof readOnly !== "boolean") {
    return "readOnly has to be true or false";
  }
  return undefined;
}

/** Keeps only what is known of a route. */
function known(
  { description, params, result, readOnly }: RouteInfo,
): RouteInfo {
  return {
    ...(description !== undefined && { description }),
    ...(params !== undefined && { params }),
    ...(result !== undefined && { result }),
    ...(readOnly !== undefined && { readOnly }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
