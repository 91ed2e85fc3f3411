// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkOptions } from "@wirekit/internal/limits";
import { checkTime, now, within } from "@wirekit/internal/clock";
import { readable, TimeoutError } from "@wirekit/internal/errors";
import {
  reconnect,
  type Reconnection,
  type ReconnectState,
} from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import type { OnLost, Request } from "./_call.ts";
import { closedError, TIMEOUT, timeoutError } from "./_calls.ts";
import { ClosedError } from "./call_error.ts";
import type { Batch, Caller, CallOptions } from "./caller.ts";
import type { ClientOptions } from "./client_options.ts";
import { CONNECT_TIMEOUT, type Opener } from "./_opener.ts";
import type { Wire } from "../wire/codec.ts";
import type { Contract } from "../contract/contract.ts";
import { encodeCall, type Params } from "../wire/message.ts";
import { engineOf, type Peer } from "../peer.ts";
import type { PeerOptions } from "../peer_options.ts";
import { QueuedBatch } from "./_queued_batch.ts";
import {
  type SubscribeOptions,
  type Subscriber,
  Subscription,
} from "../push/subscription.ts";
import type { Feed } from "../push/_subscriptions.ts";
import { WaitingRoom } from "./_waiting_room.ts";

/** A subscription that outlives connections. */
interface Kept {
  readonly feed: Feed;
  id?: unknown;
}

