// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Heating and cooling: WHO 4. Temperatures are in °C.
 *
 * Zones are written `1` to `99`; a zone that a central unit governs is written
 * with a `#` in commands (`#1`), the central unit itself is `#0`.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_session.ts";
import { type Caller, Item } from "./item.ts";
import type { ValueList } from "./area.ts";
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
} from "./_values.ts";

/** What a mode is for. */
export type Season = "heating" | "cooling" | "generic";

/** The state of a valve or an actuator (dimensions 19 and 20). */
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

/** What can be said of heating and cooling. */
export interface ThermoEvents {
  /** What the zone does (WHAT 0, 1). */
  "thermo.operation": { operation: "heating" | "cooling" };
  /**
   * Its mode: protection is antifreeze when heating and thermal when cooling
   * (WHAT 102 to 311).
   */
  "thermo.mode": {
    season: Season;
    mode: "protection" | "off" | "manual" | "automatic";
  };
  /** A weekly program, 1 to 16; 0 the last (WHAT 1100 to 3116; documented to 3). */
  "thermo.program": { season: Season; program: number };
  /** A scenario, 1 to 16; 0 the last (WHAT 1200 to 3216). */
  "thermo.scenario": { season: Season; scenario: number };
  /**
   * So many days of vacation, and then a program or scenario, as the digits of
   * its WHAT (WHAT 13000 to 33999, with a parameter).
   */
  "thermo.vacation": { season: Season; days: number; then?: string };
  /** Today as on a holiday, and then another mode (WHAT 115, 215, 315). */
  "thermo.holiday": { season: Season; then?: string };
  /** A temperature for some hours (WHAT 112, 212, 312, seen in firmware). */
  "thermo.timedManual": { season: Season; celsius: number; hours: number };
  /** The vacation ends (WHAT 3000). */
  "thermo.vacationOff": { then?: string };
  /** The remote control is off or on (WHAT 20, 21). */
  "thermo.remoteControl": { enabled: boolean };
  /** At least one probe is off, in antifreeze, in manual (WHAT 22 to 24). */
  "thermo.probes": { state: "off" | "antifreeze" | "manual" };
  /** At least one failure (WHAT 30). */
  "thermo.failure": Record<never, never>;
  /** The battery of the central unit is low (WHAT 31). */
  "thermo.battery": Record<never, never>;
  /** The local adjustment no longer counts (WHAT 40). */
  "thermo.release": Record<never, never>;
  /** What a probe measures (dimension 0). */
  "thermo.temperature": { celsius: number };
  /** The fan (dimension 11). */
  "thermo.fan": { speed: "auto" | 1 | 2 | 3 | "off" };
  /** The set point with the local adjustment (dimension 12). */
  "thermo.adjustedSetPoint": { celsius: number; season: Season };
  /** The knob of the probe, in degrees, or switched (dimension 13). */
  "thermo.offset": { offset: number | "off" | "protection" };
  /** The set point, 5 to 40 °C in halves (dimension 14). */
  "thermo.setPoint": { celsius: number; season: Season };
  /** What a further probe of a zone measures (dimension 15). */
  "thermo.probe": { probe: number; celsius: number };
  /** The valves of a zone (dimension 19). */
  "thermo.valves": { cooling: ActuatorState; heating: ActuatorState };
  /** An actuator of a zone (dimension 20). */
  "thermo.actuator": { state: ActuatorState };
  /** A split unit: its own numbers for mode, speed and swing (dimension 22). */
  "thermo.split": {
    mode: number;
    celsius: number;
    speed: number;
    swing?: number;
  };
  /** The day on which a vacation ends (dimension 30). */
  "thermo.endDate": { day: number; month: number; year: number };
  /** The time at which it ends (dimension 31). */
  "thermo.endTime": { hours: number; minutes: number };
  /** Relative humidity in % (dimension 60). */
  "thermo.humidity": { percent: number };
}

/** An event of heating and cooling. */
export type ThermoEvent = EventOf<ThermoEvents>;

const SEASONS: readonly Season[] = ["heating", "cooling", "generic"];

/** A code of the season, 1 to 3, and something of so many digits after it. */
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
      if (index < 0) throw new RangeError(`There is no "${values.season}"`);
      return [`${index + 1}${format(values[key])}`];
    },
  };
}

/** A season and a number after a prefix: 1103 is program 3. */
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

/** A season and nothing else after it but a fixed text. */
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

/** The messages of WHO 4. */
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
        },
        // Some gateways leave a zero out, or write one more.
        { 0: 0, 1: 1, 2: 2, 3: 3, "04": "off", "05": "protection" },
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
  "thermo.humidity": dimension("60", fields({ percent: integer(0, 100) })),
});

/**
 * A zone of the heating.
 *
 * @example Ask and set
 * ```ts
 * import { Gateway, GatewaySimulator, Zone } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const zone = new Zone(gateway, "1");
 * assertEquals(await zone.temperature(), 21.5);
 * await zone.setPoint(22, "heating");
 * assertEquals(simulator.executed.at(-1), "*#4*1*#14*0220*1##");
 * ```
 */
export class Zone extends Item<ThermoEvents> {
  /**
   * Makes a zone.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, thermo);
  }

  /** Asks for the temperature in °C. */
  async temperature(options?: CommandOptions): Promise<number> {
    return (await this.ask("thermo.temperature", {}, options)).celsius;
  }

