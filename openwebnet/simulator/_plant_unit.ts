// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BusMessage } from "../wire/message.ts";
import { type Devices, type Reaction, twoDigits } from "./_plant_devices.ts";

/** The gateway of a plant as a device, with its clock. */
export class Unit implements Devices {
  readonly #model: number;
  readonly #clock: () => Date;
  #clockOffset = 0;

  constructor(model: number, clock: () => Date) {
    this.#model = model;
    this.#clock = clock;
  }

  /** Returns the frame with which the gateway broadcasts its clock. */
  broadcast(): string {
    return `*#13**#22*${this.#time()}*${this.#date()}##`;
  }

  handle(message: BusMessage, { events, replies }: Reaction): boolean {
    if (message.kind === "request") {
      const uptime = Math.floor(performance.now() / 1000);
      const values: Record<string, () => string> = {
        0: () => this.#time(),
        1: () => this.#date(),
        10: () => "192*168*1*35",
        11: () => "255*255*255*0",
        12: () => "0*3*80*1*2*3",
        15: () => `${this.#model}`,
        16: () => "1*2*3",
        17: () => "1*0*0",
        19: () => `0*0*${Math.floor(uptime / 60) % 60}*${uptime % 60}`,
        22: () => `${this.#time()}*${this.#date()}`,
        23: () => "2*6*39",
        24: () => "1*0*12",
      };
      const value = values[message.dimension];
      if (value === undefined) return false;
      replies.push(`*#13**${message.dimension}*${value()}##`);
      return true;
    }
    if (message.kind !== "writing") return false;
    const { dimension, values } = message;
    const numbers = values.map(Number);
    const now = this.#now();
    const set = new Date(now);
    const setTime = ([hours = 0, minutes = 0, seconds = 0]: number[]) =>
      set.setUTCHours(hours, minutes, seconds);
    const setDate = ([, day = 1, month = 1, year = 2000]: number[]) =>
      set.setUTCFullYear(year, month - 1, day);
    if (dimension === "0" && values.length === 4) setTime(numbers);
    else if (dimension === "1" && values.length === 4) setDate(numbers);
    else if (dimension === "22" && values.length === 8) {
      setDate(numbers.slice(4));
      setTime(numbers);
    } else return false;
    this.#clockOffset += set.getTime() - now.getTime();
    events.push(`*#13**#${dimension}*${values.join("*")}##`);
    return true;
  }

  #now(): Date {
    return new Date(this.#clock().getTime() + this.#clockOffset);
  }

  #time(): string {
    const now = this.#now();
    const parts = [now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()];
    return `${parts.map(twoDigits).join("*")}*000`;
  }

  #date(): string {
    const now = this.#now();
    const parts = [now.getUTCDay(), now.getUTCDate(), now.getUTCMonth() + 1];
    return `${parts.map(twoDigits).join("*")}*${now.getUTCFullYear()}`;
  }
}
