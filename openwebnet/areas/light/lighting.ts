// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Lights: WHO 1. Values are those of the official WHO 1 document unless their
 * comment names another source.
 *
 * @module
 */

import { Area, type EventOf } from "../area.ts";
import {
  byte,
  code,
  dimension,
  fields,
  flag,
  integer,
  optional,
  orNone,
  scaled,
  table,
  what,
} from "../_values.ts";

/**
 * The events of lights, each with its values.
 *
 * @category Lights
 */
export interface LightingEvents {
  /** Off or on; `speed` 0 to 255 for dimmers (WHAT 0, 1). */
  "light.state": { on: boolean; speed?: number };
  /** On at 20 to 100 %, in steps of 10 (WHAT 2 to 10). */
  "light.level": { level: number };
  /** On for 0.5, 30, 60, 120, 180, 240, 300 or 900 seconds (WHAT 11 to 18). */
  "light.timed": { seconds: number };
  /** Blinking, with 0.5 to 5 seconds in between (WHAT 20 to 29). */
  "light.blink": { seconds: number };
  /** A device is out of order (WHAT 19, seen in firmware). */
  "light.fault": Record<never, never>;
  /** Brighter by `step` levels, at a speed (WHAT 30). */
  "light.up": { step?: number; speed?: number };
  /** Darker by `step` levels, at a speed (WHAT 31). */
  "light.down": { step?: number; speed?: number };
  /** Switched to the other state (WHAT 32). */
  "light.toggle": Record<never, never>;
  /** Movement begins or ends (WHAT 34, 39). */
  "light.movement": { detected: boolean };
  /** Level in %, and speed 0 to 255 (dimension 1). */
  "light.brightness": { level?: number; speed?: number };
  /** On for a time (dimension 2). */
  "light.timer": { hours?: number; minutes?: number; seconds?: number };
  /**
   * Level in %, and the speeds of switching on and off (dimension 4). The
   * document does not give the order; dimmers send the level first.
   */
  "light.speeds": { level?: number; onSpeed?: number; offSpeed?: number };
  /** Sensitivity of a movement sensor, 0 to 3 (dimension 5). */
  "light.sensitivity": { sensitivity: number };
  /** Illuminance in lux (dimension 6). */
  "light.illuminance": { lux: number };
  /** How long a movement sensor keeps a light on (dimension 7). */
  "light.motionTimeout": { hours?: number; minutes?: number; seconds?: number };
  /** Operating time of the lamp in hours, 1 to 100000 (dimension 8). */
  "light.workingTime": { hours: number };
  /** Maximum operating time of the lamp in hours (dimension 9). */
  "light.maxWorkingTime": { hours: number };
  /**
   * Colour: 0 to 359°, 0 to 100 %, 0 to 100 %; `null` while there is none, for
   * example for a DALI lamp that shows white (dimension 12: 511, 127, 255).
   */
  "light.colour": {
    hue?: number | null;
    saturation?: number | null;
    value?: number | null;
  };
  /**
   * Colour temperature in mired, 2 to 65534; `null` while there is none, for
   * example for a DALI lamp that shows a colour (dimension 14: 1).
   */
  "light.white": { mired: number | null };
}

/**
 * An event of a light.
 *
 * @category Lights
 */
export type LightingEvent = EventOf<LightingEvents>;

const SECONDS = {
  11: 60,
  12: 120,
  13: 180,
  14: 240,
  15: 300,
  16: 900,
  17: 30,
  18: 0.5,
} as const;

const percent = scaled(
  integer(100, 200),
  (level) => level + 100,
  (wire) => wire - 100,
);
const hours = integer(0, 100_000);
const clock = { hours: byte, minutes: integer(0, 59), seconds: integer(0, 59) };
const steps = { step: optional(integer(0, 100)), speed: optional(byte) };

/**
 * The messages of WHO 1.
 *
 * @category Lights
 */
export const lighting: Area<LightingEvents> = new Area<LightingEvents>(1, {
  "light.state": what(code("on", flag), fields({ speed: optional(byte) })),
  "light.level": what(
    code(
      "level",
      scaled(integer(2, 10), (level) => level / 10, (wire) => wire * 10),
    ),
  ),
  "light.timed": what(code("seconds", table<number>(SECONDS))),
  "light.blink": what(
    code(
      "seconds",
      scaled(
        integer(20, 29),
        (seconds) => seconds * 2 + 19,
        (wire) => (wire - 19) / 2,
      ),
    ),
  ),
  "light.fault": what("19"),
  "light.up": what("30", fields(steps)),
  "light.down": what("31", fields(steps)),
  "light.toggle": what("32"),
  "light.movement": what(
    code("detected", table({ "34": true, "39": false })),
  ),
  "light.brightness": dimension("1", fields({ level: percent, speed: byte })),
  "light.timer": dimension("2", fields(clock)),
  "light.speeds": dimension(
    "4",
    fields({ level: percent, onSpeed: byte, offSpeed: byte }),
  ),
  "light.sensitivity": dimension("5", fields({ sensitivity: integer(0, 3) })),
  "light.illuminance": dimension("6", fields({ lux: integer(0, 1_000_000) })),
  "light.motionTimeout": dimension("7", fields(clock)),
  "light.workingTime": dimension("8", fields({ hours })),
  "light.maxWorkingTime": dimension("9", fields({ hours })),
  "light.colour": dimension(
    "12",
    fields({
      hue: orNone(integer(0, 359), "511"),
      saturation: orNone(integer(0, 100), "127"),
      value: orNone(integer(0, 100), "255"),
    }),
  ),
  "light.white": dimension(
    "14",
    fields({ mired: orNone(integer(2, 65_534), "1") }),
  ),
});
