// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The components of Home Assistant that show a device. */

import type { CenAction, CenPlusAction } from "../areas/buttons.ts";
import { defaultName, idOf, isOne, type Shown } from "../plant/_items.ts";
import { type Place, topicOf } from "./_topics.ts";

/** A component of the discovery message. */
export type Component = Record<string, unknown> & { platform: string };

/** Yields the components of a device. */
export function* componentsOf(
  place: Place,
  item: Shown,
): Generator<[string, Component]> {
  const { kind, name } = item;
  const id = idOf(item);
  const topic = topicOf(place, item);
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
        const humidity = sensor(`${name} humidity`, topic, "humidity");
        yield [`${id}_humidity`, measured("humidity", "%", humidity)];
      }
      return;
    case "probe":
      yield [id, temperature(name, topic)];
      return;
    case "meter": {
      const power = sensor(`${name} power`, topic, "power");
      const energy = sensor(`${name} energy`, topic, "energy");
      yield [`${id}_power`, measured("power", "W", power)];
      yield [`${id}_energy`, measured("energy", "Wh", energy)];
      return;
    }
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
      yield [id, press(name, topic, "start")];
      for (const type of ["started", "stopped"]) {
        const subtype = defaultName(item);
        yield [`${id}_${type}`, trigger(topic, type, { type, subtype })];
      }
      return;
    case "module":
    case "cen":
    case "cenplus":
      yield* controlOf(item, EVENTS[kind], topic);
  }
}

/** Yields the components of a control with buttons. */
function* controlOf(
  item: Shown,
  events: ReadonlyMap<string, string>,
  topic: string,
): Generator<[string, Component]> {
  const { name } = item;
  const id = idOf(item);
  yield [id, {
    platform: "event",
    name,
    state_topic: topic,
    event_types: [...events.keys()],
    device_class: "button",
  }];
  for (const button of [...item.buttons].sort((a, b) => a - b)) {
    const key = `${id}_button_${button}`;
    yield [key, press(`${name} ${button}`, topic, `${button}`)];
    for (const [event, type] of events) {
      const subtype = `${defaultName(item)} ${button}`;
      const payload = `${event} ${button}`;
      yield [`${key}_${event}`, trigger(topic, payload, { type, subtype })];
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
  return measured("temperature", "°C", sensor(name, topic, "current"));
}

/** Adds what a sensor measures, and in which unit. */
function measured(kind: string, unit: string, sensor: Component): Component {
  return {
    ...sensor,
    device_class: kind,
    state_class: kind === "energy" ? "total_increasing" : "measurement",
    unit_of_measurement: unit,
  };
}

/** Creates a button of Home Assistant, which orders what its payload says. */
function press(name: string, topic: string, payload: string): Component {
  return {
    platform: "button",
    name,
    command_topic: `${topic}/set`,
    payload_press: payload,
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
