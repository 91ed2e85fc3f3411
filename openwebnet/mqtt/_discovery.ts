// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The MQTT discovery message that describes a plant to Home Assistant: a single
 * device, the gateway, with a component for each thing that it shows. This form
 * exists since release 2024.12:
 * https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
 */

import { learnButton, parseId, type Shown, shown } from "../plant/_items.ts";
import { componentsOf } from "./_components.ts";
import { availabilityTopic, deviceId, type Place } from "./_topics.ts";

/**
 * Writes the discovery message.
 *
 * @param place The plant.
 * @param items The devices to show.
 * @param gone The ids of components that were shown before, with their
 * platforms. They are listed without any other details, which removes them.
 */
export function discoveryOf(
  place: Place,
  items: Iterable<Shown>,
  gone: ReadonlyMap<string, string> = new Map(),
): string {
  const components: Record<string, unknown> = {};
  for (const [id, platform] of gone) components[id] = { platform };
  for (const item of items) {
    for (const [id, component] of componentsOf(place, item)) {
      components[id] = component.platform === "device_automation"
        ? component
        : { ...component, unique_id: `${deviceId(place)}_${id}` };
    }
  }
  const { model, firmware, mac } = place.gateway;
  return JSON.stringify({
    device: {
      identifiers: [deviceId(place)],
      name: place.name,
      manufacturer: "BTicino/Legrand",
      ...(model === undefined ? {} : { model }),
      ...(firmware === undefined ? {} : { sw_version: firmware }),
      ...(mac === undefined ? {} : { connections: [["mac", mac]] }),
    },
    origin: { name: "wirekit openwebnet" },
    availability_topic: availabilityTopic(place),
    components,
  });
}

/** The contents of a discovery message of an earlier run. */
export interface Remembered {
  /** The platform of each component. */
  readonly components: Map<string, string>;
  /** The devices, with what was learned about them. */
  readonly items: Map<string, Shown>;
}

/**
 * Reads a discovery message of an earlier run, which the broker has kept.
 *
 * @returns Its contents, without components that are not ours.
 */
export function readDiscovery(text: string): Remembered {
  const found: Remembered = { components: new Map(), items: new Map() };
  for (
    const [id, component] of entriesOf(entryOf(parsed(text), "components"))
  ) {
    const platform = entryOf(component, "platform");
    if (typeof platform !== "string" || !/^[a-z_]{1,40}$/.test(platform)) {
      continue;
    }
    const [, base = "", part] = /^([a-z]+_[\d-]{1,32})(?:_([a-z0-9_]+))?$/
      .exec(id) ?? [];
    const named = parseId(base);
    if (named === undefined) continue;
    // A component without details was removed before.
    if (entriesOf(component).length < 2) continue;
    found.components.set(id, platform);
    const item = found.items.get(base) ?? shown(named.kind, named.where);
    found.items.set(base, item);
    const isDimmer = platform === "light" && entryOf(component, "brightness");
    const hasPosition = entryOf(component, "position_topic") !== undefined;
    if (isDimmer || hasPosition) item.hasLevel = true;
    if (part === "humidity") item.hasHumidity = true;
    const [, button] = /^button_(\d{1,2})$/.exec(part ?? "") ?? [];
    if (button !== undefined) learnButton(item, Number(button));
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null
    ? Object.entries(value)
    : [];
}

function entryOf(value: unknown, key: string): unknown {
  return entriesOf(value).find(([name]) => name === key)?.[1];
}
