// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A home: its gateways, and names for its devices.
 *
 * ```ts
 * import { parseHome } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const home = parseHome(`{
 *   "gateways": { "home": { "host": "192.168.1.35" } },
 *   "names": {
 *     "kitchen": { "light": "12" },
 *     "bedroom": { "shutter": "31", "seconds": 22 }
 *   }
 * }`);
 * assertEquals(home.names.bedroom?.where, "31");
 * ```
 *
 * @module
 */

import { PROFILES } from "./session/profiles.ts";
import { faultOfTarget } from "./wire/_targets.ts";

/**
 * The kinds of device that a name may stand for.
 *
 * @category Home
 */
export type HomeKind =
  | "light"
  | "shutter"
  | "zone"
  | "meter"
  | "breaker"
  | "amplifier"
  | "scene"
  | "buttons"
  | "buttonsPlus"
  | "contact"
  | "alarm"
  | "auxiliary"
  | "door"
  | "camera";

const WHOS: Readonly<Record<HomeKind, number>> = {
  light: 1,
  shutter: 2,
  zone: 4,
  meter: 18,
  breaker: 18,
  amplifier: 16,
  scene: 17,
  buttons: 15,
  buttonsPlus: 25,
  contact: 25,
  alarm: 5,
  auxiliary: 9,
  door: 6,
  camera: 7,
};

/** The start of a WHERE, for kinds whose targets are written without it. */
const PREFIXES: Partial<Record<HomeKind, string>> = {
  meter: "5",
  breaker: "1",
  buttonsPlus: "2",
  contact: "3",
  alarm: "#",
};

/** What the targets of other kinds may be, for those without rules by WHO. */
const TARGETS: Partial<Record<HomeKind, [RegExp, string]>> = {
  buttonsPlus: [/^\d{1,4}$/, "the number of a CEN plus control, 0 to 2047"],
  alarm: [/^(\d|1[0-5])$/, "a zone of the alarm, 0 to 15"],
  auxiliary: [/^\d$/, "a channel, 0 to 9"],
  camera: [/^40\d\d$/, "a camera, 4000 to 4099"],
};

/**
 * What a name stands for.
 *
 * @category Home
 */
export interface HomeItem {
  /** What kind of device it is. */
  kind: HomeKind;
  /** Its target as a user writes it: for a meter, its number. */
  target: string;
  /** The WHO of its messages. */
  who: number;
  /** Its target as it is written in a frame. */
  where: string;
  /** The name of the gateway that it is behind; absent for the first. */
  gateway?: string;
  /** Travel time in seconds of a shutter that reports no position. */
  seconds?: number;
  /** The room that it is in, for pages. */
  room?: string;
  /** What pages and brokers call it; absent for its name. */
  title?: string;
}

/**
 * A gateway of a home.
 *
 * @category Home
 */
export interface HomeGateway {
  /** Its name or address. */
  host: string;
  /** Its port; absent for 20000. */
  port?: number;
  /** The name of its profile. */
  profile?: string;
  /** The file that holds its password, relative to the home file. */
  passwordFile?: string;
}

/**
 * A home: its gateways and the names of its devices.
 *
 * @category Home
 */
export interface Home {
  /** Its gateways by name, the default one first. */
  gateways: Readonly<Record<string, HomeGateway>>;
  /** Its devices by name. */
  names: Readonly<Record<string, HomeItem>>;
}

/**
 * Parses a home file, `home.json`. `home.schema.json` in this package describes
 * it for editors.
 *
 * @category Home
 * @param text The text of the file.
 * @returns The home.
 * @throws {SyntaxError} If it is not JSON or does not describe a home. The
 * message says where it is wrong.
 *
 * @example Find a mistake
 * ```ts
 * import { parseHome } from "@wirekit/openwebnet";
 * import { assertThrows } from "@std/assert";
 *
 * const text = '{ "names": { "kitchen": { "light": "033" } } }';
 * assertThrows(() => parseHome(text), SyntaxError, "names.kitchen.light");
 * ```
 */
export function parseHome(text: string): Home {
  let json: unknown;
  try {
    // Some editors begin a file with a mark that is no JSON.
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    // What it quotes of the text may have ends of lines.
    const message = (cause as Error).message.replaceAll(/\s+/g, " ");
    throw new SyntaxError(`The home is not JSON: ${message}`, { cause });
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) {
    throw new SyntaxError(`The home has the key ${twice} twice`);
  }
  const { gateways = {}, names = {}, ...rest } = objectAt("The home", json);
  onlyKnown("The home", rest, ["gateways", "names", "$schema"]);
  const read: Home = {
    gateways: mapAt("gateways", gateways, gatewayAt),
    names: mapAt("names", names, itemAt),
  };
  for (const [name, { gateway }] of Object.entries(read.names)) {
    if (gateway !== undefined && !Object.hasOwn(read.gateways, gateway)) {
      fail(`names.${name}.gateway`, "the name of a gateway", gateway);
    }
  }
  return read;
}

/**
 * Finds the name of a target.
 *
 * @category Home
 * @param home The home.
 * @param who The WHO of its area.
 * @param where The target, as it is written in a frame.
 * @returns The name; `undefined` if it has none.
 *
 * @example The kitchen
 * ```ts
 * import { nameOf, parseHome } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const home = parseHome('{ "names": { "kitchen": { "light": "12" } } }');
 * assertEquals(nameOf(home, 1, "12"), "kitchen");
 * ```
 */
