// Copyright 2026 the Wirekit authors. MIT license.

/** What the tiles say. */
import type { Device } from "./model.ts";

const UNKNOWN = "Not known yet";

const MODES: Record<string, string> = {
  off: "Off",
  heat: "Heating",
  cool: "Cooling",
  auto: "Programme",
};

const ACTIONS: Record<string, string> = {
  heating: "Heating now",
  cooling: "Cooling now",
  idle: "At rest",
  off: "Off",
};

/** A temperature, such as `21.5 °C`. */
export function celsius(value: number): string {
  return `${value.toFixed(1)} °C`;
}

/** A number as a state holds it; none if it is not known. */
export function numberIn({ state }: Device, key: string): number | undefined {
  const value = state[key];
  return typeof value === "number" ? value : undefined;
}

/** What a device is like, as the bus has reported it. */
export function stateOf(device: Device): string {
  const { kind, state, last, hasState } = device;
  const is = state["state"];
  switch (kind) {
    case "light": {
      if (!hasState) return "A group";
      const level = numberIn(device, "brightness");
      if (is === null) return UNKNOWN;
      if (is === "OFF") return "Off";
      return level === undefined ? "On" : `On, ${level} %`;
    }
    case "shutter":
      return hasState ? shutterOf(device) : "A group";
    case "zone": {
      const { mode, action, preset } = state;
      if (preset === "protection") return "Frost protection";
      return ACTIONS[`${action}`] ?? MODES[`${mode}`] ?? "Mode not known yet";
    }
    case "meter": {
      const energy = numberIn(device, "energy");
      return energy === undefined ? "" : `${kilowattHours(energy)} in all`;
    }
    case "breaker":
      return is === null ? UNKNOWN : is === "ON" ? "Has tripped" : "Closed";
    case "contact":
      return is === null ? UNKNOWN : is === "ON" ? "Active" : "Not active";
    case "alarm":
      return is === null ? UNKNOWN : sentence(`${is}`);
    case "scene":
      return last === undefined
        ? ""
        : sentence(`${last.event} ${when(last.at)}`);
    case "cen":
    case "cenplus":
    case "module": {
      if (last === undefined) {
        return device.buttons.length > 0 ? "" : "Press a button at the wall";
      }
      const { event, button, at } = last;
      return sentence(
        `${button ?? ""} ${event.replaceAll("_", " ")} ${when(at)}`.trim(),
      );
    }
    default:
      return "";
  }
}

function shutterOf(device: Device): string {
  const { state } = device.state;
  const position = numberIn(device, "position");
  if (state === "opening") return "Opening …";
  if (state === "closing") return "Closing …";
  if (position === 100 || state === "open") return "Open";
  if (position === 0 || state === "closed") return "Closed";
  if (position !== undefined) return `${position} % open`;
  return state === null ? UNKNOWN : "Stopped";
}

const WISHES: Record<string, string> = {
  ON: "Switching on …",
  OFF: "Switching off …",
  OPEN: "Asked to open …",
  CLOSE: "Asked to close …",
  STOP: "Asked to stop …",
  start: "Starting …",
  stop: "Stopping …",
};

/** What was asked of a device and is not confirmed yet. */
export function wishOf({ asked }: Device): string | undefined {
  if (asked === undefined) return undefined;
  const { part, text } = asked;
  if (part === "temperature") return `Asked for ${celsius(Number(text))} …`;
  if (part === "mode") return `Asked for ${MODES[text] ?? text} …`;
  if (part === "position") return `Asked for ${text} % open …`;
  return WISHES[text] ??
    (/^\d+$/.test(text) ? `Asked for ${text} …` : "Asked …");
}

/** Makes a sentence of some words. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function when(at: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
  });
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? `at ${time}` : `on ${date.toLocaleDateString()}`;
}

/** Power, such as `1.23 kW`. */
export function watts(value: number): string {
  return Math.abs(value) < 1_000
    ? `${value} W`
    : `${(value / 1_000).toFixed(2)} kW`;
}

/** Energy, such as `1234.6 kWh`. */
function kilowattHours(wattHours: number): string {
  return `${(wattHours / 1_000).toFixed(1)} kWh`;
}
