// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * One end of a connection: it calls the other end, and answers its calls.
 *
 * ```ts
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await using alice = new Peer(near, {
 *   routes: { greet: async (peer) => `hello ${await peer.call("name")}` },
 * });
 * await using bob = new Peer(far, { routes: { name: () => "bob" } });
 *
 * assertEquals(await bob.proxy.greet(), "hello bob");
 * assertEquals(alice.calls, 0);
 * ```
 *
 * @module
 */

import { CloseError, type Transport } from "@wirekit/transport/transport";
import { Call, Calls } from "@wirekit/internal/calls";
import { checkTime } from "@wirekit/internal/clock";
import { Heartbeat } from "./_heartbeat.ts";
import { makeProxy } from "./_proxy.ts";
import { Responder } from "./_responder.ts";
import type {
  AnyRoutes,
  CallOptions,
  Contract,
  ParamsAndOptions,
  ProxyOf,
  ResultOf,
  RouteName,
  RouteOf,
} from "./contract.ts";
import {
  LimitError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
  WsrpcError,
} from "./errors.ts";
import {
  type EventMessage,
  formatEvent,
  formatRequest,
  type InvalidMessage,
  type JsonObject,
  parseMessage,
} from "./message.ts";
import type { PeerHooks, PeerOptions } from "./peer_options.ts";
import { Router } from "./router.ts";

/** The largest message that a Python peer takes: it refuses 4 MiB. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024 - 1;

/** What a message of the protocol before this one has as its `type`. */
const OLD_TYPES: readonly unknown[] = ["call", "callback", "error"];

/** How much is sent between two looks at whether the carrier keeps up. */
const LOOK_BYTES = 64 * 1024;

/** How much may wait to be sent before no further handler starts. */
const HIGH_WATER_MARK = 1024 * 1024;

/** A peer of any contract and state. */
// deno-lint-ignore no-explicit-any -- that is what it says
export type AnyPeer = Peer<any, any>;

/**
 * One end of a connection with a wsrpc program: ours, `wsrpc-aiohttp` or
 * `@wsrpc/client`.
 *
 * Every call ends exactly once: with the result, a {@linkcode RemoteError}, a
 * `TimeoutError`, the reason of its signal, a {@linkcode LimitError}, or at once
 * with a {@linkcode NotConnectedError} when the connection ends.
 *
 * @typeParam Remote The contract of the routes of the other end.
 * @typeParam State What is kept with the connection.
 *
 * @example Typed by a contract
 * ```ts
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * interface Api {
 *   kv: { get(params: { key: string }): string };
 * }
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, {
 *   routes: { kv: { get: (_peer, { key }) => `value of ${key}` } },
 * });
 * await using client = new Peer<Api>(far);
 *
 * const value: string = await client.proxy.kv.get({ key: "a" });
 * assertEquals(value, "value of a");
 * assertEquals(await client.call("kv.get", { key: "a" }), value);
 * ```
 */
export class Peer<
  Remote extends Contract<Remote> = AnyRoutes,
  State = unknown,
