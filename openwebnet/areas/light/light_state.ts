// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The state of a light, read from an event.
 *
 * @module
 */

import type { UnknownEvent } from "../area.ts";
import type { LightingEvent } from "./lighting.ts";

/**
 * The state of a light.
 *
 * @category Lights
 */
export interface LightState {
  /** Which light. */
  where: string;
  /** Whether it is on. */
  on: boolean;
  /** Its level in %, if it is a dimmer and on. */
  level?: number;
}

/**
 * Reads the state of a light from an event.
 *
 * @category Lights
 * @param event The event.
 * @returns The state; `undefined` if the event contains none, for example
 * because it is only a command.
 *
 * @example A dimmed light is on
 * ```ts
 * import { lighting, lightState, parse } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const state = lightState(lighting.decode(parse("*1*5*21##"))!);
 * assertEquals(state, { where: "21", on: true, level: 50 });
 * const asked = lighting.decode(parse("*1*1000#1*21##"))!;
 * assertEquals(lightState(asked), undefined);
 * ```
 */
export function lightState(
  event: LightingEvent | UnknownEvent,
): LightState | undefined {
  if (event.origin !== "state") return undefined;
  const { where } = event;
  switch (event.type) {
    case "light.state":
      return { where, on: event.on };
    case "light.level":
    case "light.brightness":
    case "light.speeds": {
      const { level } = event;
      if (level === undefined) return undefined;
      return level === 0 ? { where, on: false } : { where, on: true, level };
    }
    case "light.timed":
    case "light.timer":
    case "light.blink":
      return { where, on: true };
    default:
      return undefined;
  }
}
