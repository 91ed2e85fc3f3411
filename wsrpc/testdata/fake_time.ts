// Copyright 2026 the Wirekit authors. MIT license.

interface Timer {
  at: number;
  run: () => void;
}

/** A clock that only a test moves: for `setTimeout` and `performance.now`. */
export class FakeTime implements Disposable {
  #now = 1_000_000;
  #id = 0;
  readonly #timers = new Map<number, Timer>();
  readonly #real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: performance.now,
  };

  /** Stops the real clock for this program. */
  constructor() {
    const set = (run: () => void, ms = 0) => {
      this.#timers.set(++this.#id, { at: this.#now + ms, run });
      return this.#id;
    };
    const clear = (id?: number) => void this.#timers.delete(id ?? 0);
    globalThis.setTimeout = set as never;
    globalThis.clearTimeout = clear as never;
    performance.now = () => this.#now;
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets all promises go on. */
  async settle(): Promise<void> {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  }

  /** Lets time pass, and what is due happen in its order. */
  async tick(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    while (true) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].run();
      await this.settle();
    }
    this.#now = end;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#real.setTimeout;
    globalThis.clearTimeout = this.#real.clearTimeout;
    performance.now = this.#real.now;
  }
}
