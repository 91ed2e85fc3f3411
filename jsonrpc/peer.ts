// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * One end of a connection: it calls, and it answers.
 *
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 *
 * const methods = new Methods()
 *   .add("sum", (_call, x: number, y: number) => x + y);
 * const [near, far] = pair();
 * await using server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * await client.request("sum", [1, 2]); // 3
 * ```
 *
 * @module
 */

import { CloseError, type Transport } from "@wirekit/transport/transport";
import { closedError } from "./_calls.ts";
import { TimeoutError } from "./call_error.ts";
import type { Batch, CallOptions } from "./caller.ts";
import { type Codec, jsonCodec, type Wire } from "./codec.ts";
import type { Connection, Handshake } from "./context.ts";
import type { Contract } from "./contract.ts";
import { Dispatcher } from "./_dispatcher.ts";
import { logEntry } from "./log.ts";
import type { Params } from "./message.ts";
import type { PeerOptions } from "./peer_options.ts";
import { Protocol } from "./_protocol.ts";
import { type Remote, remote } from "./remote.ts";
import { Sender } from "./_sender.ts";
import { settled } from "./_settled.ts";
import { readStream, type StreamOptions } from "./stream.ts";
import {
  type SubscribeOptions,
  type Subscriber,
  Subscription,
} from "./subscription.ts";
import { type Feed, friend } from "./_subscriptions.ts";

/** Bytes of answers after which the peer has to read before it is read on. */
const ANSWER_BYTES = 262_144;

/**
 * How long reading pauses at most for one message, in milliseconds. Two ends
 * that wait for each other to read would else wait for ever.
 */
const MAX_PAUSE = 100;

/**
 * One end of a connection. Both ends are the same: each calls the other, and
 * answers it. It reads its transport from the moment it is made.
 *
 * @typeParam C What the other end offers.
 * @typeParam State What is kept of the connection.
 *
 * @example Call each other
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const server = new Methods().add("greet", async (call) => {
 *   const name = await call.peer.request("name");
 *   return `Hello ${name}`;
 * });
 * const client = new Methods().add("name", () => "Ada");
 *
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods: server });
 * await using peer = new Peer(near, { methods: client });
 * assertEquals(await peer.request("greet"), "Hello Ada");
 * ```
 */
export class Peer<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> implements Connection<State>, Subscriber, AsyncDisposable {
  /** What is kept of the connection. */
  readonly state: State;
  /** What the upgrade told; only a server over WebSocket has it. */
  readonly handshake: Handshake | undefined;
  /**
   * Resolves when the connection has ended, with the reason if it was not a
   * clean end. Never rejects.
   */
  readonly closed: Promise<Error | undefined>;

  readonly #transport: Transport<Wire>;
  readonly #codec: Codec<Wire>;
  readonly #options: PeerOptions<C, State>;
  readonly #sender: Sender;
  readonly #dispatcher: Dispatcher<Wire, State>;
  readonly #protocol: Protocol<State>;
  readonly #closed = Promise.withResolvers<Error | undefined>();
  #ended = false;
  #remote: Remote<C> | undefined;
  #pause: Promise<unknown> | undefined;
  #answered = 0;
  #size = 0;
  #active = true;
  #heard = true;
  readonly #timers = new Set<ReturnType<typeof setInterval>>();

