// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { bytesOf, machineAt } from "./_address.ts";

/**
 * A place for one connection.
 *
 * @category Listening
 */
export interface Place {
  /**
   * Lets another connection take it over if no other place is free, until
   * `keep()` is called.
   *
   * @param drop Ends this connection.
   */
  offer(drop: () => void): void;
  /** Keeps it: no other connection can take it over. */
  keep(): void;
  /** Gives it back. May be called twice. */
  leave(): void;
}

/**
 * The places of a server. A connection whose client has not come in yet, which
 * costs an attacker nothing, has its place only until somebody else needs it:
 * of the address with the most of them, the oldest goes. So a flood from one
 * address ends its own connections, and keeps no other address out.
 */
export class Places {
  /** The number of connections. */
  taken = 0;
  readonly #max: number;
  /** Those that may be taken over, the oldest first, by address. */
  readonly #offered = new Map<string, Map<Place, () => void>>();

  /** Makes room for `max` connections. */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Takes a place for a connection from an address, and calls `onLeave` once it
   * is given back.
   */
  enter(address: string, onLeave?: () => void): Place | undefined {
    if (this.taken >= this.#max && !this.#takeOver()) return undefined;
    this.taken++;
    const group = groupOf(address);
    return new OnePlace(this, group, onLeave);
  }

  /** Notes that a place may be taken over. */
  offer(group: string, place: Place, drop: () => void): void {
    const places = this.#offered.get(group) ?? new Map();
    this.#offered.set(group, places);
    places.set(place, drop);
  }

  /** Notes that it may not. */
  withdraw(group: string, place: Place): void {
    const places = this.#offered.get(group);
    if (places?.delete(place) && places.size === 0) this.#offered.delete(group);
  }

  /** Ends a connection that may be taken over; returns whether there is one. */
  #takeOver(): boolean {
    let largest: Map<Place, () => void> | undefined;
    for (const places of this.#offered.values()) {
      if (places.size > (largest?.size ?? 0)) largest = places;
    }
    const [oldest] = largest ?? [];
    if (!oldest) return false;
    const [place, drop] = oldest;
    place.leave();
    drop();
    return true;
  }
}

/** One place: an object with one closure, since each connection has one. */
class OnePlace implements Place {
  readonly #places: Places;
  readonly #group: string;
  readonly #onLeave: (() => void) | undefined;
  #inside = true;

  constructor(places: Places, group: string, onLeave?: () => void) {
    this.#places = places;
    this.#group = group;
    this.#onLeave = onLeave;
  }

  offer(drop: () => void): void {
    if (this.#inside) this.#places.offer(this.#group, this, drop);
  }

  keep(): void {
    this.#places.withdraw(this.#group, this);
  }

  readonly leave = (): void => {
    this.keep();
    if (!this.#inside) return;
    this.#inside = false;
    this.#places.taken--;
    this.#onLeave?.();
  };
}

/** Returns what stands for the machine at an address. */
function groupOf(address: string): string {
  const bytes = bytesOf(address);
  return bytes ? machineAt(bytes) : address;
}
