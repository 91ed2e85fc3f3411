// Copyright 2026 the Wirekit authors. MIT license.

import { sleep, within } from "@wirekit/internal/clock";
import type { KV } from "@nats-io/kv";
import type { NamesReading } from "../backplane.ts";
import { isChanged } from "./_buckets.ts";
import { RETRY_DELAY } from "./_claim.ts";
import { Claims } from "./_claims.ts";
import { type Entry, ownerIn } from "./_entry.ts";
import type { NameKeeper } from "./_keeper.ts";
import { keyOf, nameOf } from "./_keys.ts";
import { Owners } from "./_owners.ts";

/** How long the engine may take to tell of one name. */
const LOOK_TIMEOUT = 1_000;
/** Of how many names it is asked at the same time who has them. */
const LOOKS = 64;

/** The names of a cluster: follows the bucket, for the claims of this node too. */
export class NatsNames {
  readonly #kv: KV;
  readonly #keeper: NameKeeper;
  readonly #owners = new Owners();
  /** The names that this node wants. */
  readonly claims: Claims;
  /** There while not all are known. */
  reading: NamesReading | undefined;
  #read = () => {};
  readonly #looks = new Map<string, Promise<string | undefined>>();
  /** The node that an entry named last: most name the same. */
  #lastNode = "";

  constructor(kv: KV, keeper: NameKeeper) {
    this.#kv = kv;
    this.#keeper = keeper;
    this.claims = new Claims(kv, keeper, this.#owners);
    this.forget();
  }

  /** The other node that has each name. */
  get nodes(): ReadonlyMap<string, string> {
    return this.#owners.nodes;
  }

  /** Takes one piece of news, or what was there before, in any order. */
  hear(entry: Entry): void {
    const name = nameOf(entry.key);
    if (name === undefined) return;
    const { revision } = entry;
    if (this.#owners.isPast(name, revision)) return;
    const claim = this.claims.get(name);
    const isNews = claim?.epoch !== undefined && revision > claim.epoch;
    if (entry.operation !== "PUT") {
      // A node that was taken for dead takes it again before it goes on.
      if (isNews && this.#keeper.ready) claim.lose();
      return this.#free(name, revision);
    }
    const node = this.#ownerIn(entry);
    // An entry that nobody can read belongs to nobody: the name is free.
    if (node === "") return this.#free(name, revision);
    if (isNews && node !== this.#keeper.id) claim.lose();
    const before = this.#owners.get(name);
    if (node === this.#keeper.id) {
      this.#owners.delete(name);
      // It came too late: nobody here wants it any more.
      if (!claim) this.sweep(name, revision);
    } else {
      this.#owners.set(name, { node, revision });
      if (!this.reading) this.#keeper.suspect(node);
    }
    if (before && before.node !== node) this.#keeper.left(name, false);
  }

  /** The node that has a name: one string for all of its names. */
  #ownerIn(entry: Entry): string {
    const node = ownerIn(entry.string());
    return node === this.#lastNode ? this.#lastNode : this.#lastNode = node;
  }

  #free(name: string, revision: number): void {
    this.#owners.end(name, revision);
    if (this.#owners.get(name)) {
      this.#owners.delete(name);
      this.#keeper.left(name, false);
    }
    this.claims.get(name)?.wake(revision, revision);
  }

  /**
   * Takes all names of a node for free that is gone. Returns those that this
   * node does not want, with the revisions of their entries.
   */
  vacate(node: string): [string, number][] {
    const orphans: [string, number][] = [];
    for (const [name, revision] of this.#owners.of(node)) {
      this.#owners.delete(name);
      this.#keeper.left(name, true);
      const claim = this.claims.get(name);
      if (claim) claim.wake(revision, revision + 0.5);
      else orphans.push([name, revision]);
    }
    return orphans;
  }

  /** Forgets what was heard, until all is told again. */
  forget(): void {
    this.#owners.forget();
    const done = this.reading?.done ??
      new Promise<void>((resolve) => this.#read = resolve);
    this.reading = { done, ownerOf: (name) => this.#look(name) };
  }

  /**
   * All has been told. Compares with what was known before: what is not told
   * again has ended.
   */
  settle(): void {
    this.reading = undefined;
    this.#read();
    for (const [name, { revision }] of this.#owners.settle()) {
      this.#keeper.left(name, false);
      if (this.#owners.get(name)) continue;
      this.claims.get(name)?.wake(0, revision + 0.5);
    }
  }

  /** Nodes that have names and are not there. */
  ownerless(isThere: (node: string) => boolean): Set<string> {
    const nodes = new Set<string>();
    for (const node of this.#owners.owning()) {
      if (!isThere(node)) nodes.add(node);
    }
    return nodes;
  }

  /** Asks the engine for the other node that has a name. */
  #look(name: string): Promise<string | undefined> {
    const owner = this.nodes.get(name);
    if (owner !== undefined) return Promise.resolve(owner);
    const known = this.#looks.get(name);
    if (known) return known;
    if (this.#looks.size >= LOOKS) return Promise.reject(new Error("busy"));
    const looking = this.#lookUp(name)
      .finally(() => this.#looks.delete(name));
    this.#looks.set(name, looking);
    return looking;
  }

  async #lookUp(name: string): Promise<string | undefined> {
    const { reading } = this;
    const entry = await within(
      this.#kv.get(keyOf(name)),
      LOOK_TIMEOUT,
      () => new Error("timeout"),
    );
    if (entry?.operation !== "PUT") return undefined;
    const node = ownerIn(entry.string());
    if (node === "" || node === this.#keeper.id) return undefined;
    if (!await this.#keeper.isThere(node)) return undefined;
    // All that was told since is remembered only until all is told.
    if (this.reading === reading) this.hear(entry);
    return node;
  }

  /**
   * Removes the entry of a name that nobody has any more. Gives up when somebody
   * wants it, who replaces it, or when the engine is away: it is told again then.
   */
  async sweep(name: string, revision: number): Promise<void> {
    const previousSeq = revision;
    do {
      try {
        return await this.#kv.delete(keyOf(name), { previousSeq });
      } catch (error) {
        if (isChanged(error)) return;
        this.#keeper.failed(error);
        await sleep(RETRY_DELAY);
      }
    } while (this.#keeper.ready && !this.claims.get(name));
  }
}
