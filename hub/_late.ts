// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { described } from "@wirekit/internal/errors";
import type { Logger } from "@wirekit/internal/logger";

/** What is made by code that is loaded when it is needed first. */
export class Late<T> {
  /** It, once it is there. */
  now: T | undefined;
  readonly #load: () => Promise<T>;
  readonly #logger: Logger | undefined;
  #coming: Promise<T> | undefined;

  constructor(load: () => Promise<T>, logger: Logger | undefined) {
    this.#load = load;
    this.#logger = logger;
  }

  /** Waits for it. If it cannot be loaded, the next call tries again. */
  get(): Promise<T> {
    return this.#coming ??= this.#begin();
  }

  async #begin(): Promise<T> {
    try {
      return this.now = await this.#load();
    } catch (error) {
      this.#coming = undefined;
      const text = `Cannot load a part of the hub: ${described(error)}`;
      this.#logger?.error?.(text);
      throw error;
    }
  }
}
