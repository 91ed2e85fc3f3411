// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A queue for each device that runs one act at a time, with a limit. */

/** An action, which must end soon when its signal aborts. */
export type Act = (signal: AbortSignal) => Promise<void>;

interface Slot {
  readonly stop: AbortController;
  waiting: Act[];
}

/** Maximum number of waiting acts of a device that must not be skipped. */
const MAX_WAITING = 8;

/** Runs acts, one at a time for each key. */
export class Slots {
  readonly #slots = new Map<string, Slot>();
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  /**
   * Runs an act after those of the same key.
   *
   * @param key The device that it concerns.
   * @param act The act, which must not reject.
   * @param kind `"newest"` replaces the waiting acts: for a slider, only the
   * last position matters. `"now"` also ends the running act. `"each"` is never
   * skipped while there is room.
   * @returns Whether there is room for it.
   */
  run(key: string, act: Act, kind: "newest" | "now" | "each"): boolean {
    if (this.#isClosed) return false;
    const slot = this.#slots.get(key);
    if (slot === undefined) {
      this.#start(key, act);
      return true;
    }
    if (kind === "each") {
      if (slot.waiting.length >= MAX_WAITING) return false;
      slot.waiting.push(act);
      return true;
    }
    slot.waiting = [act];
    if (kind === "now") slot.stop.abort();
    return true;
  }

  /** Ends the running acts. Resolves when none is running any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const slot of this.#slots.values()) {
      slot.waiting = [];
      slot.stop.abort();
    }
    await Promise.all(this.#running);
  }

  #start(key: string, act: Act, waiting: Act[] = []): void {
    const slot: Slot = { stop: new AbortController(), waiting };
    this.#slots.set(key, slot);
    const done = act(slot.stop.signal).catch(() => {}).then(() => {
      this.#running.delete(done);
      this.#slots.delete(key);
      const [next, ...rest] = slot.waiting;
      if (next !== undefined) this.#start(key, next, rest);
    });
    this.#running.add(done);
  }
}
