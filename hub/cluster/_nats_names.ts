// Copyright 2026 the Wirekit authors. MIT license.

import { sleep, within } from "@wirekit/internal/clock";
import type { KV } from "@nats-io/kv";
import type { NamesReading } from "./backplane.ts";
import { isChanged } from "./_nats_buckets.ts";
import { keyOf, nameOf } from "./_nats_keys.ts";
import type { Entry } from "./_nats_reader.ts";

/** How long the engine may take to decide about one name, or to tell of it. */
const DECISION_TIMEOUT = 1_000;
/** Of how many names it is asked at the same time who has them. */
const LOOKS = 64;
/** How long to wait before it is asked again. */
const RETRY_DELAY = 300;
/** How many names are claimed again at the same time. */
const AT_ONCE = 64;

/** What the node does for its names. */
export interface NameKeeper {
  /** The id of this node. */
  readonly id: string;
  /** Whether names can be claimed now. */
  readonly ready: boolean;
  /** Whether a node is there; asks the engine if it is not known. */
  isThere(node: string): Promise<boolean>;
  /** Takes the messages to a name; resolves when the server knows. */
  open(name: string): Promise<void>;
  /** Takes them no longer. */
  shut(name: string): void;
  won(name: string): void;
  held(name: string): void;
  lost(name: string): void;
  left(name: string, dead: boolean): void;
}

/** A name that this node wants, or is giving up. */
interface Claim {
  wanted: boolean;
  /** The revision by which it has the name. */
  epoch: number | undefined;
  /** Whether it may have lost that: nobody has said whether it was deleted. */
  inDoubt: boolean;
  /** Whether the hub has been told that it has the name, or has to wait. */
  told: boolean;
  held: boolean;
  busy: boolean;
  /** Whether the bucket may have an entry of it that nobody has confirmed. */
  unconfirmed: boolean;
  /** The revision that the next try replaces: of nobody, or of who is gone. */
  expected: number;
}

/** Who has a name, on another node. */
interface Owner {
  readonly node: string;
  readonly revision: number;
}

/** The names of a cluster, and those that this node wants. */
export class NatsNames {
  readonly #kv: KV;
  readonly #keeper: NameKeeper;
  readonly #claims = new Map<string, Claim>();
  readonly #owners = new Map<string, Owner>();
  /** Those that were known before all is told anew. */
  readonly #before = new Map<string, Owner>();
  /** The same for those who read it. */
  readonly nodes = new Map<string, string>();
  /** Names that ended while all are told, by the revision of that. */
  readonly #ended = new Map<string, number>();
  /** There while not all are known. */
  reading: NamesReading | undefined;
  #read = () => {};
  readonly #looks = new Map<string, Promise<string | undefined>>();
  /** The node that an entry named last: most name the same. */
  #lastNode = "";

  constructor(kv: KV, keeper: NameKeeper) {
    this.#kv = kv;
    this.#keeper = keeper;
    this.forget();
  }

  /** How many names this node has. */
  get size(): number {
    let size = 0;
    for (const { epoch } of this.#claims.values()) if (epoch) size++;
    return size;
  }

  claim(name: string): void {
    let claim = this.#claims.get(name);
    if (!claim) {
      claim = {
        wanted: true,
        epoch: undefined,
        inDoubt: false,
        told: false,
        held: false,
        busy: false,
        unconfirmed: false,
        expected: 0,
      };
      this.#claims.set(name, claim);
    }
    // One that was being given up is wanted again, as if for the first time.
    claim.wanted = true;
    claim.held = false;
    this.#run(name, claim);
  }

  release(name: string): void {
    const claim = this.#claims.get(name);
    if (!claim) return;
    claim.wanted = claim.told = false;
    if (claim.epoch !== undefined) this.#keeper.shut(name);
    this.#run(name, claim);
  }

  /** Goes on with all that waits for the engine. */
  resume(): void {
    for (const [name, claim] of this.#claims) {
      if (!claim.told || !claim.wanted) this.#run(name, claim);
    }
  }

  /** Tells the hub of all claims that nobody decides about now. */
  hold(): void {
    for (const [name, claim] of this.#claims) {
      if (!claim.told) this.#hold(name, claim);
    }
  }

  #hold(name: string, claim: Claim): void {
    if (claim.held || !claim.wanted) return;
    claim.held = true;
    this.#keeper.held(name);
  }

