// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later, type Timer } from "@wirekit/internal/clock";
import type { PresenceBatch, PresenceReport } from "../reports/clients.ts";

/** How long to gather what came and went before it is sent. */
const GATHERED = 100;

/** How much of that is sent at once; the rest is counted. */
export const MAX_EVENTS = 50;

/** Tells other hubs who comes and goes here, if they want to know. */
export class Presence {
  readonly #send: (node: string, batch: PresenceBatch) => void;
  readonly #listeners = new Set<string>();
  #batch: PresenceReport[] = [];
  #left = 0;
  #timer: Timer | undefined;

  /** @param send Tells one hub. */
  constructor(send: (node: string, batch: PresenceBatch) => void) {
    this.#send = send;
  }

  /** A hub wants to know, or no longer. */
  wanted(node: string, wants: boolean): void {
    if (wants) this.#listeners.add(node);
    else this.#listeners.delete(node);
  }

  add(event: PresenceReport): void {
    if (this.#listeners.size === 0) return;
    if (this.#batch.length >= MAX_EVENTS) this.#left++;
    else this.#batch.push(event);
    this.#timer ??= later(GATHERED, () => this.flush());
  }

  /** Tells what was gathered. */
  flush(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    const batch = { events: this.#batch, left: this.#left };
    this.#batch = [];
    this.#left = 0;
    for (const node of this.#listeners) this.#send(node, batch);
  }
}
