// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A small client of the hub for web pages: it asks other clients, answers them,
 * hears information, and reconnects by itself.
 *
 * ```ts
 * import { connect } from "@wirekit/hub/mini";
 * import { serve } from "@wirekit/hub/serve";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await serve({ port: 0 });
 * const url = hub.urls[0];
 *
 * await using _beta = await connect(url, {
 *   name: "beta",
 *   routes: {
 *     greet: ({ name }, { source }) => `hello ${name} from ${source}`,
 *   },
 * });
 * await using alpha = await connect(url, { name: "alpha" });
 * const greeting = await alpha.request("beta", "greet", { name: "zoë" });
 * assertEquals(greeting, "hello zoë from alpha");
 * ```
 *
 * It has the methods of `@wirekit/hub/client`, which has in addition: other
 * carriers, routes that are added later, shared objects, loops over information,
 * `waitFor()`, the events `request` and `response`, `logger`, senders that wait
 * for a slow hub, and `HandshakeError`.
 *
 * @module
 */

import { unlessAborted } from "@wirekit/internal/clock";
import type { MiniOptions, MiniUrl } from "@wirekit/transport/mini";
import { isRecord, stringify } from "./client/_json.ts";
import {
  type Emit,
  type Line,
  type LineOptions,
  nameOf,
  openLine,
} from "./client/_mini_line.ts";
import type {
  AnyRoutes,
  Contract,
  HandlerResultOf,
  Route,
} from "./client/contract.ts";
import { ClientEventTarget } from "./client/events.ts";
import type {
  ClientState,
  PingOptions,
  ReadyOptions,
  RequestOptions,
} from "./client/options.ts";
import { type AnyRemote, makeRemote, type Remote } from "./client/remote.ts";
import {
  LimitError,
  NotConnectedError,
  OnHoldError,
  RemoteError,
  RouteError,
  TimeoutError,
} from "./errors.ts";
import * as MessageType from "./winerp/_message_type.ts";

export * from "./client/contract.ts";
export * from "./client/events.ts";
export type { AnyRemote, ClientState, PingOptions, ReadyOptions };
export type { Remote, RequestOptions };
export type { MiniOptions, MiniUrl } from "@wirekit/transport/mini";
export {
  LimitError,
  NotConnectedError,
  OnHoldError,
  RemoteError,
  RouteError,
  TimeoutError,
};

/** What a handler knows about a request besides its data. */
export interface RouteContext {
  /** The name of the requesting client; empty if it has none. */
  readonly source: string;
  /** The name of the route. */
  readonly route: string;
  /** The client that the route belongs to. */
  readonly client: Client;
}

/**
 * Answers the requests of a route.
 *
 * @typeParam F The route as its contract declares it.
 * @param data What the requester sent.
 * @param context The requester.
 * @returns The answer: JSON.
 */
export type Handler<F extends Route = Route> = (
  data: Parameters<F>[0],
  context: RouteContext,
) => HandlerResultOf<F>;

/**
 * Options of {@linkcode Client}.
 *
 * @typeParam T The contract of the routes that it serves.
 */
export interface ClientOptions<T extends Contract<T> = AnyRoutes>
  extends MiniOptions {
  /** The name by which others call it, unique in the hub. */
  name: string;
  /**
   * The secret that the hub asks for, sent as a subprotocol. A function is
   * called for each connection.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * Answers the requests of others, by the names of the routes. The message of
   * a {@linkcode RouteError} that a handler throws reaches the requester; for
   * any other error that gets `Route failed`, and the event `error` has the
   * error itself.
   */
  routes?: { readonly [K in keyof T & string]?: Handler<T[K]> };
  /**
   * How long to stay on hold, in milliseconds, before trying on a new
   * connection.
   *
   * @default {60000}
   */
  holdTimeout?: number;
  /**
   * The largest message to send, in bytes of UTF-8. A message over the default
   * costs a stock winerp client its connection.
   *
   * @default {2097152} 2 MiB
   */
  maxSentBytes?: number;
  /**
   * Whether requesters see the message of every error that a route throws.
   * Otherwise they see only that of a {@linkcode RouteError}.
   *
   * @default {false}
   */
  exposeErrors?: boolean;
}

