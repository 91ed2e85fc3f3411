// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Carries out orders by sending commands to the bus. */

import { Shutter } from "../areas/automation.ts";
import {
  Cen,
  type CenAction,
  CenPlus,
  type CenPlusAction,
} from "../areas/buttons.ts";
import { Zone } from "../areas/heating/zone.ts";
import type { Caller } from "../areas/item.ts";
import { Dimmer } from "../areas/light/dimmer.ts";
import { ScenarioModule, Scene } from "../areas/scenarios.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import type { TimedShutter } from "../timed_shutter.ts";
import type { Shown } from "./_items.ts";
import type { Order, ZoneOrder } from "./_orders.ts";
import type { State } from "./_states.ts";

/** The means of carrying out an order. */
export interface Means {
  readonly gateway: Caller;
  /** The state of the device. */
  readonly state: State;
  /** Calculates the position of a shutter that reports none. */
  readonly timed?: TimedShutter | undefined;
}

/**
 * Carries out an order.
 *
 * @returns Resolves when it is done; for a shutter, when it has arrived.
 */
export async function carryOut(
  { kind, where }: Pick<Shown, "kind" | "where">,
  order: Order,
  { gateway, state, timed }: Means,
  options: CommandOptions,
): Promise<void> {
  switch (order.do) {
    case "switch": {
      const lamp = new Dimmer(gateway, where);
      return await (order.on ? lamp.on(options) : lamp.off(options));
    }
    case "dim":
      return await new Dimmer(gateway, where).setLevel(order.level, options);
    case "move":
      return await new Shutter(gateway, where)[order.direction](options);
    case "goTo": {
      const shutter = timed ?? new Shutter(gateway, where);
      return await shutter.goTo(order.position, options);
    }
    case "setTemperature":
      return await new Zone(gateway, where)
        .setTemperature(order.celsius, seasonOf(state), options);
    case "setMode":
      return await setMode(
        new Zone(gateway, where),
        order.mode,
        state,
        options,
      );
    case "scene": {
      const scene = new Scene(gateway, where);
      return await (order.start ? scene.start(options) : scene.stop(options));
    }
    case "press":
      return await press(gateway, { kind, where }, order, options);
  }
}

/**
 * Tells whether a state is what was ordered, as far as a state can tell: a
 * shutter moves on, and a zone takes its time.
 */
export function isDone(order: Order, { state }: State): boolean {
  if (order.do === "switch") return state === (order.on ? "ON" : "OFF");
  return order.do === "dim" ? state === "ON" : true;
}

function setMode(
  zone: Zone,
  mode: ZoneOrder,
  state: State,
  options: CommandOptions,
): Promise<void> {
  switch (mode) {
    case "off":
    case "protection":
      return zone.setMode(mode, "generic", options);
    case "auto":
      return zone.setMode("automatic", "generic", options);
  }
  const season = mode === "cool"
    ? "cooling"
    : mode === "heat"
    ? "heating"
    : seasonOf(state);
  // A set point switches to manual mode, and names the season it is for.
  const { target } = state;
  const isKnown = typeof target === "number" && target >= 5 && target <= 40 &&
    target * 2 % 1 === 0;
  return isKnown
    ? zone.setTemperature(target, season, options)
    : zone.setMode("manual", season, options);
}

function seasonOf({ season }: State): "heating" | "cooling" | "generic" {
  if (season === "heat") return "heating";
  return season === "cool" ? "cooling" : "generic";
}

async function press(
  gateway: Caller,
  { kind, where }: Pick<Shown, "kind" | "where">,
  { button, action }: Order & { do: "press" },
  options: CommandOptions,
): Promise<void> {
  const name = action.replaceAll("_", " ");
  if (kind === "module") {
    return await new ScenarioModule(gateway, where).run(button, options);
  }
  if (kind === "cenplus") {
    const control = new CenPlus(gateway, Number(where.slice(1)));
    return await control.send(button, name as CenPlusAction, options);
  }
  const control = new Cen(gateway, where);
  if (action === "press") return await control.press(button, options);
  return await control.send(button, name as CenAction, options);
}
