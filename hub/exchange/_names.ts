// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A name, who has it, and who waits for it, in the order in which they came. */
interface Seat<T> {
  holder: T;
  held: Set<T> | undefined;
}

/**
 * Keeps the owners of names in this process. A name has one owner; later ones
 * wait for it, first come, first served.
 *
 * @typeParam T The type of an owner.
 */
export class Names<T> {
  readonly #seats = new Map<string, Seat<T>>();

  /** The names that are taken, in the order in which they were. */
  keys(): IterableIterator<string> {
    return this.#seats.keys();
  }

  /** Those who have a name, in the same order. */
  *holders(): Generator<T, void> {
    for (const { holder } of this.#seats.values()) yield holder;
  }

  /** Those who have a name or wait for one. */
  *all(): Generator<T, void> {
    for (const { holder, held } of this.#seats.values()) {
      yield holder;
      if (held) yield* held;
    }
  }

  /** Returns who has a name. */
  holder(name: string): T | undefined {
    return this.#seats.get(name)?.holder;
  }

  /** Claims a name; returns whether it is free, otherwise queues the claim. */
  claim(name: string, who: T): boolean {
    const seat = this.#seats.get(name);
    if (seat) (seat.held ??= new Set()).add(who);
    else this.#seats.set(name, { holder: who, held: undefined });
    return !seat;
  }

  /** Gives a name up, or the wait for it; returns who has it then, if new. */
  release(name: string, who: T): T | undefined {
    const seat = this.#seats.get(name);
    if (seat?.holder !== who) {
      seat?.held?.delete(who);
      return undefined;
    }
    const [heir] = seat.held ?? [];
    if (heir === undefined) {
      this.#seats.delete(name);
      return undefined;
    }
    seat.held!.delete(heir);
    return seat.holder = heir;
  }
}
