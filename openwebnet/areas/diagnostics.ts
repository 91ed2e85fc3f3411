// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Diagnostics: WHO 1000 and above, each 1000 more than the WHO of its area.
 * Nothing about it is published: the scan and the interview follow other
 * libraries. They find devices by their hardware id, the eight hexadecimal
 * digits on the sticker.
 *
 * @module
 */

import { checkTime } from "@wirekit/internal/clock";
import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { TimeoutError } from "../session/errors.ts";
import type { Caller } from "./item.ts";
import type { Message } from "../wire/message.ts";
import {
  byte,
  code,
  digits,
  dimension,
  fields,
  integer,
  joined,
  table,
  what,
  word,
} from "./_values.ts";

/**
 * The events of diagnostics, each with its values.
 *
 * @category The gateway itself
 */
export interface DiagnosticsEvents {
  /** A device is addressed by its id (WHAT 10). */
  "diagnostics.select": { id?: number };
  /** A found device stays silent for the rest of the scan (WHAT 11). */
  "diagnostics.suppress": { id?: number };
  /**
   * The scan begins; a device has sent everything, or is released (12, 4, 6).
   */
  "diagnostics.phase": { phase: "reset" | "end" | "release" };
  /**
   * Model, number of configurators, brand and line, as the maker's numbers
   * (dimension 1).
   */
  "diagnostics.model": {
    model?: number;
    configurators?: number;
    brand?: number;
    line?: number;
  };
  /** Version of the firmware (dimension 2). */
  "diagnostics.firmware": { version: string };
  /** Version of the hardware (dimension 3). */
  "diagnostics.hardware": { version: string };
  /**
   * What is in its places for configurators, from the first on or from the
   * seventh (dimensions 4, 5). Only myhomepy documents this.
   */
  "diagnostics.configurators": {
    from: 1 | 7;
    first?: number;
    second?: number;
    third?: number;
    fourth?: number;
    fifth?: number;
    sixth?: number;
  };
  /** Version of the microcontroller (dimension 6). */
  "diagnostics.micro": { version: string };
  /**
   * The condition as bits, whose meaning depends on the device: 24 for the
   * whole system (dimensions 7, 8, 11), 16 for a zone (21, 22).
   */
  "diagnostics.bits": { of: 7 | 8 | 11 | 21 | 22; bits?: string };
  /** The hardware id (dimension 13). */
  "diagnostics.id": { id: number };
  /** An object of the device (dimension 30). */
  "diagnostics.object": { slot?: number; key?: number; state?: number };
  /** The address of an object (dimension 32). */
  "diagnostics.address": { slot?: number; system?: number; address?: number };
  /** A parameter of an object (dimension 35). */
  "diagnostics.parameter": { index?: number; slot?: number; value?: number };
  /** The zones with faults (dimension 20). */
  "diagnostics.zones": { zones: string };
}

/**
 * An event of diagnostics.
 *
 * @category The gateway itself
 */
export type DiagnosticsEvent = EventOf<DiagnosticsEvents>;

const version = joined("version", 3, integer(0, 65_535), {
  separator: ".",
  radix: 10,
});
const number = integer(0, 65_535);

/** Creates the area of a WHO of diagnostics. */
function makeArea(who: number): Area<DiagnosticsEvents> {
  return new Area<DiagnosticsEvents>(who, {
    "diagnostics.select": what("10", fields({ id: word })),
    "diagnostics.suppress": what("11", fields({ id: word })),
    "diagnostics.phase": what(
      code("phase", table({ "12": "reset", "4": "end", "6": "release" })),
    ),
    "diagnostics.model": dimension(
      "1",
      fields({
        model: number,
        configurators: number,
        brand: byte,
        line: byte,
      }),
    ),
    "diagnostics.firmware": dimension("2", version),
    "diagnostics.hardware": dimension("3", version),
    "diagnostics.configurators": dimension(
      code("from", table({ "4": 1, "5": 7 })),
      fields({
        first: byte,
        second: byte,
        third: byte,
        fourth: byte,
        fifth: byte,
        sixth: byte,
      }),
    ),
    "diagnostics.micro": dimension("6", version),
    "diagnostics.bits": dimension(
      code("of", table({ "7": 7, "8": 8, "11": 11, "21": 21, "22": 22 })),
      fields({ bits: digits(16, 24) }),
    ),
    "diagnostics.id": dimension("13", fields({ id: word })),
    "diagnostics.object": dimension(
      "30",
      fields({ slot: number, key: number, state: number }),
    ),
    "diagnostics.address": dimension(
      "32",
      fields({ system: number, address: number }),
      fields({ slot: number }),
    ),
    "diagnostics.parameter": dimension(
      "35",
      fields({ value: word }),
      fields({ index: number, slot: number }),
    ),
    "diagnostics.zones": dimension("20", fields({ zones: digits(1, 99) })),
  });
}

