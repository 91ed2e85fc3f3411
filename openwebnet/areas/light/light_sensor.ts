// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Sensors for movement and light: WHO 1.
 *
 * @module
 */

import type { CommandOptions } from "../../session/_command_options.ts";
import { type Caller, Item } from "../item.ts";
import type { Duration } from "./light.ts";
import { lighting, type LightingEvents } from "./lighting.ts";

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
