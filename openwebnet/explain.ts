// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Frames and events in words, for people at a terminal.
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
import { decode, type GatewayEvent } from "./events.ts";
import { type Message, type Nack, parse, serialize } from "./wire/message.ts";
import { parseWhere } from "./wire/where.ts";

/** The areas by WHO, as the documents call them. */
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

/** A part of a frame, and what it means. */
export interface Part {
  /** The part, as it stands in the frame. */
  text: string;
  /** What it is: `WHO`, `WHAT`, `WHERE`, and so on. */
  name: string;
  /** What it says, empty if that is not known. */
  meaning: string;
}

/**
 * Puts an event into a line.
 *
 * @param event The event.
 * @returns Its name, whom it is about, and its values.
 *
 * @example Somebody has asked for it
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
export function describe(event: GatewayEvent): string {
  const { type, who: _, where, origin, message, ...values } = event;
  if (type === "unknown") return `unknown ${serialize(message)}`;
  const texts = Object.entries(values).map(([key, value]) => {
    if (value === true) return key;
    if (value === false) return key === "on" ? "off" : `not ${key}`;
    if (value === null) return `${key} unknown`;
    const unit = UNITS[key];
    if (unit !== undefined) return `${value}${unit}`;
    return typeof value === "string" ? value : `${key} ${value}`;
  });
  const about = where === "" ? "" : ` ${where}`;
  const said = texts.length === 0 ? "" : `: ${texts.join(", ")}`;
  const note = origin === "command"
    ? " (asked for)"
    : origin === "writing"
    ? " (written)"
    : "";
  return `${type}${about}${said}${note}`;
}

/**
 * Explains a frame part by part.
 *
 * @param frame The frame.
 * @returns Its parts in their order, and at the end the event that it is.
 * @throws {SyntaxError} If the text is not one frame.
 *
 * @example Explain a frame
 * ```ts
 * import { explain } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(explain("*1*1*12##").map(({ name, meaning }) => [name, meaning]), [
 *   ["kind", "a command, or a state"],
 *   ["WHO", "lighting"],
 *   ["WHAT", ""],
 *   ["WHERE", "point 2 of area 1"],
 *   ["event", "light.state 12: on"],
 * ]);
 * ```
 */
export function explain(frame: string): Part[] {
  const message = parse(frame);
  const parts = [{ text: frame, name: "kind", meaning: kindOf(message) }];
  const add = (name: string, text: string | undefined, meaning = "") => {
    if (text !== undefined) parts.push({ text, name, meaning });
  };
  if ("who" in message) {
    const { who } = message;
    add("WHO", `${who}`, WHO_NAMES[who]);
  }
  if ("what" in message) add("WHAT", message.what);
  if ("where" in message && message.where !== undefined) {
    add("WHERE", message.where, whereOf(message));
  }
  if ("dimension" in message) add("DIMENSION", message.dimension);
  if ("values" in message) {
    for (const value of message.values) add("VALUE", value);
  }
  if (message.kind === "session") add("SELECTOR", message.selector);
  if (message.kind === "authentication") add("METHOD", message.algorithm);
  if (message.kind === "generic") {
    for (const field of message.fields) add("FIELD", field);
  }
  const event = decode(message);
  if (event.type !== "unknown") add("event", frame, describe(event));
  return parts;
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

function whereOf(message: Message & { where?: string }): string {
  const { where = "" } = message;
  const who = "who" in message ? message.who : -1;
  const found = [1, 2, 14, 15].includes(who) ? parseWhere(where) : undefined;
  if (found === undefined) return "";
  if (found.kind === "zigbee") {
    return `unit ${found.unit} of Zigbee device ${found.address}`;
  }
  const bus = found.bus === undefined
    ? ""
    : found.bus === "riser"
    ? ", on the riser"
    : `, on the bus of interface ${found.bus}`;
  switch (found.kind) {
    case "general":
      return `everyone${bus}`;
    case "area":
      return `area ${found.area}${bus}`;
    case "group":
      return `group ${found.group}${bus}`;
    case "point":
      return `point ${found.point} of area ${found.area}${bus}`;
  }
}