export function nameOf(
  home: Home,
  who: number,
  where: string,
): string | undefined {
  for (const [name, item] of Object.entries(home.names)) {
    if (item.who === who && item.where === where) return name;
  }
  return undefined;
}

/** All kinds of device that a name may stand for. */
export const HOME_KINDS: readonly HomeKind[] = Object.keys(WHOS) as HomeKind[];

function gatewayAt(path: string, value: unknown): HomeGateway {
  const { host, port, profile, passwordFile, ...rest } = objectAt(path, value);
  onlyKnown(path, rest, ["host", "port", "profile", "passwordFile"]);
  if (typeof host !== "string" || host === "") {
    fail(`${path}.host`, "a name or an address", host);
  }
  if (port !== undefined && !isInteger(port, 1, 65_535)) {
    fail(`${path}.port`, "a number from 1 to 65535", port);
  }
  if (profile !== undefined && !isOneOf(profile, Object.keys(PROFILES))) {
    fail(`${path}.profile`, Object.keys(PROFILES).join(", "), profile);
  }
  if (passwordFile !== undefined && typeof passwordFile !== "string") {
    fail(`${path}.passwordFile`, "the name of a file", passwordFile);
  }
  return {
    host,
    ...(port === undefined ? {} : { port }),
    ...(profile === undefined ? {} : { profile }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
  };
}

function itemAt(path: string, value: unknown): HomeItem {
  const { gateway, seconds, room, title, ...rest } = objectAt(path, value);
  const kinds = Object.keys(rest).filter((key) => isOneOf(key, HOME_KINDS));
  const [kind] = kinds as HomeKind[];
  onlyKnown(path, rest, [...HOME_KINDS, "gateway", "room", "title", "seconds"]);
  if (kind === undefined || kinds.length > 1) {
    throw new SyntaxError(
      `${path} must have exactly one of ${HOME_KINDS.join(", ")}`,
    );
  }
  const target = rest[kind];
  if (typeof target !== "string" || target === "") {
    fail(`${path}.${kind}`, 'a string such as "12"', target);
  }
  const who = WHOS[kind];
  const where = `${PREFIXES[kind] ?? ""}${target}`;
  const [form, words] = TARGETS[kind] ?? [];
  const expected = form && !form.test(target)
    ? words
    : faultOfTarget(who, where);
  if (expected !== undefined) fail(`${path}.${kind}`, expected, target);
  if (seconds !== undefined && !(Number(seconds) > 0 && kind === "shutter")) {
    fail(
      `${path}.seconds`,
      "a number greater than 0, and only for a shutter",
      seconds,
    );
  }
  if (gateway !== undefined && typeof gateway !== "string") {
    fail(`${path}.gateway`, "the name of a gateway", gateway);
  }
  if (room !== undefined && (typeof room !== "string" || !room.trim())) {
    fail(`${path}.room`, "the name of a room", room);
  }
  if (title !== undefined && (typeof title !== "string" || !title.trim())) {
    fail(`${path}.title`, "what it is called", title);
  }
  return {
    kind,
    target,
    who,
    where,
    ...(gateway === undefined ? {} : { gateway }),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
    ...(room === undefined ? {} : { room: room.trim() }),
    ...(title === undefined ? {} : { title: title.trim() }),
  };
}

function mapAt<T>(
  path: string,
  value: unknown,
  read: (path: string, value: unknown) => T,
): Record<string, T> {
  // Without a prototype, `__proto__` is a name like any other.
  const found: Record<string, T> = Object.create(null);
  for (const [name, each] of Object.entries(objectAt(path, value))) {
    if (!isName(name)) {
      fail(
        `${path}.${name}`,
        "a name that is not a number, without spaces",
        name,
      );
    }
    found[name] = read(`${path}.${name}`, each);
  }
  return found;
}

/**
 * Returns the path of the first key that an object of a JSON text has twice:
 * only the last one would count.
 */
function repeatedKey(text: string): string | undefined {
  const open: { keys: Set<string>; key: string }[] = [];
  for (
    const [token, , isKey] of text.matchAll(
      /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g,
    )
  ) {
    const inner = open.at(-1);
    if (token === "{" || token === "[") open.push({ keys: new Set(), key: "" });
    else if (token === "}" || token === "]") open.pop();
    else if (isKey !== undefined && inner !== undefined) {
      inner.key = JSON.parse(token.slice(0, -isKey.length));
      if (inner.keys.has(inner.key)) {
        return open.map(({ key }) => key).join(".");
      }
      inner.keys.add(inner.key);
    }
  }
  return undefined;
}

/** Tells whether a text is a valid name: one word, no target and no option. */
export function isName(text: string): boolean {
  // Marks of direction would show another name than it is.
  if (/[\p{Cc}\p{Cf}]/u.test(text)) return false;
  return /^[^\s#%-]\S*$/.test(text) && !/^[\d#]+%?$/.test(text);
}

function objectAt(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new SyntaxError(`${path} must be an object`);
}

function onlyKnown(
  path: string,
  rest: Record<string, unknown>,
  known: readonly string[],
): void {
  for (const key of Object.keys(rest)) {
    if (known.includes(key)) continue;
    throw new SyntaxError(
      `${path} has an unknown property "${key}": expected ${known.join(", ")}`,
    );
  }
}

function isOneOf<T extends string>(
  value: unknown,
  texts: readonly T[],
): value is T {
  return texts.some((text) => text === value);
}

function isInteger(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= min &&
    Number(value) <= max;
}

function fail(path: string, expected: string, value: unknown): never {
  throw new SyntaxError(
    `${path} must be ${expected}: got ${JSON.stringify(value)}`,
  );
}
