// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BusMessage } from "../wire/message.ts";
import { decidegrees, type Devices, type Reaction } from "./_plant_devices.ts";

interface Zone {
  celsius: number;
  setPoint: number;
  what: number;
  fan: string;
}

/** The zones of the heating of a plant. */
export class Zones implements Devices {
  readonly #zones = new Map<number, Zone>();

  constructor(zones: Readonly<Record<number, number>>) {
    for (const [zone, celsius] of Object.entries(zones)) {
      this.#zones.set(Number(zone), {
        celsius,
        setPoint: 20,
        what: 1,
        fan: "0",
      });
    }
  }

  handle(message: BusMessage, reaction: Reaction): boolean {
    const where = message.where ?? "";
    const { events, replies } = reaction;
    // A central unit receives the messages for all of its zones.
    const isAll = where === "0" || /^#0(#\d)?$/.test(where);
    if (isAll && message.kind === "normal") {
      events.push(`*4*${message.what}*${where}##`);
      return true;
    }
    if (isAll && message.kind === "writing") {
      const { dimension, values } = message;
      events.push(`*#4*${where}*#${[dimension, ...values].join("*")}##`);
      return true;
    }
    // `#23#1` is zone 23 through central unit 1.
    const number = Number(/^#?(\d{1,2})(#\d)?$/.exec(where)?.[1]);
    const zone = this.#zones.get(number);
    if (message.kind === "request" && where === "0") {
      if (message.dimension !== "0") return false;
      for (const [number, { celsius }] of this.#zones) {
        replies.push(`*#4*${number}*0*${decidegrees(celsius)}##`);
      }
      return true;
    }
    if (zone === undefined) return false;
    switch (message.kind) {
      case "status":
        replies.push(
          `*4*${zone.what}*${number}##`,
          `*#4*${number}*0*${decidegrees(zone.celsius)}##`,
          `*#4*${number}*12*${decidegrees(zone.setPoint)}*3##`,
          `*#4*${number}*13*00##`,
          `*#4*${number}*14*${decidegrees(zone.setPoint)}*3##`,
        );
        return true;
      case "request": {
        const values: Record<string, string> = {
          0: decidegrees(zone.celsius),
          11: zone.fan,
          12: `${decidegrees(zone.setPoint)}*3`,
          13: "00",
          14: `${decidegrees(zone.setPoint)}*3`,
          19: "0*1",
          60: "45",
        };
        const value = values[message.dimension];
        if (value === undefined) return false;
        replies.push(`*#4*${number}*${message.dimension}*${value}##`);
        return true;
      }
      case "writing": {
        const [first = "", second = ""] = message.values;
        if (message.dimension === "14") {
          const celsius = Number(first) / 10;
          const ok = /^0\d\d[05]$/.test(first) && celsius >= 5 &&
            celsius <= 40 && /^[123]$/.test(second);
          if (!ok) return false;
          zone.setPoint = celsius;
          // A set point switches to manual mode.
          zone.what = Number(`${second}10`);
          events.push(
            `*#4*${where}*#14*${first}*${second}##`,
            `*4*${zone.what}*${number}##`,
            `*#4*${number}*12*${first}*3##`,
          );
          return true;
        }
        if (message.dimension !== "11") return false;
        zone.fan = first;
        events.push(`*#4*${number}*11*${first}##`);
        return true;
      }
      case "normal":
        zone.what = Number(message.what.split("#")[0]);
        events.push(`*4*${message.what}*${number}##`);
        return true;
      default:
        return false;
    }
  }
}
