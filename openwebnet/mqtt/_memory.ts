// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { baseOf, discoveryTopic, type Place } from "./_topics.ts";
import { readDiscovery } from "./_discovery.ts";

/** Maximum number of states to remember. */
const MAX_STATES = 1_024;

/** The messages of an earlier run that the broker has kept. */
export class Memory {
  readonly topics: readonly string[];
  /**
   * The topic of a message to ourselves, which marks the end of the kept ones.
   */
  readonly mark: string;
  /** The states of the shutters, by their topics. */
  readonly states = new Map<string, string>();
  readonly #discovery: string;
  readonly #complete = Promise.withResolvers<void>();
  #text = "";
  /** Whether all of them have come. */
  isComplete = false;

  constructor(place: Place) {
    const base = baseOf(place);
    this.#discovery = discoveryTopic(place);
    this.mark = `${base}/started`;
    this.topics = [this.#discovery, `${base}/shutter/+`, this.mark];
  }

  get complete(): Promise<void> {
    return this.#complete.promise;
  }

  /** The devices that were shown, and what was learned about them. */
  get remembered(): ReturnType<typeof readDiscovery> {
    return readDiscovery(this.#text);
  }

  received(topic: string, payload: string, isRetained: boolean): void {
    if (topic === this.mark) {
      this.isComplete = true;
      this.#complete.resolve();
    }
    // Later messages are our own.
    if (!isRetained) return;
    if (topic === this.#discovery) this.#text = payload;
    else if (this.states.size < MAX_STATES) this.states.set(topic, payload);
  }
}
