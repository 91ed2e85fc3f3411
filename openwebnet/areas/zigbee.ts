// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Discovery of Zigbee devices through a Zigbee gateway (the WHO 13 of sticks).
 * Nothing about it is published: it follows openwebnet4j.
 *
 * @module
 */

import { checkTime } from "@wirekit/internal/clock";
import type { CommandOptions } from "../session/_command_options.ts";
import { gatewayUnit } from "./gateway_unit.ts";
import type { Caller } from "./item.ts";
import { parseWhere } from "../wire/where.ts";

/**
 * The kinds of unit of a Zigbee device, by the number that it reports.
 *
 * @category The gateway itself
 */
export const ZIGBEE_TYPES: Readonly<Record<number, string>> = {
  256: "on/off switch",
  257: "dimmer control",
  258: "dimmer switch",
  259: "motion sensor",
  260: "daylight sensor",
  264: "waterproof switch",
  265: "automatic dimmer",
  266: "toggle control",
  268: "motion sensor",
  269: "motion sensor",
  270: "motion sensor",
  271: "auxiliary",
  272: "auxiliary",
  273: "auxiliary",
  274: "auxiliary",
  275: "auxiliary",
  512: "shutter control",
  513: "shutter switch",
  1024: "gateway",
  1025: "gateway",
  1029: "repeater",
  1030: "interface",
  1536: "video switcher",
};

/**
 * A unit of a Zigbee device that was found.
 *
 * @category The gateway itself
 */
export interface ZigbeeUnit {
  /** Its target for the items of its kind, such as `702053501#9`. */
  where: string;
  /** The last 4 bytes of the device's MAC address, in decimal. */
  address: string;
  /** The unit, two digits. */
  unit: string;
  /** Its kind: see {@linkcode ZIGBEE_TYPES}. */
  type: number;
}

/**
 * Options of {@linkcode scanZigbee}.
 *
 * @category The gateway itself
 */
export interface ZigbeeOptions extends CommandOptions {
  /**
   * How long to wait for the number of devices, in milliseconds.
   *
   * @default {30000}
   */
  window?: number;
}

/**
 * Scans the Zigbee network, and asks for each device and its units.
 *
 * @category The gateway itself
 * @param gateway The gateway.
 * @param options Times.
 * @returns The units.
 *
 * @example Look up the kinds of unit
 * ```ts
 * import { ZIGBEE_TYPES } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ZIGBEE_TYPES[513], "shutter switch");
 * ```
 */
export async function scanZigbee(
  gateway: Caller,
  options: ZigbeeOptions = {},
): Promise<ZigbeeUnit[]> {
  const { window = 30_000, ...rest } = options;
  checkTime("window", window);
  const command = (command: "supervisor" | "scan") =>
    gatewayUnit.encode("gateway.zigbee", "", { command });
  await gateway.send(command("supervisor"), rest);
  let count = 0;
  await gateway.collect(command("scan"), (message) => {
    const event = gatewayUnit.decode(message);
    if (event?.type !== "gateway.products") return undefined;
    count = event.count;
    return true;
  }, { ...rest, timeout: window });

  const units = new Map<string, ZigbeeUnit>();
  for (let index = 0; index < count; index++) {
    const replies = await gateway.request({
      kind: "dimension",
      who: 13,
      where: "",
      dimension: "66",
      values: [`${index}`],
    }, rest);
    for (const reply of replies) {
      if (reply.kind !== "dimension" || reply.dimension !== "66") continue;
      const found = parseWhere(reply.where);
      const type = Number(reply.values.at(-1));
      if (found?.kind !== "zigbee" || !Number.isInteger(type)) continue;
      const { where } = reply;
      const { address, unit } = found;
      units.set(where, { where, address, unit, type });
    }
  }
  return [...units.values()];
}
