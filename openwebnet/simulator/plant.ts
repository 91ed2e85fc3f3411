// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A plant that exists only in memory, for a simulated gateway.
 *
 * @module
 */

import { checkTime, later } from "@wirekit/internal/clock";
import { type BusMessage, parseTag } from "../wire/message.ts";
import type { Devices, Reaction } from "./_plant_devices.ts";
import { Energy } from "./_plant_energy.ts";
import { Lights } from "./_plant_lights.ts";
import { Shutters } from "./_plant_shutters.ts";
import { Unit } from "./_plant_unit.ts";
import { Zones } from "./_plant_zones.ts";

export type { Reaction } from "./_plant_devices.ts";

/**
 * The devices of a plant. The default of each option is that of
 * {@linkcode DEFAULT_PLANT}.
 *
 * @category Simulator
 */
export interface PlantOptions {
  /** Lights that can only be on or off, by WHERE. */
  lights?: readonly string[];
  /** Lights with a level, by WHERE. */
  dimmers?: readonly string[];
  /** Shutters, by WHERE. All are closed at first. */
  shutters?: readonly string[];
  /** Temperature in °C by heating zone, 1 to 99. */
  zones?: Readonly<Record<number, number>>;
  /** Power in W by meter, 1 to 255. */
  meters?: Readonly<Record<number, number>>;
  /** Actuators with energy control, 1 to 255. */
  actuators?: readonly number[];
  /** Breakers that close automatically (Stop&Go), 1 to 127. */
  stopGos?: readonly number[];
  /** Zones of the alarm. */
  alarmZones?: readonly number[];
  /** Auxiliary channels, 1 to 9. */
  auxiliaries?: readonly number[];
  /** Dry contacts, 1 to 201. */
  contacts?: readonly number[];
  /** Scenes of a scenario module, 1 to 300. */
  scenes?: readonly number[];
  /** Amplifiers of the old sound system, by WHERE. */
  amplifiers?: readonly string[];
  /** Hardware ids of the devices, by diagnostic WHO. */
  devices?: Readonly<Record<number, readonly number[]>>;
  /** Travel time of a shutter from one end to the other, in milliseconds. */
  travel?: number;
  /** The number of the gateway's model (WHO 13, dimension 15). */
  model?: number;
  /** The gateway's clock, which shows UTC. */
  now?: () => Date;
}

/** The plant that is simulated by default. */
export const DEFAULT_PLANT: Readonly<Required<PlantOptions>> = {
  lights: ["11", "12", "0311"],
  dimmers: ["21", "22"],
  shutters: ["31", "32"],
  zones: { 1: 21.5, 2: 19, 3: -4.8 },
  meters: { 1: 1234, 2: 0 },
  actuators: [1],
  stopGos: [1],
  alarmZones: [1, 2],
  auxiliaries: [1, 2],
  contacts: [1, 2],
  scenes: [1, 2],
  amplifiers: ["01", "11"],
  devices: { 1001: [0x00a1b2c3, 0x00d4e5f6], 1004: [0x00abcdef] },
  travel: 1000,
  model: 6,
  now: () => new Date(),
};

/**
 * Devices that answer frames as the official documents say. A plant has no
 * sessions; those are the part of a `GatewaySimulator`.
 *
 * @category Simulator
 * @example Switch a light on
 * ```ts
 * import { type BusMessage, parse, Plant } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const plant = new Plant({ lights: ["11"] });
 * const { ack, events } = plant.handle(parse("*1*1*11##") as BusMessage);
 * assertEquals(ack, true);
 * assertEquals(events, ["*1*1000#1*11##", "*1*1*11##"]);
 * ```
 */
export class Plant {
  readonly #options: Readonly<Required<PlantOptions>>;
  readonly #shutters: Shutters;
  readonly #unit: Unit;
  readonly #devices: Readonly<Record<number, Devices>>;
  readonly #auxiliaries = new Map<number, string>();
  readonly #scenes = new Map<number, { started: boolean; enabled: boolean }>();
  readonly #volumes = new Map<string, number>();
  readonly #suppressed = new Set<number>();
  /**
   * Called with frames that no message caused, for example when a shutter
   * reaches its end.
   */
  onEvent: (frame: string) => void = () => {};
  /** Runs a function later, and returns a function that cancels it. */
  schedule: (run: () => void, ms: number) => () => void = (run, ms) => {
    const timer = later(ms, run);
    return () => timer.stop();
  };

