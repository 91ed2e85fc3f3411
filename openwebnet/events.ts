// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Decoding of messages into events with names.
 *
 * ```ts
 * import { decode } from "@wirekit/openwebnet";
 * import { parse } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * const event = decode(parse("*#4*1*0*0215##"));
 * assertEquals(event.type, "thermo.temperature");
 * ```
 *
 * @module
 */

import { type Area, type UnknownEvent, unknownEvent } from "./areas/area.ts";
import { decodeCommon } from "./_common_events.ts";
import { alarm, type AlarmEvent } from "./areas/alarm.ts";
import { automation, type AutomationEvent } from "./areas/automation.ts";
import { auxiliary, type AuxiliaryEvent } from "./areas/auxiliary.ts";
import {
  cen,
  type CenEvent,
  cenPlus,
  type CenPlusEvent,
} from "./areas/buttons.ts";
import { type CameraEvent, cameras } from "./areas/camera.ts";
import { diagnostics, type DiagnosticsEvent } from "./areas/diagnostics.ts";
import {
  type DoorEvent,
  doors,
  intercom,
  type IntercomEvent,
} from "./areas/door_entry.ts";
import { energy, type EnergyEvent } from "./areas/energy.ts";
import { gatewayUnit, type GatewayUnitEvent } from "./areas/gateway_unit.ts";
import { lighting, type LightingEvent } from "./areas/light/lighting.ts";
import {
  lightingManagement,
  type LightingManagementEvent,
} from "./areas/light/lighting_management.ts";
import { loadControl, type LoadEvent } from "./areas/load_control.ts";
import { lock, type LockEvent } from "./areas/lock.ts";
import {
  type ScenarioEvent,
  scenarios,
  type SceneEvent,
  scenes,
} from "./areas/scenarios.ts";
import { sound, type SoundEvent } from "./areas/sound.ts";
import {
  soundDiffusion,
  type SoundDiffusionEvent,
} from "./areas/sound_diffusion.ts";
import { thermo, type ThermoEvent } from "./areas/heating/thermo.ts";
import type { BusMessage, Message } from "./wire/message.ts";

export type { UnknownEvent };

/**
 * Any event of a plant.
 *
 * @category Events
 */
export type GatewayEvent =
  | LightingEvent
  | AutomationEvent
  | LoadEvent
  | ThermoEvent
  | AlarmEvent
  | DoorEvent
  | IntercomEvent
  | CameraEvent
  | AuxiliaryEvent
  | GatewayUnitEvent
  | LockEvent
  | CenEvent
  | CenPlusEvent
  | ScenarioEvent
  | SceneEvent
  | SoundEvent
  | EnergyEvent
  | SoundDiffusionEvent
  | LightingManagementEvent
  | DiagnosticsEvent
  | UnknownEvent;

/** Every area, at the index of its WHO. */
const AREAS: Area<Record<string, object>>[] = [];
for (
  const area of [
    lighting,
    automation,
    loadControl,
    thermo,
    alarm,
    doors,
    intercom,
    cameras,
    auxiliary,
    gatewayUnit,
    lock,
    cen,
    cenPlus,
    scenarios,
    scenes,
    sound,
    energy,
    soundDiffusion,
    lightingManagement,
    ...diagnostics,
  ]
) AREAS[area.who] = area as unknown as Area<Record<string, object>>;

/**
 * Decodes a message into an event.
 *
 * @category Events
 * @param message The message.
 * @returns The event; of type `"unknown"` for a WHO, WHAT or dimension that is
 * not known, and for a message that is not an event.
 *
 * @example A command is not yet a state
 * ```ts
 * import { decode } from "@wirekit/openwebnet";
 * import { parse } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decode(parse("*1*1000#1*12##")).origin, "command");
 * assertEquals(decode(parse("*1*1*12##")).origin, "state");
 * assertEquals(decode(parse("*77*1*12##")).type, "unknown");
 * ```
 */
export function decode(message: Message): GatewayEvent {
  const common = decodeCommon(message as BusMessage);
  if (common !== undefined) return common;
  const { who = -1 } = message as Partial<BusMessage>;
  const event = AREAS[who]?.decode(message);
  return event === undefined ? unknownEvent(message) : event as GatewayEvent;
}

/**
 * Finds the area of a WHO.
 *
 * @category Events
 * @param who The WHO.
 * @returns The area, or `undefined` if none is known.
 *
 * @example The area of lights
 * ```ts
 * import { areaOf } from "@wirekit/openwebnet";
 * import { assert } from "@std/assert";
 *
 * assert(areaOf(1)?.types.includes("light.level"));
 * ```
 */
export function areaOf(
  who: number,
): Area<Record<string, object>> | undefined {
  return AREAS[who];
}
