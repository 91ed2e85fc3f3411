// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A queue for each device that runs one act at a time, with a limit. */

/** An action, which must end soon when its signal aborts. */
export type Act = (signal: AbortSignal) => Promise<void>;

/** An action that waits for its turn. */
interface Waiting {
  readonly act: Act;
  /** Is told whether it was done, or left out for a newer one. */
  readonly ended: (isDone: boolean) => void;
}

interface Slot {
  readonly stop: AbortController;
  waiting: Waiting[];
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
   * @returns Resolves when it has ended: with false if a newer act has taken
   * its place. `undefined` if there is no room for it.
   */
  run(
    key: string,
    act: Act,
    kind: "newest" | "now" | "each",
  ): Promise<boolean> | undefined {
    if (this.#isClosed) return undefined;
    const slot = this.#slots.get(key);
    const isFull = slot !== undefined && slot.waiting.length >= MAX_WAITING;
    if (kind === "each" && isFull) return undefined;
    const { promise, resolve: ended } = Promise.withResolvers<boolean>();
    if (slot === undefined) this.#start(key, { act, ended });
    else {
      if (kind !== "each") leaveOut(slot);
      slot.waiting.push({ act, ended });
      if (kind === "now") slot.stop.abort();
    }
    return promise;
  }

  /** Ends the running acts. Resolves when none is running any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const slot of this.#slots.values()) {
      leaveOut(slot);
      slot.stop.abort();
    }
    await Promise.all(this.#running);
  }

  #start(key: string, { act, ended }: Waiting, waiting: Waiting[] = []): void {
    const slot: Slot = { stop: new AbortController(), waiting };
    this.#slots.set(key, slot);
    const { signal } = slot.stop;
    const done = act(signal).catch(() => {}).then(() => {
      this.#running.delete(done);
      this.#slots.delete(key);
      ended(!signal.aborted);
      const [next, ...rest] = slot.waiting;
      if (next !== undefined) this.#start(key, next, rest);
    });
    this.#running.add(done);
  }
}

function leaveOut(slot: Slot): void {
  for (const { ended } of slot.waiting) ended(false);
  slot.waiting = [];
}
