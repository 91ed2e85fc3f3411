// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A name has got an owner, or lost it. */
export interface Move {
  readonly name: string;
  /** The id of its owner from now on, if it has one. */
  readonly to: string | undefined;
  /** Whether the node that had it is gone. */
  readonly dead: boolean;
  /** How many moves there were before. */
  readonly at: number;
  /** The last one of the same name before. */
  before: Move | undefined;
}

/**
 * What became of names, in order. All nodes share it, and each knows how much of
 * it it has heard: a thousand nodes that each kept a hundred thousand names
 * would need gigabytes.
 */
export class Moves {
  /** Those that some node may not have heard of. */
  readonly #moves: Move[] = [];
  readonly #last = new Map<string, Move>();
  #forgotten = 0;

  /** How many there were. */
  get count(): number {
    return this.#forgotten + this.#moves.length;
  }

  add(name: string, to: string | undefined, dead: boolean): void {
    const before = this.#last.get(name);
    const move: Move = { name, to, dead, at: this.count, before };
    this.#moves.push(move);
    this.#last.set(name, move);
  }

  get(at: number): Move {
    return this.#moves[at - this.#forgotten]!;
  }

  /** All nodes have heard of so many. */
  forget(heard: number): void {
    const count = Math.max(0, heard - this.#forgotten);
    for (const move of this.#moves.splice(0, count)) {
      move.before = undefined;
      const isLast = this.#last.get(move.name) === move;
      if (isLast && move.to === undefined) this.#last.delete(move.name);
    }
    this.#forgotten += count;
  }

  /** The id of the owner of a name, as who has heard of so many moves knows. */
  ownerOf(name: string, heard: number): string | undefined {
    let move = this.#last.get(name);
    while (move && move.at >= heard) move = move.before;
    return move?.to;
  }

  /** All names that ever had an owner, and perhaps more. */
  names(): MapIterator<string> {
    return this.#last.keys();
  }
}

/** Who has which name as one node knows it, without its own. */
export class KnownNames implements ReadonlyMap<string, string> {
  readonly #moves: Moves;
  readonly #own: { readonly id: string };
  /** Of how many moves the node has heard. */
  heard = 0;

  constructor(moves: Moves, own: { readonly id: string }) {
    this.#moves = moves;
    this.#own = own;
  }

  /** Hears of moves, so many in all; says which other nodes lost names. */
  hear(until: number, left: (name: string, dead: boolean) => void): void {
    while (this.heard < until) {
      const { name, to, dead, before } = this.#moves.get(this.heard++);
      const had = before?.to;
      const isOther = had !== undefined && had !== this.#own.id;
      if (isOther && had !== to) left(name, dead);
    }
  }

  get(name: string): string | undefined {
    const owner = this.#moves.ownerOf(name, this.heard);
    return owner === this.#own.id ? undefined : owner;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get size(): number {
    return [...this].length;
  }

  *entries(): MapIterator<[string, string]> {
    for (const name of this.#moves.names()) {
      const owner = this.get(name);
      if (owner !== undefined) yield [name, owner];
    }
  }

  *keys(): MapIterator<string> {
    for (const [name] of this) yield name;
  }

  *values(): MapIterator<string> {
    for (const [, owner] of this) yield owner;
  }

  forEach(
    act: (
      owner: string,
      name: string,
      all: ReadonlyMap<string, string>,
    ) => void,
  ): void {
    for (const [name, owner] of this) act(owner, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }
}