> implements AsyncDisposable {
  /** The routes of this connection: those of the options, and what is added. */
  readonly router: Router;
  /** What is kept with the connection. */
  readonly state: State;
  /**
   * Resolves when the connection has ended: with the reason, unless the end was
   * clean. Never rejects.
   */
  readonly closed: Promise<Error | undefined>;
  /** The routes of the other end as methods: `proxy.kv.set(params)`. */
  readonly proxy: ProxyOf<Remote>;
  readonly #transport: Transport;
  readonly #timeout: number;
  readonly #heartbeatTimeout: number;
  readonly #maxInFlight: number;
  readonly #maxMessageBytes: number;
  readonly #hooks: PeerHooks;
  readonly #calls: Calls<RouteCall>;
  readonly #responder: Responder;
  readonly #heartbeat: Heartbeat;
  readonly #gone = new AbortController();
  readonly #listeners = new Set<(event: JsonObject) => void>();
  #id: string | undefined;
  #received = 0;
  #unlooked = 0;
  #looking = false;
  #end: NotConnectedError | undefined;
  #disposed: Promise<void> | undefined;

  /**
   * Takes over an open transport.
   *
   * @param transport The transport. Nobody else may read it.
   * @param options Routes, limits and deadlines.
   * @throws {RangeError} If a time is no positive number, or `firstId` is no odd
   * positive integer.
   */
  constructor(transport: Transport, options: PeerOptions<State> = {}) {
    const {
      timeout = 60_000,
      heartbeatInterval = 30_000,
      heartbeatTimeout = 10_000,
      firstId = 1,
      hooks = {},
    } = options;
    checkTime("timeout", timeout);
    checkTime("heartbeatInterval", heartbeatInterval);
    checkTime("heartbeatTimeout", heartbeatTimeout);
    if (!Number.isSafeInteger(firstId) || firstId < 1 || firstId % 2 === 0) {
      throw new RangeError(
        `First id must be an odd positive integer: got ${firstId}`,
      );
    }
    this.#transport = transport;
    this.#timeout = timeout;
    this.#heartbeatTimeout = heartbeatTimeout;
    this.#calls = new Calls<RouteCall>({ late }, (firstId - 1) / 2);
    this.#maxInFlight = options.maxInFlight ?? 4096;
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    this.#hooks = hooks;
    this.state = options.state as State;
    this.router = new Router(options.routes, options.router);
    this.proxy = makeProxy((method, params, options) =>
      this.#call(method, params, options)
    ) as ProxyOf<Remote>;
    this.#responder = new Responder({
      peer: this,
      hooks,
      exposeError: options.exposeError ?? (() => undefined),
      maxHandlers: options.maxHandlers ?? 1024,
      maxQueueBytes: options.maxQueueBytes ?? 4 * 1024 * 1024,
      isBlocked: () => this.#looking && this.#unlooked > HIGH_WATER_MARK,
      send: (text) => void this.#send(text),
      onError: (error) => this.#failed(error),
    });
    this.#heartbeat = new Heartbeat({
      interval: heartbeatInterval,
      ping: () => this.#ping(),
      received: () => this.#received,
      lost: () => {
        this.close(new CloseError(1011, { reason: "no sign of life" }));
      },
    });
    if (options.pingFirst) this.#heartbeat.beat();
    else this.#heartbeat.rest();
    this.closed = this.#run();
  }

  /** A random UUID that names the connection on this end. */
  get id(): string {
    return this.#id ??= crypto.randomUUID();
  }

  /** Fires when the connection has ended, with a {@linkcode NotConnectedError}. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** How many calls wait for an answer of the other end. */
  get calls(): number {
    return this.#calls.size;
  }

  /** How many calls of the other end run or wait here. */
  get handlers(): number {
    return this.#responder.size;
  }

  /** The id of the next call. */
  get nextId(): number {
    return idOf(this.#calls.last + 1);
  }

  /**
   * Calls a route of the other end.
   *
   * @typeParam Name The name of the route.
   * @param method The name of the route, dotted for a method of a class route.
   * @param args The arguments: an object for keyword arguments (all that Python
   * handlers usually take), an array for positional ones, any other value for
   * one positional; and the options of the call.
   * @returns The result.
   * @throws {RemoteError} If the other end answers with an error.
   * @throws {TimeoutError} If it does not answer in time.
   * @throws {NotConnectedError} If the connection has ended, or ends.
   * @throws {LimitError} If too many calls wait already, or this one is too large.
   * @throws {TypeError} If the arguments cannot be JSON.
   */
  call<Name extends RouteName<Remote>>(
    method: Name,
    ...args: ParamsAndOptions<RouteOf<Remote, Name>, CallOptions>
  ): Promise<ResultOf<RouteOf<Remote, Name>>> {
    const [params, options] = args;
    return this.#call(method, params, options) as Promise<
      ResultOf<RouteOf<Remote, Name>>
    >;
  }

  /**
   * Tells the other end something that it does not answer.
   *
   * @param event The event: an object without a member `id`.
   * @returns Resolves when there is room for another.
   * @throws {NotConnectedError} If the connection has ended.
   * @throws {LimitError} If the event is too large.
   * @throws {TypeError} If it is no object, has an `id`, or cannot be JSON.
   */
  async emit(event: JsonObject): Promise<void> {
    const text = formatEvent(event);
    if (this.#end) throw this.#notConnected();
    const sent = this.#send(text);
    try {
      await sent;
    } catch {
      throw this.#notConnected();
    }
  }

  /**
   * Listens to events of the other end.
   *
   * @param listener Gets each event.
   */
  addEventListener(listener: (event: JsonObject) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Listens no more.
   *
   * @param listener What was added.
   * @returns Whether it was there.
   */
  removeEventListener(listener: (event: JsonObject) => void): boolean {
    return this.#listeners.delete(listener);
  }

  /**
   * Ends the connection. All open calls end at once. May be called twice; never
   * rejects.
   *
   * @param error Why, if that is no clean end.
   * @returns Resolves when it is closed, within a second.
   */
  async close(error?: Error): Promise<void> {
    this.#finish(error);
    await this.#transport.close(error);
    await this.closed;
  }

  /** Ends the connection: see {@linkcode Peer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<Error | undefined> {
    await Promise.resolve(); // Whoever makes the peer gets it first.
    this.#guard(() => this.#hooks.open?.(this));
    let reason: Error | undefined;
    try {
      for await (const text of this.#transport) {
        // After the end nobody waits for what was still under way.
        if (!this.#end) this.#receive(text);
      }
    } catch (error) {
      reason = error as Error;
    }
    this.#finish(reason);
    await this.#transport.close();
    await this.#disposed;
    reason = this.#end!.cause as Error | undefined;
    this.#guard(() => this.#hooks.close?.(this, reason));
    return reason;
  }

  #finish(reason: Error | undefined): void {
    if (this.#end) return;
    this.#end = new NotConnectedError("Connection has ended", {
      ...(reason && { cause: reason }),
    });
    this.#heartbeat.stop();
    this.#calls.endAll((call) => call.reject(this.#end));
    this.#disposed = this.#responder.end();
    this.#gone.abort(this.#end);
  }

  #receive(text: string): void {
    this.#received++;
    const message = parseMessage(text);
    switch (message.kind) {
      case "request":
        return this.#responder.take(message, text.length);
      case "result":
        return this.#answered(
          message.id,
          (call) => call.resolve(message.result),
        );
      case "error":
        return this.#answered(
          message.id,
          (call) => call.reject(new RemoteError(message.error)),
        );
      case "event":
        return this.#event(message);
      case "invalid":
        return this.#invalid(message);
    }
  }

  #answered(id: number, settle: (call: Call) => void): void {
    const call = this.#calls.get(numberOf(id));
    if (call) {
      this.#calls.take(call);
      return settle(call);
    }
    // Never answered: two Python peers that do so echo each other for ever.
    this.#ignored(`No call waits for the answer ${id}`);
  }

  #event({ event }: EventMessage): void {
    if (typeof event.serial === "number" && OLD_TYPES.includes(event.type)) {
      this.#ignored(
        "It looks like the protocol of wsrpc-tornado and of wsrpc-aiohttp " +
          "before 2.1, which this is not: the peer has to be updated",
      );
    }
    this.#guard(() => this.#hooks.event?.(this, event));
    for (const listener of this.#listeners) this.#guard(() => listener(event));
  }

  #invalid({ reason, request, response }: InvalidMessage): void {
    if (request !== undefined) {
      this.#responder.refuse(request, {
        type: "TypeError",
        message: `Cannot read the call: ${reason}`,
      });
    }
    if (response !== undefined) {
      const error = new WsrpcError(`Cannot read the answer: ${reason}`);
      const call = this.#calls.get(numberOf(response));
      if (call && this.#calls.take(call)) call.reject(error);
    }
    this.#ignored(`Cannot read a message: ${reason}`);
  }

  #ignored(reason: string): void {
    this.#guard(() => this.#hooks.ignored?.(this, reason));
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    try {
      this.#hooks.error?.(this, error);
    } catch {
      // There is nobody left to tell.
    }
  }

  #call(
    method: string,
    params: unknown,
    { timeout = this.#timeout, signal }: CallOptions = {},
  ): Promise<unknown> {
    if (this.#calls.size >= this.#maxInFlight) {
      return Promise.reject(
        new LimitError(`Cannot call: ${this.#maxInFlight} calls wait already`),
      );
    }
    return this.#ask(method, params, timeout, signal);
  }

  #ask(
    method: string,
    params: unknown,
    timeout: number,
    signal?: AbortSignal,
  ): Promise<unknown> {
    try {
      checkTime("timeout", timeout);
      signal?.throwIfAborted();
      const number = this.#calls.next();
      const text = formatRequest(idOf(number), method, params);
      if (this.#end) throw this.#notConnected();
      // The answer cannot come before the call is entered: this is one turn.
      this.#send(text);
      const call = new RouteCall(number, method);
      this.#calls.open(call, timeout, signal);
      return call.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Pings over all limits: there is one ping at a time. */
  #ping(): Promise<unknown> {
    const seq = performance.now() / 1000;
    return this.#ask("ping", { seq }, this.#heartbeatTimeout);
  }

  /**
   * Sends a text, and looks now and then whether the carrier keeps up. Throws a
   * {@linkcode LimitError} if it is too large.
   */
  #send(text: string): Promise<void> {
    const limit = this.#maxMessageBytes;
    if (text.length * 3 > limit && bytesOf(text) > limit) {
      throw new LimitError(`Message is larger than ${limit} bytes`);
    }
    const sent = this.#transport.send(text);
    this.#unlooked += text.length;
    if (!this.#looking && this.#unlooked > LOOK_BYTES) {
      this.#looking = true;
      const go = () => {
        this.#looking = false;
        this.#unlooked = 0;
        this.#responder.pump();
      };
      sent.then(go, go);
    }
    return sent;
  }

  #notConnected(): NotConnectedError {
    return this.#end ?? new NotConnectedError("Connection has ended");
  }
}

/** A call of a route that waits for its answer. */
class RouteCall extends Call {
  readonly method: string;

  constructor(number: number, method: string) {
    super();
    this.number = number;
    this.method = method;
  }
}

function late(call: RouteCall): void {
  const name = JSON.stringify(call.method);
  call.reject(new TimeoutError(`No answer to ${name} in time`));
}

/** The odd id of a call, by its number from 1 on. */
function idOf(number: number): number {
  return 2 * number - 1;
}

function numberOf(id: number): number {
  return (id + 1) / 2;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
