// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Dimmers, and lamps with colours: WHO 1.
 *
 * @module
 */

import type { CommandOptions } from "../../session/_command_options.ts";
import type { Message } from "../../wire/kinds.ts";
import { outOf } from "../_values.ts";
import { Light, type SwitchOptions } from "./light.ts";
import { lightState } from "./light_state.ts";
import type { LightingEvents } from "./lighting.ts";

/**
 * A colour of a lamp.
 *
 * @category Lights
 */
export interface Colour {
  /** 0 to 359°. */
  hue: number;
  /** 0 to 100 %. */
  saturation: number;
  /** 0 to 100 %. */
  value: number;
}

/**
 * A light with a level and, for some lamps, colours.
 *
 * @category Lights
 * @example Set half the level
 * ```ts
 * import { Dimmer, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const dimmer = new Dimmer(gateway, "21");
 * await dimmer.setLevel(50);
 * assertEquals(await dimmer.level(), 50);
 * ```
 */
export class Dimmer extends Light {
  /**
   * Sets the level. 0 switches off.
   *
   * @param level 0 to 100 %.
   * @param options Speed, timeout and signal.
   */
  setLevel(level: number, options: SwitchOptions = {}): Promise<void> {
    const { speed = 255, ...rest } = options;
    // Gateways refuse a level of exactly 0: switching off is another command.
    if (level === 0) return this.off(options);
    return this.command("light.brightness", { level, speed }, rest);
  }

  /**
   * Sets one of the levels that every dimmer has.
   *
   * @param level 20 to 100 %, in steps of 10.
   * @param options Timeout and signal.
   */
  setStep(level: number, options?: CommandOptions): Promise<void> {
    return this.command("light.level", { level }, options);
  }

  /**
   * Makes the light brighter.
   *
   * @param step The number of levels.
   * @param options Speed, timeout and signal.
   *
   * @example Make a light ten levels brighter
   * ```ts
   * import { Dimmer, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * await new Dimmer(gateway, "21").up(10);
   * assertEquals(simulator.executed, ["*1*30#10*21##"]);
   * ```
   */
  up(step?: number, options: SwitchOptions = {}): Promise<void> {
    const { speed, ...rest } = options;
    return this.command("light.up", steady(step, speed), rest);
  }

  /**
   * Makes the light darker.
   *
   * @param step The number of levels.
   * @param options Speed, timeout and signal.
   */
  down(step?: number, options: SwitchOptions = {}): Promise<void> {
    const { speed, ...rest } = options;
    return this.command("light.down", steady(step, speed), rest);
  }

  /**
   * Asks for the level in %. Many gateways send it as an event, and some answer
   * with a state in steps of 10 %.
   *
   * @param options Timeout and signal.
   * @returns The level; 0 if it is off.
   */
  async level(options?: CommandOptions): Promise<number> {
    const { where } = this;
    const request: Message = { kind: "request", who: 1, where, dimension: "1" };
    return await this.gateway.ask(request, (message) => {
      const event = this.area.decode(message);
      if (event?.origin !== "state" || !this.speaksFor(event.where)) {
        return undefined;
      }
      const state = lightState(event);
      return state?.on === false ? 0 : state?.level;
    }, options);
  }

  /**
   * Sets the colour.
   *
   * @param colour Hue 0 to 359°, saturation and value 0 to 100 %.
   * @param options Timeout and signal.
   */
  setColour(colour: Colour, options?: CommandOptions): Promise<void> {
    return this.command("light.colour", colour, options);
  }

  /**
   * Asks for the colour.
   *
   * @param options Timeout and signal.
   * @returns The colour; `null` if the lamp shows none.
   */
  async colour(options?: CommandOptions): Promise<Colour | null> {
    const keys = ["hue", "saturation", "value"] as const;
    const colour = await this.allValues("light.colour", keys, options);
    const { hue, saturation, value } = colour;
    return hue === null || saturation === null || value === null
      ? null
      : { hue, saturation, value };
  }

  /**
   * Sets the colour temperature.
   *
   * @param kelvin 16 to 500,000 K; sent as mired, a millionth of its inverse.
   * @param options Timeout and signal.
   */
  async setWhite(kelvin: number, options?: CommandOptions): Promise<void> {
    if (!(kelvin >= 16 && kelvin <= 500_000)) {
      throw outOf("16 to 500000", "kelvin", kelvin);
    }
    const mired = Math.round(1_000_000 / kelvin);
    await this.command("light.white", { mired }, options);
  }

  /**
   * Asks for the colour temperature in K.
   *
   * @param options Timeout and signal.
   * @returns The temperature; `null` if the lamp shows no white.
   */
  async white(options?: CommandOptions): Promise<number | null> {
    const mired = await this.value("light.white", "mired", options);
    return mired === null ? null : Math.round(1_000_000 / mired);
  }
}

function steady(
  step: number | undefined,
  speed: number | undefined,
): LightingEvents["light.up"] {
  return {
    ...(step === undefined ? {} : { step }),
    ...(speed === undefined ? {} : { speed }),
  };
}