  /** Brings a claim to where it is wanted. One run at a time for each. */
  async #run(name: string, claim: Claim): Promise<void> {
    if (claim.busy) return;
    claim.busy = true;
    await Promise.resolve(); // The hub hears of a claim after it has made it.
    try {
      while (this.#keeper.ready) {
        if (!claim.wanted && !await this.#give(name, claim)) continue;
        if (!claim.wanted) {
          if (this.#claims.get(name) === claim) this.#claims.delete(name);
          this.#ends.delete(name);
          return;
        }
        if (claim.inDoubt) {
          // A new revision: what may still delete the old one fails then.
          claim.inDoubt = false;
          claim.expected = claim.epoch ?? 0;
          claim.epoch = undefined;
        }
        if (claim.epoch === undefined) {
          if (await this.#isTakenByOther(name, claim)) return;
        } else if (claim.told || await this.#open(name, claim)) return;
      }
      // The engine is away: it goes on when it is back.
      this.#hold(name, claim);
    } finally {
      claim.busy = false;
      // What changed during the last wait is not lost.
      const done = claim.wanted
        ? claim.told || claim.held
        : !this.#claims.has(name);
      if (!done && this.#keeper.ready) this.#run(name, claim);
    }
  }

  /** Gives a name up; returns whether that is done. */
  async #give(name: string, claim: Claim): Promise<boolean> {
    const { epoch } = claim;
    if (epoch === undefined) return await this.#retract(name, claim);
    claim.epoch = undefined;
    try {
      await this.#kv.delete(keyOf(name), { previousSeq: epoch });
    } catch (error) {
      if (!isChanged(error)) {
        claim.epoch = epoch;
        claim.inDoubt = true;
        await sleep(RETRY_DELAY);
        return false;
      }
    }
    claim.inDoubt = false;
    return true;
  }

  /** Gives up a name that it may have got without an answer. */
  async #retract(name: string, claim: Claim): Promise<boolean> {
    if (!claim.unconfirmed) return true;
    try {
      const entry = await this.#kv.get(keyOf(name));
      if (entry?.operation === "PUT" && this.#isMine(entry.string())) {
        claim.epoch = entry.revision;
        claim.inDoubt = true;
      }
      claim.unconfirmed = false;
    } catch {
      await sleep(RETRY_DELAY);
    }
    return false;
  }

  /** Tries to get a name; returns whether another has it, so that it has to wait. */
  async #isTakenByOther(name: string, claim: Claim): Promise<boolean> {
    const key = keyOf(name);
    const { id } = this.#keeper;
    const value = this.#value();
    const takes = (epoch: number) => {
      claim.unconfirmed = false;
      const heard = Math.max(
        this.#owners.get(name)?.revision ?? 0,
        this.#ends.get(name) ?? 0,
      );
      // Another has had it since. Or it was taken with an id from before, which
      // is of a node that is gone: once more, then.
      if (heard > epoch) claim.expected = 0;
      else if (id !== this.#keeper.id) claim.expected = epoch;
      else claim.epoch = epoch;
      return false;
    };
    claim.unconfirmed = true;
    try {
      return takes(
        await this.#kv.put(key, value, {
          previousSeq: claim.expected,
          timeout: DECISION_TIMEOUT,
        }),
      );
    } catch (error) {
      if (!isChanged(error)) await this.#wait(name, claim);
    }
    try {
      const entry = await this.#kv.get(key);
      claim.expected = entry?.revision ?? 0;
      if (entry?.operation !== "PUT") return false;
      const text = entry.string();
      // The answer was lost on the way, and the name is ours.
      if (text === value) return takes(entry.revision);
      if (await this.#isTaken(text)) {
        claim.unconfirmed = false;
        // What is there now is not to be replaced, ever.
        claim.expected = 0;
        // The news of its end may have come while it was looked at.
        if ((this.#ends.get(name) ?? 0) > entry.revision) return false;
        this.#hold(name, claim);
        return true;
      }
    } catch {
      await this.#wait(name, claim);
    }
    return false;
  }

  /** Waits before the engine is asked again, which does not answer now. */
  async #wait(name: string, claim: Claim): Promise<void> {
    this.#hold(name, claim);
    await sleep(RETRY_DELAY);
  }

  #value(): string {
    const claim = crypto.randomUUID();
    return JSON.stringify({ node: this.#keeper.id, claim });
  }

  /** Takes what is sent to a name that was won; returns whether it still is. */
  async #open(name: string, claim: Claim): Promise<boolean> {
    const { epoch } = claim;
    await this.#keeper.open(name);
    if (!claim.wanted || claim.epoch !== epoch || !this.#keeper.ready) {
      return false;
    }
    claim.told = true;
    claim.held = false;
    this.#ends.delete(name);
    this.#keeper.won(name);
    return true;
  }

  /** Another has a name that was this node's. */
  #lose(name: string, claim: Claim): void {
    claim.epoch = undefined;
    claim.inDoubt = false;
    claim.expected = 0;
    this.#keeper.shut(name);
    const { told } = claim;
    claim.told = false;
    if (!told || !claim.wanted) return;
    claim.held = true;
    this.#keeper.lost(name);
  }

