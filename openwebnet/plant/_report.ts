// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What pages are told of plants. It imports nothing: pages load it too. */

/**
 * The kind of a device. The word is the start of its id.
 *
 * @category Page
 */
export type ShownKind =
  | "light"
  | "shutter"
  | "zone"
  | "probe"
  | "meter"
  | "breaker"
  | "contact"
  | "alarm"
  | "cen"
  | "cenplus"
  | "scene"
  | "module";

/**
 * The state of a device as it is published. Unknown values are `null`.
 *
 * @category Page
 */
export type State = Readonly<Record<string, string | number | null>>;

/**
 * An order of a person at a page.
 *
 * @category Page
 */
export interface PageOrder {
  /** The name of the plant. */
  readonly plant: string;
  /** The id of the device, such as `"light_12"`. */
  readonly id: string;
  /** The part of the device, such as `"position"`; empty for all of it. */
  readonly part: string;
  /** What is wanted, as on a topic of the MQTT bridge: `"ON"`, `"40"`. */
  readonly text: string;
}

/**
 * A device as a page shows it.
 *
 * @category Page
 */
export interface DeviceReport {
  /** The name of its plant. */
  readonly plant: string;
  /** Its id, such as `"light_12"`. */
  readonly id: string;
  /** What kind of device it is: the start of its id. */
  readonly kind: ShownKind;
  /** Its target as it is written in a frame. */
  readonly where: string;
  /** Its human-readable name. */
  readonly name: string;
  /** The room that it is in. */
  readonly room?: string;
  /** Whether a light has a level, or a shutter a position. */
  readonly hasLevel: boolean;
  /** Whether it reports a state: a group does not. */
  readonly hasState: boolean;
  /** The buttons of a control, or the scenarios of a module. */
  readonly buttons: readonly number[];
  /** What the bus has reported. Unknown values are `null`. */
  readonly state: State;
  /** What was asked for, while the bus has not confirmed it. */
  readonly asked?: { readonly part: string; readonly text: string };
  /** Why the last order was not carried out. */
  readonly fault?: string;
  /** The last thing that happened at a control or a scene. */
  readonly last?: {
    readonly event: string;
    readonly button?: number;
    /** When, in milliseconds since 1970. */
    readonly at: number;
  };
}

/**
 * A plant as a page shows it.
 *
 * @category Page
 */
export interface PlantReport {
  /** Its name. */
  readonly name: string;
  /** Whether it can be reached and its states are known. */
  readonly isOnline: boolean;
  /** Whether its devices are known. */
  readonly isKnown: boolean;
  /** The model of the gateway. */
  readonly model?: string;
  /** Why it cannot be reached. */
  readonly fault?: string;
}

/**
 * A report to a page: everything, or what has changed.
 *
 * @category Page
 */
export interface PageReport {
  /** Names this state of affairs, for asking what has changed since. */
  readonly now: string;
  /** Whether `devices` are all of them, or only those that have changed. */
  readonly isWhole: boolean;
  /** All plants. */
  readonly plants: readonly PlantReport[];
  /** The devices, those of the home first. */
  readonly devices: readonly DeviceReport[];
}
