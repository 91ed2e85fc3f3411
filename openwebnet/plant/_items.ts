// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The devices of a plant that are shown, and their names. */

import type { GatewayEvent } from "../events.ts";
import type { Home, HomeItem, HomeKind } from "../home.ts";
import type { FoundItem } from "../inventory.ts";
import { parseWhere } from "../wire/where.ts";
import type { ShownKind } from "./_report.ts";

export type { ShownKind };

/** A device that is shown. What its events teach about it is added later. */
export interface Shown {
  readonly kind: ShownKind;
  /** Its target as it is written in a frame. */
  readonly where: string;
  /** Its human-readable name. */
  readonly name: string;
  /** Travel time in seconds of a shutter that reports no position. */
  readonly seconds?: number | undefined;
  /** The room that it is in. */
  readonly room?: string | undefined;
  /** Whether a light has reported a level, or a shutter a position. */
  hasLevel: boolean;
  /** Whether a zone has reported its humidity. */
  hasHumidity: boolean;
  /** The buttons that were used, or the scenarios of a module. */
  readonly buttons: Set<number>;
}

/** The WHO of each kind. */
export const WHO_OF: Readonly<Record<ShownKind, number>> = {
  light: 1,
  shutter: 2,
  zone: 4,
  probe: 4,
  meter: 18,
  breaker: 18,
  contact: 25,
  alarm: 5,
  cen: 15,
  cenplus: 25,
  scene: 17,
  module: 0,
};

/** Maximum number of buttons of a control: all that a frame can name. */
export const MAX_BUTTONS = 32;

const OF_HOME: Partial<Record<HomeKind, ShownKind>> = {
  light: "light",
  shutter: "shutter",
  zone: "zone",
  meter: "meter",
  breaker: "breaker",
  contact: "contact",
  alarm: "alarm",
  buttons: "cen",
  buttonsPlus: "cenplus",
  scene: "scene",
};

const OF_FOUND: Partial<Record<FoundItem["kind"], ShownKind>> = {
  light: "light",
  dimmer: "light",
  automation: "shutter",
  zone: "zone",
  alarm: "alarm",
  contact: "contact",
  scene: "scene",
  meter: "meter",
  "stop & go": "breaker",
};

/** The word before the number of a device that has no name. */
const WORDS: Readonly<Record<ShownKind, string>> = {
  light: "Light",
  shutter: "Shutter",
  zone: "Zone",
  probe: "Probe",
  meter: "Meter",
  breaker: "Stop&Go",
  contact: "Contact",
  alarm: "Alarm",
  cen: "Buttons",
  cenplus: "Buttons plus",
  scene: "Scene",
  module: "Scenarios",
};

/** Creates a device about which nothing is known yet. */
export function shown(
  kind: ShownKind,
  where: string,
  name?: string,
  { seconds, room }: Pick<HomeItem, "seconds" | "room"> = {},
): Shown {
  return {
    kind,
    where,
    name: name ?? defaultName({ kind, where }),
    seconds,
    room,
    hasLevel: false,
    hasHumidity: false,
    buttons: new Set(),
  };
}

/**
 * Returns the id of a device, which depends on its address and not on its name.
 * It is part of topics, so it contains no `#`.
 */
export function idOf({ kind, where }: Pick<Shown, "kind" | "where">): string {
  return `${kind}_${slugOf(kind, where)}`;
}

/** Returns the WHERE of a device for topics: `12#4#01` becomes `12-4-01`. */
export function slugOf(kind: ShownKind, where: string): string {
  return sameFor(kind, where).replaceAll("#", "-");
}

/** Returns the device of an id; `undefined` if it is not an id of a device. */
export function parseId(
  id: string,
): Pick<Shown, "kind" | "where"> | undefined {
  const [, kind = "", slug = ""] = /^([a-z]+)_([\d-]{1,32})$/.exec(id) ?? [];
  if (!Object.hasOwn(WHO_OF, kind)) return undefined;
  return { kind: kind as ShownKind, where: slug.replaceAll("-", "#") };
}

/**
 * Returns a single WHERE for a device that has several: a zone that a central
 * unit controls reports as `1` and is commanded as `#1`; the alarm has no
 * WHERE, `0` or `1`.
 */
