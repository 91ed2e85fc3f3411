// Copyright 2026 the Wirekit authors. MIT license.

import { every, type Timer } from "@wirekit/internal/clock";

/** How often a member is checked in the time that it may be silent. */
export const LOOKS = 8;

/** What a group asks of its connections. */
export interface Member {
  /** Checks for a sign of life. */
  look(): void;
}

/** What connections share: the clock that checks for silent ones, and masks. */
export class ConnectionGroup {
  readonly #idleTimeout: number;
  readonly #members = new Set<Member>();
  #clock: Timer | undefined;
  readonly #masks = new Int32Array(256);
  #nextMask = 256;

  /**
   * Makes a group whose members may be silent for this many milliseconds; 0
   * means no limit.
   */
  constructor(idleTimeout: number) {
    this.#idleTimeout = idleTimeout;
  }

  /** Adds a member. */
  add(member: Member): void {
    this.#members.add(member);
    if (this.#idleTimeout === 0 || this.#clock !== undefined) return;
    this.#clock = every(this.#idleTimeout / LOOKS, () => {
      for (const each of this.#members) each.look();
    });
  }

  /** Removes a member. */
  delete(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#clock?.stop();
    this.#clock = undefined;
  }

  /** Returns an unpredictable mask. */
  mask(): number {
    if (this.#nextMask === this.#masks.length) {
      crypto.getRandomValues(this.#masks);
      this.#nextMask = 0;
    }
    return this.#masks[this.#nextMask++]!;
  }
}
