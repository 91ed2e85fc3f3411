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
 * The events of automation, each with its values.
 *
 * @category Shutters
 */
export interface AutomationEvents {
  /** Stopped, going up, going down (WHAT 0, 1, 2). */
  "automation.state": { state: "stop" | "up" | "down" };
  /** Stopped with a priority, which events `set` or clear (WHAT 10). */
  "automation.stop": { priority?: string; set?: boolean };
  /**
   * Up or down by 1 to 100 %, or all the way if there is no step (WHAT 11, 12).
   * The priority is three binary digits: safety, high, medium.
   */
  "automation.move": {
    direction: "up" | "down";
    step?: number;
    priority?: string;
    set?: boolean;
  };
  /**
   * The position of a shutter, from 0 % (closed) to 100 % (open); `null` if it
   * is not known (dimension 10).
   */
  "automation.position": {
    state?: "stop" | "up" | "down" | "step up" | "step down";
    level?: number | null;
    priority?: string;
    info?: AutomationInfo;
  };
  /** To a position in % (dimension 11, with the priority as its parameter). */
  "automation.goTo": { priority?: string; level?: number };
}

/**
 * Further states of a shutter. One in PUL ignores general commands.
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
 * Options for moving a shutter.
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
 * A shutter, or all shutters of an area, a group or the plant.
 *
 * @category Shutters
 * @example Move up, and to a position
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
   * Creates a shutter.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, automation);
  }

  /** Moves up, or opens. */
  up(options?: CommandOptions): Promise<void> {
    return this.command("automation.state", { state: "up" }, options);
  }

  /** Moves down, or closes. */
  down(options?: CommandOptions): Promise<void> {
    return this.command("automation.state", { state: "down" }, options);
  }

  /** Stops. */
  stop(options?: CommandOptions): Promise<void> {
    return this.command("automation.state", { state: "stop" }, options);
  }

  /**
   * Moves up or down by part of the way (advanced actuators).
   *
   * @param direction The direction.
   * @param step The distance, 1 to 100 %.
   * @param options Priority, timeout and signal.
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
   * Moves to a position (advanced actuators).
   *
   * @param level The position, from 0 % (closed) to 100 % (open).
   * @param options Priority, timeout and signal.
   */
  goTo(level: number, options: MoveOptions = {}): Promise<void> {
    const { priority = "001", ...rest } = options;
    return this.command("automation.goTo", { level, priority }, rest);
  }

  /**
   * Asks for the position (advanced actuators).
   *
   * @param options Timeout and signal.
   * @returns The values of the answer that could be read.
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
