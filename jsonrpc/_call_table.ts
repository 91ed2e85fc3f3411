// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Call } from "./_call.ts";

/** Most slots; calls that others have overtaken so far are in a map. */
const MAX_SLOTS = 1_024;

/**
 * Calls by their ids, which are given out in order. A `Map` would do; but one
 * that always changes leaves a chain of tables behind, and once the first of
 * them is old, each young one outlives its collection with all that it holds.
 */
export class CallTable {
  /** A call is in the slot of its id modulo the slots, a power of two. */
  #slots: (Call | undefined)[] = [];
  readonly #overtaken = new Map<number, Call>();
  #size = 0;

  /** How many calls there are. */
  get size(): number {
    return this.#size;
  }

  /** All calls, in the order of their ids. */
  get all(): Call[] {
    return [...this.#slots, ...this.#overtaken.values()]
      .filter((call) => call !== undefined)
      .sort((one, other) => one.id - other.id);
  }

  /** Finds a call. */
  get(id: unknown): Call | undefined {
    if (typeof id !== "number") return undefined;
    const call = this.#slots[id & (this.#slots.length - 1)];
    return call?.id === id ? call : this.#overtaken.get(id);
  }

  /** Adds a call with the highest id so far. */
  add(call: Call): void {
    if (this.#size === this.#slots.length) this.#grow();
    const slot = call.id & (this.#slots.length - 1);
    const overtaken = this.#slots[slot];
    if (overtaken) this.#overtaken.set(overtaken.id, overtaken);
    this.#slots[slot] = call;
    this.#size++;
  }

  /** Removes a call that is there. */
  delete({ id }: Call): void {
    const slot = id & (this.#slots.length - 1);
    if (this.#slots[slot]?.id === id) this.#slots[slot] = undefined;
    else this.#overtaken.delete(id);
    this.#size--;
  }

  #grow(): void {
    const before = this.#slots;
    if (before.length === MAX_SLOTS) return;
    const length = Math.max(2 * before.length, 16);
    this.#slots = new Array(length).fill(undefined);
    for (const call of before) {
      if (call) this.#slots[call.id & (length - 1)] = call;
    }
  }
}
