// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type BusMessage, parseTag } from "../wire/message.ts";
import type { Devices, Reaction } from "./_plant_devices.ts";

/** The meters and actuators with energy control of a plant. */
export class Energy implements Devices {
  readonly #meters: Readonly<Record<number, number>>;
  readonly #actuators: readonly number[];
  readonly #stopGos: readonly number[];
  #testPeriod = 30;
  readonly #forced = new Set<string>();

  constructor(
    meters: Readonly<Record<number, number>>,
    actuators: readonly number[],
    stopGos: readonly number[],
  ) {
    this.#meters = meters;
    this.#actuators = actuators;
    this.#stopGos = stopGos;
  }

  handle(message: BusMessage, { events, replies }: Reaction): boolean {
    const where = message.where ?? "";
    const number = Number(where.split("#")[0]?.slice(1));
    const power = this.#meters[number];
    const isMeter = where.startsWith("5") && power !== undefined;
    const isActuator = where === `7${number}#0` &&
      this.#actuators.includes(number);
    if (where === `1${number}` && this.#stopGos.includes(number)) {
      return this.#stopGo(message, where, replies);
    }
    if (!isMeter && !isActuator) return false;
    switch (message.kind) {
      case "request": {
        const { code, parameters } = parseTag(message.dimension);
        const values: Record<string, string> = isMeter
          ? {
            113: `${power}`,
            51: "1234567",
            52: "54321",
            53: "43210",
            54: "3210",
          }
          : {
            71: `0*${this.#forced.has(where) ? 1 : 0}*0*1*0*1`,
            73: "1",
            72: "4321*1*2*2026*3*4",
          };
        const value = values[code];
        if (value === undefined) return false;
        const dimension = [code, ...parameters].join("#");
        replies.push(`*#18*${where}*${dimension}*${value}##`);
        return true;
      }
      case "writing":
        if (/^517(#\d+)?$/.test(message.dimension)) return true;
        if (!message.dimension.startsWith("1200#")) return false;
        if (message.values[0] !== "0") {
          events.push(`*#18*${where}*113*${power}##`);
        }
        return true;
      case "normal":
        return this.#totals(where, message.what, events) ??
          (isActuator && this.#force(where, message.what));
      default:
        return false;
    }
  }

  #stopGo(message: BusMessage, where: string, replies: string[]): boolean {
    switch (message.kind) {
      case "request": {
        const values: Record<string, string> = {
          212: `${this.#testPeriod}`,
          250: "0000000000000",
        };
        const value = values[message.dimension];
        if (value === undefined) return false;
        replies.push(`*#18*${where}*${message.dimension}*${value}##`);
        return true;
      }
      case "writing":
        if (message.dimension !== "212") return false;
        this.#testPeriod = Number(message.values[0]);
        return true;
      case "normal":
        return /^2[1-46-9]$/.test(message.what);
      default:
        return false;
    }
  }

  /** Sends the totals that WHAT 57 to 59 and 510 ask for. */
  #totals(where: string, what: string, events: string[]): true | undefined {
    const { code, parameters } = parseTag(what);
    const [dimension, last, whole] = {
      57: [511, 25, 2400] as const,
      58: [512, 25, 100] as const,
      59: [513, 28, 2400] as const,
      510: [514, 28, 2400] as const,
    }[code] ?? [];
    if (dimension === undefined || !where.startsWith("5")) return undefined;
    const tag = [dimension, ...parameters].join("#");
    for (let i = 1; i <= last!; i++) {
      const total = code === "57" && i < 25 ? 100 : whole;
      events.push(`*#18*${where}*${tag}*${i}*${total}##`);
    }
    return true;
  }

  #force(where: string, what: string): boolean {
    const { code } = parseTag(what);
    if (code === "73") this.#forced.add(where);
    else if (code === "74") this.#forced.delete(where);
    return ["71", "73", "74", "75"].includes(code);
  }
}