  /**
   * Creates a plant.
   *
   * @param options Its devices.
   */
  constructor(options: PlantOptions = {}) {
    this.#options = { ...DEFAULT_PLANT, ...options };
    checkTime("travel", this.#options.travel, { zero: true });
    const { lights, dimmers, zones, meters, actuators } = this.#options;
    this.#shutters = new Shutters(this.#options.shutters, {
      travel: this.#options.travel,
      schedule: (run, ms) => this.schedule(run, ms),
      onEvent: (frame) => this.onEvent(frame),
    });
    this.#unit = new Unit(this.#options.model, this.#options.now);
    this.#devices = {
      1: new Lights(lights, dimmers),
      2: this.#shutters,
      4: new Zones(zones),
      13: this.#unit,
      18: new Energy(meters, actuators, this.#options.stopGos),
    };
    for (const channel of this.#options.auxiliaries) {
      this.#auxiliaries.set(channel, "0");
    }
    for (const scene of this.#options.scenes) {
      this.#scenes.set(scene, { started: false, enabled: true });
    }
    for (const where of this.#options.amplifiers) this.#volumes.set(where, 10);
  }

  /**
   * Handles a message of a command session.
   *
   * @param message The message.
   * @returns The reaction. A message for a device that the plant does not have
   * is not acknowledged.
   */
  handle(message: BusMessage): Reaction {
    const reaction: Reaction = { ack: true, replies: [], events: [] };
    const handlers: Record<number, () => boolean> = {
      0: () => this.#echo(message, reaction),
      3: () => message.kind !== "normal" || this.#echo(message, reaction),
      5: () => this.#alarmUnit(message, reaction),
      6: () => this.#echo(message, reaction),
      7: () => message.kind === "normal",
      9: () => this.#auxiliary(message, reaction),
      14: () => message.kind === "normal",
      15: () => this.#echo(message, reaction),
      16: () => this.#sound(message, reaction),
      17: () => this.#scene(message, reaction),
      22: () => this.#echo(message, reaction),
      24: () => this.#echo(message, reaction),
      25: () => this.#contact(message, reaction),
    };
    const { who } = message;
    const handler = who >= 1000
      ? () => this.#diagnose(message, reaction)
      : handlers[who];
    reaction.ack = this.#devices[who]?.handle(message, reaction) ??
      handler?.() ?? false;
    return reaction.ack ? reaction : { ack: false, replies: [], events: [] };
  }

  /** Stops everything that moves. */
  stop(): void {
    this.#shutters.stop();
  }

  /**
   * Returns the frame with which the gateway broadcasts its clock.
   *
   * @returns The frame.
   */
  clock(): string {
    return this.#unit.broadcast();
  }

