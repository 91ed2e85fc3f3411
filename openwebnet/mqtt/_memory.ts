// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  baseOf,
  discoveryTopic,
  type Place,
  readDiscovery,
} from "./_discovery.ts";

/** Most states that are remembered. */
const MAX_STATES = 1_024;

/** What the broker has kept of an earlier run. */
export class Memory {
  readonly topics: readonly string[];
  /** The topic of a message to ourselves, after which nothing more comes. */
  readonly mark: string;
  /** The states of the shutters, by their topics. */
  readonly states = new Map<string, string>();
  readonly #discovery: string;
  readonly #complete = Promise.withResolvers<void>();
  #text = "";

  constructor(place: Place) {
    const base = baseOf(place);
    this.#discovery = discoveryTopic(place);
    this.mark = `${base}/started`;
    this.topics = [this.#discovery, `${base}/shutter/+`, this.mark];
  }

  get complete(): Promise<void> {
    return this.#complete.promise;
  }

  /** What was shown, and what was learned of it. */
  get remembered(): ReturnType<typeof readDiscovery> {
    return readDiscovery(this.#text);
  }

  received(topic: string, payload: string, isRetained: boolean): void {
    if (topic === this.mark) this.#complete.resolve();
    // What comes later is our own.
    if (!isRetained) return;
    if (topic === this.#discovery) this.#text = payload;
    else if (this.states.size < MAX_STATES) this.states.set(topic, payload);
  }
}
