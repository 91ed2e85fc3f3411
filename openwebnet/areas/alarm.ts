// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The burglar alarm: WHO 5. It can only be read, since no published frame arms
 * it.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import { type Caller, Item } from "./item.ts";
import { code, table, what } from "./_values.ts";

/**
 * The state of the alarm system, or of the zone or sensor in the WHERE.
 *
 * @category Alarm and doors
 */
export type AlarmState =
  | "maintenance"
  | "active"
  | "inactive"
  | "delay end"
  | "battery fault"
  | "battery ok"
  | "no network"
  | "network"
  | "engaged"
  | "disengaged"
  | "battery unloaded"
  | "zone active"
  | "technical alarm"
  | "technical reset"
  | "device silent"
  | "intrusion alarm"
  | "tamper alarm"
  | "panic alarm"
  | "zone inactive"
  | "programming start"
  | "programming stop"
  | "silent alarm";

/**
 * The events of an alarm, each with its values.
 *
 * @category Alarm and doors
 */
export interface AlarmEvents {
  /** Its state (WHAT 0 to 18, 26, 27, 31). */
  "alarm.state": { state: AlarmState };
}

/**
 * An event of an alarm.
 *
 * @category Alarm and doors
 */
export type AlarmEvent = EventOf<AlarmEvents>;

/**
 * The messages of WHO 5.
 *
 * @category Alarm and doors
 */
export const alarm: Area<AlarmEvents> = new Area<AlarmEvents>(5, {
  "alarm.state": what(
    code(
      "state",
      table<AlarmState>({
        "0": "maintenance",
        "1": "active",
        "2": "inactive",
        "3": "delay end",
        "4": "battery fault",
        "5": "battery ok",
        "6": "no network",
        "7": "network",
        "8": "engaged",
        "9": "disengaged",
        "10": "battery unloaded",
        "11": "zone active",
        "12": "technical alarm",
        "13": "technical reset",
        "14": "device silent",
        "15": "intrusion alarm",
        "16": "tamper alarm",
        "17": "panic alarm",
        "18": "zone inactive",
        "26": "programming start",
        "27": "programming stop",
        "31": "silent alarm",
      }),
    ),
  ),
});

/**
 * The alarm or, with a WHERE of `#1` to `#8`, one of its zones.
 *
 * @category Alarm and doors
 * @example Ask whether it is engaged
 * ```ts
 * import { Alarm, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const events = await new Alarm(gateway).status();
 * const isOff = events.some((event) =>
 *   event.type === "alarm.state" && event.state === "disengaged"
 * );
 * assertEquals(isOff, true);
 * ```
 */
export class Alarm extends Item<AlarmEvents> {
  /**
   * Creates an alarm.
   *
   * @param gateway The gateway.
   * @param where The target: `0` asks the unit itself, rather than the memory
   * of the gateway.
   */
  constructor(gateway: Caller, where = "0") {
    super(gateway, where, alarm);
  }
}