/** Calls a server, over one connection after another: see `Client`. */
export class ReconnectingCaller<C extends Contract, State>
  implements Caller, Subscriber {
  /** See `Client.closed`. */
  readonly closed: Promise<unknown>;
  /** Resolves when it is open; rejects as soon as the first attempt fails. */
  readonly first: Promise<void>;
  readonly #first = Promise.withResolvers<void>();
  readonly #opener: Opener;
  readonly #options: ClientOptions<C, State>;
  readonly #connectTimeout: number;
  readonly #makePeer: (
    transport: Transport<Wire>,
    options: PeerOptions<C, State>,
  ) => Peer<C, State>;
  readonly #connections: Reconnection<Wire>;
  readonly #room: WaitingRoom<Peer<C, State>>;
  readonly #kept = new Set<Kept>();
  #state: ReconnectState["state"] = "connecting";
  #peer: Peer<C, State> | undefined;
  /** When the attempt began. */
  #begin = 0;
  /** Why there is no further attempt, if an attempt found that out. */
  #failure: unknown;

  /** Starts to connect. */
  constructor(
    opener: Opener,
    options: ClientOptions<C, State>,
    makePeer: (
      transport: Transport<Wire>,
      options: PeerOptions<C, State>,
    ) => Peer<C, State>,
  ) {
    const { connectTimeout = CONNECT_TIMEOUT } = options;
    checkOptions(options);
    this.#connectTimeout = connectTimeout;
    this.#opener = opener;
    this.#options = options;
    this.#makePeer = makePeer;
    this.#room = new WaitingRoom(options.maxWaitingBytes ?? 16_777_216);
    const { reconnect: back = {} } = options;
    this.#connections = reconnect((signal) => this.#open(signal), {
      ...(back || { maxAttempts: 1 }),
      onState: (state) => {
        this.#state = state.state;
        if (back) back.onState?.(state);
      },
    });
    this.first = this.#first.promise;
    this.first.catch(() => {}); // Only connect() waits for it.
    this.closed = this.#run();
  }

  /** See `Client.state`. */
  get state(): ReconnectState["state"] {
    return this.#state === "open" && !this.#peer ? "connecting" : this.#state;
  }

  /** See `Client.peer`. */
  get peer(): Peer<C, State> | undefined {
    return this.#peer;
  }

  request<T = unknown>(
    method: string,
    params?: Params,
    options?: CallOptions,
  ): Promise<T> {
    return this.#request(method, params, options) as Promise<T>;
  }

  notify(method: string, params?: Params): Promise<void> {
    const sent = this.#notify(method, params);
    sent.catch(() => {}); // Nobody has to wait for a notification.
    return sent;
  }

  batch(): Batch {
    return this.#peer?.batch() ??
      new QueuedBatch((size, options) => this.ready("batch", size, options));
  }

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
      const peer = await this.ready(`${namespace}_subscribe`, 0, options);
      try {
        kept.id = await engineOf(peer).notices.subscriptions.open(kept.feed);
        this.#kept.add(kept);
        return subscription;
      } catch (error) {
        if (!engineOf(peer).sender.ended) throw error;
        // Nothing is lost by subscribing again.
        this.#lose(error, { idempotent: true });
      }
    }
  }

  /** See `Client.ready`. */
  ready(
    method: string,
    size: number,
    options: Pick<CallOptions, "timeout" | "signal">,
  ): Promise<Peer<C, State>> {
    if (this.#peer) return Promise.resolve(this.#peer);
    const { timeout = this.#options.timeout ?? TIMEOUT } = options;
    return this.#room.wait(method, size, { ...options, timeout });
  }

  /** See `Client.close`. */
  async close(): Promise<void> {
    await this.#peer?.close();
    await this.#connections.close();
    await this.closed;
  }

  async #run(): Promise<unknown> {
    let failure: unknown;
    try {
      for await (const transport of this.#connections) {
        await this.#serve(transport);
        if (this.#options.reconnect === false) break;
      }
      failure = this.#failure;
    } catch (error) {
      failure = readable(error);
    }
    this.#peer = undefined;
    this.#state = "closed";
    if (this.#options.reconnect === false) void this.#connections.close();
    const end = closedError("", false, failure);
    this.#room.close(end);
    this.#first.reject(end);
    for (const { feed } of this.#kept) feed.queue.end(end);
    return failure;
  }

  #request(
    method: string,
    params: Params | undefined,
    options: CallOptions = {},
  ): Promise<unknown> {
    if (!this.#peer) {
      const begin = now();
      return this.#retry({ method, params, options, begin });
    }
    return engineOf(this.#peer).sender
      .request(method, params, options, this.#onLost);
  }

  /** Makes a call on the next connection, and on those after it. */
  async #retry(request: Request): Promise<unknown> {
    const { method, params, options, begin } = request;
    const { timeout = this.#options.timeout ?? TIMEOUT } = options;
    checkTime("timeout", timeout);
    checkTime("totalTimeout", options.totalTimeout ?? timeout);
    const size = sizeOf(method, params);
    for (;;) {
      const left = begin + timeout - now();
      if (left <= 0) {
        throw timeoutError(method, `no response within ${timeout} ms`);
      }
      const rest = { ...options, timeout: left };
      const peer = await this.ready(method, size, rest);
      try {
        return await peer.request(method, params, rest);
      } catch (error) {
        if (!engineOf(peer).sender.ended) throw error;
        this.#lose(error, options);
      }
    }
  }

  readonly #onLost: OnLost = async (error, request) => {
    this.#lose(error, request.options);
    return await this.#retry(request);
  };

  /** Tries once. */
  async #open(signal: AbortSignal): Promise<Transport<Wire>> {
    this.#begin = now();
    const stop = new AbortController();
    const giveUp = (error: Error) => {
      this.#failure = error;
      void this.#connections.close();
    };
    const opening = this.#opener.open(
      AbortSignal.any([signal, stop.signal]),
      giveUp,
    );
    const late = () => {
      const error = this.#late();
      stop.abort(error);
      opening.then((transport) => transport.close(), () => {});
      return error;
    };
    try {
      return await within(opening, this.#connectTimeout, late, { signal });
    } catch (error) {
      this.#room.failure = readable(error);
      this.#first.reject(this.#failure ?? error);
      throw error;
    }
  }

  #late(): TimeoutError {
    const { where } = this.#opener;
    return new TimeoutError(
      `Cannot connect${where}: no connection within ${this.#connectTimeout} ms`,
    );
  }

  /** Lets the user log in, in what is left of the time to connect. */
  async #logIn(peer: Peer<C, State>): Promise<void> {
    const { onOpen } = this.#options;
    if (!onOpen) return;
    const left = Math.max(0, this.#begin + this.#connectTimeout - now());
    const loggedIn = (async () => await onOpen(peer))();
    const lost = peer.closed.then((cause) => {
      throw closedError("", false, cause);
    });
    const first = Promise.race([loggedIn, lost]);
    await within(first, left, () => this.#late());
  }

  /** Uses one connection until it ends. */
  async #serve(transport: Transport<Wire>): Promise<void> {
    const { heartbeat } = this.#options;
    const peer = this.#makePeer(transport, {
      ...this.#options,
      heartbeat: { interval: 30_000, ...heartbeat },
    });
    try {
      await this.#logIn(peer);
    } catch (error) {
      this.#room.failure = readable(error);
      this.#first.reject(error);
      if (this.#options.reconnect === false) this.#failure = error;
      this.#options.onError?.(error, {});
      return await peer.close();
    }
    this.#peer = peer;
    for (const kept of this.#kept) void this.#resubscribe(peer, kept);
    this.#room.open(peer);
    this.#first.resolve();
    await peer.closed;
    if (this.#peer === peer) this.#peer = undefined;
  }

  /** Notes that a connection is lost; throws if the call may not be repeated. */
  #lose(error: unknown, options: CallOptions): void {
    if (!(error instanceof ClosedError)) throw error;
    if (error.sent && !options.idempotent) throw error;
    if (this.#peer && engineOf(this.#peer).sender.ended) this.#peer = undefined;
  }

  async #resubscribe(peer: Peer<C, State>, kept: Kept): Promise<void> {
    try {
      kept.id = await engineOf(peer).notices.subscriptions.open(kept.feed);
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
      await this.ready(method, sizeOf(method, params), { timeout });
    await peer.notify(method, params);
  }

  async #unsubscribe(kept: Kept): Promise<void> {
    this.#kept.delete(kept);
    if (!this.#peer || !("id" in kept)) return;
    await engineOf(this.#peer).notices.subscriptions.unsubscribe(kept.id);
  }
}

/** The bytes of a call that waits; throws if it cannot be written at all. */
function sizeOf(method: string, params: Params | undefined): number {
  return encodeCall({ method, params }).length;
}
