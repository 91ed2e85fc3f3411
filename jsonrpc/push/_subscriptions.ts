// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Caller, CallOptions } from "../call/caller.ts";
import { JsonRpcError } from "../wire/error.ts";
import type { EventQueue } from "./event_queue.ts";
import type { Params } from "../wire/message.ts";

/** Most events that may come before the subscription that they belong to. */
const MAX_EARLY = 1_024;

/** What to subscribe to, and where the events go. */
export interface Feed {
  readonly namespace: string;
  /** The name, and further params. */
  readonly params: readonly unknown[];
  readonly options: CallOptions;
  readonly queue: EventQueue<unknown>;
  /** The connection is gone. */
  onLost(error: Error): void;
}

/** The subscriptions that were made on one connection. */
export class Subscriptions {
  readonly #caller: Caller;
  readonly #feeds = new Map<unknown, Feed>();
  #early: { params: Params | undefined; size: number }[] = [];
  #opening = 0;

  /** Makes an empty table. */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** How many are open. */
  get size(): number {
    return this.#feeds.size;
  }

  /** Subscribes; returns the id of the subscription. */
  async open(feed: Feed): Promise<unknown> {
    this.#opening++;
    try {
      const id = await this.#caller.request(
        `${feed.namespace}_subscribe`,
        feed.params,
        feed.options,
      );
      this.#feeds.set(id, feed);
      const early = this.#early;
      this.#early = [];
      for (const { params, size } of early) this.receive(params, size);
      return id;
    } finally {
      if (--this.#opening === 0) this.#early = [];
    }
  }

  /** Forgets a subscription, and tells the peer. Never rejects. */
  async unsubscribe(id: unknown): Promise<void> {
    const feed = this.#feeds.get(id);
    if (!feed) return;
    this.#feeds.delete(id);
    const { timeout } = feed.options;
    const method = `${feed.namespace}_unsubscribe`;
    const options = timeout === undefined ? {} : { timeout };
    // Whatever the peer says, it is over.
    await this.#caller.request(method, [id], options).catch(() => {});
  }

  /**
   * Takes an event. Returns whether it is for one of ours, or a promise if the
   * reader asks to wait for him.
   */
  receive(params: Params | undefined, size: number): boolean | Promise<void> {
    const event = (params ?? {}) as Record<string, unknown>;
    const { subscription: id, result, error } = event;
    const feed = this.#feeds.get(id);
    if (!feed) {
      // An event may overtake the answer that tells its id.
      if (this.#opening === 0 || this.#early.length >= MAX_EARLY) return false;
      this.#early.push({ params, size });
      return true;
    }
    if (result !== undefined) {
      const room = feed.queue.push(result, size);
      if (feed.queue.ended) void this.unsubscribe(id);
      return room ?? true;
    }
    // jsonrpsee ends with an error; `null` is our word for a clean end.
    this.#feeds.delete(id);
    feed.queue.end(error == null ? undefined : JsonRpcError.from(error));
    return true;
  }

  /** The connection is gone. */
  close(error: Error): void {
    for (const feed of this.#feeds.values()) feed.onLost(error);
    this.#feeds.clear();
  }
}
