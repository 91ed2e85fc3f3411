// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";

/** A wait for the name. */
interface Wait {
  readonly done: PromiseWithResolvers<void>;
  /** Whether a failed attempt ends it. */
  readonly once: boolean;
}

/** The waits until the hub accepts the name, and what they are told. */
export class Waits {
  readonly #waits = new Set<Wait>();
  /** Why the last attempt failed, until the name is accepted. */
  failure: unknown;
  /** The failure that the waits for one attempt were told. */
  #told: unknown;

  /** Their number. */
  get size(): number {
    return this.#waits.size;
  }

  /**
   * Waits until the name is accepted, or until one attempt has failed if `once`
   * says so.
   */
  async add(
    once: boolean,
    timeout: number,
    makeError: () => Error,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const wait = { done: Promise.withResolvers<void>(), once };
    this.#waits.add(wait);
    try {
      await within(wait.done.promise, timeout, makeError, { signal });
    } finally {
      this.#waits.delete(wait);
    }
  }

  /**
   * Ends the waits for one attempt, which has failed. Returns whether any was
   * told, now or before.
   */
  tell(error: unknown): boolean {
    this.failure = error;
    for (const wait of this.#waits) {
      if (!wait.once) continue;
      wait.done.reject(error);
      this.#waits.delete(wait);
      this.#told = error;
    }
    return error === this.#told;
  }

  /** Ends all waits: the name is accepted, unless there is an error. */
  end(error?: unknown): void {
    if (error === undefined) this.failure = undefined;
    for (const { done } of this.#waits) {
      if (error === undefined) done.resolve();
      else done.reject(error);
    }
    this.#waits.clear();
  }
}
