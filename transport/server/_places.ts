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

/** A place that may be taken over. */
interface Offer {
  readonly place: Place;
  readonly queue: Queue;
  /** Ends its connection. */
  readonly drop: () => void;
  /** Where it stands in its queue. */
  at: number;
}

/** The fewest addresses whose queues are kept, empty or not. */
const MIN_QUEUES = 256;

/**
 * The places of one address that may be taken over, the oldest first. No map:
 * each request on an open connection changes it, and a map that always changes
 * keeps its past alive.
 */
class Queue {
  size = 0;
  #offers: (Offer | undefined)[] = [];

  add(place: Place, drop: () => void): Offer {
    if (this.#offers.length >= 2 * this.size + 16) {
      this.#offers = this.#offers.filter((each) => each !== undefined);
      this.#offers.forEach((each, at) => each!.at = at);
    }
    const offer = { place, queue: this, drop, at: this.#offers.length };
    this.#offers.push(offer);
    this.size++;
    return offer;
  }

  delete({ at }: Offer): void {
    this.#offers[at] = undefined;
    this.size--;
  }

  first(): Offer | undefined {
    return this.#offers.find((each) => each !== undefined);
  }
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
  /** Those that may be taken over, by machine. */
  readonly #queues = new Map<string, Queue>();
  /** The machine of the address that came last. */
  #last = { address: "", group: "" };

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

  /** Notes that a place may be taken over, until its offer is withdrawn. */
  offer(address: string, place: Place, drop: () => void): Offer {
    if (address !== this.#last.address) {
      this.#last = { address, group: groupOf(address) };
    }
    const { group } = this.#last;
    let queue = this.#queues.get(group);
    if (!queue) {
      if (this.#queues.size >= MIN_QUEUES) this.#forget();
      this.#queues.set(group, queue = new Queue());
    }
    return queue.add(place, drop);
  }

  #forget(): void {
    for (const [group, { size }] of this.#queues) {
      if (size === 0) this.#queues.delete(group);
    }
  }

  /** Ends a connection that may be taken over; returns whether there is one. */
  #takeOver(): boolean {
    let largest: Queue | undefined;
    for (const queue of this.#queues.values()) {
      if (queue.size > (largest?.size ?? 0)) largest = queue;
    }
    const oldest = largest?.first();
    if (!oldest) return false;
    oldest.place.leave();
    oldest.drop();
    return true;
  }
}

/** One place: an object without closures, since each connection has one. */
class OnePlace implements Place {
  readonly #places: Places;
  readonly #address: string;
  readonly #machine: string | undefined;
  /** Where it is offered, while it is. */
  #offer: Offer | undefined;
  #inside = true;

  constructor(places: Places, address: string, machine: string | undefined) {
    this.#places = places;
    this.#address = address;
    this.#machine = machine;
  }

  offer(drop: () => void): void {
    if (!this.#inside || this.#offer) return;
    this.#offer = this.#places.offer(this.#address, this, drop);
  }

  keep(): void {
    this.#offer?.queue.delete(this.#offer);
    this.#offer = undefined;
  }

  leave(): void {
    this.keep();
    if (!this.#inside) return;
    this.#inside = false;
    this.#places.left(this.#machine);
  }
}

/** Returns what stands for the machine at an address. */
function groupOf(address: string): string {
  const bytes = bytesOf(address);
  return bytes ? machineAt(bytes) : address;
}
