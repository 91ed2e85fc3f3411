// Copyright 2026 the Wirekit authors. MIT license.

import type { KV } from "@nats-io/kv";
import { Claim, type ClaimParts } from "./_claim.ts";
import type { NameKeeper } from "./_keeper.ts";
import type { Owners } from "./_owners.ts";

/** How many names are claimed again at the same time. */
const AT_ONCE = 64;

/** The names that this node wants, or is giving up. */
export class Claims {
  readonly #parts: ClaimParts;
  readonly #claims = new Map<string, Claim>();

  constructor(kv: KV, keeper: NameKeeper, owners: Owners) {
    const ended = (name: string) => void this.#claims.delete(name);
    this.#parts = { kv, keeper, owners, undecided: new Set(), ended };
  }

  /** Whether some wait for servers that do not decide. */
  get areUndecided(): boolean {
    return this.#parts.undecided.size > 0;
  }

  /** How many names this node has. */
  get size(): number {
    let size = 0;
    for (const { epoch } of this.#claims.values()) if (epoch) size++;
    return size;
  }

  get(name: string): Claim | undefined {
    return this.#claims.get(name);
  }

  /** Claims a name, or wants it again while it is being given up. */
  add(name: string): void {
    let claim = this.#claims.get(name);
    if (!claim) this.#claims.set(name, claim = new Claim(name, this.#parts));
    claim.want();
  }

  release(name: string): void {
    this.#claims.get(name)?.release();
  }

  /** Goes on with all that waits for the engine. */
  resume(): void {
    for (const claim of this.#claims.values()) claim.resume();
  }

  /** Tells the hub of all claims that nobody decides about now. */
  hold(): void {
    for (const claim of this.#claims.values()) claim.hold();
  }

  /**
   * Takes the names that this node had under an earlier id once more. Another
   * node may have some of them.
   */
  async renew(): Promise<void> {
    const had = [...this.#claims.values()]
      .filter(({ epoch }) => epoch !== undefined);
    await inParts(had, (claim) => claim.renew());
  }

  /** Takes the messages to the names that this node has. */
  async open(): Promise<void> {
    const { keeper } = this.#parts;
    await inParts([...this.#claims], async ([name, claim]) => {
      // It may have been given up while others were opened.
      if (claim.isTold && keeper.ready) await keeper.open(name);
    });
  }
}

/** Does it for each, for some at a time. */
async function inParts<T>(
  all: readonly T[],
  act: (one: T) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < all.length; i += AT_ONCE) {
    await Promise.all(all.slice(i, i + AT_ONCE).map(act));
  }
}
