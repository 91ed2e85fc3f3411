// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Heating and cooling: WHO 4. Temperatures are in °C.
 *
 * The WHERE of a zone is `1` to `99`. In commands, a zone that a central unit
 * controls is written with a `#` (`#1`); the central unit itself is `#0`.
 *
 * @module
 */

import { Area, type EventOf } from "../area.ts";
import type { ValueList } from "../area.ts";
import {
  celsius,
  code,
  digits,
  dimension,
  fields,
  integer,
  optional,
  table,
  what,
} from "../_values.ts";

/**
 * Whether a mode is for heating, for cooling, or for both (`"generic"`).
 *
 * @category Heating
 */
export type Season = "heating" | "cooling" | "generic";

/**
 * The state of a valve or an actuator (dimensions 19 and 20).
 *
 * @category Heating
 */
export type ActuatorState =
  | "off"
  | "on"
  | "opened"
  | "closed"
  | "stop"
  | "off fan coil"
  | "speed 1"
  | "speed 2"
  | "speed 3"
  | "on fan coil"
  | "off at speed 1"
  | "off at speed 2"
  | "off at speed 3";

/**
 * The events of heating and cooling, each with its values.
 *
 * @category Heating
 */
export interface ThermoEvents {
  /** What the zone is doing (WHAT 0, 1). */
  "thermo.operation": { operation: "heating" | "cooling" };
  /**
   * Its mode. Protection is against frost when heating, against heat when
   * cooling (WHAT 102 to 311).
   */
  "thermo.mode": {
    season: Season;
    mode: "protection" | "off" | "manual" | "automatic";
  };
  /**
   * A weekly program, 1 to 16; 0 for the last one (WHAT 1100 to 3116, of which
   * programs 1 to 3 are documented).
   */
  "thermo.program": { season: Season; program: number };
  /** A scenario, 1 to 16; 0 for the last one (WHAT 1200 to 3216). */
  "thermo.scenario": { season: Season; scenario: number };
  /**
   * Some days of vacation and then a program or scenario, given as the digits
   * of its WHAT (WHAT 13000 to 33999, with a parameter).
   */
  "thermo.vacation": { season: Season; days: number; then?: string };
  /** Holiday mode today, and then another mode (WHAT 115, 215, 315). */
  "thermo.holiday": { season: Season; then?: string };
  /** A temperature for some hours (WHAT 112, 212, 312, seen in firmware). */
  "thermo.timedManual": { season: Season; celsius?: number; hours?: number };
  /** The vacation ends (WHAT 3000). */
  "thermo.vacationOff": { then?: string };
  /** Remote control is disabled or enabled (WHAT 20, 21). */
  "thermo.remoteControl": { enabled: boolean };
  /** At least one probe is off, in antifreeze or in manual (WHAT 22 to 24). */
  "thermo.probes": { state: "off" | "antifreeze" | "manual" };
  /** At least one failure (WHAT 30). */
  "thermo.failure": Record<never, never>;
  /** The battery of the central unit is low (WHAT 31). */
  "thermo.battery": Record<never, never>;
  /** The local adjustment is disabled (WHAT 40). */
  "thermo.release": Record<never, never>;
  /** The temperature that a probe measures (dimension 0). */
  "thermo.temperature": { celsius: number };
  /** The speed of the fan (dimension 11). */
  "thermo.fan": { speed: "auto" | 1 | 2 | 3 | "off" };
  /** The set point with the local adjustment (dimension 12). */
  "thermo.adjustedSetPoint": { celsius?: number; season?: Season };
  /**
   * The knob of the probe: an offset in degrees, or a switched position.
   * `"override"` is known from users (dimension 13).
   */
  "thermo.offset": { offset: number | "off" | "protection" | "override" };
  /** The set point, 5 to 40 °C in steps of 0.5 (dimension 14). */
  "thermo.setPoint": { celsius?: number; season?: Season };
  /** The temperature that another probe of a zone measures (dimension 15). */
  "thermo.probe": { probe?: number; celsius?: number };
  /** The valves of a zone (dimension 19). */
  "thermo.valves": { cooling?: ActuatorState; heating?: ActuatorState };
  /** An actuator of a zone (dimension 20). */
  "thermo.actuator": { state: ActuatorState };
  /**
   * A split unit, with its own numbers for mode, speed, swing (dimension 22).
   */
  "thermo.split": {
    mode?: number;
    celsius?: number;
    speed?: number;
    swing?: number;
  };
  /** The day on which a vacation ends (dimension 30). */
  "thermo.endDate": { day?: number; month?: number; year?: number };
  /** The time at which it ends (dimension 31). */
  "thermo.endTime": { hours?: number; minutes?: number };
  /** When a timed manual mode ends (dimension 32, known from firmware). */
  "thermo.manualEnd": { hours?: number; minutes?: number };
  /** Relative humidity in % (dimension 60). */
  "thermo.humidity": { percent: number };
}

/**
 * An event of heating and cooling.
 *
 * @category Heating
 */
export type ThermoEvent = EventOf<ThermoEvents>;

const SEASONS: readonly Season[] = ["heating", "cooling", "generic"];

