// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Descriptions of frames and events in words.
 *
 * ```ts
 * import { decode, describe, parse } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   describe(decode(parse("*#4*1*0*0215##"))),
 *   "thermo.temperature 1: 21.5 °C",
 * );
 * ```
 *
 * @module
 */

import { UNITS } from "./areas/_units.ts";
import { areaOf, decode, type GatewayEvent } from "./events.ts";
import { type Message, type Nack, parse, serialize } from "./wire/message.ts";
import { describeWhere } from "./_explain_where.ts";

/**
 * The names of the areas in the documents, by WHO.
 *
 * @category Events
 */
export const WHO_NAMES: Readonly<Record<number, string>> = {
  0: "scenarios",
  1: "lighting",
  2: "automation",
  3: "load control",
  4: "temperature control",
  5: "burglar alarm",
  6: "door entry",
  7: "video door entry, multimedia",
  8: "video door entry, telephony",
  9: "auxiliaries",
  13: "gateway",
  14: "locks of actuators",
  15: "CEN buttons",
  16: "sound system",
  17: "scenes",
  18: "energy",
  22: "sound diffusion",
  24: "lighting management",
  25: "CEN plus buttons, dry contacts",
  1000: "diagnostics",
  1001: "diagnostics of automation and lighting",
  1004: "diagnostics of temperature control",
  1005: "diagnostics of the burglar alarm",
  1013: "diagnostics of the gateway",
};

/**
 * A part of a frame, and what it means.
 *
 * @category Events
 */
export interface Part {
  /** The part as it is written in the frame. */
  text: string;
  /** What it is: `WHO`, `WHAT`, `WHERE`, and so on. */
  name: string;
  /** What it means; empty if that is not known. */
  meaning: string;
}

/**
 * Options of {@linkcode describe}.
 *
 * @category Events
 */
export interface DescribeOptions {
  /** The name of the device, such as `kitchen`. */
  name?: string;
}

/**
 * Describes an event in one line.
 *
 * @category Events
 * @param event The event.
 * @param options The name of the device.
 * @returns The type of the event, its target and its values.
 *
 * @example A command
 * ```ts
 * import { decode, describe, parse } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   describe(decode(parse("*1*1000#1*12##"))),
 *   "light.state 12: on (asked for)",
 * );
 * ```
 */
export function describe(
  event: GatewayEvent,
  options: DescribeOptions = {},
): string {
  const { type, who: _, where, origin, message, unread, ...values } = event;
  if (type === "unknown") return `unknown ${serialize(message)}`;
  const texts = Object.entries(values).map(([key, value]) =>
    describeValue(key, value)
  );
  for (const [key, text] of Object.entries(unread ?? {})) {
    texts.push(/^\d+$/.test(key) ? `also "${text}"` : `${key} "${text}"`);
  }
  const { name } = options;
  const whom = name === undefined ? where : `${where} (${name})`;
  const about = where === "" ? "" : ` ${whom}`;
  const said = texts.length === 0 ? "" : `: ${texts.join(", ")}`;
  const note = origin === "command"
    ? " (asked for)"
    : origin === "writing"
    ? " (written)"
    : "";
  return `${type}${about}${said}${note}`;
}

function describeValue(key: string, value: unknown): string {
  if (value === true) return key;
  if (value === false) return key === "on" ? "off" : `not ${key}`;
  if (value === null) return `${key} unknown`;
  const unit = UNITS[key];
  if (unit !== undefined) return `${value}${unit}`;
  return typeof value === "string" ? value : `${key} ${value}`;
}

/**
 * Explains a frame part by part.
 *
 * @category Events
 * @param frame The frame.
 * @returns The parts in order, followed by the event that the frame stands for.
 * @throws {SyntaxError} If the text is not exactly one frame.
 *
 * @example Explain a frame
 * ```ts
 * import { explain } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(explain("*1*1*12##").map(({ name, meaning }) => [name, meaning]), [
 *   ["kind", "a command, or a state"],
 *   ["WHO", "lighting"],
 *   ["WHAT", "light state: on"],
 *   ["WHERE", "point 2 of area 1"],
 *   ["event", "light.state 12: on"],
 *   ["source", "the maker's document of WHO 1"],
 * ]);
 * ```
 */
