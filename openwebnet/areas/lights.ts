// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Lights, dimmers and light sensors: WHO 1.
 *
 * @module
 */

import type { CommandOptions } from "../session/_command_options.ts";
import type { Message } from "../wire/kinds.ts";
import type { UnknownEvent } from "./area.ts";
import { type Caller, Item } from "./item.ts";
import {
  lighting,
  type LightingEvent,
  type LightingEvents,
} from "./lighting.ts";
import { outOf } from "./_values.ts";

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
   * @param hours 1 to 100000.
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
   * @param kelvin 16 to 500000 K; sent as mired, a millionth of its inverse.
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
 * A sensor for movement and light.
 *
 * @category Lights
 * @example Wait for movement
 * ```ts
 * import { lighting, parse } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const event = lighting.decode(parse("*1*34*11##"));
 * assertEquals(event?.type, "light.movement");
 * ```
 */
export class LightSensor extends Item<LightingEvents> {
  /**
   * Creates a sensor.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, lighting);
  }

  /** Asks for the illuminance in lux. */
  async illuminance(options?: CommandOptions): Promise<number> {
    return await this.value("light.illuminance", "lux", options);
  }

  /** Asks for the sensitivity to movement, 0 to 3. */
  async sensitivity(options?: CommandOptions): Promise<number> {
    return await this.value("light.sensitivity", "sensitivity", options);
  }

  /** Asks how long it keeps the light on after the last movement. */
  async onTime(options?: CommandOptions): Promise<Required<Duration>> {
    const keys = ["hours", "minutes", "seconds"] as const;
    return await this.allValues("light.motionTimeout", keys, options);
  }

  /**
   * Sets how long it keeps the light on after the last movement.
   *
   * @param duration How long.
   * @param options Timeout and signal.
   */
  setOnTime(duration: Duration, options?: CommandOptions): Promise<void> {
    const { hours = 0, minutes = 0, seconds = 0 } = duration;
    const values = { hours, minutes, seconds };
    return this.command("light.motionTimeout", values, options);
  }
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

function steady(
  step: number | undefined,
  speed: number | undefined,
): LightingEvents["light.up"] {
  return {
    ...(step === undefined ? {} : { step }),
    ...(speed === undefined ? {} : { speed }),
  };
}
