// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import { type Fault, fault } from "../fault.ts";

/** The most names that are blocked at a time. */
const MAX_BLOCKED = 1_000;

/** The names that nobody can take for a while. */
export class BlockedNames {
  /** Until when, in milliseconds of the clock. */
  readonly #until = new Map<string, number>();

  /** Blocks a name, or ends that with 0; returns why it is not possible. */
  block(name: string, ms: number, now: number): Fault | undefined {
    checkTime("ms", ms, { zero: true });
    this.#until.delete(name);
    if (ms === 0) return undefined;
    if (this.at(now).size >= MAX_BLOCKED) {
      return fault("TooMany", `More than ${MAX_BLOCKED} names are blocked.`);
    }
    this.#until.set(name, now + ms);
    return undefined;
  }

  /** Returns whether a name is blocked. */
  has(name: string, now: number): boolean {
    const until = this.#until.get(name);
    if (until === undefined) return false;
    if (until > now) return true;
    this.#until.delete(name);
    return false;
  }

  /** Returns those that are blocked, by name. */
  at(now: number): ReadonlyMap<string, number> {
    for (const name of this.#until.keys()) this.has(name, now);
    return this.#until;
  }
}
