// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A peer that connects again when the connection is lost.
 *
 * ```ts
 * import { Client, Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using client = new Client(() => {
 *   const [near, far] = pair();
 *   new Peer(far, { methods }); // Usually: connect(url).
 *   return Promise.resolve(near);
 * });
 *
 * await client.request("math.sum", [1, 2]); // 3
 * ```
 *
 * @module
 */

import {
  reconnect,
  type Reconnection,
  type ReconnectOptions,
} from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import type { OnLost, Request } from "./_call.ts";
import { closedError, TIMEOUT } from "./_calls.ts";
import { ClosedError } from "./call_error.ts";
import type { Batch, Caller, CallOptions } from "./caller.ts";
import { jsonCodec, type Wire } from "./codec.ts";
import type { Contract } from "./contract.ts";
import type { Params } from "./message.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_options.ts";
import { QueuedBatch } from "./_queued_batch.ts";
import { type Remote, remote } from "./remote.ts";
import { readStream, type StreamOptions } from "./stream.ts";
import {
  type SubscribeOptions,
  type Subscriber,
  Subscription,
} from "./subscription.ts";
import { type Feed, friend } from "./_subscriptions.ts";
import { WaitingRoom } from "./_waiting_room.ts";

/**
 * Options of {@linkcode Client}: of its peers, and of coming back.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 */
export interface ClientOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends PeerOptions<C, State>, Omit<ReconnectOptions, "signal"> {
  /**
   * How long the server may be silent, in milliseconds, before it is asked
   * whether it lives, and again before the connection is given up.
   *
   * @default {30000}
   */
  heartbeat?: number;
  /**
   * How many bytes of calls and notifications may wait for a connection; a
   * further one rejects with a `RangeError`.
   *
   * @default {1048576} 1 MiB
   */
  maxWaitingBytes?: number;
  /**
   * Is called with each new connection before anything else is sent, to log in.
   * If it throws, the connection is closed and the next one tried.
   */
  onOpen?: (peer: Peer<C, State>) => unknown;
}

/** A subscription that outlives connections. */
interface Kept {
  readonly feed: Feed;
  id?: unknown;
}

/**
 * Calls a server, over one connection after another.
 *
 * - What is called without a connection waits for the next, within the time of
 *   the call and the limit of bytes.
 * - A call in flight when the connection is lost rejects with a `ClosedError`,
 *   unless it is `idempotent`: then it is made again.
 * - A subscription is made again under the same handle; `onGap` tells that
 *   events may be missing.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 *
 * @example The server comes back
 * ```ts
 * import { Client, Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const servers: Peer[] = [];
 * const methods = new Methods().add("count", () => servers.length);
 * await using client = new Client(() => {
 *   const [near, far] = pair();
 *   servers.push(new Peer(far, { methods }));
 *   return Promise.resolve(near);
 * }, { minDelay: 1 });
 *
 * assertEquals(await client.request("count"), 1);
 * await servers[0]!.close();
 * assertEquals(await client.request("count"), 2);
 * ```
 */
export class Client<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> implements Caller, Subscriber, AsyncDisposable {
  /**
   * Resolves when it is closed for good, with the reason if it gave up. Never
   * rejects.
   */
  readonly closed: Promise<unknown>;

  readonly #options: ClientOptions<C, State>;
  readonly #connections: Reconnection<Wire>;
  readonly #room: WaitingRoom<Peer<C, State>>;
  readonly #kept = new Set<Kept>();
  #peer: Peer<C, State> | undefined;
  #remote: Remote<C> | undefined;