  /** Passes a command on to the bus, without simulating its effect. */
  #echo(message: BusMessage, { events }: Reaction): boolean {
    if (message.kind === "normal") {
      events.push(`*${message.who}*${message.what}*${message.where ?? ""}##`);
      return true;
    }
    if (message.kind === "writing") {
      const { who, where, dimension, values } = message;
      // Levels of sound and of lighting management come as events only.
      events.push(`*#${who}*${where}*${[dimension, ...values].join("*")}##`);
      return true;
    }
    return false;
  }

  #alarmUnit(message: BusMessage, { replies }: Reaction): boolean {
    if (message.kind !== "status") return false;
    replies.push("*5*1**##", "*5*7*##", "*5*5**##", "*5*9**##");
    for (const zone of this.#options.alarmZones) {
      replies.push(`*5*11*#${zone}##`);
    }
    return true;
  }

  #auxiliary(message: BusMessage, { events, replies }: Reaction): boolean {
    if (message.kind === "status") {
      for (const [channel, state] of this.#auxiliaries) {
        replies.push(`*9*${state}*${channel}##`);
      }
      return true;
    }
    const channel = Number(message.where);
    if (message.kind !== "normal" || !this.#auxiliaries.has(channel)) {
      return false;
    }
    const state = message.what === "2"
      ? this.#auxiliaries.get(channel) === "1" ? "0" : "1"
      : message.what;
    this.#auxiliaries.set(channel, state);
    events.push(`*9*${state}*${channel}##`);
    return true;
  }

  #sound(message: BusMessage, { events, replies }: Reaction): boolean {
    const target = message.where ?? "";
    if (message.kind === "request" && target === "0") {
      if (message.dimension !== "5") return false;
      for (const where of this.#volumes.keys()) {
        replies.push(`*#16*${where}*5*0##`);
      }
      return true;
    }
    const volume = this.#volumes.get(target);
    if (volume === undefined) return false;
    if (message.kind === "request" && message.dimension === "1") {
      replies.push(`*#16*${target}*1*${volume}##`);
      return true;
    }
    if (message.kind !== "normal") return false;
    const code = Number(message.what);
    events.push(`*16*${message.what}*${target}##`);
    const step = code % 100;
    if ((code > 1000 && code <= 1015) || (code > 1100 && code <= 1115)) {
      const next = code < 1100 ? volume + step : volume - step;
      this.#volumes.set(target, Math.max(0, Math.min(31, next)));
      events.push(`*#16*${target}*1*${this.#volumes.get(target)}##`);
    }
    return true;
  }

  #scene(message: BusMessage, { events, replies }: Reaction): boolean {
    const target = Number(message.where);
    const scenes = target === 0
      ? [...this.#scenes]
      : [...this.#scenes].filter(([number]) => number === target);
    if (scenes.length === 0) return false;
    for (const [number, scene] of scenes) {
      if (message.kind === "status") {
        replies.push(
          `*17*${scene.started ? 1 : 2}*${number}##`,
          `*17*${scene.enabled ? 3 : 4}*${number}##`,
        );
      } else if (message.kind === "normal") {
        if (message.what === "1" || message.what === "2") {
          scene.started = message.what === "1";
        } else if (message.what === "3" || message.what === "4") {
          scene.enabled = message.what === "3";
        } else return false;
        events.push(`*17*${message.what}*${number}##`);
      } else return false;
    }
    return true;
  }

  #contact(message: BusMessage, reaction: Reaction): boolean {
    if (message.kind === "normal") return this.#echo(message, reaction);
    if (message.kind !== "status") return false;
    for (const number of this.#options.contacts) {
      if (message.where === "30" || message.where === `3${number}`) {
        reaction.replies.push(`*25*32#0*3${number}##`);
      }
    }
    return reaction.replies.length > 0;
  }

  #diagnose(message: BusMessage, { events, replies }: Reaction): boolean {
    const { who } = message;
    const { zones, meters, actuators, devices } = this.#options;
    if (message.kind === "request" && message.dimension === "7") {
      const wheres: Record<number, string[]> = {
        1004: Object.keys(zones),
        1018: [
          ...Object.keys(meters).map((number) => `5${number}`),
          ...actuators.map((number) => `7${number}#0`),
        ],
      };
      for (const where of wheres[who] ?? []) {
        replies.push(`*#${who}*${where}*7*${"1".repeat(24)}##`);
      }
      return replies.length > 0;
    }
    const ids = devices[who];
    if (ids === undefined) return false;
    if (message.kind === "normal") {
      const { code, parameters } = parseTag(message.what);
      if (code === "12") this.#suppressed.clear();
      else if (code === "11") this.#suppressed.add(Number(parameters[0]));
      else if (code === "10" && ids.includes(Number(parameters[0]))) {
        const value = `*#${who}*0*`;
        events.push(
          `${value}1*15*2*1*2##`,
          `${value}2*1*2*3##`,
          `${value}3*1*0*0##`,
          `${value}13*${parameters[0]}##`,
          `${value}30*1*3*0##`,
          `${value}32#1*0*11##`,
          `*${who}*4*0##`,
        );
      } else return code === "6";
      return true;
    }
    if (message.kind !== "request") return false;
    if (parseTag(message.dimension).code === "13") {
      for (const id of ids) {
        if (!this.#suppressed.has(id)) replies.push(`*#${who}*0*13*${id}##`);
      }
      return true;
    }
    return false;
  }
}
