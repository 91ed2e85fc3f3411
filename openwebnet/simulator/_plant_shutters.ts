// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { now } from "@wirekit/internal/clock";
import { type BusMessage, parseTag } from "../wire/message.ts";
import { reaches } from "../wire/where.ts";
import type { Devices, Reaction } from "./_plant_devices.ts";

interface Shutter {
  position: number;
  moving: 0 | 1 | 2;
  /** The time at which it began to move. */
  since: number;
  cancel: () => void;
}

/** Options of shutters: their travel time, and how to report their end. */
export interface ShutterOptions {
  travel: number;
  schedule: (run: () => void, ms: number) => () => void;
  onEvent: (frame: string) => void;
}

/** The shutters of a plant. */
export class Shutters implements Devices {
  readonly #shutters = new Map<string, Shutter>();
  readonly #options: ShutterOptions;

  constructor(shutters: readonly string[], options: ShutterOptions) {
    this.#options = options;
    for (const where of shutters) {
      this.#shutters.set(where, {
        position: 0,
        moving: 0,
        since: 0,
        cancel: () => {},
      });
    }
  }

  /** Stops all shutters. */
  stop(): void {
    for (const shutter of this.#shutters.values()) shutter.cancel();
  }

  handle(message: BusMessage, reaction: Reaction): boolean {
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

  /** Returns the position of a shutter now, in whole percent. */
  #positionOf({ position, moving, since }: Shutter): number {
    if (moving === 0) return position;
    const way = (now() - since) / this.#options.travel * 100;
    const reached = moving === 1 ? position + way : position - way;
    return Math.round(Math.max(0, Math.min(100, reached)));
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
    shutter.position = this.#positionOf(shutter);
    shutter.moving = code;
    shutter.since = now();
    events.push(`*2*${code}*${where}##`, shutterStatus(where, shutter));
    if (code === 0) return;
    const way = Math.abs(target - shutter.position) / 100;
    shutter.cancel = this.#options.schedule(() => {
      shutter.position = target;
      shutter.moving = 0;
      this.#options.onEvent(`*2*0*${where}##`);
      this.#options.onEvent(shutterStatus(where, shutter));
    }, way * this.#options.travel);
  }
}

function shutterStatus(where: string, shutter: Shutter): string {
  return `*#2*${where}*10*1${shutter.moving}*${shutter.position}*000*0##`;
}