  /** The revisions that ended, of names that are waited for. */
  readonly #ends = new Map<string, number>();

  #isMine(value: string): boolean {
    return nodeIn(value) === this.#keeper.id;
  }

  async #isTaken(value: string): Promise<boolean> {
    const node = nodeIn(value);
    return node !== "" && !this.#isMine(value) &&
      await this.#keeper.isThere(node);
  }

  /**
   * Takes the names that this node had under an earlier id once more. Another
   * node may have some of them.
   */
  async renew(): Promise<void> {
    const had = [...this.#claims].filter(([_, { epoch }]) =>
      epoch !== undefined
    );
    const renewOne = async ([name, claim]: [string, Claim]) => {
      const key = keyOf(name);
      const value = this.#value();
      const put = async (previousSeq: number) => {
        const timeout = 2 * DECISION_TIMEOUT;
        claim.epoch = await this.#kv.put(key, value, { previousSeq, timeout });
      };
      try {
        await put(claim.epoch!);
      } catch (error) {
        if (!isChanged(error)) throw error;
        const entry = await this.#kv.get(key);
        if (!entry) {
          // The servers have lost all: whoever is first has it.
          const isMine = await put(0).then(() => true, (error) => {
            if (isChanged(error)) return false;
            throw error;
          });
          if (!isMine) return this.#lose(name, claim);
        } else if (entry.operation === "PUT" && entry.string() === value) {
          claim.epoch = entry.revision;
        } else return this.#lose(name, claim);
      }
    };
    for (let i = 0; i < had.length; i += AT_ONCE) {
      await Promise.all(had.slice(i, i + AT_ONCE).map(renewOne));
    }
  }

  /** Takes the messages to the names that this node has. */
  async open(): Promise<void> {
    const names = [...this.#claims].filter(([_, { told }]) => told);
    for (let i = 0; i < names.length; i += AT_ONCE) {
      const some = names.slice(i, i + AT_ONCE);
      await Promise.all(some.map(([name]) => this.#keeper.open(name)));
    }
  }

  // What comes from the bucket.

  /** Takes one piece of news, or what was there before, in any order. */
  hear(entry: Entry): void {
    const name = nameOf(entry.key);
    if (name === undefined) return;
    const { revision } = entry;
    const before = this.#owners.get(name);
    if (before && before.revision >= revision) return;
    if (this.#ended.size > 0 && this.#ended.get(name)! >= revision) return;
    const claim = this.#claims.get(name);
    const isNews = claim?.epoch !== undefined && revision > claim.epoch;
    if (entry.operation !== "PUT") {
      if (isNews) this.#lose(name, claim);
      return this.#free(name, revision, before);
    }
    const node = this.#nodeIn(entry);
    // What nobody can read is nobody's: who wants the name takes it.
    if (node === "") return this.#free(name, revision, before);
    if (isNews && node !== this.#keeper.id) this.#lose(name, claim);
    if (node === this.#keeper.id) {
      this.#owners.delete(name);
      this.nodes.delete(name);
      // It came too late: nobody here wants it any more.
      if (!claim) this.sweep(name, revision);
    } else {
      this.#owners.set(name, { node, revision });
      this.nodes.set(name, node);
    }
    if (before && before.node !== node) this.#keeper.left(name, false);
  }

  /** The node that has a name: one string for all of its names. */
  #nodeIn(entry: Entry): string {
    const node = nodeIn(entry.string());
    return node === this.#lastNode ? this.#lastNode : this.#lastNode = node;
  }

  #free(name: string, revision: number, before: Owner | undefined): void {
    if (this.reading) this.#ended.set(name, revision);
    if (before) {
      this.#owners.delete(name);
      this.nodes.delete(name);
      this.#keeper.left(name, false);
    }
    this.#wake(name, revision, revision);
  }

  /** Tries to get a name that has become free. */
  #wake(name: string, expected: number, end: number): void {
    const claim = this.#claims.get(name);
    if (!claim || claim.epoch !== undefined) return;
    claim.expected = expected;
    this.#ends.set(name, end);
    this.#run(name, claim);
  }

  /** Takes all names of a node for free that is gone. */
  vacate(node: string): [string, number][] {
    const orphans: [string, number][] = [];
    for (const [name, owner] of this.#owners) {
      if (owner.node !== node) continue;
      this.#owners.delete(name);
      this.nodes.delete(name);
      this.#keeper.left(name, true);
      if (this.#claims.has(name)) {
        this.#wake(name, owner.revision, owner.revision + 0.5);
      } else orphans.push([name, owner.revision]);
    }
    return orphans;
  }

  /** Forgets what was heard, until all is told anew. */
  forget(): void {
    for (const [name, owner] of this.#owners) this.#before.set(name, owner);
    this.#owners.clear();
    this.#ended.clear();
    if (this.reading) return;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.reading = { done, ownerOf: (name) => this.#look(name) };
    this.#read = resolve;
  }

  /** Asks the engine for the other node that has a name. */
  #look(name: string): Promise<string | undefined> {
    const owner = this.nodes.get(name);
    if (owner !== undefined) return Promise.resolve(owner);
    const known = this.#looks.get(name);
    if (known) return known;
    if (this.#looks.size >= LOOKS) return Promise.resolve(undefined);
    const looking = this.#lookUp(name).catch(() => undefined)
      .finally(() => this.#looks.delete(name));
    this.#looks.set(name, looking);
    return looking;
  }

  async #lookUp(name: string): Promise<string | undefined> {
    const entry = await within(
      this.#kv.get(keyOf(name)),
      DECISION_TIMEOUT,
      () => new Error("timeout"),
    );
    if (entry?.operation !== "PUT") return undefined;
    const value = entry.string();
    if (!await this.#isTaken(value)) return undefined;
    this.hear(entry);
    return nodeIn(value);
  }

  /**
   * All has been told. Compares with what was known before: what is not told
   * again has ended.
   */
  settle(): void {
    this.#ended.clear();
    this.reading = undefined;
    this.#read();
    for (const [name, { node, revision }] of this.#before) {
      const owner = this.#owners.get(name);
      if (owner?.node === node) continue;
      if (!owner && this.nodes.get(name) === node) this.nodes.delete(name);
      this.#keeper.left(name, false);
      if (!owner) this.#wake(name, 0, revision + 0.5);
    }
    this.#before.clear();
  }

  /** Names whose owners are not there. */
  ownerless(isThere: (node: string) => boolean): Set<string> {
    const nodes = new Set<string>();
    for (const { node } of this.#owners.values()) {
      if (!isThere(node)) nodes.add(node);
    }
    return nodes;
  }

  /**
   * Removes the entry of a name that nobody has any more. Gives up when somebody
   * wants it, who replaces it, or when the engine is away: it is told anew then.
   */
  async sweep(name: string, revision: number): Promise<void> {
    const previousSeq = revision;
    do {
      try {
        return await this.#kv.delete(keyOf(name), { previousSeq });
      } catch (error) {
        if (isChanged(error)) return;
        await sleep(RETRY_DELAY);
      }
    } while (this.#keeper.ready && !this.#claims.has(name));
  }
}

/** The node that has a name, of its entry; none if nobody can read that. */
function nodeIn(value: string): string {
  try {
    const { node } = JSON.parse(value);
    return typeof node === "string" ? node : "";
  } catch {
    return "";
  }
}
