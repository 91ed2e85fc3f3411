// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Sound diffusion: WHO 22. The WHERE of a source is `2#1` to `2#4`, of a
 * speaker `3#area#point`, of an area `4#area`, of all sources `6`. Values come
 * as events, often with a WHERE of `5#` and the sender.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import {
  code,
  dimension,
  fields,
  flag,
  integer,
  optional,
  table,
  what,
} from "./_values.ts";

/**
 * The part of the sound that is meant (`mmtype`).
 *
 * @category Sound
 */
export type Medium = "voice" | "right" | "left" | "stereo" | "all";

/**
 * The events of sound diffusion, each with its values.
 *
 * @category Sound
 */
export interface SoundDiffusionEvents {
  /** Off or on (WHAT 0, 1; the area is that of the listeners). */
  "diffusion.switch": { on: boolean; medium?: Medium; area?: number };
  /** A source is on for an area (WHAT 2, 21). */
  "diffusion.sourceOn": {
    notice: "on" | "selected";
    medium?: Medium;
    area?: number;
  };
  /** Louder by 1 to 31 (WHAT 3). */
  "diffusion.louder": { steps?: number };
  /** Softer by 1 to 31 (WHAT 4). */
  "diffusion.softer": { steps?: number };
  /** Frequency up by 1 to 15 steps, or to the next station (WHAT 5). */
  "diffusion.frequencyUp": { steps?: number };
  /** Frequency down likewise (WHAT 6). */
  "diffusion.frequencyDown": { steps?: number };
  /** The next or previous station (WHAT 9, 10). */
  "diffusion.station": { to: "next" | "previous" };
  /** The next or previous track (WHAT 11, 12). */
  "diffusion.track": { to: "next" | "previous"; steps?: number };
  /** To a source (WHAT 22). */
  "diffusion.goTo": { medium?: Medium; area?: number };
  /** The texts of a radio station are requested or not (WHAT 31, 32). */
  "diffusion.texts": { wanted: boolean };
  /** The frequency is stored as a station, 1 to 5 (WHAT 33). */
  "diffusion.store": { station?: number };
  /** On, following the listener (WHAT 34). */
  "diffusion.followMe": { medium?: Medium; area?: number };
  /** On, with a source (WHAT 35). */
  "diffusion.onTo": { medium?: Medium; area?: number; source?: number };
  /** More or less treble, middle or bass, by 1 to 63 (WHAT 36 to 41). */
  "diffusion.tones": { change: ToneChange; steps?: number };
  /** The balance, to the right or to the left (WHAT 42, 43). */
  "diffusion.balanceStep": { to: "right" | "left"; steps?: number };
  /** The next or previous preset (WHAT 55, 56). */
  "diffusion.presetStep": { to: "next" | "previous" };
  /** The volume, 0 to 31 (dimension 1). */
  "diffusion.volume": { volume: number };
  /** The treble (dimension 2). */
  "diffusion.highTones": { tones: number };
  /** The midrange (dimension 3). */
  "diffusion.midTones": { tones: number };
  /** The bass (dimension 4). */
  "diffusion.lowTones": { tones: number };
  /** The frequency, as the source reports it (dimension 5). */
  "diffusion.frequency": { modulation?: Modulation; frequency?: number };
  /** The station, or the track (dimension 6). */
  "diffusion.current": { number: number };
  /** Whether it plays, as the source reports it (dimension 7). */
  "diffusion.play": { status: number };
  /** The frequency, and its station (dimension 11). */
  "diffusion.tuned": {
    modulation?: Modulation;
    frequency?: number;
    station?: number;
  };
  /** Whether it is on (dimension 12). */
  "diffusion.state": { on?: boolean; medium?: Medium };
  /** The balance (dimension 17). */
  "diffusion.balance": { balance: number };
  /** The 3D effect, 0 to 10 (dimension 18). */
  "diffusion.effect": { level: number };
  /**
   * The preset: 2 to 11 as the document names them, 16 to 25 (dimension 19).
   */
  "diffusion.preset": { preset: number };
  /** The loudness (dimension 20). */
  "diffusion.loudness": { on: boolean };
  /** A band of the equalizer (dimension 21). */
  "diffusion.equalizer": { band?: number; level?: number };
}