/**
 * Options of {@linkcode connect}.
 *
 * @typeParam T The contract of the routes that it serves.
 */
export interface ConnectOptions<T extends Contract<T> = AnyRoutes>
  extends ClientOptions<T> {
  /** Aborts connecting. It does not affect a connected client. */
  signal?: AbortSignal;
}

/**
 * Connects to a hub of this package, or to the server of winerp 1.2 to 1.5, and
 * waits until it has accepted the name, through a hold too.
 *
 * @typeParam T The contract of the routes that it serves.
 * @param url The URL, `ws:` or `wss:`. A function is called for each
 * connection.
 * @param options The name, routes, limits, deadlines.
 * @returns The client, which is open.
 * @throws {NotConnectedError} If the first attempt fails, or the hub refuses
 * the name or the token. To keep trying, make a {@linkcode Client} and wait
 * until it is ready.
 * @throws {OnHoldError} If another client kept the name for `holdTimeout`.
 * @throws {TimeoutError} If it takes too long.
 * @throws {TypeError} If a page cannot use the URL.
 */
export async function connect<T extends Contract<T> = AnyRoutes>(
  url: MiniUrl,
  options: ConnectOptions<T>,
): Promise<Client<T>> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const client = new Client<T>(url, rest);
  try {
    await unlessAborted(firstAttempts.get(client)!, signal);
    return client;
  } catch (error) {
    void client.close(); // Whatever the hub does about it.
    throw error;
  }
}

/** The first attempt of each client. */
const firstAttempts = new WeakMap<object, Promise<void>>();

/**
 * A named client for web pages. It connects again and again until it is closed.
 * Every call ends exactly once: with the answer, a {@linkcode RemoteError}, a
 * {@linkcode TimeoutError}, the reason of its signal, a {@linkcode LimitError},
 * or with a {@linkcode NotConnectedError} as soon as the connection is lost.
 *
 * It tells the events `ready`, `hold`, `disconnect`, `information` and `error`.
 *
 * @typeParam T The contract of the routes that it serves.
 *
 * @example Typed routes and calls
 * ```ts
 * import { Client } from "@wirekit/hub/mini";
 * import { serve } from "@wirekit/hub/serve";
 * import { assertEquals } from "@std/assert";
 *
 * interface Greeter {
 *   greet(data: { name: string }): string;
 * }
 *
 * await using hub = await serve({ port: 0 });
 * const url = hub.urls[0];
 * await using beta = new Client<Greeter>(url, {
 *   name: "beta",
 *   routes: { greet: ({ name }) => `hello ${name}` },
 * });
 * await using alpha = new Client(url, { name: "alpha" });
 * await Promise.all([alpha.ready(), beta.ready()]);
 *
 * const { greet } = alpha.remote<Greeter>("beta");
 * const greeting: string = await greet({ name: "zoë" });
 * assertEquals(greeting, "hello zoë");
 * ```
 */
