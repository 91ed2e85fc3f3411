// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The published state of a device, which is built only from messages of the
 * bus, and the events at it.
 */

import { lightState } from "../areas/light/light_state.ts";
import type { ActuatorState, Season } from "../areas/heating/thermo.ts";
import type { GatewayEvent } from "../events.ts";
import type { Shown } from "./_items.ts";
import type { State } from "./_report.ts";

export type { State };

/** A momentary event at a device. */
export type Happening = {
  readonly event_type: string;
  readonly button?: number;
};

/** Returns the state of a device about which nothing is known yet. */
export function unknownState({ kind }: Pick<Shown, "kind">): State {
  switch (kind) {
    case "shutter":
      return { state: null, position: null };
    case "zone":
      return {
        ...{ mode: null, preset: null, action: null, season: null },
        ...{ current: null, target: null, offset: null, humidity: null },
      };
    case "probe":
      return { current: null };
    case "meter":
      return { power: null, energy: null };
    case "alarm":
      return { state: null, alarm: null, engaged: null };
    default:
      return { state: null };
  }
}

/**
 * Updates the state of a device with an event.
 *
 * @returns The new state, or the old one if the event changes nothing.
 */
export function next(item: Shown, before: State, event: GatewayEvent): State {
  const changes = changesOf(item, before, event);
  const isNew = Object.entries(changes).some(([key, value]) =>
    before[key] !== value
  );
  return isNew ? { ...before, ...changes } : before;
}

function changesOf(item: Shown, before: State, event: GatewayEvent): State {
  if (event.origin !== "state") return {};
  switch (event.type) {
    case "automation.state":
      return shutterOf(event.state, before);
    case "automation.position": {
      const { state, level } = event;
      const position = level === undefined ? {} : { position: level };
      if (state === undefined) return position;
      return { ...shutterOf(state, { ...before, ...position }), ...position };
    }
    case "automation.stop":
      return { state: "stopped" };
    case "automation.move":
      return shutterOf(event.direction, before);
    case "thermo.probe":
    case "thermo.temperature":
      return event.celsius === undefined ? {} : { current: event.celsius };
    case "energy.power":
      return { power: event.watts };
    case "energy.total":
      return { energy: event.wattHours };
    case "energy.breaker":
      return { state: onOff(event.open) };
    case "energy.stopGo":
      return { state: onOff(event.open) };
    case "contact.state":
      return { state: onOff(event.active) };
    case "alarm.state":
      return alarmOf(event.state);
  }
  if (item.kind === "zone") return zoneOf(before, event);
  return item.kind === "light" ? lightOf(item, before, event) : {};
}

function lightOf(item: Shown, before: State, event: GatewayEvent): State {
  const state = lightState(event as Parameters<typeof lightState>[0]);
  if (state === undefined) return {};
  const { on, level } = state;
  if (!item.hasLevel) return { state: onOff(on) };
  // A dimmer that only reports that it is on keeps its level.
  return {
    state: onOff(on),
    brightness: level ?? before.brightness ?? null,
  };
}

function shutterOf(state: string, { state: was, position }: State): State {
  if (state === "stop") {
    // Its position is not known, and "stopped" would be taken for open.
    return was === null && position === null ? {} : { state: "stopped" };
  }
  return { state: state.endsWith("up") ? "opening" : "closing" };
}

/** The states that are alarms. */
const ALARMS = /^(technical|intrusion|tamper|panic|silent) alarm$/;

/** The states of the whole system that tell whether it is engaged. */
const ENGAGED: Readonly<Record<string, boolean>> = {
  engaged: true,
  disengaged: false,
};

function alarmOf(state: string): State {
  if (ALARMS.test(state)) return { state, alarm: "ON" };
  const isQuiet = /^(zone (in)?active|technical reset|(dis)?engaged)$/
    .test(state);
  const engaged = ENGAGED[state];
  return {
    state,
    ...(isQuiet ? { alarm: "OFF" } : {}),
    ...(engaged === undefined ? {} : { engaged: onOff(engaged) }),
  };
}

/** Tells whether an event of the alarm ends the alarms of all its zones. */
export function endsAlarms(event: GatewayEvent): boolean {
  return event.type === "alarm.state" && event.origin === "state" &&
    event.state in ENGAGED;
}

/** Returns the state of the alarm, or of a zone, once no alarm is on any more. */
export function withoutAlarm(before: State): State {
  if (before.alarm === "OFF") return before;
  const { state } = before;
  const was = typeof state === "string" && ALARMS.test(state);
  return { ...before, alarm: "OFF", ...(was ? { state: null } : {}) };
}

const MODES: Readonly<Record<Season, string | undefined>> = {
  heating: "heat",
  cooling: "cool",
  generic: undefined,
};

function zoneOf(before: State, event: GatewayEvent): State {
  switch (event.type) {
    case "thermo.operation": {
      const mode = event.operation === "heating" ? "heat" : "cool";
      // This tells whether the zone heats or cools, but not whether it is off.
      const isSet = before.mode === "off" || before.mode === "auto";
      return { season: mode, ...(isSet ? {} : { mode }) };
    }
    case "thermo.mode": {
      const { mode, season } = event;
      const own = MODES[season] ?? before.season ?? "heat";
      // Its valves will tell what it does once it is on again.
      const action = before.action === "off" ? null : before.action ?? null;
      return {
        season: own,
        preset: mode === "protection" ? "protection" : "none",
        mode: mode === "manual" ? own : mode === "automatic" ? "auto" : "off",
        action: mode === "off" ? "off" : action,
      };
    }
    case "thermo.program":
    case "thermo.scenario":
    case "thermo.vacation":
    case "thermo.holiday":
      return { mode: "auto", preset: "none" };
    case "thermo.setPoint":
      return event.celsius === undefined ? {} : { target: event.celsius };
    case "thermo.adjustedSetPoint": {
      // This includes the local adjustment at the probe, which is not a set
      // point.
      const { celsius } = event;
      const turned = Number(before.offset ?? 0);
      if (celsius === undefined) return {};
      return { target: Math.round((celsius - turned) * 10) / 10 };
    }
    case "thermo.offset":
      return typeof event.offset === "number" ? { offset: event.offset } : {};
    case "thermo.humidity":
      return { humidity: event.percent };
    case "thermo.valves": {
      if (before.mode === "off") return { action: "off" };
      const { heating, cooling } = event;
      if (isRunning(heating)) return { action: "heating" };
      if (isRunning(cooling)) return { action: "cooling" };
      // An unknown state of a valve makes the action unknown too.
      const isKnown = heating !== undefined && cooling !== undefined;
      return isKnown ? { action: "idle" } : {};
    }
  }
  return {};
}

function isRunning(state: ActuatorState | undefined): boolean {
  return state !== undefined &&
    /^(on|opened|speed \d|on fan coil)$/.test(state);
}

/** Returns the event at a control, a scene or a module. */
export function happening(event: GatewayEvent): Happening | undefined {
  if (event.origin !== "state") return undefined;
  switch (event.type) {
    case "cen.button":
      return {
        event_type: wordOf(event.action ?? "pressed"),
        button: event.button,
      };
    case "cenPlus.button":
      return { event_type: wordOf(event.action), button: event.button };
    case "scenario.run":
      return { event_type: "run", button: event.scenario };
    case "scene.state":
      return { event_type: event.state };
  }
  return undefined;
}

function wordOf(action: string): string {
  return action.replaceAll(" ", "_");
}

function onOff(on: boolean): string {
  return on ? "ON" : "OFF";
}