/**
 * A change of the treble, the midrange or the bass.
 *
 * @category Sound
 */
export type ToneChange =
  | "more low"
  | "less low"
  | "more mid"
  | "less mid"
  | "more high"
  | "less high";

/**
 * The modulation of a radio station.
 *
 * @category Sound
 */
export type Modulation = "FM" | "AM-LW" | "AM-MW" | "AM-SW";

/**
 * An event of sound diffusion.
 *
 * @category Sound
 */
export type SoundDiffusionEvent = EventOf<SoundDiffusionEvents>;

const medium = table<Medium>({
  "1": "voice",
  "2": "right",
  "3": "left",
  "4": "stereo",
  "11": "all",
});
const modulation = table<Modulation>({
  "1": "FM",
  "2": "AM-LW",
  "3": "AM-MW",
  "4": "AM-SW",
});
const area = integer(0, 9);
const number = integer(0, 999_999);
const tones = integer(0, 63);
const toFollowing = { "9": "next", "10": "previous" } as const;

/**
 * The messages of WHO 22.
 *
 * @category Sound
 */
export const soundDiffusion: Area<SoundDiffusionEvents> = new Area<
  SoundDiffusionEvents
>(22, {
  "diffusion.switch": what(code("on", flag), fields({ medium, area })),
  "diffusion.sourceOn": what(
    code("notice", table({ "2": "on", "21": "selected" })),
    fields({ medium, area }),
  ),
  "diffusion.louder": what("3", fields({ steps: integer(1, 31) })),
  "diffusion.softer": what("4", fields({ steps: integer(1, 31) })),
  "diffusion.frequencyUp": what(
    "5",
    fields({ steps: optional(integer(1, 15)) }),
  ),
  "diffusion.frequencyDown": what(
    "6",
    fields({ steps: optional(integer(1, 15)) }),
  ),
  "diffusion.station": what(code("to", table(toFollowing))),
  "diffusion.track": what(
    code("to", table({ "11": "next", "12": "previous" })),
    fields({ steps: optional(integer(1, 15)) }),
  ),
  "diffusion.goTo": what("22", fields({ medium, area })),
  "diffusion.texts": what(code("wanted", table({ "31": true, "32": false }))),
  "diffusion.store": what("33", fields({ station: integer(1, 5) })),
  "diffusion.followMe": what("34", fields({ medium, area })),
  "diffusion.onTo": what("35", fields({ medium, area, source: integer(1, 4) })),
  "diffusion.tones": what(
    code(
      "change",
      table<ToneChange>({
        "36": "more low",
        "37": "less low",
        "38": "more mid",
        "39": "less mid",
        "40": "more high",
        "41": "less high",
      }),
    ),
    fields({ steps: integer(1, 63) }),
  ),
  "diffusion.balanceStep": what(
    code("to", table({ "42": "right", "43": "left" })),
    fields({ steps: integer(1, 63) }),
  ),
  "diffusion.presetStep": what(
    code("to", table({ "55": "next", "56": "previous" })),
  ),
  "diffusion.volume": dimension("1", fields({ volume: integer(0, 31) })),
  "diffusion.highTones": dimension("2", fields({ tones })),
  "diffusion.midTones": dimension("3", fields({ tones })),
  "diffusion.lowTones": dimension("4", fields({ tones })),
  "diffusion.frequency": dimension(
    "5",
    fields({ modulation, frequency: number }),
  ),
  "diffusion.current": dimension("6", fields({ number })),
  "diffusion.play": dimension("7", fields({ status: number })),
  "diffusion.tuned": dimension(
    "11",
    fields({ modulation, frequency: number, station: number }),
  ),
  "diffusion.state": dimension("12", fields({ on: flag, medium })),
  "diffusion.balance": dimension("17", fields({ balance: tones })),
  "diffusion.effect": dimension("18", fields({ level: integer(0, 10) })),
  "diffusion.preset": dimension("19", fields({ preset: integer(2, 25) })),
  "diffusion.loudness": dimension("20", fields({ on: flag })),
  "diffusion.equalizer": dimension(
    "21",
    fields({ level: number }),
    fields({ band: integer(1, 10) }),
  ),
});
