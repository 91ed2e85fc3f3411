// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Party } from "./_party.ts";

/** The fewest places that are kept. */
const MIN_PLACES = 64;

/**
 * The parties that are here, in the order in which they came. No set: many come
 * for one request only, and a set that always changes keeps its past alive.
 */
export class Parties implements Iterable<Party> {
  #places: (Party | undefined)[] = [];
  #size = 0;

  /** Adds one that comes. */
  add(party: Party): void {
    if (this.#places.length >= Math.max(2 * this.#size, MIN_PLACES)) {
      this.#places = this.#places.filter((each) => each !== undefined);
      this.#places.forEach((each, place) => each!.place = place);
    }
    party.place = this.#places.length;
    this.#places.push(party);
    this.#size++;
  }

  /** Removes one; returns whether it was here. */
  delete(party: Party): boolean {
    if (party.place < 0) return false;
    this.#places[party.place] = undefined;
    party.place = -1;
    this.#size--;
    return true;
  }

  /** Those that are here; some may go meanwhile. */
  *[Symbol.iterator](): Generator<Party, void, void> {
    for (const party of this.#places) {
      if (party && party.place >= 0) yield party;
    }
  }
}
