// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The central units of the heating: WHO 4.
 *
 * @module
 */

import type { CommandOptions } from "../../session/_command_options.ts";
import { type Caller, Item } from "../item.ts";
import { checkSetPoint } from "./_set_point.ts";
import { type Season, thermo, type ThermoEvents } from "./thermo.ts";

/**
 * Options of a central unit.
 *
 * @category Heating
 */
export interface SeasonOptions extends CommandOptions {
  /**
   * Whether it is for heating, for cooling or for both.
   *
   * @default {"generic"}
   */
  season?: Season;
}

/**
 * A day and a time.
 *
 * @category Heating
 */
export interface VacationEnd {
  /** 1 to 31. */
  day: number;
  /** 1 to 12. */
  month: number;
  /** With four digits. */
  year: number;
  /**
   * 0 to 23.
   *
   * @default {undefined} The time is not changed.
   */
  hours?: number;
  /**
   * 0 to 59.
   *
   * @default {0}
   */
  minutes?: number;
}

/**
 * Options of a mode that ends.
 *
 * @category Heating
 */
export interface ThenOptions extends SeasonOptions {
  /** The WHAT of the program or scenario that follows, as `3101` or `3201`. */
  then: string;
}

/**
 * A central unit, which controls zones: `#0`, or `#0#1` to `#0#9`.
 *
 * @category Heating
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
   * Creates a central unit.
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
   * @param season Whether it is for heating, for cooling or for both.
   * @param options Timeout and signal.
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
   * @param celsius 5 to 40 °C, in steps of 0.5.
   * @param season Whether it is for heating, for cooling or for both.
   * @param options Timeout and signal.
   */
  async setTemperature(
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
   * @param program 1 to 16; 0 for the last one.
   * @param options Season, timeout and signal.
   *
   * @example Start weekly program 2 for heating
   * ```ts
   * import {
   *   CentralUnit,
   *   Gateway,
   *   GatewaySimulator,
   * } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const unit = new CentralUnit(gateway, "#0");
   * await unit.program(2, { season: "heating" });
   * assertEquals(simulator.executed, ["*4*1102*#0##"]);
   * ```
   */
  program(program: number, options: SeasonOptions = {}): Promise<void> {
    const { season = "generic", ...rest } = options;
    return this.command("thermo.program", { program, season }, rest);
  }

  /**
   * Starts a scenario.
   *
   * @param scenario 1 to 16; 0 for the last one.
   * @param options Season, timeout and signal.
   */
  scenario(scenario: number, options: SeasonOptions = {}): Promise<void> {
    const { season = "generic", ...rest } = options;
    return this.command("thermo.scenario", { scenario, season }, rest);
  }

  /**
   * Starts a vacation.
   *
   * @param days 0 to 999.
   * @param options What follows (required); season, timeout and signal.
   */
  vacation(days: number, options: ThenOptions): Promise<void> {
    const { season = "generic", then, ...rest } = options;
    return this.command("thermo.vacation", { days, then, season }, rest);
  }

  /**
   * Makes today a holiday.
   *
   * @param options What follows (required); season, timeout and signal.
   */
  holiday(options: ThenOptions): Promise<void> {
    const { season = "generic", then, ...rest } = options;
    return this.command("thermo.holiday", { then, season }, rest);
  }

  /** Ends the vacation. */
  vacationOff(options?: CommandOptions): Promise<void> {
    return this.command("thermo.vacationOff", {}, options);
  }

  /**
   * Sets when the vacation ends: the day and, if it is given, the time.
   *
   * @param end The day and the time.
   * @param options Timeout and signal.
   */
  async setVacationEnd(
    end: VacationEnd,
    options?: CommandOptions,
  ): Promise<void> {
    const { day, month, year, hours, minutes = 0 } = end;
    await this.command("thermo.endDate", { day, month, year }, options);
    if (hours === undefined) return;
    await this.command("thermo.endTime", { hours, minutes }, options);
  }

  /**
   * Sets the temperature of all zones for some hours.
   *
   * @param celsius 5 to 40 °C, in steps of 0.5.
   * @param hours 1 to 24.
   * @param options Season, timeout and signal.
   *
   * @example Warm for the evening
   * ```ts
   * import {
   *   CentralUnit,
   *   Gateway,
   *   GatewaySimulator,
   * } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const unit = new CentralUnit(gateway, "#0");
   * await unit.timedManual(21.5, 4, { season: "heating" });
   * assertEquals(simulator.executed, ["*4*112#0215#4*#0##"]);
   * ```
   */
  async timedManual(
    celsius: number,
    hours: number,
    options: SeasonOptions = {},
  ): Promise<void> {
    const { season = "generic", ...rest } = options;
    checkSetPoint(celsius);
    const values = { season, celsius, hours };
    await this.command("thermo.timedManual", values, rest);
  }

  /**
   * Sets when the timed manual mode ends today.
   *
   * @param hours 0 to 23.
   * @param minutes 0 to 59.
   * @param options Timeout and signal.
   */
  setManualEnd(
    hours: number,
    minutes: number,
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("thermo.manualEnd", { hours, minutes }, options);
  }

  /** Asks for the set point in °C. */
  async setPoint(options?: CommandOptions): Promise<number> {
    return await this.value("thermo.setPoint", "celsius", options);
  }
}
