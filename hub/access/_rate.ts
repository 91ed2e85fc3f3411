// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { now } from "@wirekit/internal/clock";
import type { Gauge } from "@wirekit/internal/limits";

/** How much one client may send in a second. */
export interface RateLimits {
  readonly messages: Gauge;
  readonly bytes: Gauge;
}

/**
 * Two token buckets, of messages and of bytes: what one client may send. Each
 * holds what a second allows, so that a short burst is not slowed down.
 *
 * The clock is looked at only when a bucket is empty.
 */
export class Rate {
  readonly #limits: RateLimits;
  #messages: number;
  #bytes: number;
  #since = now();

  /** Starts with full buckets. */
  constructor(limits: RateLimits) {
    this.#limits = limits;
    this.#messages = limits.messages.limit;
    this.#bytes = limits.bytes.limit;
  }

  /**
   * Takes a message out.
   *
   * @param size Its length in bytes.
   * @param messages How many it counts for.
   * @returns How long its sender has to wait before the next one, in
   * milliseconds.
   */
  take(size: number, messages = 1): number {
    this.#messages -= messages;
    this.#bytes -= size;
    return this.#messages >= 0 && this.#bytes >= 0 ? 0 : this.#refill();
  }

  /**
   * Takes a message out if there is one. One that is larger than a bucket needs
   * a full one.
   *
   * @param size Its length in bytes.
   * @returns How long it takes until there is one, in milliseconds.
   */
  tryTake(size: number): number {
    if (this.#messages < 1 || this.#bytes < size) {
      const wait = this.#missing(size);
      if (wait > 0) return wait;
    }
    this.#messages--;
    this.#bytes -= size;
    return 0;
  }

  /** How long it takes until a message can be taken out. */
  #missing(size: number): number {
    const { messages, bytes } = this.#limits;
    this.#fill();
    const few = this.#messages < 1;
    const needed = Math.min(size, bytes.limit);
    const small = this.#bytes < needed;
    if (few) messages.hit();
    if (small) bytes.hit();
    return 1_000 * Math.max(
      few ? (1 - this.#messages) / messages.limit : 0,
      small ? (needed - this.#bytes) / bytes.limit : 0,
    );
  }

  /** How long the sender has to wait still, in milliseconds. */
  #refill(): number {
    const { messages, bytes } = this.#limits;
    this.#fill();
    if (this.#messages < 0) messages.hit();
    if (this.#bytes < 0) bytes.hit();
    return 1_000 * Math.max(
      debt(this.#messages, messages.limit),
      debt(this.#bytes, bytes.limit),
    );
  }

  /** Puts into the buckets what the time since the last look allows. */
  #fill(): void {
    const { messages, bytes } = this.#limits;
    const time = now();
    const seconds = (time - this.#since) / 1_000;
    this.#since = time;
    this.#messages = filled(this.#messages, messages.limit, seconds);
    this.#bytes = filled(this.#bytes, bytes.limit, seconds);
  }

  /** Returns the limits for a sentence. */
  toString(): string {
    const { messages, bytes } = this.#limits;
    return [
      messages.limit < Infinity && `${messages.limit} messages`,
      bytes.limit < Infinity && `${bytes.limit} bytes`,
    ].filter(Boolean).join(" or ") + " a second";
  }
}

/** Returns what is in a bucket after some time. */
function filled(amount: number, limit: number, seconds: number): number {
  return limit === Infinity
    ? Infinity
    : Math.min(limit, amount + seconds * limit);
}

/** Returns how many seconds it takes until a bucket is not below empty. */
function debt(amount: number, limit: number): number {
  return amount < 0 ? -amount / limit : 0;
}