/** A code of a digit for the season, 1 to 3, and further digits. */
function seasonal<K extends string, V>(
  key: K,
  length: number,
  parse: (text: string) => V | undefined,
  format: (value: V) => string,
): ValueList<{ season: Season } & Record<K, V>> {
  return {
    parse([text = ""]) {
      const season = SEASONS[Number(text[0]) - 1];
      const value = parse(text.slice(1));
      return season && value !== undefined && text.length === length + 1
        ? { season, [key]: value } as { season: Season } & Record<K, V>
        : undefined;
    },
    format(values) {
      const index = SEASONS.indexOf(values.season);
      if (index < 0) {
        throw new RangeError(`There is no season "${values.season}"`);
      }
      return [`${index + 1}${format(values[key])}`];
    },
  };
}

/** A code of the season, a prefix and a number: 1103 is program 3. */
function seasonalNumber<K extends string>(
  key: K,
  prefix: string,
  max: number,
): ValueList<{ season: Season } & Record<K, number>> {
  const width = max > 99 ? 3 : 2;
  const codec = integer(0, max, width);
  return seasonal(
    key,
    prefix.length + width,
    (text) =>
      text.startsWith(prefix)
        ? codec.parse(text.slice(prefix.length))
        : undefined,
    (value) => prefix + codec.format(value),
  );
}

/** A code of the season and a fixed text. */
function seasonOnly(text: string): ValueList<{ season: Season }> {
  const { parse, format } = seasonal<"text", string>(
    "text",
    text.length,
    (found) => found === text ? text : undefined,
    () => text,
  );
  return {
    parse(texts) {
      const values = parse(texts);
      return values && { season: values.season };
    },
    format: (values) => format({ ...values, text }),
  };
}

const modes = table({
  "02": "protection",
  "03": "off",
  "10": "manual",
  "11": "automatic",
});
const seasons = table({ "1": "heating", "2": "cooling", "3": "generic" });
const then = optional(digits(1, 5));
const actuatorState = table<ActuatorState>({
  "0": "off",
  "1": "on",
  "2": "opened",
  "3": "closed",
  "4": "stop",
  "5": "off fan coil",
  "6": "speed 1",
  "7": "speed 2",
  "8": "speed 3",
  "9": "on fan coil",
  "14": "off at speed 1",
  "15": "off at speed 2",
  "16": "off at speed 3",
});

/**
 * The messages of WHO 4.
 *
 * @category Heating
 */
export const thermo: Area<ThermoEvents> = new Area<ThermoEvents>(4, {
  "thermo.operation": what(
    code("operation", table({ "0": "cooling", "1": "heating" })),
  ),
  "thermo.mode": what(seasonal("mode", 2, modes.parse, modes.format)),
  "thermo.program": what(seasonalNumber("program", "1", 16)),
  "thermo.scenario": what(seasonalNumber("scenario", "2", 16)),
  "thermo.vacation": what(seasonalNumber("days", "3", 999), fields({ then })),
  "thermo.holiday": what(seasonOnly("15"), fields({ then })),
  "thermo.timedManual": what(
    seasonOnly("12"),
    fields({ celsius, hours: integer(0, 255) }),
  ),
  "thermo.vacationOff": what("3000", fields({ then })),
  "thermo.remoteControl": what(
    code("enabled", table({ "20": false, "21": true })),
  ),
  "thermo.probes": what(
    code("state", table({ "22": "off", "23": "antifreeze", "24": "manual" })),
  ),
  "thermo.failure": what("30"),
  "thermo.battery": what("31"),
  "thermo.release": what("40"),
  "thermo.temperature": dimension("0", fields({ celsius })),
  "thermo.fan": dimension(
    "11",
    fields({
      speed: table({ "0": "auto", "1": 1, "2": 2, "3": 3, "15": "off" }),
    }),
  ),
  "thermo.adjustedSetPoint": dimension(
    "12",
    fields({ celsius, season: seasons }),
  ),
  "thermo.offset": dimension(
    "13",
    fields({
      offset: table(
        {
          "00": 0,
          "01": 1,
          "02": 2,
          "03": 3,
          "11": -1,
          "12": -2,
          "13": -3,
          "4": "off",
          "5": "protection",
          "6": "override",
        },
        // Some gateways omit a zero, or write one too many.
        {
          0: 0,
          1: 1,
          2: 2,
          3: 3,
          "04": "off",
          "05": "protection",
          "06": "override",
        },
      ),
    }),
  ),
  "thermo.setPoint": dimension("14", fields({ celsius, season: seasons })),
  "thermo.probe": dimension("15", fields({ probe: integer(1, 8), celsius })),
  "thermo.valves": dimension(
    "19",
    fields({ cooling: actuatorState, heating: actuatorState }),
  ),
  "thermo.actuator": dimension("20", fields({ state: actuatorState })),
  "thermo.split": dimension(
    "22",
    fields({
      mode: integer(0, 99),
      celsius,
      speed: integer(0, 99),
      swing: optional(integer(0, 99)),
    }),
  ),
  "thermo.endDate": dimension(
    "30",
    fields({
      day: integer(1, 31, 2),
      month: integer(1, 12, 2),
      year: integer(1900, 2999),
    }),
  ),
  "thermo.endTime": dimension(
    "31",
    fields({ hours: integer(0, 23, 2), minutes: integer(0, 59, 2) }),
  ),
  "thermo.manualEnd": dimension(
    "32",
    fields({ hours: integer(0, 23, 2), minutes: integer(0, 59, 2) }),
  ),
  "thermo.humidity": dimension("60", fields({ percent: integer(0, 100) })),
});
