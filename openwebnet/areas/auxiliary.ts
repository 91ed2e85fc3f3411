// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Auxiliary channels: WHO 9.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import { code, table, what } from "./_values.ts";

/**
 * The states of an auxiliary channel, which are also its commands.
 *
 * @category Buttons and scenes
 */
export type AuxiliaryState =
  | "off"
  | "on"
  | "toggle"
  | "stop"
  | "up"
  | "down"
  | "enabled"
  | "disabled"
  | "reset general"
  | "reset bistable"
  | "reset tristable";

/**
 * The events of auxiliaries, each with its values.
 *
 * @category Buttons and scenes
 */
export interface AuxiliaryEvents {
  /** Its state (WHAT 0 to 10). */
  "auxiliary.state": { state: AuxiliaryState };
}

/**
 * An event of an auxiliary.
 *
 * @category Buttons and scenes
 */
export type AuxiliaryEvent = EventOf<AuxiliaryEvents>;

/**
 * The messages of WHO 9.
 *
 * @category Buttons and scenes
 */
export const auxiliary: Area<AuxiliaryEvents> = new Area<AuxiliaryEvents>(9, {
  "auxiliary.state": what(
    code(
      "state",
      table<AuxiliaryState>({
        "0": "off",
        "1": "on",
        "2": "toggle",
        "3": "stop",
        "4": "up",
        "5": "down",
        "6": "enabled",
        "7": "disabled",
        "8": "reset general",
        "9": "reset bistable",
        "10": "reset tristable",
      }),
    ),
  ),
});

/**
 * An auxiliary channel, `1` to `9`.
 *
 * @category Buttons and scenes
 * @example Switch on
 * ```ts
 * import { Auxiliary, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new Auxiliary(gateway, "1").set("on");
 * assertEquals(simulator.executed, ["*9*1*1##"]);
 * ```
 */
export class Auxiliary extends Item<AuxiliaryEvents> {
  /**
   * Creates a channel.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, auxiliary);
  }

  /**
   * Sends a command to the channel.
   *
   * @param state The command.
   * @param options Timeout and signal.
   */
  set(state: AuxiliaryState, options?: CommandOptions): Promise<void> {
    return this.command("auxiliary.state", { state }, options);
  }
}