  /**
   * Makes a client and starts to connect.
   *
   * @param open Opens a transport. It is called for each connection, so that it
   * can get the address and the credentials anew.
   * @param options How to call, and how to come back.
   */
  constructor(
    open: (
      signal: AbortSignal,
    ) => Promise<Transport | Transport<Uint8Array<ArrayBuffer>>>,
    options: ClientOptions<C, State> = {},
  ) {
    this.#options = options;
    this.#room = new WaitingRoom(options.maxWaitingBytes ?? 1_048_576);
    this.#connections = reconnect(
      open as (signal: AbortSignal) => Promise<Transport<Wire>>,
      options,
    );
    this.closed = this.#run();
  }

  /** The peer of the connection that is open; `undefined` if there is none. */
  get peer(): Peer<C, State> | undefined {
    return this.#peer;
  }

  /** The methods of the server as functions: `remote.math.sum(1, 2)`. */
  get remote(): Remote<C> {
    return this.#remote ??= remote<C>(this, this.#options.contract);
  }

  /**
   * Waits for a connection.
   *
   * @param options How long to wait.
   * @returns The peer of it. Rejects with a `TimeoutError` or an `AbortError`,
   * and with a `ClosedError` once the client is closed.
   *
   * @example Wait until the server is there
   * ```ts
   * import { Client } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * await using client = new Client(() => Promise.resolve(pair()[0]));
   * assertEquals(await client.ready({ timeout: 1_000 }), client.peer);
   * ```
   */
  ready(
    options: Pick<CallOptions, "timeout" | "signal"> = {},
  ): Promise<Peer<C, State>> {
    return this.#ready("connection", 0, options);
  }

  /**
   * Calls a method of the server.
   *
   * @typeParam T The type of the result, which is not checked.
   * @param method The method.
   * @param params The arguments.
   * @param options What to wait for; a call that is `idempotent` survives the
   * loss of the connection.
   * @returns As `Caller.request`.
   *
   * @example A call that survives
   * ```ts
   * import { Client, Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * let tries = 0;
   * const methods = new Methods().add("try", (call) => {
   *   if (++tries < 3) call.peer.close();
   *   return tries;
   * });
   * await using client = new Client(() => {
   *   const [near, far] = pair();
   *   new Peer(far, { methods });
   *   return Promise.resolve(near);
   * }, { minDelay: 1 });
   * assertEquals(await client.request("try", [], { idempotent: true }), 3);
   * ```
   */
  request<T = unknown>(
    method: string,
    params?: Params,
    options?: CallOptions,
  ): Promise<T> {
    return this.#request(method, params, options) as Promise<T>;
  }

  /**
   * Calls a method of the server and wants no response.
   *
   * @param method The method.
   * @param params The arguments.
   * @returns Resolves when it is handed to a connection. Rejects with a
   * `TimeoutError` if there is none in the time of a call.
   *
   * @example Tell something before there is a connection
   * ```ts
   * import { Client, Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const told = Promise.withResolvers<string>();
   * const methods = new Methods()
   *   .add("log", (_call, line: string) => told.resolve(line));
   * await using client = new Client(() => {
   *   const [near, far] = pair();
   *   new Peer(far, { methods });
   *   return Promise.resolve(near);
   * });
   * await client.notify("log", ["hello"]);
   * assertEquals(await told.promise, "hello");
   * ```
   */
  notify(method: string, params?: Params): Promise<void> {
    const sent = this.#notify(method, params);
    sent.catch(() => {}); // Nobody has to wait for a notification.
    return sent;
  }

  /**
   * Starts a batch for the connection there is, or else for the next.
   *
   * @returns The batch, empty: see `Batch`.
   *
   * @example Before there is a connection
   * ```ts
   * import { Client, Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods().add("double", (_call, x: number) => 2 * x);
   * await using client = new Client(() => {
   *   const [near, far] = pair();
   *   new Peer(far, { methods });
   *   return Promise.resolve(near);
   * });
   * const batch = client.batch();
   * const calls = [batch.request("double", [1]), batch.request("double", [2])];
   * await batch.send();
   * assertEquals(await Promise.all(calls), [2, 4]);
   * ```
   */
  batch(): Batch {
    return this.#peer?.batch() ??
      new QueuedBatch((size, options) => this.#ready("batch", size, options));
  }

  /**
   * Calls a method whose result is a stream. It does not outlive its connection.
   *
   * @typeParam T The type of a value, which is not checked.
   * @param method The method.
   * @param params The arguments.
   * @param options What to wait for.
   * @returns The values: see `readStream()`.
   *
   * @example Read to the end
   * ```ts
   * import { Client, Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods().add("abc", async function* () {
   *   yield* ["a", "b", "c"];
   * });
   * await using client = new Client(() => {
   *   const [near, far] = pair();
   *   new Peer(far, { methods });
   *   return Promise.resolve(near);
   * });
   * assertEquals(await Array.fromAsync(client.stream("abc")), ["a", "b", "c"]);
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
   * Subscribes to what the server pushes, on this connection and on those after
   * it.
   *
   * @typeParam T The type of an event, which is not checked.
   * @param namespace What comes before the `_`.
   * @param name What to subscribe to.
   * @param params Further params.
   * @param options The call, and what to do with events that nobody reads yet.
   * @returns The subscription.
   *
   * @example Across a restart of the server
   * ```ts
   * import { Client, type Gap, Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const servers: Peer[] = [];
   * const methods = new Methods()
   *   .addSubscription("demo", "boots", async function* (call) {
   *     yield servers.length;
   *     await new Promise((done) => call.signal.onabort = done);
   *   });
   * await using client = new Client(() => {
   *   const [near, far] = pair();
   *   servers.push(new Peer(far, { methods }));
   *   return Promise.resolve(near);
   * }, { minDelay: 1 });
   *
   * const gaps: Gap[] = [];
   * const boots = await client.subscribe<number>("demo", "boots", [], {
   *   onGap: (gap) => gaps.push(gap),
   * });
   * for await (const boot of boots) {
   *   if (boot === 2) break;
   *   await servers[0]!.close();
   * }
   * assertEquals(gaps, [{ reason: "reconnect" }]);
   * ```
   */
  async subscribe<T = unknown>(
    namespace: string,
    name: string,
    params: readonly unknown[] = [],
    options: SubscribeOptions = {},
  ): Promise<Subscription<T>> {
    const owner = { unsubscribe: () => this.#unsubscribe(kept) };
    const subscription = new Subscription<T>(owner, options);
    const queue = subscription.queue as Feed["queue"];
    const kept: Kept = {
      feed: {
        namespace,
        params: [name, ...params],
        options,
        queue,
        onLost: () => {
          delete kept.id;
          queue.gap({ reason: "reconnect" });
        },
      },
    };
    for (;;) {
      const peer = await this.#ready(`${namespace}_subscribe`, 0, options);
      try {
        kept.id = await friend.subscriptionsOf(peer).open(kept.feed);
        this.#kept.add(kept);
        return subscription;
      } catch (error) {
        if (!friend.senderOf(peer).ended) throw error;
        // Nothing is lost by subscribing again.
        this.#lose(error, { idempotent: true });
      }
    }
  }

  /**
   * Closes the connection and connects no more.
   *
   * @returns Resolves within a second. Never rejects.
   *
   * @example Stay closed
   * ```ts
   * import { Client, ClosedError } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertRejects } from "@std/assert";
   *
   * const client = new Client(() => Promise.resolve(pair()[0]));
   * await client.close();
   * await assertRejects(() => client.request("sum"), ClosedError);
   * ```
   */
  async close(): Promise<void> {
    await this.#peer?.close();
    await this.#connections.close();
    await this.closed;
  }

  /**
   * Closes the connection and connects no more.
   *
   * @returns As {@linkcode Client.close}.
   *
   * @example Leave the scope
   * ```ts no-assert
   * import { Client } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   *
   * await using _client = new Client(() => Promise.resolve(pair()[0]));
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<unknown> {
    let failure: unknown;
    try {
      for await (const transport of this.#connections) {
        await this.#serve(transport as Transport);
      }
    } catch (error) {
      failure = error;
    }
    this.#peer = undefined;
    const end = closedError("connection", false, failure);
    this.#room.close(end);
    for (const { feed } of this.#kept) feed.queue.end(end);
    return failure;
  }

  #request(
    method: string,
    params: Params | undefined,
    options: CallOptions = {},
  ): Promise<unknown> {
    if (!this.#peer) {
      const begin = performance.now();
      return this.#retry({ method, params, options, begin });
    }
    return friend.senderOf(this.#peer)
      .request(method, params, options, this.#onLost);
  }

  /** Makes a call on the next connection, and on those after it. */
  async #retry(request: Request): Promise<unknown> {
    const { method, params, options, begin } = request;
    const { timeout = this.#options.timeout ?? TIMEOUT } = options;
    const size = sizeOf(method, params);
    for (;;) {
      const left = Math.max(begin + timeout - performance.now(), 0);
      const rest = { ...options, timeout: left };
      const peer = await this.#ready(method, size, rest);
      try {
        return await peer.request(method, params, rest);
      } catch (error) {
        if (!friend.senderOf(peer).ended) throw error;
        this.#lose(error, options);
      }
    }
  }

  readonly #onLost: OnLost = async (error, request) => {
    this.#lose(error, request.options);
    return await this.#retry(request);
  };

  /** Lives with one connection, to its end. */
  async #serve(transport: Transport): Promise<void> {
    const peer = new Peer<C, State>(transport, {
      heartbeat: 30_000,
      ...this.#options,
    });
    try {
      await this.#options.onOpen?.(peer);
    } catch (error) {
      this.#options.onError?.(error, {});
      return await peer.close();
    }
    this.#peer = peer;
    for (const kept of this.#kept) void this.#resubscribe(peer, kept);
    this.#room.open(peer);
    await peer.closed;
    if (this.#peer === peer) this.#peer = undefined;
  }

  /** The connection is gone; throws if the call may not be made again. */
  #lose(error: unknown, options: CallOptions): void {
    if (!(error instanceof ClosedError)) throw error;
    if (error.sent && !options.idempotent) throw error;
    if (this.#peer && friend.senderOf(this.#peer).ended) this.#peer = undefined;
  }

  async #resubscribe(peer: Peer<C, State>, kept: Kept): Promise<void> {
    try {
      kept.id = await friend.subscriptionsOf(peer).open(kept.feed);
      if (kept.feed.queue.ended) await this.#unsubscribe(kept);
    } catch (error) {
      if (error instanceof ClosedError) return; // The next connection tries.
      this.#kept.delete(kept);
      kept.feed.queue.end(error as Error);
    }
  }

  async #notify(method: string, params: Params | undefined): Promise<void> {
    const { timeout = TIMEOUT } = this.#options;
    const peer = this.#peer ??
      await this.#ready(method, sizeOf(method, params), { timeout });
    await peer.notify(method, params);
  }

  async #unsubscribe(kept: Kept): Promise<void> {
    this.#kept.delete(kept);
    if (!this.#peer || !("id" in kept)) return;
    await friend.subscriptionsOf(this.#peer).unsubscribe(kept.id);
  }

  #ready(
    method: string,
    size: number,
    options: Pick<CallOptions, "timeout" | "signal">,
  ): Promise<Peer<C, State>> {
    if (this.#peer) return Promise.resolve(this.#peer);
    const { timeout = this.#options.timeout ?? TIMEOUT } = options;
    return this.#room.wait(method, size, { ...options, timeout });
  }
}

/** The bytes of a call that waits; throws if it cannot be written at all. */
function sizeOf(method: string, params: Params | undefined): number {
  return jsonCodec.encode({ method, params }).length;
}
