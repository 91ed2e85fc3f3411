// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The speakers and sources of sound diffusion: WHO 22.
 *
 * @module
 */

import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import {
  type Medium,
  soundDiffusion,
  type SoundDiffusionEvents,
} from "./sound_diffusion.ts";

/**
 * The base of speakers and sources.
 *
 * @category Sound
 * @example Switch on for an area
 * ```ts
 * import { Gateway, GatewaySimulator, SoundItem } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new SoundItem(gateway, "2#1").on(3);
 * assertEquals(simulator.executed, ["*22*1#4#3*2#1##"]);
 * ```
 */
export class SoundItem extends Item<SoundDiffusionEvents> {
  /**
   * Creates an item.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, soundDiffusion);
  }

  /**
   * Switches on.
   *
   * @param area The area that listens, 1 to 9.
   * @param options Medium, timeout and signal.
   */
  on(area: number, options: MediumOptions = {}): Promise<void> {
    const { medium = "stereo", ...rest } = options;
    return this.command("diffusion.switch", { on: true, medium, area }, rest);
  }

  /**
   * Switches off.
   *
   * @param area The area that listens, 1 to 9.
   * @param options Medium, timeout and signal.
   */
  off(area: number, options: MediumOptions = {}): Promise<void> {
    const { medium = "stereo", ...rest } = options;
    return this.command("diffusion.switch", { on: false, medium, area }, rest);
  }

  /** An answer from `5#3#1#2` comes from the sender `3#1#2`. */
  protected override speaksFor(where: string): boolean {
    return where === this.where || where === `5#${this.where}`;
  }
}

/**
 * A speaker, `3#area#point`, or the speakers of an area, `4#area`.
 *
 * @category Sound
 * @example Raise the volume
 * ```ts
 * import { Gateway, GatewaySimulator, Speaker } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new Speaker(gateway, "3#1#2").louder(5);
 * assertEquals(simulator.executed, ["*22*3#5*3#1#2##"]);
 * ```
 */
export class Speaker extends SoundItem {
  /**
   * Raises the volume.
   *
   * @param steps 1 to 31.
   * @param options Timeout and signal.
   */
  louder(steps = 1, options?: CommandOptions): Promise<void> {
    return this.command("diffusion.louder", { steps }, options);
  }

  /**
   * Lowers the volume.
   *
   * @param steps 1 to 31.
   * @param options Timeout and signal.
   */
  softer(steps = 1, options?: CommandOptions): Promise<void> {
    return this.command("diffusion.softer", { steps }, options);
  }

  /**
   * Sets the volume.
   *
   * @param volume 0 to 31.
   * @param options Timeout and signal.
   */
  setVolume(volume: number, options?: CommandOptions): Promise<void> {
    return this.command("diffusion.volume", { volume }, options);
  }

  /** Asks for the volume, 0 to 31. */
  async volume(options?: CommandOptions): Promise<number> {
    return await this.value("diffusion.volume", "volume", options);
  }

  /**
   * Sets the balance.
   *
   * @param balance 0 to 63.
   * @param options Timeout and signal.
   */
  setBalance(balance: number, options?: CommandOptions): Promise<void> {
    return this.command("diffusion.balance", { balance }, options);
  }

  /**
   * Sets the preset.
   *
   * @param preset 2 to 25.
   * @param options Timeout and signal.
   */
  setPreset(preset: number, options?: CommandOptions): Promise<void> {
    return this.command("diffusion.preset", { preset }, options);
  }

  /**
   * Sets the loudness.
   *
   * @param on Whether to switch it on.
   * @param options Timeout and signal.
   */
  setLoudness(on: boolean, options?: CommandOptions): Promise<void> {
    return this.command("diffusion.loudness", { on }, options);
  }
}

/**
 * A source of sound, `2#1` to `2#4`.
 *
 * @category Sound
 * @example Change to the next station
 * ```ts
 * import { Gateway, GatewaySimulator, SoundSource } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new SoundSource(gateway, "2#1").station("next");
 * assertEquals(simulator.executed, ["*22*9*2#1##"]);
 * ```
 */
export class SoundSource extends SoundItem {
  /**
   * Changes to the next or previous station.
   *
   * @param to The direction.
   * @param options Timeout and signal.
   */
  station(to: "next" | "previous", options?: CommandOptions): Promise<void> {
    return this.command("diffusion.station", { to }, options);
  }

  /**
   * Changes to the next or previous track.
   *
   * @param to The direction.
   * @param options Timeout and signal.
   */
  track(to: "next" | "previous", options?: CommandOptions): Promise<void> {
    return this.command("diffusion.track", { to }, options);
  }

  /**
   * Stores the frequency as a station.
   *
   * @param station 1 to 5.
   * @param options Timeout and signal.
   */
  store(station: number, options?: CommandOptions): Promise<void> {
    return this.command("diffusion.store", { station }, options);
  }

  /** Asks for the frequency. */
  async frequency(
    options?: CommandOptions,
  ): Promise<SoundDiffusionEvents["diffusion.frequency"]> {
    const keys = ["modulation", "frequency"] as const;
    return await this.values("diffusion.frequency", keys, options);
  }
}

/**
 * Options for commands that concern part of the sound.
 *
 * @category Sound
 */
export interface MediumOptions extends CommandOptions {
  /**
   * The part.
   *
   * @default {"stereo"}
   */
  medium?: Medium;
}
