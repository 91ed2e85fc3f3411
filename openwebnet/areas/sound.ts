// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The old sound system: WHO 16. Only messages on which the sources agree have
 * names.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import {
  code,
  dimension,
  fields,
  integer,
  scaled,
  table,
  what,
} from "./_values.ts";

/**
 * The events of the sound system, each with its values.
 *
 * @category Sound
 */
export interface SoundEvents {
  /** Off or on, on the base band or in stereo (WHAT 0, 3, 10, 13). */
  "sound.switch": { state: SoundSwitch };
  /** The next source (WHAT 20, 23). */
  "sound.nextSource": { band: "base" | "stereo" };
  /** Sleeps (WHAT 30, 33). */
  "sound.sleep": { band: "base" | "stereo" };
  /** No longer sleeps (WHAT 40). */
  "sound.wake": Record<never, never>;
  /** Follows the listener (WHAT 50, 53). */
  "sound.followMe": { band: "base" | "stereo" };
  /** The source is busy (WHAT 100). */
  "sound.busy": Record<never, never>;
  /** The texts of a radio station are requested or not (WHAT 101, 102). */
  "sound.texts": { wanted: boolean };
  /** Louder by 1 to 15 (WHAT 1001 to 1015). */
  "sound.louder": { steps: number };
  /** Softer by 1 to 15 (WHAT 1101 to 1115). */
  "sound.softer": { steps: number };
  /** `steps` stations or tracks forward (WHAT 6001 to 6015). */
  "sound.next": { steps: number };
  /** `steps` stations or tracks back (WHAT 6101 to 6115). */
  "sound.previous": { steps: number };
  /** The volume, 0 to 31 (dimension 1). */
  "sound.volume": { volume: number };
  /** The treble (dimension 2). */
  "sound.highTones": { tones: number };
  /** The bass (dimension 3). */
  "sound.lowTones": { tones: number };
  /** The balance (dimension 4). */
  "sound.balance": { balance: number };
  /** The state, as the device reports it (dimension 5). */
  "sound.state": { state: number };
  /** The station or track (dimension 7). */
  "sound.track": { track: number };
}

/**
 * Off or on, on the base band or in stereo.
 *
 * @category Sound
 */
export type SoundSwitch = "on" | "on in stereo" | "off" | "off in stereo";

/**
 * An event of the sound system.
 *
 * @category Sound
 */
export type SoundEvent = EventOf<SoundEvents>;

function volumeSteps(base: number) {
  return scaled(
    integer(base + 1, base + 15),
    (steps) => base + steps,
    (wire) => wire - base,
  );
}

const number = integer(0, 65_535);

/**
 * The messages of WHO 16.
 *
 * @category Sound
 */
export const sound: Area<SoundEvents> = new Area<SoundEvents>(16, {
  "sound.switch": what(
    code(
      "state",
      table<SoundSwitch>({
        "0": "on",
        "3": "on in stereo",
        "10": "off",
        "13": "off in stereo",
      }),
    ),
  ),
  "sound.nextSource": what(
    code("band", table({ "20": "base", "23": "stereo" })),
  ),
  "sound.sleep": what(code("band", table({ "30": "base", "33": "stereo" }))),
  "sound.wake": what("40"),
  "sound.followMe": what(code("band", table({ "50": "base", "53": "stereo" }))),
  "sound.busy": what("100"),
  "sound.texts": what(code("wanted", table({ "101": true, "102": false }))),
  "sound.louder": what(code("steps", volumeSteps(1000))),
  "sound.softer": what(code("steps", volumeSteps(1100))),
  "sound.next": what(code("steps", volumeSteps(6000))),
  "sound.previous": what(code("steps", volumeSteps(6100))),
  "sound.volume": dimension("1", fields({ volume: integer(0, 31) })),
  "sound.highTones": dimension("2", fields({ tones: number })),
  "sound.lowTones": dimension("3", fields({ tones: number })),
  "sound.balance": dimension("4", fields({ balance: number })),
  "sound.state": dimension("5", fields({ state: number })),
  "sound.track": dimension("7", fields({ track: number })),
});

/**
 * An amplifier, `01` to `99`, an area `#0` to `#9`, or `0` for all.
 *
 * @category Sound
 * @example Raise the volume
 * ```ts
 * import { Amplifier, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const amplifier = new Amplifier(gateway, "11");
 * await amplifier.louder(2);
 * assertEquals(await amplifier.volume(), 12);
 * ```
 */
export class Amplifier extends Item<SoundEvents> {
  /**
   * Creates an amplifier.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, sound);
  }

  /**
   * Switches on or off.
   *
   * @param state The state to switch to.
   * @param options Timeout and signal.
   */
  switch(state: SoundSwitch, options?: CommandOptions): Promise<void> {
    return this.command("sound.switch", { state }, options);
  }

  /**
   * Raises the volume.
   *
   * @param steps 1 to 15.
   * @param options Timeout and signal.
   */
  louder(steps = 1, options?: CommandOptions): Promise<void> {
    return this.command("sound.louder", { steps }, options);
  }

  /**
   * Lowers the volume.
   *
   * @param steps 1 to 15.
   * @param options Timeout and signal.
   */
  softer(steps = 1, options?: CommandOptions): Promise<void> {
    return this.command("sound.softer", { steps }, options);
  }

  /** Asks for the volume, 0 to 31. */
  async volume(options?: CommandOptions): Promise<number> {
    return await this.value("sound.volume", "volume", options);
  }
}