export class Client<T extends Contract<T> = AnyRoutes> extends ClientEventTarget
  implements AsyncDisposable {
  /** The name by which others call it. */
  readonly name: string;
  readonly #line: Line;

  /**
   * Makes a client that starts to connect and keeps trying.
   *
   * @param url The URL, as for {@linkcode connect}.
   * @param options The name, routes, limits, deadlines.
   * @throws {TypeError} If the name is not a string or is empty, a route is not
   * a function, or a page cannot use the URL.
   * @throws {RangeError} If a time or a limit is not valid.
   */
  constructor(url: MiniUrl, options: ClientOptions<T>) {
    super();
    this.name = options.name;
    const emit: Emit = (type, detail) => this.emit(type, detail);
    this.#line = openLine(url, options as LineOptions, emit, this);
    firstAttempts.set(this, this.#line.session.first);
  }

  /** The state of the client: `"held"` while another client has the name. */
  get state(): ClientState {
    return this.#line.state();
  }

  /**
   * Resolves when the client is permanently closed: with the reason, if it gave
   * up. Never rejects.
   */
  get closed(): Promise<Error | undefined> {
    return this.#line.session.closed;
  }

  /**
   * Waits until the client is open, through failed attempts and holds.
   *
   * @param options Deadline, by default that of calls, and signal.
   * @returns Resolves when it is open.
   * @throws {NotConnectedError} If the client is closed, or gives up.
   * @throws {TimeoutError} If the time is up.
   */
  ready(options?: ReadyOptions): Promise<void> {
    return this.#line.session.ready(options);
  }

  /**
   * Closes the client permanently. Open calls and waits end at once. May be
   * called twice; never rejects.
   *
   * @returns Resolves when the connection has ended, within a second.
   */
  close(): Promise<void> {
    return this.#line.session.close();
  }

  /** Closes the client: see {@linkcode Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Sends a request to another client and waits for its answer.
   *
   * @typeParam R The type of the answer, which nothing checks.
   * @param target The name of the client to ask.
   * @param route The name of its route.
   * @param data The data of the request: an object.
   * @param options Deadline and signal.
   * @returns What the route answered.
   * @throws {RemoteError} If there is no such client, it has no such route, or
   * the route failed.
   * @throws {TimeoutError} If no answer came in time.
   * @throws {NotConnectedError} If there is no connection, or it was lost.
   * @throws {LimitError} If a limit of this client is reached.
   * @throws {TypeError} If the target or the route is not a string, or the data
   * is not an object or not JSON.
   * @throws {RangeError} If the data contains what cannot be sent: NaN,
   * infinities, integers of more than 64 bits.
   */
  async request<R = unknown>(
    target: string,
    route: string,
    data: object = {},
    options: RequestOptions = {},
  ): Promise<R> {
    if (!isRecord(data)) throw new TypeError("Data must be an object");
    const to = nameOf(target);
    const what = nameOf(route);
    return await this.#line.ask(
      `No answer from ${to} to ${what}`,
      MessageType.request,
      to,
      what,
      data,
      options,
    ) as R;
  }

  /**
   * Returns the routes of another client as functions, typed by their contract.
   *
   * @typeParam P The contract of its routes.
   * @param name Its name.
   * @returns A function for each route, which asks as
   * {@linkcode Client.request} does: `(data, { timeout, signal })`.
   */
  remote<P extends Contract<P> = AnyRoutes>(name: string): Remote<P> {
    return makeRemote<P>((route, data, options) =>
      this.request(name, route, data, options)
    );
  }

  /**
   * Sends information to other clients. They do not answer, and names that no
   * client has are skipped.
   *
   * @param data The data to send. A Python client drops null, false, 0, `""`,
   * `[]` and `{}` without notice.
   * @param targets The names of the clients to inform; all others by default,
   * none if the list is empty.
   * @returns Resolves when it is handed to the browser.
   * @throws {TypeError} If a target is not a string, or the data has a cycle.
   * @throws {RangeError} As {@linkcode Client.request}.
   * @throws {LimitError} If the message is too large.
   * @throws {NotConnectedError} If there is no connection.
   */
  // deno-lint-ignore require-await -- what it throws is a rejection
  async inform(
    data: unknown,
    targets?: string | readonly string[],
  ): Promise<void> {
    const names = [targets ?? []].flat().map(nameOf);
    if (targets && !names[0]) return; // For the hub, that means all.
    this.#line.post({
      type: MessageType.information,
      route: `[${names}]`,
      data: stringify(data),
    });
  }

  /**
   * Pings the hub, or asks it whether it knows a client.
   *
   * @param target The name of a client; the hub itself by default.
   * @param options Deadline and signal.
   * @returns Whether the client is connected.
   * @throws {TimeoutError} If no answer came in time.
   * @throws {NotConnectedError} If there is no connection, or it was lost.
   */
  async ping(target?: string, options: PingOptions = {}): Promise<boolean> {
    const to = target === undefined ? "null" : nameOf(target);
    const answer = await this.#line.ask(
      `No answer from ${target ? to : "the hub"}`,
      MessageType.ping,
      to,
      "null",
      {},
      options,
    );
    return Object(answer).success === true;
  }
}
