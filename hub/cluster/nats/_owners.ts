// Copyright 2026 the Wirekit authors. MIT license.

/** A name of another node: which one, and by which revision. */
export interface Owner {
  readonly node: string;
  readonly revision: number;
}

/** Which other node has which name, as far as this one was told. */
export class Owners {
  readonly #owners = new Map<string, Owner>();
  /** Those that were known before all is told again. */
  readonly #before = new Map<string, Owner>();
  /** Names that ended while all are told, by the revision of that. */
  readonly #ended = new Map<string, number>();
  /** Whether not all are known. */
  #isPartial = true;
  /** The node that has each name, for those who read it. */
  readonly nodes = new Map<string, string>();

  get(name: string): Owner | undefined {
    return this.#owners.get(name);
  }

  /** The revision by which another node has a name; 0 if none has it. */
  revisionOf(name: string): number {
    return this.#owners.get(name)?.revision ?? 0;
  }

  /** Whether what comes of a name is older than what has come. */
  isPast(name: string, revision: number): boolean {
    if (this.revisionOf(name) >= revision) return true;
    return this.#ended.size > 0 && this.#ended.get(name)! >= revision;
  }

  set(name: string, owner: Owner): void {
    this.#owners.set(name, owner);
    this.nodes.set(name, owner.node);
  }

  delete(name: string): void {
    this.#owners.delete(name);
    this.nodes.delete(name);
  }

  /** Remembers that nobody has a name, against older news that is still to come. */
  end(name: string, revision: number): void {
    if (this.#isPartial) this.#ended.set(name, revision);
  }

  /** The names of a node, each with its revision. */
  *of(node: string): Iterable<[string, number]> {
    for (const [name, owner] of this.#owners) {
      if (owner.node === node) yield [name, owner.revision];
    }
  }

  /** The nodes that have names. */
  *owning(): Iterable<string> {
    for (const { node } of this.#owners.values()) yield node;
  }

  /** Starts over: all is told once more. */
  forget(): void {
    for (const [name, owner] of this.#owners) this.#before.set(name, owner);
    this.#owners.clear();
    this.#ended.clear();
    this.#isPartial = true;
  }

  /**
   * All has been told. Returns what was known before and was not told again, or
   * is now of another node.
   */
  settle(): [string, Owner][] {
    this.#ended.clear();
    this.#isPartial = false;
    const left: [string, Owner][] = [];
    for (const [name, before] of this.#before) {
      const owner = this.#owners.get(name);
      if (owner?.node === before.node) continue;
      if (!owner && this.nodes.get(name) === before.node) {
        this.nodes.delete(name);
      }
      left.push([name, before]);
    }
    this.#before.clear();
    return left;
  }
}