  /** Asks for the set point in °C, with the local adjustment. */
  async adjustedSetPoint(options?: CommandOptions): Promise<number> {
    return (await this.ask("thermo.adjustedSetPoint", {}, options)).celsius;
  }

  /** Asks for the position of the knob. */
  async offset(
    options?: CommandOptions,
  ): Promise<number | "off" | "protection"> {
    return (await this.ask("thermo.offset", {}, options)).offset;
  }

  /** Asks for the relative humidity in %. */
  async humidity(options?: CommandOptions): Promise<number> {
    return (await this.ask("thermo.humidity", {}, options)).percent;
  }

  /** Asks for the state of the valves. */
  async valves(
    options?: CommandOptions,
  ): Promise<ThermoEvents["thermo.valves"]> {
    const event = await this.ask("thermo.valves", {}, options);
    return { cooling: event.cooling, heating: event.heating };
  }

  /** Asks for the fan. */
  async fan(
    options?: CommandOptions,
  ): Promise<ThermoEvents["thermo.fan"]["speed"]> {
    return (await this.ask("thermo.fan", {}, options)).speed;
  }

  /**
   * Sets the temperature, and the mode to manual.
   *
   * @param celsius 5 to 40 °C, in halves.
   * @param season What it is for.
   * @param options Time and signal.
   */
  async setPoint(
    celsius: number,
    season: Season = "generic",
    options?: CommandOptions,
  ): Promise<void> {
    checkSetPoint(celsius);
    await this.command("thermo.setPoint", { celsius, season }, options);
  }

  /**
   * Sets the fan.
   *
   * @param speed The speed.
   * @param options Time and signal.
   */
  setFan(
    speed: ThermoEvents["thermo.fan"]["speed"],
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("thermo.fan", { speed }, options);
  }

  /**
   * Sets the mode.
   *
   * @param mode The mode.
   * @param season What it is for.
   * @param options Time and signal.
   */
  setMode(
    mode: ThermoEvents["thermo.mode"]["mode"],
    season: Season = "generic",
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("thermo.mode", { mode, season }, options);
  }

  /** Lets the local adjustment no longer count. */
  release(options?: CommandOptions): Promise<void> {
    return this.command("thermo.release", {}, options);
  }
}

/**
 * A central unit, which governs zones: `#0`, or `#0#1` to `#0#9`.
 *
 * @example Go on vacation
 * ```ts
 * import { CentralUnit, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const unit = new CentralUnit(gateway, "#0");
 * await unit.vacation(5, { then: "3101" });
 * assertEquals(simulator.executed, ["*4*33005#3101*#0##"]);
 * ```
 */
export class CentralUnit extends Item<ThermoEvents> {
  /**
   * Makes a central unit.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, thermo);
  }

  /**
   * Sets the mode of all zones.
   *
   * @param mode The mode.
   * @param season What it is for.
   * @param options Time and signal.
   */
  setMode(
    mode: ThermoEvents["thermo.mode"]["mode"],
    season: Season = "generic",
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("thermo.mode", { mode, season }, options);
  }

  /**
   * Sets the temperature of all zones.
   *
   * @param celsius 5 to 40 °C, in halves.
   * @param season What it is for.
   * @param options Time and signal.
   */
  async setPoint(
    celsius: number,
    season: Season = "generic",
    options?: CommandOptions,
  ): Promise<void> {
    checkSetPoint(celsius);
    await this.command("thermo.setPoint", { celsius, season }, options);
  }

  /**
   * Starts a weekly program.
   *
   * @param program 1 to 16; 0 the last.
   * @param options Season, time and signal.
   */
  program(program: number, options: SeasonOptions = {}): Promise<void> {
    const { season = "generic", ...rest } = options;
    return this.command("thermo.program", { program, season }, rest);
  }

  /**
   * Starts a scenario.
   *
   * @param scenario 1 to 16; 0 the last.
   * @param options Season, time and signal.
   */
  scenario(scenario: number, options: SeasonOptions = {}): Promise<void> {
    const { season = "generic", ...rest } = options;
    return this.command("thermo.scenario", { scenario, season }, rest);
  }

  /**
   * Starts a vacation.
   *
   * @param days 0 to 999.
   * @param options What comes then, which must be said; season, time, signal.
   */
  vacation(days: number, options: ThenOptions): Promise<void> {
    const { season = "generic", then, ...rest } = options;
    return this.command("thermo.vacation", { days, then, season }, rest);
  }

  /**
   * Makes today a holiday.
   *
   * @param options What comes then, which must be said; season, time, signal.
   */
  holiday(options: ThenOptions): Promise<void> {
    const { season = "generic", then, ...rest } = options;
    return this.command("thermo.holiday", { then, season }, rest);
  }
}

/** Options of a central unit. */
export interface SeasonOptions extends CommandOptions {
  /**
   * What it is for.
   *
   * @default {"generic"}
   */
  season?: Season;
}

/** Options of a mode that ends. */
export interface ThenOptions extends SeasonOptions {
  /** The digits of the program or scenario that follows: `3101`, `3201`. */
  then: string;
}

function checkSetPoint(celsius: number): void {
  if (!(celsius >= 5 && celsius <= 40) || celsius * 2 % 1 !== 0) {
    throw new RangeError(`Expected 5 to 40 °C in halves: received ${celsius}`);
  }
}
