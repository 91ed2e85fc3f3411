// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What of a plant is shown to the outside: each device, and how it is named. */

import type { GatewayEvent } from "../events.ts";
import type { Home, HomeItem, HomeKind } from "../home.ts";
import type { FoundItem } from "../inventory.ts";
import { parseWhere } from "../wire/where.ts";

/** What a device is. The word stands in topics and in ids. */
export type ShownKind =
  | "light"
  | "shutter"
  | "zone"
  | "probe"
  | "meter"
  | "breaker"
  | "contact"
  | "alarm"
  | "cen"
  | "cenplus"
  | "scene"
  | "module";

/** A device that is shown. What is learned of it is added as it is heard. */
export interface Shown {
  readonly kind: ShownKind;
  /** Its target as it stands in a frame. */
  readonly where: string;
  /** Its name for people. */
  readonly name: string;
  /** How many seconds a shutter without a position travels. */
  readonly seconds?: number | undefined;
  /** A light that has told a level, or a shutter that has told a position. */
  hasLevel: boolean;
  /** A zone that has told its humidity. */
  hasHumidity: boolean;
  /** The buttons that were heard, or the scenarios of a module. */
  readonly buttons: Set<number>;
}

/** The area of each kind. */
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

/** Most buttons of a control that are kept: all that a frame can tell. */
export const MAX_BUTTONS = 32;

const OF_HOME: Partial<Record<HomeKind, ShownKind>> = {
  light: "light",
  shutter: "shutter",
  zone: "zone",
  meter: "meter",
  breaker: "breaker",
  contact: "contact",
  buttons: "cen",
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

/** What a device without a name is called, before its number. */
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

/** Makes a device of which nothing is known yet. */
export function shown(
  kind: ShownKind,
  where: string,
  name?: string,
  seconds?: number,
): Shown {
  return {
    kind,
    where,
    name: name ?? defaultName({ kind, where }),
    seconds,
    hasLevel: false,
    hasHumidity: false,
    buttons: new Set(),
  };
}

/**
 * The id of a device: the same for as long as it has its address, whatever its
 * name. It stands in topics, so it has no `#`.
 */
export function idOf({ kind, where }: Pick<Shown, "kind" | "where">): string {
  return `${kind}_${slugOf(kind, where)}`;
}

/** The WHERE of a device in a topic: `12#4#01` is `12-4-01`. */
export function slugOf(kind: ShownKind, where: string): string {
  return sameFor(kind, where).replaceAll("#", "-");
}

/** The device that an id names; `undefined` if it is none. */
export function parseId(
  id: string,
): Pick<Shown, "kind" | "where"> | undefined {
  const [, kind = "", slug = ""] = /^([a-z]+)_([\d-]{1,32})$/.exec(id) ?? [];
  if (!Object.hasOwn(WHO_OF, kind)) return undefined;
  return { kind: kind as ShownKind, where: slug.replaceAll("-", "#") };
}

/**
 * The one WHERE of a device that is written in several ways: a zone that a
 * central unit governs speaks as `1`, and is told as `#1`; the alarm has no
 * WHERE, `0` or `1`.
 */
function sameFor(kind: ShownKind, where: string): string {
  if (kind === "zone") return where.replace(/^#?(\d+)(#\d)?$/, "$1");
  if (kind === "alarm" && (where === "" || where === "1")) return "0";
  return where;
}

/** The device of a name of a home; `undefined` if it is not shown. */
export function ofHome(name: string, item: HomeItem): Shown | undefined {
  const kind = OF_HOME[item.kind];
  return kind && shown(kind, item.where, labelOf(name), item.seconds);
}

/** The devices of a home that are behind a gateway of it. */
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

/** The device of an answer of the plant; `undefined` if it is not shown. */
export function ofFound({ kind, where }: FoundItem): Shown | undefined {
  let is = OF_FOUND[kind];
  if (is === "zone") is = zoneKind(where);
  if (is === undefined) return undefined;
  const item = shown(is, where);
  item.hasLevel = kind === "dimmer";
  return item;
}

/** Whether a target of the wired bus, or of Zigbee, is a single device. */
export function isOne(where: string): boolean {
  const kind = parseWhere(where)?.kind;
  return kind === "point" || kind === "zigbee";
}

/** A zone, a further probe of one, or what is not shown: a central unit. */
function zoneKind(where: string): ShownKind | undefined {
  if (/^#?[1-9]\d?(#\d)?$/.test(where)) return "zone";
  return /^[1-8]\d\d$/.test(where) ? "probe" : undefined;
}

/**
 * The device that an event is of, with what the event tells of it; `undefined`
 * if it is of none that is shown.
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
 * @returns Whether something is new.
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

/** Learns of a button, of which there is a limit. */
export function learnButton({ buttons }: Shown, button: number): boolean {
  if (buttons.has(button) || buttons.size >= MAX_BUTTONS) return false;
  buttons.add(button);
  return true;
}

/** A name as people read it: `living-room` is `Living room`. */
function labelOf(name: string): string {
  const words = name.replaceAll(/[-_]+/g, " ").trim() || name;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a device is called that nobody has named. */
export function defaultName(
  { kind, where }: Pick<Shown, "kind" | "where">,
): string {
  const slug = sameFor(kind, where);
  if (kind === "alarm") {
    return slug === "0" ? WORDS.alarm : `Alarm zone ${slug.replace("#", "")}`;
  }
  // Of a meter, a contact and a control people know the number.
  const isPrefixed = kind === "meter" || kind === "breaker" ||
    kind === "contact" || kind === "cenplus";
  return `${WORDS[kind]} ${isPrefixed ? slug.slice(1) : slug}`;
}
