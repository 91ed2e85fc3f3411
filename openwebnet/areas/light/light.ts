// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Lights: WHO 1.
 *
 * @module
 */

import type { CommandOptions } from "../../session/_command_options.ts";
import { type Caller, Item } from "../item.ts";
import { type LightState, lightState } from "./light_state.ts";
import { lighting, type LightingEvents } from "./lighting.ts";

/**
 * How long a light stays on.
 *
 * @category Lights
 */
export interface Duration {
  /**
   * Hours, 0 to 255.
   *
   * @default {0}
   */
  hours?: number;
  /**
   * Minutes, 0 to 59.
   *
   * @default {0}
   */
  minutes?: number;
  /**
   * Seconds, 0 to 59.
   *
   * @default {0}
   */
  seconds?: number;
}

/**
 * Options for switching a light.
 *
 * @category Lights
 */
export interface SwitchOptions extends CommandOptions {
  /**
   * Speed of a dimmer, 0 to 255: 0 for the last one used, 255 for its own.
   *
   * @default {undefined} Its own.
   */
  speed?: number;
}

/**
 * A light, or all lights of an area, a group or the plant.
 *
 * @category Lights
 * @example Switch on, and ask
 * ```ts
 * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const light = new Light(gateway, "11");
 * await light.on();
 * assertEquals(await light.states(), [{ where: "11", on: true }]);
 * ```
 */
export class Light extends Item<LightingEvents> {
  /**
   * Creates a light.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, lighting);
  }

  /** Switches on. */
  on(options: SwitchOptions = {}): Promise<void> {
    return this.#switch(true, options);
  }

  /** Switches off. */
  off(options: SwitchOptions = {}): Promise<void> {
    return this.#switch(false, options);
  }

  /** Switches to the other state, if the device can (Zigbee). */
  toggle(options?: CommandOptions): Promise<void> {
    return this.command("light.toggle", {}, options);
  }

  /**
   * Switches on for a fixed time.
   *
   * @param seconds 0.5, 30, 60, 120, 180, 240, 300 or 900.
   * @param options Timeout and signal.
   */
  onFor(seconds: number, options?: CommandOptions): Promise<void> {
    return this.command("light.timed", { seconds }, options);
  }

  /**
   * Switches on for any time up to 255 h 59 min 59 s.
   *
   * @param duration How long.
   * @param options Timeout and signal.
   *
   * @example Switch on the staircase light for three and a half minutes
   * ```ts
   * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * await new Light(gateway, "11").timer({ minutes: 3, seconds: 30 });
   * assertEquals(simulator.executed, ["*#1*11*#2*0*3*30##"]);
   * ```
   */
  timer(duration: Duration, options?: CommandOptions): Promise<void> {
    const { hours = 0, minutes = 0, seconds = 0 } = duration;
    return this.command("light.timer", { hours, minutes, seconds }, options);
  }

  /**
   * Makes the light blink.
   *
   * @param seconds The time in between, 0.5 to 5 in steps of 0.5.
   * @param options Timeout and signal.
   */
  blink(seconds: number, options?: CommandOptions): Promise<void> {
    return this.command("light.blink", { seconds }, options);
  }

  /**
   * Asks which lights are on.
   *
   * @param options Timeout and signal.
   * @returns A state for each light that answers.
   *
   * @example List the lights that are on
   * ```ts
   * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * await new Light(gateway, "11").on();
   * const states = await new Light(gateway, "0").states();
   * const lit = states.filter(({ on }) => on).map(({ where }) => where);
   * assertEquals(lit, ["11"]);
   * ```
   */
  async states(options?: CommandOptions): Promise<LightState[]> {
    const events = await this.status(options);
    return events.flatMap((event) => lightState(event) ?? []);
  }

  /** Asks for the time that a light stays on: see {@linkcode Light.timer}. */
  async remaining(options?: CommandOptions): Promise<Required<Duration>> {
    const keys = ["hours", "minutes", "seconds"] as const;
    return await this.allValues("light.timer", keys, options);
  }

  /** Asks for the operating time of the lamp in hours. */
  async workingHours(options?: CommandOptions): Promise<number> {
    return await this.value("light.workingTime", "hours", options);
  }

  /** Asks for the maximum operating time of the lamp in hours. */
  async maxWorkingHours(options?: CommandOptions): Promise<number> {
    return await this.value("light.maxWorkingTime", "hours", options);
  }

  /**
   * Sets the maximum operating time of the lamp in hours.
   *
   * @param hours 1 to 100,000.
   * @param options Timeout and signal.
   */
  setMaxWorkingHours(hours: number, options?: CommandOptions): Promise<void> {
    return this.command("light.maxWorkingTime", { hours }, options);
  }

  #switch(on: boolean, options: SwitchOptions): Promise<void> {
    const { speed, ...rest } = options;
    const values = speed === undefined ? { on } : { on, speed };
    return this.command("light.state", values, rest);
  }
}