export function explain(frame: string): Part[] {
  const message = parse(frame);
  const event = decode(message);
  const parts = [{ text: frame, name: "kind", meaning: kindOf(message) }];
  const add = (name: string, text: string | undefined, meaning = "") => {
    if (text !== undefined) parts.push({ text, name, meaning });
  };
  const about = aboutOf(message, event);
  if ("who" in message) {
    const { who } = message;
    add("WHO", `${who}`, WHO_NAMES[who]);
  }
  if ("what" in message) add("WHAT", message.what, about.code);
  if ("where" in message && message.where !== undefined) {
    add("WHERE", message.where, describeWhere(message.who, message.where));
  }
  if ("dimension" in message) add("DIMENSION", message.dimension, about.code);
  if ("values" in message) {
    for (const [i, value] of message.values.entries()) {
      add("VALUE", value, about.values[i]);
    }
  }
  if (message.kind === "session") add("SELECTOR", message.selector);
  if (message.kind === "authentication") add("METHOD", message.algorithm);
  if (message.kind === "generic") {
    for (const field of message.fields) add("FIELD", field);
  }
  if (event.type !== "unknown") add("event", event.type, describe(event));
  if ("who" in message) add("source", "", sourceOf(event));
  return parts;
}

/** Describes the code of a message and each of its values. */
function aboutOf(
  message: Message,
  event: GatewayEvent,
): { code: string; values: string[] } {
  if (event.type === "unknown") return { code: askedFor(message), values: [] };
  const { type, who: _, where: __, origin: ___, message: ____, ...rest } =
    event;
  const { unread = {}, ...read } = rest as Record<string, unknown> & {
    unread?: Readonly<Record<string, string>>;
  };
  const { values = [] } = areaOf(event.who)?.namesOf(message) ?? {};
  const say = (key: string): string => {
    if (key in unread) return `${wordsOf(key)}: not one of the known values`;
    if (!(key in read)) return "";
    const words = describeValue(key, read[key]);
    return words.startsWith(key) || words === `not ${key}`
      ? words
      : `${wordsOf(key)}: ${words}`;
  };
  const inCode = Object.keys(read).filter((key) => !values.includes(key))
    .map((key) => describeValue(key, read[key]));
  const said = inCode.length === 0 ? "" : `: ${inCode.join(", ")}`;
  const texts = "values" in message ? message.values : [];
  return {
    code: `${wordsOf(type)}${said}`,
    values: texts.map((_, i) => values[i] === undefined ? "" : say(values[i])),
  };
}

/** Describes what a request asks for, if its answer would be known. */
function askedFor(message: Message): string {
  if (message.kind !== "request") return "";
  const { who, dimension } = message;
  const [code = ""] = dimension.split("#");
  return wordsOf(areaOf(who)?.typeOf(code) ?? "");
}

/** Splits a name into words: `thermo.setPoint` gives "thermo set point". */
function wordsOf(name: string): string {
  return name.replace(".", " ").replace(
    /[A-Z]/g,
    (letter) => ` ${letter.toLowerCase()}`,
  );
}

/** The WHOs for which the maker has published a document. */
const DOCUMENTED = [0, 1, 2, 4, 5, 7, 13, 15, 17, 18, 22, 24, 25];

/** The sources of what is known about events that no document describes. */
const OTHER_SOURCES: Readonly<Record<string, string>> = {
  "light.fault": "the firmware of gateways",
  "light.speeds": "the maker's document of WHO 1; the order from dimmers",
  "thermo.timedManual": "the firmware of gateways",
  "thermo.manualEnd": "the firmware of gateways",
  "energy.tracking": "the firmware of gateways",
  "gateway.zigbee": "other libraries",
  "gateway.products": "other libraries",
  "gateway.channel": "other libraries",
};

function sourceOf({ type, who }: GatewayEvent): string {
  const other = OTHER_SOURCES[type];
  if (other !== undefined) return other;
  if (DOCUMENTED.includes(who)) return `the maker's document of WHO ${who}`;
  return who >= 1000 ? "other libraries" : "other libraries, and touch screens";
}

const NACKS: Record<Nack["code"], string> = {
  0: "refused",
  2: "refused: invalid command",
  3: "refused: the target is not on the bus",
  4: "refused: collision",
  5: "refused: the bus is not available",
  6: "refused: busy",
  7: "refused: procedure",
};

function kindOf(message: Message): string {
  switch (message.kind) {
    case "ack":
      return "acknowledged";
    case "nack":
      return NACKS[message.code];
    case "session":
      return message.selector === "1"
        ? "a session for events is asked for"
        : "a session for commands is asked for";
    case "authentication":
      return message.algorithm === "1"
        ? "a password is asked for, with SHA-1"
        : message.algorithm === "2"
        ? "a password is asked for, with SHA-256"
        : "a password is asked for";
    case "normal":
      return "a command, or a state";
    case "translation":
      return "somebody has asked for this";
    case "status":
      return "a request for a state";
    case "request":
      return "a request for a dimension";
    case "dimension":
      return "the values of a dimension";
    case "writing":
      return "a dimension is written";
    case "generic":
      return "of no known kind";
  }
}
