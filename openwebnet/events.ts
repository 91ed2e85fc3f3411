// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Every message of a plant as an event with a name.
 *
 * ```ts
 * import { decode } from "@wirekit/openwebnet/events";
 * import { parse } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * const event = decode(parse("*1*5*21##"));
 * assertEquals(event.type, "light.level");
 * ```
 *
 * @module
 */

import type { Area, EventBase } from "./area.ts";
import { lighting, type LightingEvent } from "./lighting.ts";
import type { Message } from "./message.ts";

/** A message whose meaning is not known: it is in its `message`. */
export interface UnknownEvent extends EventBase {
  /** The name. */
  type: "unknown";
}

/** Any event of a plant. */
export type GatewayEvent =
  | LightingEvent
  | UnknownEvent;

// deno-lint-ignore no-explicit-any
const AREAS = new Map<number, Area<any>>(
  [lighting].map((area) => [area.who, area]),
);

/**
 * Reads a message as an event.
 *
 * @param message The message.
 * @returns The event; of type `"unknown"` for a WHO, WHAT or dimension that is
 * not known, and for what is no event.
 *
 * @example What somebody has asked for is not yet so
 * ```ts
 * import { decode } from "@wirekit/openwebnet/events";
 * import { parse } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decode(parse("*1*1000#1*12##")).origin, "command");
 * assertEquals(decode(parse("*1*1*12##")).origin, "state");
 * assertEquals(decode(parse("*77*1*12##")).type, "unknown");
 * ```
 */
export function decode(message: Message): GatewayEvent {
  const who = "who" in message ? message.who : -1;
  const event = areaOf(who)?.decode(message);
  if (event !== undefined) return event as GatewayEvent;
  const where = "where" in message ? message.where ?? "" : "";
  const origin = message.kind === "translation"
    ? "command"
    : message.kind === "writing"
    ? "writing"
    : "state";
  return { type: "unknown", who, where, origin, message };
}

/**
 * Finds the area of a WHO.
 *
 * @param who The WHO.
 * @returns The area, or `undefined` if none is known.
 *
 * @example The area of lights
 * ```ts
 * import { areaOf } from "@wirekit/openwebnet/events";
 * import { assert } from "@std/assert";
 *
 * assert(areaOf(1)?.types.includes("light.level"));
 * ```
 */
export function areaOf(
  who: number,
): Area<Record<string, object>> | undefined {
  return AREAS.get(who);
}
