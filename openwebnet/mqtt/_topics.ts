// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The topics of a plant. */

import { type Shown, slugOf } from "../plant/_items.ts";

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
export function deviceId({ name }: Place): string {
  return `openwebnet_${nodeOf(name)}`;
}

/** Returns the topic of the discovery message. */
export function discoveryTopic(place: Place): string {
  return `${place.discoveryPrefix}/device/${deviceId(place)}/config`;
}
