// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Events that the peer pushes, as the clients of Ethereum subscribe to them.
 *
 * @module
 */

import type { CallOptions } from "../call/caller.ts";
import { EventQueue, type EventQueueOptions } from "./event_queue.ts";

/**
 * Options of a subscription: of the call that opens it, and of its queue.
 *
 * @category Streams and subscriptions
 */
export interface SubscribeOptions extends CallOptions, EventQueueOptions {}

/**
 * Subscribes to what the other end pushes.
 *
 * @category Streams and subscriptions
 */
export interface Subscriber {
  /**
   * Subscribes by calling `<namespace>_subscribe [name, ...params]`.
   *
   * @typeParam T The type of an event, which is not checked.
   * @param namespace The part of the name before the `_`.
   * @param name What to subscribe to.
   * @param params Further params.
   * @param options The options of the call, and the limits of the queue of events.
   * @returns The subscription; rejects as a call does.
   */
  subscribe<T = unknown>(
    namespace: string,
    name: string,
    params?: readonly unknown[],
    options?: SubscribeOptions,
  ): Promise<Subscription<T>>;
}

/**
 * What a {@linkcode Subscription} needs to end itself.
 *
 * @category Streams and subscriptions
 */
export interface SubscriptionOwner {
  /** Forgets the subscription, and tells the peer. */
  unsubscribe(): Promise<void>;
}

/**
 * Events from the peer, for a `for await` loop. The loop ends when the peer ends
 * the subscription. It throws when the peer ends it with an error, when the
 * connection is lost, and when the queue overflows.
 *
 * Leaving the loop does not unsubscribe; `await using` does.
 *
 * @typeParam T What an event is.
 *
 * @example Until there is enough
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .addSubscription("demo", "ticks", async function* () {
 *     for (let i = 0;; i++) yield i;
 *   });
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * await using ticks = await client.subscribe<number>("demo", "ticks", [], {
 *   overflow: "wait",
 * });
 * for await (const tick of ticks) {
 *   if (tick === 3) break;
 * }
 * await ticks.unsubscribe();
 * ```
 *
 * @category Streams and subscriptions
 */
export class Subscription<T = unknown>
  implements AsyncIterable<T, undefined>, AsyncDisposable {
  /** Where the events wait for their reader. */
  readonly queue: EventQueue<T>;
  readonly #owner: SubscriptionOwner;

  /**
   * Makes the handle. `subscribe()` does it.
   *
   * @param owner Ends it.
   * @param options The limits of the queue.
   */
  constructor(owner: SubscriptionOwner, options: EventQueueOptions) {
    this.#owner = owner;
    this.queue = new EventQueue(options);
  }

  /**
   * Ends the subscription: the loop ends after the events that came, and the
   * peer is told.
   *
   * @returns Resolves when the peer has answered or cannot answer any more.
   * Never rejects.
   *
   * @example No longer wanted
   * ```ts
   * import { Subscription } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const owner = { unsubscribe: () => Promise.resolve() };
   * const subscription = new Subscription(owner, {});
   * await subscription.unsubscribe();
   * assertEquals(await Array.fromAsync(subscription), []);
   * ```
   */
  async unsubscribe(): Promise<void> {
    if (this.queue.ended) return;
    this.queue.end();
    await this.#owner.unsubscribe();
  }

  /**
   * Returns the events.
   *
   * @returns The only iterator.
   *
   * @example Read an event
   * ```ts
   * import { Subscription } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const owner = { unsubscribe: () => Promise.resolve() };
   * const subscription = new Subscription<string>(owner, {});
   * subscription.queue.push("hello");
   * for await (const event of subscription) {
   *   assertEquals(event, "hello");
   *   break;
   * }
   * ```
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.queue;
  }

  /**
   * Unsubscribes.
   *
   * @returns As {@linkcode Subscription.unsubscribe}.
   *
   * @example Leave the scope
   * ```ts no-assert
   * import { Subscription } from "@wirekit/jsonrpc";
   *
   * const owner = { unsubscribe: () => Promise.resolve() };
   * await using _subscription = new Subscription(owner, {});
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }
}
