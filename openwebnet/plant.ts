// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A plant that exists only in memory: what a simulated gateway is connected to.
 *
 * @module
 */

import { type BusMessage, parseTag } from "./message.ts";
import { reaches } from "./where.ts";

/** What a plant holds. What is left out is as in {@linkcode DEFAULT_PLANT}. */
export interface PlantOptions {
  /** Lights that are on or off, by WHERE. */
  lights?: readonly string[];
  /** Lights with a level, by WHERE. */
  dimmers?: readonly string[];
  /** Shutters, by WHERE. All begin closed. */
  shutters?: readonly string[];
  /** Temperature in °C by heating zone, 1 to 99. */
  zones?: Readonly<Record<number, number>>;
  /** Power in W by meter, 1 to 255. */
  meters?: Readonly<Record<number, number>>;
  /** Actuators with energy control, 1 to 255. */
  actuators?: readonly number[];
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
  /** Time that a shutter takes from one end to the other, in milliseconds. */
  travel?: number;
  /** The number of the gateway's model (WHO 13, dimension 15). */
  model?: number;
  /** The gateway's clock, whose time of UTC is shown. */
  now?: () => Date;
}

/** The plant that is simulated unless another is asked for. */
export const DEFAULT_PLANT: Readonly<Required<PlantOptions>> = {
  lights: ["11", "12", "0311"],
  dimmers: ["21", "22"],
  shutters: ["31", "32"],
  zones: { 1: 21.5, 2: 19, 3: -4.8 },
  meters: { 1: 1234, 2: 0 },
  actuators: [1],
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

/** What comes of a message. */
export interface Reaction {
  /** Whether it is acknowledged. */
  ack: boolean;
  /** Frames of the answer. */
  replies: string[];
  /** Frames that every event session gets. */
  events: string[];
}

interface Light {
  dimmer: boolean;
  /** 0 to 100; 0 is off. */
  level: number;
}

interface Shutter {
  position: number;
  moving: 0 | 1 | 2;
  cancel: () => void;
}

interface Zone {
  celsius: number;
  setPoint: number;
  mode: 1 | 2 | 3;
  what: number;
  fan: string;
}

/**
 * Devices that answer frames as the official documents say. It knows no
 * sessions: a `GatewaySimulator` does.
 *
 * @example Switch a light on
 * ```ts
 * import { type BusMessage, parse } from "@wirekit/openwebnet/message";
 * import { Plant } from "@wirekit/openwebnet/plant";
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
  readonly #lights = new Map<string, Light>();
  readonly #shutters = new Map<string, Shutter>();
  readonly #zones = new Map<number, Zone>();
  readonly #auxiliaries = new Map<number, string>();
  readonly #scenes = new Map<number, { started: boolean; enabled: boolean }>();
  readonly #volumes = new Map<string, number>();
  readonly #forced = new Set<string>();
  readonly #suppressed = new Set<number>();
  #clockOffset = 0;
  /**
   * Called with frames that happen by themselves, as when a shutter reaches its
   * end.
   */
  onEvent: (frame: string) => void = () => {};
  /** Runs something later; returns what stops it. */
  schedule: (run: () => void, ms: number) => () => void = (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  };

  /**
   * Makes a plant.
   *
   * @param options What it holds.
   */
  constructor(options: PlantOptions = {}) {
    this.#options = { ...DEFAULT_PLANT, ...options };
    const { lights, dimmers, shutters, zones } = this.#options;
    for (const where of lights) {
      this.#lights.set(where, { dimmer: false, level: 0 });
    }
    for (const where of dimmers) {
      this.#lights.set(where, { dimmer: true, level: 0 });
    }
    for (const where of shutters) {
      this.#shutters.set(where, { position: 0, moving: 0, cancel: () => {} });
    }
    for (const [zone, celsius] of Object.entries(zones)) {
      this.#zones.set(Number(zone), {
        celsius,
        setPoint: 20,
        mode: 1,
        what: 1,
        fan: "0",
      });
    }
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
   * @returns What comes of it. A message for what the plant does not have is
   * not acknowledged.
   */
  handle(message: BusMessage): Reaction {
    const reaction: Reaction = { ack: true, replies: [], events: [] };
    const handlers: Record<number, () => boolean> = {
      0: () => this.#echo(message, reaction),
      1: () => this.#light(message, reaction),
      2: () => this.#shutter(message, reaction),
      3: () => this.#echo(message, reaction),
      4: () => this.#thermo(message, reaction),
      5: () => this.#alarmUnit(message, reaction),
      6: () => this.#echo(message, reaction),
      7: () => message.kind === "normal",
      9: () => this.#auxiliary(message, reaction),
      13: () => this.#gateway(message, reaction),
      14: () => message.kind === "normal",
      15: () => this.#echo(message, reaction),
      16: () => this.#sound(message, reaction),
      17: () => this.#scene(message, reaction),
      18: () => this.#energy(message, reaction),
      22: () => this.#echo(message, reaction),
      24: () => this.#echo(message, reaction),
      25: () => this.#contact(message, reaction),
    };
    const handler = message.who >= 1000
      ? () => this.#diagnose(message, reaction)
      : handlers[message.who];
    reaction.ack = handler?.() ?? false;
    return reaction.ack ? reaction : { ack: false, replies: [], events: [] };
  }

  /** Stops all that moves. */
  stop(): void {
    for (const shutter of this.#shutters.values()) shutter.cancel();
  }

  /**
   * Returns the frame with which the gateway broadcasts its clock.
   *
   * @returns The frame.
   */
  clock(): string {
    return `*#13**#22*${this.#time()}*${this.#date()}##`;
  }

  /** Passes a command on to the bus, where nothing is known of its effect. */
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

  #light(message: BusMessage, reaction: Reaction): boolean {
    const target = message.where ?? "";
    const lights = [...this.#lights].filter(([where]) =>
      reaches(target, where)
    );
    if (lights.length === 0) return false;
    const { events, replies } = reaction;
    switch (message.kind) {
      case "status":
        for (const [where, light] of lights) {
          replies.push(`*1*${lightWhat(light)}*${where}##`);
        }
        return true;
      case "normal": {
        const set = lightCommand(message.what);
        if (set === undefined) return false;
        events.push(`*1*1000#${message.what}*${target}##`);
        const collective = lights.length > 1 || lights[0]![0] !== target;
        if (collective) events.push(`*1*${message.what}*${target}##`);
        for (const [where, light] of lights) {
          light.level = Math.max(0, Math.min(100, set(light)));
          if (!light.dimmer && light.level > 0) light.level = 100;
          events.push(`*1*${lightWhat(light)}*${where}##`);
        }
        return true;
      }
      case "writing": {
        const level = Number(message.values[0]);
        if (message.dimension === "2" && message.values.length === 3) {
          for (const [where, light] of lights) {
            light.level = 100;
            events.push(`*#1*${where}*2*${message.values.join("*")}##`);
          }
          return true;
        }
        // A level of exactly 100, off, is refused.
        const ok = message.dimension === "1" && level > 100 && level <= 200;
        if (!ok) return false;
        for (const [where, light] of lights) {
          if (!light.dimmer) continue;
          light.level = level - 100;
          events.push(`*#1*${where}*1*${message.values.join("*")}##`);
        }
        return true;
      }
      case "request": {
        const [where, light] = lights[0]!;
        const value = `*#1*${where}*${message.dimension}`;
        if (message.dimension === "1" && light.dimmer) {
          events.push(`${value}*${100 + light.level}*255##`);
        } else if (message.dimension === "8") {
          replies.push(`${value}*1234##`);
        } else {
          return false;
        }
        return true;
      }
      default:
        return false;
    }
  }

  #shutter(message: BusMessage, reaction: Reaction): boolean {
    const target = message.where ?? "";
    const { events, replies } = reaction;
    const shutters = [...this.#shutters].filter(([where]) =>
      reaches(target, where)
    );
    if (shutters.length === 0) return false;
    for (const [where, shutter] of shutters) {
      switch (message.kind) {
        case "status":
          replies.push(`*2*${shutter.moving}*${where}##`);
          break;
        case "request":
          if (message.dimension !== "10") return false;
          replies.push(shutterStatus(where, shutter));
          break;
        case "normal": {
          const code = Number(message.what);
          if (code !== 0 && code !== 1 && code !== 2) return false;
          if (where === target) {
            events.push(`*2*1000#${message.what}*${where}##`);
          }
          this.#move(where, shutter, code, code === 1 ? 100 : 0, events);
          break;
        }
        case "writing": {
          const level = Number(message.values[0]);
          const isGoTo = parseTag(message.dimension).code === "11";
          if (!isGoTo || !(level >= 0 && level <= 100)) return false;
          const code = level >= shutter.position ? 1 : 2;
          this.#move(where, shutter, code, level, events);
          break;
        }
        default:
          return false;
      }
    }
    return true;
  }

  /** Starts or stops a shutter. */
  #move(
    where: string,
    shutter: Shutter,
    code: 0 | 1 | 2,
    target: number,
    events: string[],
  ): void {
    shutter.cancel();
    shutter.moving = code;
    events.push(`*2*${code}*${where}##`, shutterStatus(where, shutter));
    if (code === 0) return;
    const way = Math.abs(target - shutter.position) / 100;
    shutter.cancel = this.schedule(() => {
      shutter.position = target;
      shutter.moving = 0;
      this.onEvent(`*2*0*${where}##`);
      this.onEvent(shutterStatus(where, shutter));
    }, way * this.#options.travel);
  }

  #thermo(message: BusMessage, reaction: Reaction): boolean {
    const where = message.where ?? "";
    const { events, replies } = reaction;
    if (message.kind === "normal" && (where === "#0" || where === "0")) {
      return this.#echo(message, reaction);
    }
    const number = Number(where.replaceAll("#", ""));
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
          events.push(
            `*#4*${where}*#14*${first}*${second}##`,
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

  #gateway(message: BusMessage, { events, replies }: Reaction): boolean {
    if (message.kind === "request") {
      const uptime = Math.floor(performance.now() / 1000);
      const values: Record<string, () => string> = {
        0: () => this.#time(),
        1: () => this.#date(),
        10: () => "192*168*1*35",
        11: () => "255*255*255*0",
        12: () => "0*3*80*1*2*3",
        15: () => `${this.#options.model}`,
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
    const now = new Date(this.#options.now().getTime() + this.#clockOffset);
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
    return new Date(this.#options.now().getTime() + this.#clockOffset);
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

  #energy(message: BusMessage, { events, replies }: Reaction): boolean {
    const where = message.where ?? "";
    const number = Number(where.split("#")[0]?.slice(1));
    const power = this.#options.meters[number];
    const isMeter = where.startsWith("5") && power !== undefined;
    const isActuator = where === `7${number}#0` &&
      this.#options.actuators.includes(number);
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
    const ids = this.#options.devices[who];
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
    if (message.dimension !== "7") return false;
    replies.push(`*#${who}*0*7*${"1".repeat(24)}##`);
    return true;
  }
}

function lightWhat({ dimmer, level }: Light): number {
  if (level === 0) return 0;
  return dimmer ? Math.max(2, Math.round(level / 10)) : 1;
}

/** What a command of WHO 1 makes of a level. */
function lightCommand(what: string): ((light: Light) => number) | undefined {
  const { code: text, parameters } = parseTag(what);
  const code = Number(text);
  if (code === 0) return () => 0;
  if (code === 1 || (code >= 11 && code <= 18)) return () => 100;
  if (code >= 2 && code <= 10) return () => code * 10;
  if (code >= 20 && code <= 29) return () => 100;
  const step = Number(parameters[0] ?? 5);
  if (code === 30) return (light) => light.level + step;
  if (code === 31) return (light) => light.level - step;
  if (code === 32) return (light) => light.level > 0 ? 0 : 100;
  return undefined;
}

function shutterStatus(where: string, shutter: Shutter): string {
  return `*#2*${where}*10*1${shutter.moving}*${shutter.position}*000*0##`;
}

function decidegrees(celsius: number): string {
  const tenths = Math.round(Math.abs(celsius) * 10);
  return (celsius < 0 ? "1" : "0") + `${tenths}`.padStart(3, "0");
}

function twoDigits(value: number): string {
  return `${value}`.padStart(2, "0");
}