function sameFor(kind: ShownKind, where: string): string {
  if (kind === "zone") return where.replace(/^#?(\d+)(#\d)?$/, "$1");
  if (kind === "alarm" && (where === "" || where === "1")) return "0";
  return where;
}

/** Returns the device of a name in a home; `undefined` if it is not shown. */
export function ofHome(name: string, item: HomeItem): Shown | undefined {
  const kind = OF_HOME[item.kind];
  return kind && shown(kind, item.where, item.title ?? labelOf(name), item);
}

/** Returns the devices of a home that are behind one of its gateways. */
export function itemsOf(home: Home, gateway: string | undefined): Shown[] {
  const [first] = Object.keys(home.gateways);
  const found: Shown[] = [];
  for (const [name, item] of Object.entries(home.names)) {
    if ((item.gateway ?? first) !== (gateway ?? first)) continue;
    const made = ofHome(name, item);
    if (made !== undefined) found.push(made);
  }
  return found;
}

/** Returns the names in a home of devices that cannot be shown, and their kinds. */
export function notShown(
  home: Home,
  gateway: string | undefined,
): string[] {
  const [first] = Object.keys(home.gateways);
  return Object.entries(home.names)
    .filter(([, item]) =>
      (item.gateway ?? first) === (gateway ?? first) &&
      OF_HOME[item.kind] === undefined
    ).map(([name, { kind }]) => `${name} (${kind})`);
}

/** Returns the device of an answer; `undefined` if it is not shown. */
export function ofFound({ kind, where }: FoundItem): Shown | undefined {
  let is = OF_FOUND[kind];
  if (is === "zone") is = zoneKind(where);
  if (is === undefined) return undefined;
  const item = shown(is, where);
  item.hasLevel = kind === "dimmer";
  return item;
}

/** Tells whether a target of the wired bus or of Zigbee is a single device. */
export function isOne(where: string): boolean {
  const kind = parseWhere(where)?.kind;
  return kind === "point" || kind === "zigbee";
}

/** Tells a zone from one of its probes; a central unit is not shown. */
function zoneKind(where: string): ShownKind | undefined {
  if (/^#?[1-9]\d?(#\d)?$/.test(where)) return "zone";
  return /^[1-8]\d\d$/.test(where) ? "probe" : undefined;
}

/**
 * Returns the device that an event is about, as far as the event tells;
 * `undefined` if it is not shown.
 */
export function ofEvent(
  event: GatewayEvent,
): Pick<Shown, "kind" | "where"> | undefined {
  const { where, who, type } = event;
  if (type === "unknown" || !/^[\d#]{0,32}$/.test(where)) return undefined;
  switch (who) {
    case 0:
      return where === "" ? undefined : { kind: "module", where };
    case 1:
      return isOne(where) ? { kind: "light", where } : undefined;
    case 2:
      return isOne(where) ? { kind: "shutter", where } : undefined;
    case 4: {
      const kind = zoneKind(where);
      return kind && { kind, where };
    }
    case 5:
      return { kind: "alarm", where };
    case 15:
      return where === "" ? undefined : { kind: "cen", where };
    case 17:
      return where === "" || where === "0"
        ? undefined
        : { kind: "scene", where };
    case 18:
      if (/^5\d{1,3}$/.test(where)) return { kind: "meter", where };
      return /^1\d{1,3}$/.test(where) ? { kind: "breaker", where } : undefined;
    case 25:
      if (type === "cenPlus.button") return { kind: "cenplus", where };
      return /^3\d+$/.test(where) ? { kind: "contact", where } : undefined;
  }
  return undefined;
}

/**
 * Learns from an event what a device can do.
 *
 * @returns Whether anything is new.
 */
export function learn(item: Shown, event: GatewayEvent): boolean {
  switch (event.type) {
    case "light.level":
    case "light.brightness":
    case "light.speeds":
      if (event.level === undefined || item.hasLevel) return false;
      return item.hasLevel = true;
    case "automation.position":
      if (typeof event.level !== "number" || item.hasLevel) return false;
      return item.hasLevel = true;
    case "thermo.humidity":
      if (item.hasHumidity) return false;
      return item.hasHumidity = true;
    case "cen.button":
    case "cenPlus.button":
      return learnButton(item, event.button);
    case "scenario.run":
      return learnButton(item, event.scenario);
  }
  return false;
}

/** Adds a button, up to a limit, and returns whether it is new. */
export function learnButton(
  { buttons }: Shown,
  button: number | undefined,
): boolean {
  // One that no source documents was not read.
  if (
    button === undefined || buttons.has(button) || buttons.size >= MAX_BUTTONS
  ) return false;
  buttons.add(button);
  return true;
}

/** Makes a name readable: `living-room` becomes `Living room`. */
function labelOf(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim() || name;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns the name of a device that the user has not named. */
export function defaultName(
  { kind, where }: Pick<Shown, "kind" | "where">,
): string {
  const slug = sameFor(kind, where);
  if (kind === "alarm") {
    return slug === "0" ? WORDS.alarm : `Alarm zone ${slug.replace("#", "")}`;
  }
  // People know meters, contacts and controls by their numbers.
  const isPrefixed = kind === "meter" || kind === "breaker" ||
    kind === "contact" || kind === "cenplus";
  return `${WORDS[kind]} ${isPrefixed ? slug.slice(1) : slug}`;
}
