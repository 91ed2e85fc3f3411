// Copyright 2026 the Wirekit authors. MIT license.

import { sleep } from "@wirekit/internal/clock";
import type { KV } from "@nats-io/kv";
import { isChanged, isChanging } from "./_buckets.ts";
import { ownedBy, ownerIn } from "./_entry.ts";
import type { NameKeeper } from "./_keeper.ts";
import { keyOf } from "./_keys.ts";
import type { Owners } from "./_owners.ts";

/** How long the engine may take to decide about one name. */
const DECISION_TIMEOUT = 1_000;
/** How long to wait before it is asked again. */
export const RETRY_DELAY = 300;
/** How soon it has decided, as a rule, what it was asked by another. */
const SOON = 20;

/** What all claims of a node share. */
export interface ClaimParts {
  readonly kv: KV;
  readonly keeper: NameKeeper;
  readonly owners: Owners;
  /** Those that wait because the engine does not decide. */
  readonly undecided: Set<Claim>;
  /** A name is given up, and nothing is left of its claim. */
  ended(name: string): void;
}

/** A name that this node wants, or is giving up. */
export class Claim {
  readonly #name: string;
  readonly #parts: ClaimParts;
  #isWanted = true;
  /** The revision by which it has the name. */
  #epoch: number | undefined;
  /** Whether it may have lost that: nobody has said whether it was deleted. */
  #isInDoubt = false;
  /** Whether the hub has been told that it has the name, or has to wait. */
  #isTold = false;
  #isHeld = false;
  /** Whether what is sent to the name is taken no longer. */
  #isShut = true;
  #isBusy = false;
  #isOver = false;
  /** Whether the bucket may have an entry of it that nobody has confirmed. */
  #isUnconfirmed = false;
  /**
   * The revision that the next try replaces: of nobody, or of a node that is
   * gone.
   */
  #expected = 0;
  /** The revision that ended last, while it waits for the name. */
  #end = 0;

  constructor(name: string, parts: ClaimParts) {
    this.#name = name;
    this.#parts = parts;
  }

  /** The revision by which this node has the name, if it has it. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Whether the hub has been told that it has the name. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** Wants the name; one that was being given up as if for the first time. */
  want(): void {
    this.#isWanted = true;
    this.#isHeld = false;
    this.#run();
  }

  release(): void {
    this.#isWanted = this.#isTold = false;
    this.#shut();
    this.#run();
  }

