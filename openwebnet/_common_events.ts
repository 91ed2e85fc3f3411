// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The events that a plant sends most, read without their tables. An event that
 * is written as a whole takes a quarter of the time of one that gets its values
 * one by one. Whatever is not in the usual form is left to its `Area`, which
 * would read the same from what is.
 */

import type { BusMessage, DimensionValue, Normal } from "./wire/kinds.ts";
import type { Translation } from "./wire/kinds.ts";
import type { AutomationEvent } from "./areas/automation.ts";
import type { CenPlusAction, CenPlusEvent } from "./areas/buttons.ts";
import type { EnergyEvent } from "./areas/energy.ts";
import type { GatewayUnitEvent } from "./areas/gateway_unit.ts";
import type { LightingEvent } from "./areas/light/lighting.ts";
import type { Season, ThermoEvent } from "./areas/heating/thermo.ts";
import { celsius as celsiusCodec, natural } from "./areas/_values.ts";

/** An event of those that are read here. */
export type CommonEvent =
  | LightingEvent
  | AutomationEvent
  | ThermoEvent
  | GatewayUnitEvent
  | EnergyEvent
  | CenPlusEvent;

const DIGIT_0 = 0x30;
const HASH = 0x23;

/**
 * Reads a message, if it is one of the usual.
 *
 * @param message The message.
 * @returns The event; `undefined` if its `Area` has to look.
 */
export function decodeCommon(message: BusMessage): CommonEvent | undefined {
  switch (message.kind) {
    case "normal":
    case "translation":
      return fromWhat(message);
    case "dimension":
      return fromDimension(message);
    default:
      return undefined;
  }
}

function fromWhat(message: Normal | Translation): CommonEvent | undefined {
  const { who, what, where = "" } = message;
  const origin = message.kind === "normal" ? "state" : "command";
  const digit = what.charCodeAt(0) - DIGIT_0;
  const { length } = what;
  switch (who) {
    case 1: {
      if (length === 1 && digit <= 1) {
        const type = "light.state";
        return { type, who, where, origin, message, on: digit === 1 };
      }
      const tens = length === 1 ? digit : what === "10" ? 10 : 0;
      if (tens === 0) return undefined;
      const type = "light.level";
      return { type, who, where, origin, message, level: tens * 10 };
    }
    case 2: {
      const state = length === 1 ? MOVES[digit] : undefined;
      if (state === undefined) return undefined;
      const type = "automation.state";
      return { type, who, where, origin, message, state };
    }
    case 25: {
      if (digit !== 2 || what.charCodeAt(2) !== HASH) return undefined;
      const action = ACTIONS[what.charCodeAt(1) - DIGIT_0 - 1];
      const button = length <= 5 ? natural(what.slice(3)) : -1;
      if (action === undefined || button < 0 || button > 31) return undefined;
      const type = "cenPlus.button";
      return { type, who, where, origin, message, action, button };
    }
    default:
      return undefined;
  }
}

function fromDimension(message: DimensionValue): CommonEvent | undefined {
  switch (message.who) {
    case 1:
      return brightness(message);
    case 2:
      return position(message);
    case 4:
      return temperature(message);
    case 13:
      return time(message);
    case 18:
      return power(message);
    default:
      return undefined;
  }
}

function brightness(message: DimensionValue): LightingEvent | undefined {
  const { where, dimension, values } = message;
  const who = 1;
  const origin = "state";
  if (dimension !== "1" || values.length !== 2) return undefined;
  const level = natural(values[0]!) - 100;
  const speed = natural(values[1]!);
  if (level < 0 || level > 100 || speed < 0 || speed > 255) return undefined;
  const type = "light.brightness";
  return { type, who, where, origin, message, level, speed };
}

function position(message: DimensionValue): AutomationEvent | undefined {
  const { where, dimension, values } = message;
  const who = 2;
  const origin = "state";
  if (dimension !== "10" || values.length !== 4 || values[3] !== "0") {
    return undefined;
  }
  const first = values[0]!;
  const state = first.length === 2 ? STEPS[natural(first) - 10] : undefined;
  const level = natural(values[1]!);
  const priority = values[2]!;
  if (
    state === undefined || level < 0 || level > 100 ||
    priority.length !== 3 || natural(priority) < 0
  ) return undefined;
  const type = "automation.position";
  const info = "normal";
  return { type, who, where, origin, message, state, level, priority, info };
}

function temperature(message: DimensionValue): ThermoEvent | undefined {
  const { where, dimension, values } = message;
  const who = 4;
  const origin = "state";
  const celsius = celsiusCodec.parse(values[0]!);
  if (celsius === undefined) return undefined;
  if (dimension === "0" && values.length === 1) {
    const type = "thermo.temperature";
    return { type, who, where, origin, message, celsius };
  }
  const second = values.length === 2 ? values[1]! : "";
  const season = second.length === 1
    ? SEASONS[second.charCodeAt(0) - DIGIT_0 - 1]
    : undefined;
  if (season === undefined) return undefined;
  if (dimension === "12") {
    const type = "thermo.adjustedSetPoint";
    return { type, who, where, origin, message, celsius, season };
  }
  if (dimension === "14") {
    const type = "thermo.setPoint";
    return { type, who, where, origin, message, celsius, season };
  }
  return undefined;
}

function time(message: DimensionValue): GatewayUnitEvent | undefined {
  const { where, dimension, values } = message;
  const who = 13;
  const origin = "state";
  if (dimension !== "0" || values.length !== 4) return undefined;
  const hours = natural(values[0]!);
  const minutes = natural(values[1]!);
  const seconds = natural(values[2]!);
  const zone = values[3]!.length === 3 ? natural(values[3]!) : -1;
  if (
    hours < 0 || hours > 23 || minutes < 0 || minutes > 59 ||
    seconds < 0 || seconds > 59 || zone < 0 || zone > 14
  ) return undefined;
  const type = "gateway.time";
  return { type, who, where, origin, message, hours, minutes, seconds, zone };
}

function power(message: DimensionValue): EnergyEvent | undefined {
  const { where, dimension, values } = message;
  const who = 18;
  const origin = "state";
  if (dimension !== "113" || values.length !== 1) return undefined;
  const watts = natural(values[0]!);
  if (watts < 0 || watts > 0xffffffff) return undefined;
  const type = "energy.power";
  return { type, who, where, origin, message, watts };
}

const MOVES = ["stop", "up", "down"] as const;
const STEPS = ["stop", "up", "down", "step up", "step down"] as const;
const SEASONS: readonly Season[] = ["heating", "cooling", "generic"];
const ACTIONS: readonly CenPlusAction[] = [
  "short",
  "long",
  "held",
  "released late",
  "slow clockwise",
  "fast clockwise",
  "slow anticlockwise",
  "fast anticlockwise",
];
