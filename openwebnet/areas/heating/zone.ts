// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The zones of the heating: WHO 4.
 *
 * @module
 */

import type { CommandOptions } from "../../session/_command_options.ts";
import { type Caller, Item } from "../item.ts";
import { checkSetPoint } from "./_set_point.ts";
import { type Season, thermo, type ThermoEvents } from "./thermo.ts";

/**
 * What a zone is doing, and what it is set to.
 *
 * @category Heating
 */
export interface ZoneMode {
  /** What it is doing; absent if it does not report that. */
  operation?: "heating" | "cooling";
  /** Whether its mode is for heating, for cooling or for both. */
  season?: Season;
  /** The mode. */
  mode?: ThermoEvents["thermo.mode"]["mode"];
}

/**
 * A zone of the heating.
 *
 * @category Heating
 * @example Ask and set
 * ```ts
 * import { Gateway, GatewaySimulator, Zone } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const zone = new Zone(gateway, "1");
 * assertEquals(await zone.temperature(), 21.5);
 * await zone.setTemperature(22, "heating");
 * assertEquals(simulator.executed.at(-1), "*#4*1*#14*0220*1##");
 * ```
 */
export class Zone extends Item<ThermoEvents> {
  /**
   * Creates a zone.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, thermo);
  }

  /** Asks for the temperature in °C. */
  async temperature(options?: CommandOptions): Promise<number> {
    return await this.value("thermo.temperature", "celsius", options);
  }

  /** Asks for the set point in °C, without the local adjustment. */
  async setPoint(options?: CommandOptions): Promise<number> {
    return await this.value("thermo.setPoint", "celsius", options);
  }

  /** Asks for the set point in °C, with the local adjustment. */
  async adjustedSetPoint(options?: CommandOptions): Promise<number> {
    return await this.value("thermo.adjustedSetPoint", "celsius", options);
  }

  /** Asks for the position of the knob. */
  async offset(
    options?: CommandOptions,
  ): Promise<number | "off" | "protection" | "override"> {
    return await this.value("thermo.offset", "offset", options);
  }

  /** Asks for the relative humidity in %. */
  async humidity(options?: CommandOptions): Promise<number> {
    return await this.value("thermo.humidity", "percent", options);
  }

  /** Asks for the state of the valves. */
  async valves(
    options?: CommandOptions,
  ): Promise<ThermoEvents["thermo.valves"]> {
    const keys = ["cooling", "heating"] as const;
    return await this.values("thermo.valves", keys, options);
  }

  /** Asks for the speed of the fan. */
  async fan(
    options?: CommandOptions,
  ): Promise<ThermoEvents["thermo.fan"]["speed"]> {
    return await this.value("thermo.fan", "speed", options);
  }

  /**
   * Sets the temperature, and the mode to manual.
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
   * Sets the speed of the fan.
   *
   * @param speed The speed.
   * @param options Timeout and signal.
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
   * Asks for the mode: what the zone is doing, and what it is set to.
   *
   * @param options Timeout and signal.
   * @returns The mode; only what the zone is doing, if it reports no more.
   */
  async mode(options?: CommandOptions): Promise<ZoneMode> {
    const mode: ZoneMode = {};
    for (const event of await this.status(options)) {
      if (!this.speaksFor(event.where)) continue;
      if (event.type === "thermo.operation") mode.operation = event.operation;
      if (event.type === "thermo.mode") {
        mode.season = event.season;
        mode.mode = event.mode;
      }
    }
    return mode;
  }

  /** Disables the local adjustment. */
  release(options?: CommandOptions): Promise<void> {
    return this.command("thermo.release", {}, options);
  }
}
