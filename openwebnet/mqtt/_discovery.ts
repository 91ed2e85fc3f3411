// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The MQTT discovery message that describes a plant to Home Assistant: a single
 * device, the gateway, with a component for each thing that it shows. This form
 * exists since release 2024.12:
 * https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
 */

import type { CenAction, CenPlusAction } from "../areas/buttons.ts";
import {
  defaultName,
  idOf,
  isOne,
  learnButton,
  parseId,
  type Shown,
  shown,
  slugOf,
} from "../plant/_items.ts";

/** The place of a plant in the topics, and what is known about its gateway. */
export interface Place {
  /** The prefix of all topics. */
  readonly prefix: string;
  /** The prefix of the topics of Home Assistant's discovery. */
  readonly discoveryPrefix: string;
  /** The name of the plant. */
  readonly name: string;
  /** The details that the gateway reports. */
  readonly gateway: {
    readonly model?: string;
    readonly firmware?: string;
    readonly mac?: string;
  };
}

/** A component of the discovery message. */
type Component = Record<string, unknown> & { platform: string };

/**
 * Returns the name of a plant for topics and ids, with other characters
 * escaped.
 */
export function nodeOf(name: string): string {
  return name.replaceAll(
    /[^A-Za-z0-9-]/gu,
    (letter) => `_${letter.codePointAt(0)!.toString(16)}_`,
  );
}

/** Returns the topic of a plant, below which all its others are. */
export function baseOf({ prefix, name }: Place): string {
  return `${prefix}/${nodeOf(name)}`;
}

/** Returns the topic that shows whether the plant can be reached. */
export function availabilityTopic(place: Place): string {
  return `${baseOf(place)}/availability`;
}

/** Returns the topic of the state of a device; its orders come on `…/set`. */
export function topicOf(
  place: Place,
  { kind, where }: Pick<Shown, "kind" | "where">,
): string {
  return `${baseOf(place)}/${kind}/${slugOf(kind, where)}`;
}

/** Returns the id of the device in Home Assistant. */
function deviceId({ name }: Place): string {
  return `openwebnet_${nodeOf(name)}`;
}

/** Returns the topic of the discovery message. */
export function discoveryTopic(place: Place): string {
  return `${place.discoveryPrefix}/device/${deviceId(place)}/config`;
}

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

/** Yields the components of a device. */
function* componentsOf(
  place: Place,
  item: Shown,
): Generator<[string, Component]> {
  const { kind, name } = item;
  const id = idOf(item);
  const topic = topicOf(place, item);
  const set = `${topic}/set`;
  switch (kind) {
    case "light":
      yield [id, light(item, topic)];
      return;
    case "shutter":
      yield [id, cover(item, topic)];
      return;
    case "zone":
      yield [id, climate(name, topic)];
      yield [`${id}_temperature`, temperature(`${name} temperature`, topic)];
      if (item.hasHumidity) {
        yield [
          `${id}_humidity`,
          {
            ...sensor(`${name} humidity`, topic, "humidity"),
            device_class: "humidity",
            state_class: "measurement",
            unit_of_measurement: "%",
          },
        ];
      }
      return;
    case "probe":
      yield [id, temperature(name, topic)];
      return;
    case "meter":
      yield [`${id}_power`, {
        ...sensor(`${name} power`, topic, "power"),
        device_class: "power",
        state_class: "measurement",
        unit_of_measurement: "W",
      }];
      yield [`${id}_energy`, {
        ...sensor(`${name} energy`, topic, "energy"),
        device_class: "energy",
        state_class: "total_increasing",
        unit_of_measurement: "Wh",
      }];
      return;
    case "breaker":
      // An open breaker is a problem.
      yield [id, { ...binary(name, topic, "state"), device_class: "problem" }];
      return;
    case "contact":
      yield [id, binary(name, topic, "state")];
      return;
    case "alarm":
      yield [id, { ...binary(name, topic, "alarm"), device_class: "safety" }];
      yield [`${id}_state`, sensor(`${name} state`, topic, "state")];
      if (item.where.startsWith("#")) return;
      yield [`${id}_engaged`, binary(`${name} engaged`, topic, "engaged")];
      return;
    case "scene":
      yield [id, {
        platform: "button",
        name,
        command_topic: set,
        payload_press: "start",
      }];
      for (const type of ["started", "stopped"]) {
        const subtype = defaultName(item);
        yield [`${id}_${type}`, trigger(topic, type, { type, subtype })];
      }
      return;
    case "module":
    case "cen":
    case "cenplus":
      yield [id, {
        platform: "event",
        name,
        state_topic: topic,
        event_types: [...EVENTS[kind].keys()],
        device_class: "button",
      }];
      for (const button of [...item.buttons].sort((a, b) => a - b)) {
        yield [`${id}_button_${button}`, {
          platform: "button",
          name: `${name} ${button}`,
          command_topic: set,
          payload_press: `${button}`,
        }];
        for (const [event, type] of EVENTS[kind]) {
          const key = `${id}_button_${button}_${event}`;
          const subtype = `${defaultName(item)} ${button}`;
          const payload = `${event} ${button}`;
          yield [key, trigger(topic, payload, { type, subtype })];
        }
      }
  }
}

