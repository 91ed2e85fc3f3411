// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The interface that all callers share: a peer, a client that reconnects, a
 * client over HTTP.
 *
 * @module
 */

import type { Batch, Caller, CallOptions } from "./caller.ts";
import type { Contract } from "../contract/contract.ts";
import type { Params } from "../wire/message.ts";
import { type Remote, remote } from "./remote.ts";
import { readStream, type StreamOptions } from "../push/stream.ts";
import type {
  SubscribeOptions,
  Subscriber,
  Subscription,
} from "../push/subscription.ts";

/**
 * Calls the methods of the other end.
 *
 * @typeParam C What the other end offers.
 *
 * @category Calling
 */
export abstract class RemoteCaller<C extends Contract = Contract>
  implements Caller {
  readonly #contract: C | undefined;
  #remote: Remote<C> | undefined;

  /**
   * Makes a caller of remote methods.
   *
   * @param contract What the other end offers.
   */
  constructor(contract?: C) {
    this.#contract = contract;
  }

  /**
   * What makes the calls.
   *
   * @returns The caller.
   */
  protected abstract get caller(): Caller;

  /** The methods of the other end as functions: `remote.math.sum(1, 2)`. */
  get remote(): Remote<C> {
    return this.#remote ??= remote<C>(this, this.#contract);
  }

  /**
   * Calls a method of the other end.
   *
   * @typeParam T The type of the result, which is not checked.
   * @param method The method.
   * @param params The arguments. An empty array is left out.
   * @param options What to wait for.
   * @returns As `Caller.request`.
   *
   * @example By position and by name
   * ```ts
   * import { Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods()
   *   .add("sub", (_call, x: number, y: number) => x - y)
   *   .add("div", (_call, { x, y }: { x: number; y: number }) => x / y);
   * const [near, far] = pair();
   * await using _server = new Peer(far, { methods });
   * await using client = new Peer(near);
   *
   * assertEquals(await client.request("sub", [42, 23]), 19);
   * assertEquals(await client.request("div", { x: 6, y: 2 }), 3);
   * ```
   */
  request<T = unknown>(
    method: string,
    params?: Params,
    options?: CallOptions,
  ): Promise<T> {
    return this.caller.request<T>(method, params, options);
  }

  /**
   * Calls a method of the other end without a response.
   *
   * @param method The method.
   * @param params The arguments. An empty array is left out.
   * @returns As `Caller.notify`.
   *
   * @example Tell something
   * ```ts
   * import { Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const told = Promise.withResolvers<string>();
   * const methods = new Methods()
   *   .add("log", (_call, line: string) => told.resolve(line));
   * const [near, far] = pair();
   * await using _server = new Peer(far, { methods });
   * await using client = new Peer(near);
   *
   * await client.notify("log", ["hello"]);
   * assertEquals(await told.promise, "hello");
   * ```
   */
  notify(method: string, params?: Params): Promise<void> {
    return this.caller.notify(method, params);
  }

  /**
   * Starts a batch.
   *
   * @returns The batch, empty: see `Batch`.
   *
   * @example Nothing to send
   * ```ts
   * import { Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const [near] = pair();
   * await using client = new Peer(near);
   * assertEquals(await client.batch().send(), []);
   * ```
   */
  batch(): Batch {
    return this.caller.batch();
  }
}

/**
 * Calls over a connection that lasts, on which the other end can stream and push.
 *
 * @typeParam C What the other end offers.
 *
 * @category Calling
 */
export abstract class LiveCaller<C extends Contract = Contract>
  extends RemoteCaller<C>
  implements Subscriber {
  /**
   * What subscribes.
   *
   * @returns The subscriber.
   */
  protected abstract get subscriber(): Subscriber;

  /**
   * Calls a method whose result is a stream.
   *
   * @typeParam T The type of a value, which is not checked.
   * @param method The method.
   * @param params The arguments.
   * @param options What to wait for.
   * @returns The values: see `readStream()`.
   *
   * @example Stop when there is enough
   * ```ts
   * import { Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods().add("naturals", async function* () {
   *   for (let i = 0;; i++) yield i;
   * });
   * const [near, far] = pair();
   * await using _server = new Peer(far, { methods });
   * await using client = new Peer(near);
   *
   * const seen: number[] = [];
   * for await (const value of client.stream<number>("naturals")) {
   *   if (seen.push(value) === 3) break;
   * }
   * assertEquals(seen, [0, 1, 2]);
   * ```
   */
  stream<T = unknown>(
    method: string,
    params?: Params,
    options?: StreamOptions,
  ): AsyncIterableIterator<T, undefined> {
    return readStream<T>(this, method, params, options);
  }

  /**
   * Subscribes to what the other end pushes.
   *
   * @typeParam T The type of an event, which is not checked.
   * @param namespace The part of the name before the `_`.
   * @param name What to subscribe to.
   * @param params Further params.
   * @param options The options of the call, and the limits of the queue of events.
   * @returns The subscription. It throws a `ClosedError` in its loop when the
   * connection is lost.
   *
   * @example Listen to a clock
   * ```ts
   * import { Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods()
   *   .addSubscription("clock", "ticks", async function* () {
   *     yield "tick";
   *     yield "tock";
   *   });
   * const [near, far] = pair();
   * await using _server = new Peer(far, { methods, subscriptionEnd: true });
   * await using client = new Peer(near);
   *
   * const ticks = await client.subscribe<string>("clock", "ticks");
   * assertEquals(await Array.fromAsync(ticks), ["tick", "tock"]);
   * ```
   */
  subscribe<T = unknown>(
    namespace: string,
    name: string,
    params: readonly unknown[] = [],
    options: SubscribeOptions = {},
  ): Promise<Subscription<T>> {
    return this.subscriber.subscribe<T>(namespace, name, params, options);
  }
}
