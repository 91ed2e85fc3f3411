// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** One act at a time for each device, and a limit of those that wait. */

/** Does something; ends soon when the signal aborts. */
export type Act = (signal: AbortSignal) => Promise<void>;

interface Slot {
  readonly stop: AbortController;
  waiting: Act[];
}

/** Most acts of one device that wait, of those that must not be left out. */
const MAX_WAITING = 8;

/** Runs acts. */
export class Slots {
  readonly #slots = new Map<string, Slot>();
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  /**
   * Runs an act after those of the same key.
   *
   * @param key What it is done to.
   * @param act The act, which does not reject.
   * @param kind `"newest"` takes the place of what waits: who moves a slider wants
   * its last place only. `"now"` ends what is running too. `"each"` is not left
   * out, as long as there is room.
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

  /** Ends what is running. Resolves when nothing is running any more. */
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
