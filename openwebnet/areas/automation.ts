// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Shutters, blinds and gates: WHO 2.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import {
  code,
  digits,
  dimension,
  fields,
  flag,
  integer,
  optional,
  table,
  type ValueCodec,
  what,
} from "./_values.ts";

/**
 * What can be said of automation.
 *
 * @category Shutters
 */
export interface AutomationEvents {
  /** Stopped, going up, going down (WHAT 0, 1, 2). */
  "automation.state": { state: "stop" | "up" | "down" };
  /** Stopped with a priority (WHAT 10); `set` in an event: set or cleared. */
  "automation.stop": { priority?: string; set?: boolean };
  /**
   * Up or down by 1 to 100 %; all the way if there is no step (WHAT 11, 12).
   * The priority is three binary digits: safety, high, medium.
   */
  "automation.move": {
    direction: "up" | "down";
    step?: number;
    priority?: string;
    set?: boolean;
  };
  /**
   * Where a shutter is, 0 % closed to 100 % open, `null` if it does not know
   * (dimension 10).
   */
  "automation.position": {
    state?: "stop" | "up" | "down" | "step up" | "step down";
    level?: number | null;
    priority?: string;
    info?: AutomationInfo;
  };
  /** To a position in % (dimension 11, with a priority as parameter). */
  "automation.goTo": { priority?: string; level?: number };
}

/**
 * What else a shutter says of itself: PUL is switched off for general commands.
 *
 * @category Shutters
 */
export type AutomationInfo =
  | "normal"
  | "PUL and disabled"
  | "disabled"
  | "not executed"
  | "PUL";

/**
 * An event of automation.
 *
 * @category Shutters
 */
export type AutomationEvent = EventOf<AutomationEvents>;

const level = integer(0, 100);
const levelOrNull: ValueCodec<number | null> = {
  parse: (text) => text === "255" ? null : level.parse(text),
  format: (value) => value === null ? "255" : level.format(value),
};
const priority = digits(3, 3);

/**
 * The messages of WHO 2.
 *
 * @category Shutters
 */
export const automation: Area<AutomationEvents> = new Area<AutomationEvents>(
  2,
  {
    "automation.state": what(
      code("state", table({ "0": "stop", "1": "up", "2": "down" })),
    ),
    "automation.stop": what(
      "10",
      fields({ priority: optional(priority), set: optional(flag) }),
    ),
    "automation.move": what(
      code("direction", table({ "11": "up", "12": "down" })),
      fields({
        step: optional(integer(1, 100)),
        priority: optional(priority),
        set: optional(flag),
      }),
    ),
    "automation.position": dimension(
      "10",
      fields({
        state: table({
          "10": "stop",
          "11": "up",
          "12": "down",
          "13": "step up",
          "14": "step down",
        }),
        level: levelOrNull,
        priority,
        info: table<AutomationInfo>({
          "0": "normal",
          "12": "PUL and disabled",
          "13": "disabled",
          "14": "not executed",
          "15": "PUL",
        }),
      }),
    ),
    "automation.goTo": dimension(
      "11",
      fields({ level }),
      fields({ priority }),
    ),
  },
);

/**
 * Options of moving.
 *
 * @category Shutters
 */
export interface MoveOptions extends CommandOptions {
  /**
   * Three binary digits: safety, high, medium.
   *
   * @default {"001"}
   */
  priority?: string;
}

/**
 * A shutter, or all of an area, a group or the plant.
 *
 * @category Shutters
 * @example Up, and to a position
 * ```ts
 * import { Gateway, GatewaySimulator, Shutter } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const shutter = new Shutter(gateway, "31");
 * await shutter.up();
 * await shutter.goTo(50);
 * assertEquals(simulator.executed, ["*2*1*31##", "*#2*31*#11#001*50##"]);
 * ```
 */
export class Shutter extends Item<AutomationEvents> {
  /**
   * Makes a shutter.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, automation);
  }

  /** Up, or open. */
  up(options?: CommandOptions): Promise<void> {
    return this.command("automation.state", { state: "up" }, options);
  }

  /** Down, or close. */
  down(options?: CommandOptions): Promise<void> {
    return this.command("automation.state", { state: "down" }, options);
  }

  /** Stops. */
  stop(options?: CommandOptions): Promise<void> {
    return this.command("automation.state", { state: "stop" }, options);
  }

  /**
   * Up or down by a part of the way (advanced actuators).
   *
   * @param direction Which way.
   * @param step How far, 1 to 100 %.
   * @param options Priority, time and signal.
   */
  step(
    direction: "up" | "down",
    step: number,
    options: MoveOptions = {},
  ): Promise<void> {
    const { priority = "001", ...rest } = options;
    const values = { direction, step, priority };
    return this.command("automation.move", values, rest);
  }

  /**
   * To a position (advanced actuators).
   *
   * @param level 0 % closed to 100 % open.
   * @param options Priority, time and signal.
   */
  goTo(level: number, options: MoveOptions = {}): Promise<void> {
    const { priority = "001", ...rest } = options;
    return this.command("automation.goTo", { level, priority }, rest);
  }

  /**
   * Asks where it is (advanced actuators).
   *
   * @param options Time and signal.
   * @returns What could be read of the answer.
   *
   * @example Is it closed?
   * ```ts
   * import { Gateway, GatewaySimulator, Shutter } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const { level } = await new Shutter(gateway, "31").position();
   * assertEquals(level, 0);
   * ```
   */
  async position(
    options?: CommandOptions,
  ): Promise<AutomationEvents["automation.position"]> {
    const keys = ["state", "level", "priority", "info"] as const;
    return await this.values("automation.position", keys, options);
  }
}