  /** Goes on, if it waits for the engine. */
  resume(): void {
    if (!this.#isTold || !this.#isWanted) this.#run();
  }

  /** Tells the hub that it has to wait, unless it has the name. */
  hold(): void {
    if (!this.#isTold) this.#hold();
  }

  /**
   * Tries to get the name, which has become free.
   *
   * @param expected The revision that the try replaces.
   * @param end The revision that ended.
   */
  wake(expected: number, end: number): void {
    if (this.#epoch !== undefined) return;
    this.#expected = expected;
    this.#end = end;
    this.#run();
  }

  /** Another has the name that was this node's. */
  lose(): void {
    this.#epoch = undefined;
    this.#isInDoubt = false;
    this.#expected = 0;
    this.#shut();
    const isTold = this.#isTold;
    this.#isTold = false;
    if (!isTold || !this.#isWanted) return;
    this.#isHeld = true;
    this.#parts.keeper.lost(this.#name);
  }

  #shut(): void {
    this.#isShut = true;
    this.#parts.keeper.shut(this.#name);
  }

  /** Takes once more the name that it had under an earlier id, if it is free. */
  async renew(): Promise<void> {
    const { kv, keeper } = this.#parts;
    const key = keyOf(this.#name);
    const value = ownedBy(keeper.id);
    const put = async (previousSeq: number) => {
      const timeout = 2 * DECISION_TIMEOUT;
      this.#epoch = await kv.put(key, value, { previousSeq, timeout });
    };
    try {
      await put(this.#epoch!);
    } catch (error) {
      if (!isChanged(error)) throw error;
      const entry = await kv.get(key);
      const text = entry?.operation === "PUT" ? entry.string() : "";
      if (text === value) return void (this.#epoch = entry!.revision);
      const node = ownerIn(text);
      if (node !== "" && await keeper.isThere(node)) return this.lose();
      // Nobody has it, or the servers have lost all: whoever is first has it.
      const isMine = await put(entry?.revision ?? 0).then(
        () => true,
        (error) => {
          if (isChanged(error)) return false;
          throw error;
        },
      );
      if (!isMine) this.lose();
    }
  }

  #hold(): void {
    if (this.#isHeld || !this.#isWanted) return;
    this.#isHeld = true;
    this.#parts.keeper.held(this.#name);
  }

  /** Brings it to where it is wanted. One run at a time. */
  async #run(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { keeper } = this.#parts;
    await Promise.resolve(); // The hub hears of a claim after it has made it.
    try {
      while (keeper.ready) {
        if (!this.#isWanted && !await this.#give()) continue;
        if (!this.#isWanted) {
          this.#isOver = true;
          return this.#parts.ended(this.#name);
        }
        if (this.#isInDoubt) {
          // A new revision: what may still delete the old one fails then.
          this.#isInDoubt = false;
          this.#expected = this.#epoch ?? 0;
          this.#epoch = undefined;
        }
        if (this.#epoch === undefined) {
          const taken = await this.#try();
          // The news of its end may have come while it was looked at.
          if (taken > this.#end) return this.#hold();
        } else {
          if (!this.#isTold) await this.#open();
          if (this.#isTold) return;
        }
      }
      // The engine is away: it goes on when it is back.
      this.#parts.undecided.add(this);
      this.#hold();
    } finally {
      this.#isBusy = false;
      this.#parts.undecided.delete(this);
      // What changed during the last wait is not lost.
      const isDone = this.#isWanted
        ? this.#isTold || this.#isHeld
        : this.#isOver;
      if (!isDone && keeper.ready) this.#run();
    }
  }

  /** Gives the name up; returns whether that is done. */
  async #give(): Promise<boolean> {
    const previousSeq = this.#epoch;
    if (previousSeq === undefined) return await this.#retract();
    this.#epoch = undefined;
    try {
      await this.#parts.kv.delete(keyOf(this.#name), { previousSeq });
    } catch (error) {
      if (!isChanged(error)) {
        this.#parts.keeper.failed(error);
        this.#epoch = previousSeq;
        this.#isInDoubt = true;
        await sleep(RETRY_DELAY);
        return false;
      }
    }
    this.#isInDoubt = false;
    return true;
  }

  /** Gives up a name that it may have got without an answer. */
  async #retract(): Promise<boolean> {
    if (!this.#isUnconfirmed) return true;
    const { kv, keeper } = this.#parts;
    try {
      const entry = await kv.get(keyOf(this.#name));
      if (entry?.operation === "PUT" && ownerIn(entry.string()) === keeper.id) {
        this.#epoch = entry.revision;
        this.#isInDoubt = true;
      }
      this.#isUnconfirmed = false;
    } catch (error) {
      keeper.failed(error);
      await sleep(RETRY_DELAY);
    }
    return false;
  }

  /** Tries to get the name; returns the revision by which another has it, or 0. */
  async #try(): Promise<number> {
    const { kv, keeper } = this.#parts;
    const key = keyOf(this.#name);
    const { id } = keeper;
    const value = ownedBy(id);
    const previousSeq = this.#expected;
    let undecided: unknown;
    this.#isUnconfirmed = true;
    try {
      const options = { previousSeq, timeout: DECISION_TIMEOUT };
      this.#take(await kv.put(key, value, options), id);
      return 0;
    } catch (error) {
      if (isChanging(error)) {
        undecided = error;
        await sleep(SOON);
      } else if (!isChanged(error)) await this.#wait(error);
    }
    try {
      const entry = await kv.get(key);
      this.#expected = entry?.revision ?? 0;
      if (undecided && this.#expected === previousSeq) {
        await this.#wait(undecided);
        return 0;
      }
      if (entry?.operation !== "PUT") return 0;
      const text = entry.string();
      if (text === value) {
        // The answer was lost on the way, and the name is ours.
        this.#take(entry.revision, id);
        return 0;
      }
      const node = ownerIn(text);
      if (node !== "" && node !== keeper.id && await keeper.isThere(node)) {
        this.#isUnconfirmed = false;
        // What is there now is not to be replaced, ever.
        this.#expected = 0;
        return entry.revision;
      }
    } catch (error) {
      await this.#wait(error);
    }
    return 0;
  }

  /** The bucket has the name for this node, by the id that it had when it asked. */
  #take(epoch: number, id: string): void {
    const { keeper, owners } = this.#parts;
    this.#isUnconfirmed = false;
    const heard = Math.max(owners.revisionOf(this.#name), this.#end);
    // Another has had it since. Or it was taken with an id from before, which
    // is of a node that is gone: once more, then.
    if (heard > epoch) this.#expected = 0;
    else if (id !== keeper.id) this.#expected = epoch;
    else this.#epoch = epoch;
  }

  /** Waits before the engine is asked again, which does not decide now. */
  async #wait(error: unknown): Promise<void> {
    this.#parts.keeper.failed(error);
    this.#parts.undecided.add(this);
    this.#hold();
    await sleep(RETRY_DELAY);
  }

  /** Takes what is sent to the name, which was won, and tells the hub if it still is. */
  async #open(): Promise<void> {
    const { keeper } = this.#parts;
    const epoch = this.#epoch;
    this.#isShut = false;
    await keeper.open(this.#name);
    if (this.#isShut || this.#epoch !== epoch || !keeper.ready) return;
    this.#isTold = true;
    this.#isHeld = false;
    this.#end = 0;
    keeper.won(this.#name);
  }
}