function light(item: Shown, topic: string): Component {
  return {
    platform: "light",
    schema: "json",
    name: item.name,
    command_topic: `${topic}/set`,
    ...(isOne(item.where) ? { state_topic: topic } : { optimistic: true }),
    supported_color_modes: [item.hasLevel ? "brightness" : "onoff"],
    ...(item.hasLevel ? { brightness: true, brightness_scale: 100 } : {}),
  };
}

function cover(item: Shown, topic: string): Component {
  const { name, where, seconds, hasLevel } = item;
  const set = `${topic}/set`;
  const base = {
    platform: "cover",
    name,
    device_class: "shutter",
    command_topic: set,
  };
  // A group does not report a state.
  if (!isOne(where)) return { ...base, optimistic: true };
  return {
    ...base,
    state_topic: topic,
    value_template: "{{ value_json.state or '' }}",
    ...(hasLevel || seconds !== undefined
      ? {
        position_topic: topic,
        // An empty text means no position, rather than an unknown one.
        position_template:
          "{{ '' if value_json.position is none else value_json.position }}",
        set_position_topic: `${set}/position`,
      }
      : {}),
  };
}

function climate(name: string, topic: string): Component {
  const set = `${topic}/set`;
  const state = (key: string) => `{{ value_json.${key} }}`;
  return {
    platform: "climate",
    name,
    modes: ["off", "heat", "cool", "auto"],
    mode_state_topic: topic,
    mode_state_template: state("mode"),
    mode_command_topic: `${set}/mode`,
    action_topic: topic,
    action_template: state("action"),
    current_temperature_topic: topic,
    current_temperature_template: state("current"),
    temperature_state_topic: topic,
    temperature_state_template: state("target"),
    temperature_command_topic: `${set}/temperature`,
    preset_modes: ["protection"],
    preset_mode_state_topic: topic,
    preset_mode_value_template: "{{ value_json.preset or 'none' }}",
    preset_mode_command_topic: `${set}/preset`,
    temperature_unit: "C",
    min_temp: 5,
    max_temp: 40,
    temp_step: 0.5,
    precision: 0.1,
  };
}

function sensor(name: string, topic: string, key: string): Component {
  return {
    platform: "sensor",
    name,
    state_topic: topic,
    value_template: `{{ value_json.${key} }}`,
  };
}

function temperature(name: string, topic: string): Component {
  return {
    ...sensor(name, topic, "current"),
    device_class: "temperature",
    state_class: "measurement",
    unit_of_measurement: "°C",
  };
}

function binary(name: string, topic: string, key: string): Component {
  return { ...sensor(name, topic, key), platform: "binary_sensor" };
}

/**
 * Creates a trigger for automations. They refer to its type and subtype, so
 * these contain no name that may change.
 */
function trigger(
  topic: string,
  payload: string,
  { type, subtype }: { type: string; subtype: string },
): Component {
  return {
    platform: "device_automation",
    automation_type: "trigger",
    topic,
    payload,
    value_template:
      "{{ value_json.event_type }}{{ ' ' ~ value_json.button if value_json.button is defined }}",
    type,
    subtype,
  };
}

/**
 * The events of a control, and their names in Home Assistant. It has its own
 * words for a few:
 * https://www.home-assistant.io/integrations/device_trigger.mqtt/
 */
const EVENTS: Readonly<
  Record<"cen" | "cenplus" | "module", ReadonlyMap<string, string>>
> = {
  cen: eventsOf<CenAction>([
    ["pressed", "button_short_press"],
    ["released", "button_short_release"],
    ["held", "button_long_press"],
    ["released late", "button_long_release"],
  ]),
  cenplus: eventsOf<CenPlusAction>([
    ["short", "button_short_press"],
    ["long", "button_long_press"],
    ["held", "held"],
    ["released late", "button_long_release"],
    ["slow clockwise", "slow_clockwise"],
    ["fast clockwise", "fast_clockwise"],
    ["slow anticlockwise", "slow_anticlockwise"],
    ["fast anticlockwise", "fast_anticlockwise"],
  ]),
  module: new Map([["run", "run"]]),
};

function eventsOf<T extends string>(
  events: readonly (readonly [T, string])[],
): ReadonlyMap<string, string> {
  return new Map(
    events.map(([action, type]) => [action.replaceAll(" ", "_"), type]),
  );
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
