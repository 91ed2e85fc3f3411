// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type BusMessage, parseTag } from "../wire/message.ts";
import { reaches } from "../wire/where.ts";
import type { Devices, Reaction } from "./_plant_devices.ts";

interface Light {
  dimmer: boolean;
  /** 0 to 100; 0 is off. */
  level: number;
}

/** The lights of a plant. */
export class Lights implements Devices {
  readonly #lights = new Map<string, Light>();

  constructor(lights: readonly string[], dimmers: readonly string[]) {
    for (const where of lights) {
      this.#lights.set(where, { dimmer: false, level: 0 });
    }
    for (const where of dimmers) {
      this.#lights.set(where, { dimmer: true, level: 0 });
    }
  }

  handle(message: BusMessage, reaction: Reaction): boolean {
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
        // A level of exactly 100, which would be off, is refused.
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
}

function lightWhat({ dimmer, level }: Light): number {
  if (level === 0) return 0;
  return dimmer ? Math.max(2, Math.round(level / 10)) : 1;
}

/** Returns how a command of WHO 1 changes the level. */
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
