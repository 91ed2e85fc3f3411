// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Party } from "./_party.ts";
import type { Observer } from "./observer.ts";

/** As often as nothing is shown where nobody watches. */
const RARELY = 1_000_000;

/** Which messages the observer is shown. */
export class Sampling {
  #observer: Observer | undefined;
  /** How many messages to pass over until the observer is shown the next. */
  #skip = 0;

  /** The one who watches. */
  get observer(): Observer | undefined {
    return this.#observer;
  }

  set observer(observer: Observer | undefined) {
    this.#observer = observer;
    this.#skip = 0;
  }

  /** Counts a message; returns whether it is to be shown. */
  isDue(from: Party, to: Party | undefined): boolean {
    return --this.#skip < 0 || from.watched || to?.watched === true;
  }

  /**
   * Returns how many messages the one that is shown stands for: none if it is
   * shown for its name only.
   */
  weigh(): number {
    if (this.#skip >= 0) return 0;
    const stride = this.#observer?.stride ?? RARELY;
    this.#skip = stride - 1;
    return stride;
  }
}
