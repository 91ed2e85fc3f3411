// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Orders for a device, from a broker or a page. Any client of a broker can send
 * one, so everything in them is checked.
 */

import type { Shown } from "./_items.ts";

/** An action to carry out. */
export type Order =
  | { readonly do: "switch"; readonly on: boolean }
  | { readonly do: "dim"; readonly level: number }
  | { readonly do: "move"; readonly direction: "up" | "down" | "stop" }
  | { readonly do: "goTo"; readonly position: number }
  | { readonly do: "setMode"; readonly mode: ZoneOrder }
  | { readonly do: "setTemperature"; readonly celsius: number }
  | { readonly do: "scene"; readonly start: boolean }
  | {
    readonly do: "press";
    readonly button: number;
    readonly action: string;
  };

/** The modes that a zone can be set to. */
export type ZoneOrder =
  | "off"
  | "heat"
  | "cool"
  | "auto"
  | "protection"
  | "manual";

/**
 * Reports that an order is not carried out: the message says why.
 *
 * @category Page
 */
export class OrderError extends Error {}

/** Maximum length of a message, in characters. */
export const MAX_ORDER_CHARS = 1_024;

/**
 * Reads an order.
 *
 * @param item The device.
 * @param part The part of the device: the topic after `set/`, or empty.
 * @param payload The message.
 * @returns The action.
 * @throws {SyntaxError} If it is not an order. The error says what is expected,
 * and repeats nothing of the message.
 */
export function orderOf(
  item: Pick<Shown, "kind" | "hasLevel">,
  part: string,
  payload: string,
): Order {
  if (payload.length > MAX_ORDER_CHARS) {
    throw new SyntaxError(
      `the message has more than ${MAX_ORDER_CHARS} characters`,
    );
  }
  const text = payload.trim();
  const read = READERS[`${item.kind}/${part}`];
  if (read === undefined) {
    throw new SyntaxError(
      part === ""
        ? `${item.kind} takes no orders`
        : `a ${item.kind} has no such part: see the topics in the README`,
    );
  }
  return read(text, item);
}

type Reader = (text: string, item: Pick<Shown, "hasLevel">) => Order;

/** The reader for each kind of device and part. */
const READERS: Readonly<Record<string, Reader>> = Object.assign(
  Object.create(null),
  {
    "light/": lightOrder,
    "shutter/": (text: string) => {
      const direction = ({ OPEN: "up", CLOSE: "down", STOP: "stop" } as const)[
        text.toUpperCase()
      ];
      if (direction === undefined) return expect("OPEN, CLOSE or STOP");
      return { do: "move", direction };
    },
    "shutter/position": (text: string) => ({
      do: "goTo",
      position: Math.round(numberIn(text, 0, 100)),
    }),
    "zone/mode": (text: string) => ({
      do: "setMode",
      mode: oneOf(text, ["off", "heat", "cool", "auto"]),
    }),
    "zone/temperature": (text: string) => ({
      do: "setTemperature",
      // A zone has steps of 0.5 °C.
      celsius: Math.round(numberIn(text, 5, 40) * 2) / 2,
    }),
    "zone/preset": (text: string) => ({
      do: "setMode",
      mode: oneOf(text, ["protection", "none"]) === "none"
        ? "manual"
        : "protection",
    }),
    "scene/": (text: string) => ({
      do: "scene",
      start: oneOf(text, ["start", "stop"]) === "start",
    }),
    "cen/": (text: string) => press(text, 0, 31, CEN_ACTIONS),
    "cenplus/": (text: string) => press(text, 0, 31, CEN_PLUS_ACTIONS),
    "module/": (text: string) => press(text, 1, 20, ["run"]),
  } satisfies Record<string, Reader>,
);

const CEN_ACTIONS = ["press", "pressed", "held", "released", "released_late"];
const CEN_PLUS_ACTIONS = [
  ...["short", "long", "held", "released_late"],
  ...["slow_clockwise", "fast_clockwise"],
  ...["slow_anticlockwise", "fast_anticlockwise"],
];

/** Reads `ON`, `OFF`, a level, or an object as Home Assistant sends it. */
function lightOrder(
  text: string,
  { hasLevel }: Pick<Shown, "hasLevel">,
): Order {
  const wanted = 'ON, OFF, 0 to 100, or {"state":"ON","brightness":50}';
  let state: unknown = text;
  let level: unknown;
  if (text.startsWith("{")) {
    const object = objectOf(text);
    state = object.state;
    level = object.brightness;
  } else if (/^\d/.test(text)) {
    level = numberIn(text, 0, 100);
    state = "ON";
  }
  if (typeof state !== "string") return expect(wanted);
  const word = state.toUpperCase();
  if (word === "OFF") return { do: "switch", on: false };
  if (word !== "ON") return expect(wanted);
  if (level === undefined || level === null) return { do: "switch", on: true };
  if (typeof level !== "number" || !(level >= 0 && level <= 100)) {
    return expect(wanted);
  }
  if (level === 0) return { do: "switch", on: false };
  if (!hasLevel) return { do: "switch", on: true };
  return { do: "dim", level: Math.max(1, Math.round(level)) };
}

/** Reads the number of a button, or an object with it and an action. */
function press(
  text: string,
  min: number,
  max: number,
  actions: readonly string[],
): Order {
  const [first = ""] = actions;
  if (!text.startsWith("{")) {
    return { do: "press", button: wholeIn(text, min, max), action: first };
  }
  const { button, action = first } = objectOf(text);
  if (typeof button !== "number" && typeof button !== "string") {
    return expect(`a button of ${min} to ${max}`);
  }
  if (typeof action !== "string") return expect(actions.join(", "));
  return {
    do: "press",
    button: wholeIn(`${button}`, min, max),
    action: oneOf(action, actions),
  };
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return expect("JSON, if it begins with {");
  }
  return value as Record<string, unknown>;
}

function numberIn(text: string, min: number, max: number): number {
  const number = Number(text);
  // Number("") is 0, and Number("0x10") is 16.
  if (/^\d{1,4}(\.\d{1,6})?$/.test(text) && number >= min && number <= max) {
    return number;
  }
  return expect(`a number from ${min} to ${max}`);
}

function wholeIn(text: string, min: number, max: number): number {
  const number = numberIn(text, min, max);
  return Number.isInteger(number)
    ? number
    : expect(`a whole number from ${min} to ${max}`);
}

function oneOf<T extends string>(text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text.toLowerCase());
  return found ?? expect(words.join(", "));
}

function expect(what: string): never {
  throw new SyntaxError(`expected ${what}`);
}
