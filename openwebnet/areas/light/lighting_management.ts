// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Lighting management, WHO 24: keeps the light at a level, depending on whether
 * anybody is present.
 *
 * A WHERE contains the recipient and the sender: `1001#8#00#0#8` is zone 1 from
 * an unknown sender. In an answer, the two are swapped.
 *
 * @module
 */

import { Area, type EventOf } from "../area.ts";
import type { CommandOptions } from "../../session/_command_options.ts";
import { type Caller, Item } from "../item.ts";
import { dimension, fields, flag, integer, table, what } from "../_values.ts";

/**
 * The events of lighting management, each with its values.
 *
 * @category Lights
 */
export interface LightingManagementEvents {
  /** A profile is used (WHAT 1). */
  "management.profile": { profile?: number };
  /** The slave offset is used or not (WHAT 2). */
  "management.useOffset": { enabled?: boolean };
  /** Level at which the light is switched on, 1 to 100 % (dimension 1). */
  "management.onLevel": { level: number };
  /** The maximum light, 1 to 2000 lux (dimension 2). */
  "management.maxLight": { lux: number };
  /** The light level to keep, 0 to 2000 lux (dimension 3). */
  "management.keptLight": { lux: number };
  /** Whether it switches on automatically (dimension 4). */
  "management.automaticOn": { enabled: boolean };
  /** Delay before switching on, 0 to 300 s (dimension 5). */
  "management.onDelay": { seconds: number };
  /** Whether it switches off automatically (dimension 6). */
  "management.automaticOff": { enabled: boolean };
  /** Delay before switching off, 0 to 900 s (dimension 7). */
  "management.offDelay": { seconds: number };
  /** Absence after which it switches off, 0 to 3600 s (dimension 8). */
  "management.absence": { seconds: number };
  /** Absence after which it goes to stand-by, 0 to 900 s (dimension 9). */
  "management.standbyDelay": { seconds: number };
  /** Level in stand-by, 0 to 100 % (dimension 10). */
  "management.standbyLevel": { level: number };
  /** Level when off, 0 to 100 % (dimension 11). */
  "management.offLevel": { level: number };
  /** Level of masters at which slaves switch on, 0 to 100 % (dimension 12). */
  "management.slaveOffset": { level: number };
  /** The mode, and when it becomes automatic again (dimension 17). */
  "management.mode": {
    mode?: "stop" | "automatic" | "manual";
    until?: "time" | "duration" | "profile" | "normal" | "never";
    hours?: number;
    minutes?: number;
    seconds?: number;
  };
  /**
   * The light that a sensor measures, in lux. `error` is 0 for none, 1 for no
   * such sensor, 2 for missing parameters (dimension 18).
   */
  "management.light": { sensor?: number; lux?: number; error?: number };
}

/**
 * An event of lighting management.
 *
 * @category Lights
 */
export type LightingManagementEvent = EventOf<LightingManagementEvents>;

const level = integer(0, 100);

/**
 * The messages of WHO 24.
 *
 * @category Lights
 */
export const lightingManagement: Area<LightingManagementEvents> = new Area<
  LightingManagementEvents
>(24, {
  "management.profile": what("1", fields({ profile: integer(0, 9999) })),
  "management.useOffset": what("2", fields({ enabled: flag })),
  "management.onLevel": dimension("1", fields({ level: integer(1, 100) })),
  "management.maxLight": dimension("2", fields({ lux: integer(1, 2000) })),
  "management.keptLight": dimension("3", fields({ lux: integer(0, 2000) })),
  "management.automaticOn": dimension("4", fields({ enabled: flag })),
  "management.onDelay": dimension("5", fields({ seconds: integer(0, 300) })),
  "management.automaticOff": dimension("6", fields({ enabled: flag })),
  "management.offDelay": dimension("7", fields({ seconds: integer(0, 900) })),
  "management.absence": dimension("8", fields({ seconds: integer(0, 3600) })),
  "management.standbyDelay": dimension(
    "9",
    fields({ seconds: integer(0, 900) }),
  ),
  "management.standbyLevel": dimension("10", fields({ level })),
  "management.offLevel": dimension("11", fields({ level })),
  "management.slaveOffset": dimension("12", fields({ level })),
  "management.mode": dimension(
    "17",
    fields({
      mode: table({ "0": "stop", "1": "automatic", "2": "manual" }),
      until: table({
        "1": "time",
        "2": "duration",
        "3": "profile",
        "4": "normal",
        "5": "never",
      }),
      hours: integer(0, 23),
      minutes: integer(0, 59),
      seconds: integer(0, 59),
    }),
  ),
  "management.light": dimension(
    "18",
    fields({ lux: integer(0, 100_000), error: integer(0, 2) }),
    fields({ sensor: integer(0, 9999) }),
  ),
});

/**
 * A zone of lighting management.
 *
 * @category Lights
 * @example Keep 200 lux
 * ```ts
 * import { Gateway, GatewaySimulator, ManagedZone } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const zone = new ManagedZone(gateway, "1001#8#00#0#8");
 * await zone.keep(200);
 * assertEquals(simulator.executed, ["*#24*1001#8#00#0#8*#3*200##"]);
 * ```
 */
export class ManagedZone extends Item<LightingManagementEvents> {
  /**
   * Creates a zone.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, lightingManagement);
  }

  /**
   * Uses a profile.
   *
   * @param profile Its number.
   * @param options Timeout and signal.
   */
  profile(profile: number, options?: CommandOptions): Promise<void> {
    return this.command("management.profile", { profile }, options);
  }

  /**
   * Keeps the light at a level.
   *
   * @param lux 0 to 2000.
   * @param options Timeout and signal.
   */
  keep(lux: number, options?: CommandOptions): Promise<void> {
    return this.command("management.keptLight", { lux }, options);
  }

  /** Asks for the light level that is kept, in lux. */
  async kept(options?: CommandOptions): Promise<number> {
    return await this.value("management.keptLight", "lux", options);
  }

  /**
   * Asks for the light that a sensor measures, in lux.
   *
   * @param sensor Its address.
   * @param options Timeout and signal.
   */
  async light(sensor: number, options?: CommandOptions): Promise<number> {
    return await this.value("management.light", "lux", options, { sensor });
  }

  /**
   * Sets any of the parameters.
   *
   * @param type The name of its event.
   * @param values Its values.
   * @param options Timeout and signal.
   */
  set<T extends keyof LightingManagementEvents & string>(
    type: T,
    values: LightingManagementEvents[T],
    options?: CommandOptions,
  ): Promise<void> {
    return this.command(type, values, options);
  }

  /** In an answer, sender and recipient are swapped, so any zone may match. */
  protected override speaksFor(_where: string): boolean {
    return true;
  }
}
