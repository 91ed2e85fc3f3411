// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { MessageFilter } from "./areas/item.ts";
import { Subscription } from "./_subscription.ts";
import type { Message } from "./wire/message.ts";

/** All who read the messages of a gateway. */
export class Subscriptions {
  readonly #limit: number;
  readonly #all = new Set<Subscription>();

  /** @param limit How many messages may wait for each. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a reader, until it ends or the signal of its filter aborts. */
  add({ who, where, signal }: MessageFilter): Subscription {
    const abort = () => subscription.end({ error: signal?.reason });
    const subscription = new Subscription(
      (message) =>
        (who === undefined || ("who" in message && message.who === who)) &&
        (where === undefined ||
          ("where" in message && message.where === where)),
      this.#limit,
      (subscription) => {
        this.#all.delete(subscription);
        signal?.removeEventListener("abort", abort);
      },
    );
    this.#all.add(subscription);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    return subscription;
  }

  /** Gives each reader a message that it wants. */
  publish(message: Message): void {
    for (const subscription of this.#all) subscription.push(message);
  }

  /** Ends all of them; with an error, the loops of their readers throw it. */
  end(end?: { error: unknown }): void {
    for (const subscription of this.#all) subscription.end(end);
  }
}