/**
 * The messages of each known WHO of diagnostics.
 *
 * @category The gateway itself
 */
export const diagnostics: readonly Area<DiagnosticsEvents>[] = [
  1000,
  1001,
  1004,
  1005,
  1008,
  1013,
  1018,
  1022,
  1023,
  1027,
].map(makeArea);

/**
 * A device that a scan found.
 *
 * @category The gateway itself
 */
export interface FoundDevice {
  /** The WHO of its diagnostics. */
  who: number;
  /** Its hardware id. */
  id: number;
  /** The hardware id in eight hexadecimal digits, as on the sticker. */
  sticker: string;
}

/**
 * Options of a scan.
 *
 * @category The gateway itself
 */
export interface ScanOptions extends CommandOptions {
  /**
   * How long no device may answer before the scan is complete, in milliseconds.
   *
   * @default {4000}
   */
  window?: number;
  /**
   * Maximum number of devices to look for.
   *
   * @default {1000}
   */
  maxDevices?: number;
}

/**
 * Finds the devices of a subsystem by their hardware ids.
 *
 * Each device found is told to stay silent, until no other answers. The devices
 * are busy meanwhile.
 *
 * @category The gateway itself
 * @param gateway The gateway.
 * @param who 1001 for lights and automation, 1004 for heating, and so on.
 * @param options Times and limits.
 * @returns The devices.
 *
 * @example Scan
 * ```ts
 * import { Gateway, GatewaySimulator, scanDevices } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const devices = await scanDevices(gateway, 1001, { window: 20 });
 * const stickers = devices.map(({ sticker }) => sticker);
 * assertEquals(stickers, ["00A1B2C3", "00D4E5F6"]);
 * ```
 */
export async function scanDevices(
  gateway: Caller,
  who: number,
  options: ScanOptions = {},
): Promise<FoundDevice[]> {
  const { window = 4000, maxDevices = 1000, ...rest } = options;
  checkTime("window", window);
  const area = areaOf(who);
  const found = new Map<number, FoundDevice>();
  const reset = area.encode("diagnostics.phase", "0", { phase: "reset" });
  const request: Message = {
    kind: "request",
    who,
    where: "0",
    dimension: "13",
  };
  await gateway.send(reset, rest);
  try {
    for (let before = -1; found.size > before && found.size < maxDevices;) {
      before = found.size;
      await gateway.collect(request, (message) => {
        const event = area.decode(message);
        if (event?.type !== "diagnostics.id") return undefined;
        const { id } = event;
        const sticker = id.toString(16).toUpperCase().padStart(8, "0");
        found.set(id, { who, id, sticker });
        return found.size >= maxDevices;
      }, { ...rest, timeout: window }).catch((error) => {
        // No answer: there are no more devices.
        if (!(error instanceof TimeoutError)) throw error;
      });
      for (const { id } of [...found.values()].slice(before)) {
        const suppress = area.encode("diagnostics.suppress", "0", { id });
        await gateway.send(suppress, rest);
      }
    }
  } finally {
    await gateway.send(reset, rest);
  }
  return [...found.values()];
}

/**
 * Asks a device for all its details: model, versions and objects.
 *
 * @category The gateway itself
 * @param gateway The gateway.
 * @param device The device.
 * @param options Times.
 * @returns Its answers, in the order in which they came.
 *
 * @example Interview
 * ```ts
 * import {
 *   Gateway,
 *   GatewaySimulator,
 *   interviewDevice,
 * } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const device = { who: 1001, id: 0x00a1b2c3, sticker: "00A1B2C3" };
 * const [first] = await interviewDevice(gateway, device);
 * assertEquals(first?.type, "diagnostics.model");
 * ```
 */
export async function interviewDevice(
  gateway: Caller,
  device: FoundDevice,
  options: ScanOptions = {},
): Promise<DiagnosticsEvent[]> {
  const { window = 4000, ...rest } = options;
  checkTime("window", window);
  const { who, id } = device;
  const area = areaOf(who);
  const events: DiagnosticsEvent[] = [];
  await gateway.collect(
    area.encode("diagnostics.select", "0", { id }),
    (message) => {
      const event = area.decode(message);
      if (event === undefined || event.type === "diagnostics.select") {
        return undefined;
      }
      if (event.type === "diagnostics.phase") return event.phase === "end";
      events.push(event);
      return false;
    },
    { ...rest, timeout: window },
  );
  const release = area.encode("diagnostics.phase", "0", { phase: "release" });
  await gateway.send(release, rest);
  return events;
}

function areaOf(who: number): Area<DiagnosticsEvents> {
  return diagnostics.find((area) => area.who === who) ?? makeArea(who);
}
