// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Discovery of the devices of a plant, by asking all of each kind.
 *
 * @module
 */

import type { Caller } from "./areas/item.ts";
import { energyDevice } from "./areas/energy.ts";
import { decode, type GatewayEvent } from "./events.ts";
import type { CommandOptions } from "./session/_command_options.ts";
import { NackError } from "./session/errors.ts";
import { parse } from "./wire/message.ts";

/**
 * A device that answered.
 *
 * @category Gateway
 */
export interface FoundItem {
  /** The WHO of its area. */
  who: number;
  /** Its target. */
  where: string;
  /**
   * What it is, as far as its answer tells: a dimmer can be told from a light
   * only while it is dimmed.
   */
  kind:
    | "light"
    | "dimmer"
    | "automation"
    | "zone"
    | "alarm"
    | "auxiliary"
    | "contact"
    | "amplifier"
    | "scene"
    | "meter"
    | "actuator"
    | "stop & go";
}

/** The requests, and what answers each. CEN buttons answer none. */
const REQUESTS: readonly [string, FoundItem["kind"]][] = [
  ["*#1*0##", "light"],
  ["*#2*0##", "automation"],
  ["*#4*0*0##", "zone"],
  ["*#5*0##", "alarm"],
  ["*#9*0##", "auxiliary"],
  ["*#25*30##", "contact"],
  ["*#16*0*5##", "amplifier"],
  ["*#17*0##", "scene"],
  // Their diagnostics name each device.
  ["*#1018*0*7##", "meter"],
  ["*#1004*0*7##", "zone"],
];

/**
 * Finds the devices of a plant, by asking all of each kind for their state.
 *
 * Buttons, scenarios and devices that do not answer cannot be found this way.
 * For hardware ids, use `scanDevices()`.
 *
 * @category Gateway
 * @param gateway The gateway.
 * @param options Timeout and signal of each request.
 * @returns The devices.
 *
 * @example Find lights
 * ```ts
 * import {
 *   discoverItems,
 *   Gateway,
 *   GatewaySimulator,
 * } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect(), pacing: 0 });
 * const items = await discoverItems(gateway);
 * const shutters = items.filter(({ kind }) => kind === "automation");
 * assertEquals(shutters.map(({ where }) => where), ["31", "32"]);
 * ```
 */
export async function discoverItems(
  gateway: Caller,
  options?: CommandOptions,
): Promise<FoundItem[]> {
  const found = new Map<string, FoundItem>();
  for (const [request, kind] of REQUESTS) {
    const replies = await gateway.request(parse(request), options)
      .catch((error) => {
        // The plant does not have this subsystem.
        if (error instanceof NackError) return [];
        throw error;
      });
    for (const event of replies.map(decode)) {
      const item = toItem(event, kind);
      if (item === undefined) continue;
      const key = `${item.who} ${item.where}`;
      if (item.kind === "dimmer" || !found.has(key)) found.set(key, item);
    }
  }
  return [...found.values()];
}

/** Returns the device that an answer is about. */
function toItem(
  event: GatewayEvent,
  kind: FoundItem["kind"],
): FoundItem | undefined {
  const { type, where } = event;
  // The WHO for the diagnostics of an area is that of the area plus 1000.
  const who = event.who % 1000;
  if (type === "unknown" || where === "" || where === "0") return undefined;
  if (kind === "light" && DIMMED.has(type)) {
    return { who, where, kind: "dimmer" };
  }
  if (kind !== "meter") return { who, where, kind };
  const device = energyDevice(where);
  return device && { who, where, kind: device };
}

/** The events that only dimmers send. */
const DIMMED = new Set(["light.level", "light.brightness", "light.speeds"]);
