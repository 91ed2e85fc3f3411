// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Lights: WHO 1. Values are those of the official WHO 1 document; what is known
 * otherwise says so.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_session.ts";
import { type Caller, Item } from "./item.ts";
import {
  byte,
  code,
  dimension,
  fields,
  flag,
  integer,
  optional,
  scaled,
  table,
  what,
} from "./_values.ts";

/** What can be said of lights. */
export interface LightingEvents {
  /** Off or on; `speed` 0 to 255 for dimmers (WHAT 0, 1). */
  "light.state": { on: boolean; speed?: number };
  /** On at 20 to 100 % in tens (WHAT 2 to 10). */
  "light.level": { level: number };
  /** On for so many seconds: 0.5, 30, 60, 120, 180, 240, 300, 900 (11 to 18). */
  "light.timed": { seconds: number };
  /** Blinking, with so many seconds between, 0.5 to 5 (WHAT 20 to 29). */
  "light.blink": { seconds: number };
  /** A device is out of order (WHAT 19, seen in firmware). */
  "light.fault": Record<never, never>;
  /** Brighter by `step` levels, at a speed (WHAT 30). */
  "light.up": { step?: number; speed?: number };
  /** Darker by `step` levels, at a speed (WHAT 31). */
  "light.down": { step?: number; speed?: number };
  /** The other state (WHAT 32). */
  "light.toggle": Record<never, never>;
  /** Movement begins or ends (WHAT 34, 39). */
  "light.movement": { detected: boolean };
  /** Level in %, and speed 0 to 255 (dimension 1). */
  "light.brightness": { level: number; speed: number };
  /** On for a time (dimension 2). */
  "light.timer": { hours: number; minutes: number; seconds: number };
  /**
   * Level in %, and the speeds of on and off (dimension 4). The document does
   * not give the order; dimmers send the level first.
   */
  "light.speeds": { level: number; onSpeed: number; offSpeed: number };
  /** Sensitivity of a movement sensor, 0 to 3 (dimension 5). */
  "light.sensitivity": { sensitivity: number };
  /** Illuminance in lux (dimension 6). */
  "light.illuminance": { lux: number };
  /** How long a movement sensor keeps on (dimension 7). */
  "light.motionTimeout": { hours: number; minutes: number; seconds: number };
  /** Working time of the lamp in hours, 1 to 100000 (dimension 8). */
  "light.workingTime": { hours: number };
  /** Largest working time of the lamp in hours (dimension 9). */
  "light.maxWorkingTime": { hours: number };
  /** Colour: 0 to 359°, 0 to 100 %, 0 to 100 % (dimension 12). */
  "light.colour": { hue: number; saturation: number; value: number };
  /** Colour temperature in mired, 1 to 65534 (dimension 14). */
  "light.white": { mired: number };
}

/** An event of a light. */
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

/** The messages of WHO 1. */
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
      hue: integer(0, 359),
      saturation: integer(0, 100),
      value: integer(0, 100),
    }),
  ),
  "light.white": dimension("14", fields({ mired: integer(1, 65_534) })),
});

/** A time for a light to stay on. */
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

/** What a light says of itself. */
export interface LightState {
  /** Which light. */
  where: string;
  /** Whether it is on. */
  on: boolean;
  /** Its level in %, if it is a dimmer and on. */
  level?: number;
}

/** Options of switching. */
export interface SwitchOptions extends CommandOptions {
  /**
   * Speed of a dimmer, 0 to 255: 0 the last one used, 255 its own.
   *
   * @default {undefined} Its own.
   */
  speed?: number;
}

