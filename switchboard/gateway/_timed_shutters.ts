// Copyright 2026 the Wirekit authors. MIT license.

/** Shutters that report no position, and whose travel time is known. */

import {
  type CommandOptions,
  type Gateway,
  type HomeItem,
  TimedShutter,
} from "@wirekit/openwebnet";

/** One of them, and the call that moves it to a level now. */
interface Timed {
  readonly shutter: TimedShutter;
  moving: { ending: AbortController; done: Promise<void> } | undefined;
}

/**
 * Works out where they are, from when the gateway takes part on. A call that
 * moves one takes it from a call that is still moving it.
 */
export class TimedShutters {
  readonly #all = new Map<string, Timed>();

  constructor(gateway: Gateway, names: ReadonlyMap<string, HomeItem>) {
    for (const { kind, where, seconds } of names.values()) {
      if (kind !== "shutter" || seconds === undefined) continue;
      if (this.#all.has(where)) continue;
      const times = { upTime: seconds * 1000 };
      const shutter = new TimedShutter(gateway, where, times);
      this.#all.set(where, { shutter, moving: undefined });
    }
  }

  /** Whether the level of a target is worked out here. */
  has(where: string): boolean {
    return this.#all.has(where);
  }

  /** The level, or `null` until the shutter has travelled to an end. */
  level(where: string): number | null {
    return this.#all.get(where)!.shutter.position;
  }

  /** Ends the call that moves a shutter, if there is one. */
  async take(where: string): Promise<void> {
    const { moving } = this.#all.get(where) ?? {};
    if (!moving) return;
    moving.ending.abort(new Error("Another call has moved the shutter."));
    await moving.done.catch(() => {});
  }

  /** Moves a shutter; resolves when it is there. */
  async goTo(
    where: string,
    level: number,
    { signal, ...rest }: CommandOptions,
  ): Promise<void> {
    await this.take(where);
    const timed = this.#all.get(where)!;
    const ending = new AbortController();
    const both = signal
      ? AbortSignal.any([signal, ending.signal])
      : ending.signal;
    const done = timed.shutter.goTo(level, { ...rest, signal: both });
    const moving = timed.moving = { ending, done };
    try {
      await done;
    } finally {
      if (timed.moving === moving) timed.moving = undefined;
    }
  }

  /** Follows them no more. */
  async close(): Promise<void> {
    await Promise.all(Array.from(
      this.#all.values(),
      ({ shutter }) => shutter[Symbol.asyncDispose](),
    ));
  }
}