  /**
   * Takes a transport over.
   *
   * @param transport The transport: of text, or of what the codec writes.
   * @param options What to answer, and how to call.
   */
  constructor(
    transport: Transport | Transport<Uint8Array<ArrayBuffer>>,
    options: PeerOptions<C, State> = {},
  ) {
    this.#transport = transport as Transport<Wire>;
    this.#codec = (options.codec ?? jsonCodec) as Codec<Wire>;
    this.#options = options;
    this.state = options.state ?? {} as State;
    this.handshake = options.handshake;
    this.closed = this.#closed.promise;
    this.#sender = new Sender(this.#codec, options, {
      send: (wire) => this.#send(wire),
      onStray: (message) => {
        const stray = new Error("Response to no call of ours");
        this.#dispatcher.report(stray, { message });
      },
    });
    this.#protocol = new Protocol(this, options, {
      cancel: (id) => this.#dispatcher.cancel(id),
      progress: (token, value) => this.#sender.progress(token, value),
      event: (params) => this.#event(params),
      report: (error, about) => this.#dispatcher.report(error, about),
    });
    this.#dispatcher = new Dispatcher(this.#codec, options, {
      peer: this,
      state: this.state,
      handshake: options.handshake,
    }, {
      internal: (method) => this.#protocol.internal(method),
      subscribe: (method) => this.#protocol.subscribe(method),
      stream: (iterable) => this.#protocol.streams.open(iterable),
      response: (message) => void this.#sender.respond(message),
      responses: (messages) => this.#sender.respondAll(messages),
      isEmptyAnswer: () => this.#sender.takeEmptyAnswer(),
      awaits: (id) => this.#sender.awaits(id),
    });
    this.#every(options.idleTimeout, () => this.#closeIdle());
    this.#every(options.heartbeat, () => this.#beat(options.heartbeat!));
    void this.#read();
  }

  /** The methods of the other end as functions: `remote.math.sum(1, 2)`. */
  get remote(): Remote<C> {
    return this.#remote ??= remote<C>(this, this.#options.contract);
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
    return this.#sender.request(method, params, options) as Promise<T>;
  }

  /**
   * Calls a method of the other end and wants no response.
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
    return this.#sender.notify(method, params);
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
    return this.#sender.batch();
  }

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
   * @param namespace What comes before the `_`.
   * @param name What to subscribe to.
   * @param params Further params.
   * @param options The call, and what to do with events that nobody reads yet.
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
  async subscribe<T = unknown>(
    namespace: string,
    name: string,
    params: readonly unknown[] = [],
    options: SubscribeOptions = {},
  ): Promise<Subscription<T>> {
    const owner = { unsubscribe: () => Promise.resolve() };
    const subscription = new Subscription<T>(owner, options);
    const { queue } = subscription;
    const { subscriptions } = this.#protocol;
    const id = await subscriptions.open({
      namespace,
      params: [name, ...params],
      options,
      queue: queue as Feed["queue"],
      onLost: (error) => queue.end(error),
    });
    owner.unsubscribe = () => subscriptions.unsubscribe(id);
    return subscription;
  }

  /**
   * Ends the connection: calls in flight reject with a `ClosedError`, the
   * `signal` of running handlers fires, and what was sent before is delivered
   * if the other end reads it in time.
   *
   * @param error Why, if this is not a clean end.
   * @returns Resolves within a second. Never rejects.
   *
   * @example Close and be closed
   * ```ts
   * import { Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const [near, far] = pair();
   * const server = new Peer(far);
   * const client = new Peer(near);
   * await client.close();
   * assertEquals(await server.closed, undefined);
   * ```
   */
  async close(error?: Error): Promise<void> {
    this.#end(error);
    await this.#transport.close(error);
  }

  /**
   * Ends the connection cleanly.
   *
   * @returns As {@linkcode Peer.close}.
   *
   * @example Leave the scope
   * ```ts no-assert
   * import { Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   *
   * const [near] = pair();
   * await using _client = new Peer(near);
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  static {
    friend.subscriptionsOf = (peer) => (peer as Peer).#protocol.subscriptions;
    friend.senderOf = (peer) => (peer as Peer).#sender;
  }

  async #read(): Promise<void> {
    let failure: Error | undefined;
    try {
      for await (const wire of this.#transport) {
        this.#receive(wire);
        if (this.#pause) await this.#waitPaused();
      }
    } catch (error) {
      failure = error as Error;
    }
    this.#end(failure);
    await this.#transport.close(failure);
  }

  #receive(wire: Wire): void {
    this.#active = true;
    this.#heard = true;
    this.#size = wire.length;
    if (this.#options.onMessage) this.#log("in", wire);
    this.#dispatcher.receive(wire, this.#reply);
  }

  readonly #reply = (wire: Wire | undefined, after?: () => void): void => {
    if (wire !== undefined) {
      const sent = this.#send(wire);
      this.#answered += wire.length;
      if (this.#answered >= ANSWER_BYTES) {
        this.#answered = 0;
        this.#pause = sent;
      }
    }
    after?.();
  };

  async #waitPaused(): Promise<void> {
    const pause = this.#pause!;
    this.#pause = undefined;
    await settled(pause, MAX_PAUSE);
  }

  #send(wire: Wire): Promise<void> {
    this.#active = true;
    if (this.#options.onMessage) this.#log("out", wire);
    return this.#transport.send(wire);
  }

  #log(direction: "in" | "out", wire: Wire): void {
    let message: unknown = wire;
    try {
      message = this.#codec.decode(wire);
    } catch {
      // What cannot be read is logged as it is.
    }
    this.#options.onMessage!(logEntry(direction, message, wire.length));
  }

  /** Passes an event on; a reader may ask to wait for him. */
  #event(params: Params | undefined): boolean {
    const taken = this.#protocol.subscriptions.receive(params, this.#size);
    if (taken instanceof Promise) this.#pause = taken;
    return !!taken;
  }

  #every(interval = Infinity, action: () => void): void {
    if (interval < Infinity) this.#timers.add(setInterval(action, interval));
  }

  #closeIdle(): void {
    const isIdle = !this.#active && this.#sender.idle &&
      this.#dispatcher.idle && this.#protocol.idle;
    this.#active = false;
    if (isIdle) void this.close(new CloseError(1001, { reason: "idle" }));
  }

  /** Whoever lives answers, be it that there is no such method. */
  async #beat(timeout: number): Promise<void> {
    if (this.#heard) {
      this.#heard = false;
      return;
    }
    try {
      await this.#sender.request("rpc.ping", undefined, { timeout });
    } catch (error) {
      if (!(error instanceof TimeoutError) || this.#heard) return;
      void this.close(new CloseError(1011, { reason: "no heartbeat" }));
    }
  }

  #end(cause: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    const reason = new Error("Connection is closed", { cause });
    this.#timers.forEach((timer) => clearInterval(timer));
    this.#sender.close(cause ?? reason);
    this.#dispatcher.close(reason);
    this.#protocol.close(
      reason,
      closedError("subscription", true, cause ?? reason),
    );
    this.#closed.resolve(cause);
  }
}
