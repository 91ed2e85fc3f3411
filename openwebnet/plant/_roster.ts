// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The list of the devices of a plant that are shown. */

import { later, type Timer } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import type { GatewayEvent } from "../events.ts";
import { idOf, learn, ofEvent, type Shown, shown } from "./_items.ts";

/** Which devices a roster takes. */
export interface RosterOptions {
  /** Whether to leave out devices that are only heard. */
  readonly onlyNamed: boolean;
  readonly maxDevices: number;
  readonly logger: Logger | undefined;
}

/** How long the list waits for further changes, in milliseconds. */
const ANNOUNCE_DELAY = 200;

/**
 * The devices of a plant by their ids. It grows while devices are heard, and
 * announces itself when it has changed.
 */
export class Roster implements Iterable<Shown> {
  readonly #options: RosterOptions;
  readonly #announced: () => void;
  readonly #items = new Map<string, Shown>();
  /** The ids of those that the plant has, whatever a home names. */
  readonly #there = new Set<string>();
  #isSurveyed = false;
  #isFull = false;
  #isClosed = false;
  #announcing: Timer | undefined;

  /**
   * Creates an empty list.
   *
   * @param options Which devices it takes.
   * @param announced Called when the list has changed, after the survey.
   */
  constructor(options: RosterOptions, announced: () => void) {
    this.#options = options;
    this.#announced = announced;
  }

  /** The number of devices. */
  get size(): number {
    return this.#items.size;
  }

  /** Whether all devices that can be found were added. */
  get isSurveyed(): boolean {
    return this.#isSurveyed;
  }

  [Symbol.iterator](): Iterator<Shown> {
    return this.#items.values();
  }

  /** Returns a device by its id. */
  item(id: string): Shown | undefined {
    return this.#items.get(id);
  }

  /** Adds a device that the plant has. */
  found(item: Shown): void {
    if (this.add(item)) this.#there.add(idOf(item));
  }

  /** Adds a device. Returns false if there is no room for it. */
  add(item: Shown): boolean {
    const id = idOf(item);
    if (this.#items.has(id)) return true;
    const { maxDevices, logger } = this.#options;
    if (this.#items.size >= maxDevices) {
      if (!this.#isFull) {
        logger?.warn?.(
          `There are more than ${maxDevices} devices: the others are not shown`,
        );
      }
      this.#isFull = true;
      return false;
    }
    this.#items.set(id, item);
    this.#announceSoon();
    return true;
  }

  /** Restores what was learned about a device in an earlier run. */
  remember(item: Shown): void {
    // These cannot be found by asking: they were heard, and will be again.
    const isHeard = item.kind === "cen" || item.kind === "cenplus" ||
      item.kind === "module";
    if (isHeard && !this.#options.onlyNamed) this.found(item);
    const known = this.#items.get(idOf(item));
    if (known !== undefined) keepLearned(known, item);
  }

  /**
   * Takes other names. What was learned about the devices is kept; those that
   * are no longer named stay, with their default names, if the plant has them.
   */
  rename(named: Iterable<Shown>): void {
    const before = new Map(this.#items);
    this.#items.clear();
    this.#isFull = false;
    for (const item of named) this.add(item);
    if (!this.#options.onlyNamed) {
      for (const [id, { kind, where }] of before) {
        if (this.#there.has(id)) this.add(shown(kind, where));
      }
    }
    for (const [id, item] of before) {
      const known = this.#items.get(id);
      if (known !== undefined) keepLearned(known, item);
    }
    this.#announce();
  }

  /** Returns the device of an event, updated with what the event tells. */
  heard(event: GatewayEvent): Shown | undefined {
    if (event.origin !== "state") return undefined;
    const found = ofEvent(event);
    if (found === undefined) return undefined;
    const id = idOf(found);
    let item = this.#items.get(id);
    if (item === undefined) {
      // Before the survey, its name is not known.
      if (!this.#isSurveyed || this.#options.onlyNamed) return undefined;
      item = shown(found.kind, found.where);
      if (!this.add(item)) return undefined;
    }
    this.#there.add(id);
    if (learn(item, event)) this.#announceSoon();
    return item;
  }

  /** Ends the survey: the list is announced, and each time that it changes. */
  surveyed(): void {
    this.#isSurveyed = true;
    this.#announce();
  }

  /** Announces nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#announcing?.stop();
  }

  #announceSoon(): void {
    if (!this.#isSurveyed || this.#isClosed) return;
    this.#announcing ??= later(ANNOUNCE_DELAY, () => this.#announce());
  }

  #announce(): void {
    this.#announcing?.stop();
    this.#announcing = undefined;
    this.#announced();
  }
}

/** Adds what was learned about a device to what is known. */
function keepLearned(known: Shown, item: Shown): void {
  if (known === item) return;
  known.hasLevel ||= item.hasLevel;
  known.hasHumidity ||= item.hasHumidity;
  for (const button of item.buttons) known.buttons.add(button);
}
