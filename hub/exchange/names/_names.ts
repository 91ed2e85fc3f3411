// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A name, who has it, and who waits for it, in the order in which they came. */
interface Seat<T> {
  /** Nobody here, while another node has it or is asked. */
  holder: T | undefined;
  held: Set<T> | undefined;
}

/** Who decides which of several nodes has a name. */
export interface Registry {
  /** Claims a name for this node; returns whether it has it at once. */
  claim(name: string): boolean;
  /** Gives it up, or the claim. */
  release(name: string): void;
}

/**
 * Keeps the owners of names in this process. A name has one owner; later ones
 * wait for it, first come, first served.
 *
 * @typeParam T The type of an owner.
 */
export class Names<T> {
  readonly #seats = new Map<string, Seat<T>>();
  /** None if there is just this node. */
  registry: Registry | undefined;

  /** The names that are taken, in the order in which they were. */
  *keys(): Generator<string, void> {
    for (const [name, { holder }] of this.#seats) {
      if (holder !== undefined) yield name;
    }
  }

  /** Those who have a name, in the same order. */
  *holders(): Generator<T, void> {
    for (const { holder } of this.#seats.values()) {
      if (holder !== undefined) yield holder;
    }
  }

  /** Returns who has a name. */
  holder(name: string): T | undefined {
    return this.#seats.get(name)?.holder;
  }

  /** Returns who has waited longest for a name. */
  first(name: string): T | undefined {
    return this.#seats.get(name)?.held?.values().next().value;
  }

  /** Those who wait for a name. */
  waiting(name: string): readonly T[] {
    return [...this.#seats.get(name)?.held ?? []];
  }

  /** Claims a name; returns whether it is free, otherwise queues the claim. */
  claim(name: string, who: T): boolean {
    const seat = this.#seats.get(name);
    if (seat) {
      (seat.held ??= new Set()).add(who);
      return false;
    }
    const free = this.registry?.claim(name) ?? true;
    this.#seats.set(
      name,
      free
        ? { holder: who, held: undefined }
        : { holder: undefined, held: new Set([who]) },
    );
    return free;
  }

  /** Gives a name up, or the wait for it; returns who has it then, if new. */
  release(name: string, who: T): T | undefined {
    const seat = this.#seats.get(name);
    if (!seat) return undefined;
    if (seat.holder !== who) {
      if (!seat.held?.delete(who)) return undefined;
      if (seat.holder === undefined && seat.held.size === 0) this.#free(name);
      return undefined;
    }
    const heir = this.#next(seat);
    if (heir === undefined) this.#free(name);
    return heir;
  }

  /** The name is this node's: returns who has it now. */
  won(name: string): T | undefined {
    const seat = this.#seats.get(name);
    return seat && seat.holder === undefined ? this.#next(seat) : undefined;
  }

  /** The name is no longer this node's: who had it waits first. */
  lost(name: string): T | undefined {
    const seat = this.#seats.get(name);
    const holder = seat?.holder;
    if (!seat || holder === undefined) return undefined;
    seat.holder = undefined;
    seat.held = new Set([holder, ...seat.held ?? []]);
    return holder;
  }

  #next(seat: Seat<T>): T | undefined {
    const [heir] = seat.held ?? [];
    if (heir !== undefined) seat.held!.delete(heir);
    return seat.holder = heir;
  }

  #free(name: string): void {
    this.#seats.delete(name);
    this.registry?.release(name);
  }
}