/**
 * A light, or all lights of an area, a group or the plant.
 *
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
   * Makes a light.
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

  /** Switches to the other state, where the device can (Zigbee). */
  toggle(options?: CommandOptions): Promise<void> {
    return this.command("light.toggle", {}, options);
  }

  /**
   * Switches on for a fixed time.
   *
   * @param seconds 0.5, 30, 60, 120, 180, 240, 300 or 900.
   * @param options Time and signal.
   */
  onFor(seconds: number, options?: CommandOptions): Promise<void> {
    return this.command("light.timed", { seconds }, options);
  }

  /**
   * Switches on for any time up to 255 h 59 min 59 s.
   *
   * @param duration How long.
   * @param options Time and signal.
   */
  timer(duration: Duration, options?: CommandOptions): Promise<void> {
    const { hours = 0, minutes = 0, seconds = 0 } = duration;
    return this.command("light.timer", { hours, minutes, seconds }, options);
  }

  /**
   * Blinks.
   *
   * @param seconds The time between, 0.5 to 5 in halves.
   * @param options Time and signal.
   */
  blink(seconds: number, options?: CommandOptions): Promise<void> {
    return this.command("light.blink", { seconds }, options);
  }

  /**
   * Asks which lights are on.
   *
   * @param options Time and signal.
   * @returns A state for each light that answers.
   */
  async states(options?: CommandOptions): Promise<LightState[]> {
    const events = await this.status(options);
    return events.flatMap((event) => lightState(event) ?? []);
  }

  /** Asks for the time that a light stays on: see {@linkcode Light.timer}. */
  async remaining(options?: CommandOptions): Promise<Required<Duration>> {
    const event = await this.ask("light.timer", {}, options);
    const { hours, minutes, seconds } = event;
    return { hours, minutes, seconds };
  }

  /** Asks how many hours the lamp has worked. */
  async workingHours(options?: CommandOptions): Promise<number> {
    return (await this.ask("light.workingTime", {}, options)).hours;
  }

  /** Asks how many hours the lamp may work. */
  async maxWorkingHours(options?: CommandOptions): Promise<number> {
    return (await this.ask("light.maxWorkingTime", {}, options)).hours;
  }

  /**
   * Says how many hours the lamp may work.
   *
   * @param hours 1 to 100000.
   * @param options Time and signal.
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
 * A light with a level, and perhaps with colours.
 *
 * @example Half the light
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
   * @param options Speed, time and signal.
   */
  setLevel(level: number, options: SwitchOptions = {}): Promise<void> {
    const { speed = 255, ...rest } = options;
    // A level of exactly 0 is refused by gateways: off is another command.
    if (level === 0) return this.off(options);
    return this.command("light.brightness", { level, speed }, rest);
  }

  /**
   * Sets one of the levels that every dimmer knows.
   *
   * @param level 20 to 100 %, in tens.
   * @param options Time and signal.
   */
  setStep(level: number, options?: CommandOptions): Promise<void> {
    return this.command("light.level", { level }, options);
  }

  /**
   * Brighter.
   *
   * @param step By how many levels.
   * @param options Speed, time and signal.
   */
  up(step?: number, options: SwitchOptions = {}): Promise<void> {
    const { speed, ...rest } = options;
    return this.command("light.up", steady(step, speed), rest);
  }

  /**
   * Darker.
   *
   * @param step By how many levels.
   * @param options Speed, time and signal.
   */
  down(step?: number, options: SwitchOptions = {}): Promise<void> {
    const { speed, ...rest } = options;
    return this.command("light.down", steady(step, speed), rest);
  }

  /** Asks for the level in %. Many gateways give it as an event. */
  async level(options?: CommandOptions): Promise<number> {
    return (await this.ask("light.brightness", {}, options)).level;
  }

  /**
   * Sets the colour.
   *
   * @param colour Hue 0 to 359°, saturation and value 0 to 100 %.
   * @param options Time and signal.
   */
  setColour(
    colour: LightingEvents["light.colour"],
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("light.colour", colour, options);
  }

  /** Asks for the colour. */
  async colour(
    options?: CommandOptions,
  ): Promise<LightingEvents["light.colour"]> {
    const event = await this.ask("light.colour", {}, options);
    const { hue, saturation, value } = event;
    return { hue, saturation, value };
  }

  /**
   * Sets the colour temperature.
   *
   * @param kelvin In K; sent as mired, a millionth of its inverse.
   * @param options Time and signal.
   */
  setWhite(kelvin: number, options?: CommandOptions): Promise<void> {
    const mired = Math.round(1_000_000 / kelvin);
    return this.command("light.white", { mired }, options);
  }

  /** Asks for the colour temperature in K. */
  async white(options?: CommandOptions): Promise<number> {
    const { mired } = await this.ask("light.white", {}, options);
    return Math.round(1_000_000 / mired);
  }
}

/**
 * A sensor of movement and of light.
 *
 * @example Hear of movement
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
   * Makes a sensor.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, lighting);
  }

  /** Asks for the illuminance in lux. */
  async illuminance(options?: CommandOptions): Promise<number> {
    return (await this.ask("light.illuminance", {}, options)).lux;
  }

  /** Asks for the sensitivity to movement, 0 to 3. */
  async sensitivity(options?: CommandOptions): Promise<number> {
    return (await this.ask("light.sensitivity", {}, options)).sensitivity;
  }

  /** Asks how long it keeps the light on after the last movement. */
  async onTime(options?: CommandOptions): Promise<Required<Duration>> {
    const event = await this.ask("light.motionTimeout", {}, options);
    const { hours, minutes, seconds } = event;
    return { hours, minutes, seconds };
  }

  /**
   * Says how long it keeps the light on.
   *
   * @param duration How long.
   * @param options Time and signal.
   */
  setOnTime(duration: Duration, options?: CommandOptions): Promise<void> {
    const { hours = 0, minutes = 0, seconds = 0 } = duration;
    const values = { hours, minutes, seconds };
    return this.command("light.motionTimeout", values, options);
  }
}

/**
 * Tells what an event says of a light.
 *
 * @param event The event.
 * @returns The state, or `undefined` if it says none: that somebody has asked
 * for something is not a state yet.
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
export function lightState(event: LightingEvent): LightState | undefined {
  if (event.origin === "command") return undefined;
  const { where } = event;
  switch (event.type) {
    case "light.state":
      return { where, on: event.on };
    case "light.level":
    case "light.brightness":
    case "light.speeds": {
      const { level } = event;
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
