// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Door entry: WHO 6, and its telephony with video, WHO 8. Neither is published.
 * WHO 6 has the one frame that other libraries send; WHO 8 comes from the
 * firmware of gateways and touch screens. Of the known gateways, only an F454
 * passes WHO 8 on.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import { code, fields, integer, table, what } from "./_values.ts";

/**
 * The events of a door, each with its values.
 *
 * @category Alarm and doors
 */
export interface DoorEvents {
  /** Its lock opens (WHAT 10). */
  "door.open": Record<never, never>;
}

/**
 * An event of a door.
 *
 * @category Alarm and doors
 */
export type DoorEvent = EventOf<DoorEvents>;

/**
 * The messages of WHO 6.
 *
 * @category Alarm and doors
 */
export const doors: Area<DoorEvents> = new Area<DoorEvents>(6, {
  "door.open": what("10"),
});

/**
 * The events of door entry telephony, each with its values.
 *
 * @category Alarm and doors
 */
export interface IntercomEvents {
  /** The button of a lock is pressed or released (WHAT 19, 20). */
  "intercom.lock": { pressed: boolean };
  /** The staircase light (WHAT 21, 22). */
  "intercom.stairLight": { on: boolean };
  /** A call; kinds are, for example, 1, 6, 7 and 14 (WHAT 1). */
  "intercom.call": { kind?: number; medium?: number; caller?: number };
  /** A call is answered (WHAT 2). */
  "intercom.answer": { kind?: number; medium?: number };
  /** A call ends (WHAT 3). */
  "intercom.end": { kind?: number; medium?: number };
  /** The camera of a caller is requested (WHAT 4). */
  "intercom.camera": { caller?: number };
  /** The next camera (WHAT 6). */
  "intercom.cycle": { caller?: number };
  /**
   * A camera begins (1) or ends (2) to move in one direction (WHAT 59 to 62).
   */
  "intercom.move": { way: 1 | 2 | 3 | 4; phase?: number };
  /** The system starts (WHAT 37). */
  "intercom.start": Record<never, never>;
  /** The bell is muted or no longer muted (WHAT 63, 64). */
  "intercom.mute": { muted: boolean };
}

/**
 * An event of door entry telephony.
 *
 * @category Alarm and doors
 */
export type IntercomEvent = EventOf<IntercomEvents>;

const number = integer(0, 9999);

/**
 * The messages of WHO 8.
 *
 * @category Alarm and doors
 */
export const intercom: Area<IntercomEvents> = new Area<IntercomEvents>(8, {
  "intercom.lock": what(code("pressed", table({ "19": true, "20": false }))),
  "intercom.stairLight": what(code("on", table({ "21": true, "22": false }))),
  "intercom.call": what(
    "1",
    fields({ kind: number, medium: number, caller: number }),
  ),
  "intercom.answer": what("2", fields({ kind: number, medium: number })),
  "intercom.end": what("3", fields({ kind: number, medium: number })),
  "intercom.camera": what("4", fields({ caller: number })),
  "intercom.cycle": what("6", fields({ caller: number })),
  "intercom.move": what(
    code("way", table({ "59": 1, "60": 2, "61": 3, "62": 4 })),
    fields({ phase: integer(1, 2) }),
  ),
  "intercom.start": what("37"),
  "intercom.mute": what(code("muted", table({ "63": true, "64": false }))),
});

/**
 * A door that can be opened.
 *
 * @category Alarm and doors
 * @example Open a door
 * ```ts
 * import { Door, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new Door(gateway, "4000").open();
 * assertEquals(simulator.executed, ["*6*10*4000##"]);
 * ```
 */
export class Door extends Item<DoorEvents> {
  /**
   * Creates a door.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, doors);
  }

  /** Opens the lock. The command is never repeated automatically. */
  open(options?: CommandOptions): Promise<void> {
    return this.command("door.open", {}, options);
  }
}

/**
 * An entrance panel or a handset of door entry telephony.
 *
 * @category Alarm and doors
 * @example Read a call
 * ```ts
 * import { intercom, parse } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const event = intercom.decode(parse("*8*1#1#4#21*11##"));
 * assertEquals(event?.type === "intercom.call" && event.caller, 21);
 * ```
 */
export class Intercom extends Item<IntercomEvents> {
  /**
   * Creates a panel or a handset.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, intercom);
  }

  /** Opens the lock: presses its button and releases it. */
  async openLock(options?: CommandOptions): Promise<void> {
    await this.command("intercom.lock", { pressed: true }, options);
    await this.command("intercom.lock", { pressed: false }, options);
  }

  /**
   * Switches the staircase light.
   *
   * @param on Whether to switch it on.
   * @param options Timeout and signal.
   */
  stairLight(on: boolean, options?: CommandOptions): Promise<void> {
    return this.command("intercom.stairLight", { on }, options);
  }
}
