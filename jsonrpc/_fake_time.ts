// Copyright 2026 the Wirekit authors. MIT license.

/** A clock that a test moves: `setTimeout`, `performance.now`, `Date.now`. */

interface Timer {
  at: number;
  action: () => void;
}

/** Puts a clock in place of the real one until it is disposed of. */
export class FakeTime implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #now = performance.now;
  readonly #date = Date.now;
  readonly #timers = new Map<number, Timer>();
  #time = 1_000;
  #lastId = 0;

  constructor() {
    globalThis.setTimeout = ((action: () => void, delay = 0) => {
      this.#timers.set(++this.#lastId, { at: this.#time + delay, action });
      return this.#lastId;
    }) as unknown as typeof setTimeout;
    globalThis.clearTimeout = (id) => void this.#timers.delete(id as number);
    performance.now = () => this.#time;
    Date.now = () => this.#time;
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass, and what it brings happen in its order. */
  async tick(ms: number): Promise<void> {
    const end = this.#time + ms;
    for (;;) {
      await this.settle();
      const due = [...this.#timers].filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { at, action }] = due;
      this.#timers.delete(id);
      this.#time = Math.max(this.#time, at);
      action();
    }
    this.#time = end;
    await this.settle();
  }

  /** Lets all promises settle that need no time. */
  settle(): Promise<void> {
    return new Promise((resolve) =>
      this.#setTimeout.call(globalThis, resolve, 0)
    );
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
    performance.now = this.#now;
    Date.now = this.#date;
  }
}
