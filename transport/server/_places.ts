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

  readonly #onLeave: ((machine: string | undefined) => void) | undefined;

  /**
   * Makes room for `max` connections.
   *
   * @param onLeave Called once with each place that is given back.
   */
  constructor(
    max: number,
    onLeave?: (machine: string | undefined) => void,
  ) {
    this.#max = max;
    this.#onLeave = onLeave;
  }

  /**
   * Takes a place for a connection from an address.
   *
   * @param machine What `onLeave` is told of it.
   */
  enter(address: string, machine?: string): Place | undefined {
    if (this.taken >= this.#max && !this.#takeOver()) return undefined;
    this.taken++;
    return new OnePlace(this, address, machine);
  }

  /** Notes that a place is free again. */
  left(machine: string | undefined): void {
    this.taken--;
    this.#onLeave?.(machine);
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
  readonly #address: string;
  readonly #machine: string | undefined;
  /** Among which it is offered, while it is. */
  #group: string | undefined;
  #inside = true;

  constructor(places: Places, address: string, machine: string | undefined) {
    this.#places = places;
    this.#address = address;
    this.#machine = machine;
  }

  offer(drop: () => void): void {
    if (!this.#inside) return;
    this.#group = groupOf(this.#address);
    this.#places.offer(this.#group, this, drop);
  }

  keep(): void {
    if (this.#group === undefined) return;
    this.#places.withdraw(this.#group, this);
    this.#group = undefined;
  }

  readonly leave = (): void => {
    this.keep();
    if (!this.#inside) return;
    this.#inside = false;
    this.#places.left(this.#machine);
  };
}

/** Returns what stands for the machine at an address. */
function groupOf(address: string): string {
  const bytes = bytesOf(address);
  return bytes ? machineAt(bytes) : address;
}
