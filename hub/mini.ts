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
 * It has the words of `@wirekit/hub/client`, which has in addition: other
 * carriers, routes that are added later, shared objects, loops over information,
 * `waitFor()`, the events `request` and `response`, senders that wait for a slow
 * hub, and `HandshakeError`.
 *
 * @module
 */

import { unlessAborted } from "@wirekit/internal/clock";
import { random } from "@wirekit/internal/json";
import {
  type MiniOptions,
  type MiniSession,
  miniSession,
  type MiniUrl,
} from "@wirekit/transport/mini";
import { bearer } from "./client/_bearer.ts";
import { isRecord, quote, stringify, textOf } from "./client/_json.ts";
import {
  type Fields,
  type Message,
  readMessage,
  writeMessage,
  writeTail,
} from "./client/_wire.ts";
import type {
  AnyRoutes,
  Contract,
  HandlerResultOf,
  Route,
} from "./client/contract.ts";
import {
  type ClientEvents,
  ClientEventTarget,
  type ClientEventType,
} from "./client/events.ts";
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
import * as Text from "./exchange/_text.ts";
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
  maxMessageBytes?: number;
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
    await client.close();
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
    this.#line = open(url, options as ClientOptions, emit, this as never);
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
    return await this.#line.ask(
      MessageType.request,
      target,
      route,
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
    const answer = await this.#line.ask(
      MessageType.ping,
      target ?? null,
      null,
      {},
      options,
    );
    return Object(answer).success === true;
  }
}

/** Tells an event. */
type Emit = <K extends ClientEventType>(
  type: K,
  detail: ClientEvents[K],
) => void;

/** What a client is made of. */
interface Line {
  session: MiniSession;
  state(): ClientState;
  post(fields: Fields): void;
  ask(
    type: number,
    target: string | null,
    route: string | null,
    data: object,
    options: RequestOptions,
  ): Promise<unknown>;
}

/** Opens connections, and verifies each. */
function open(
  url: MiniUrl,
  options: ClientOptions,
  emit: Emit,
  client: Client,
): Line {
  const { name, token, routes = {}, holdTimeout = 60_000 } = options;
  const { maxMessageBytes = 2 * 1024 * 1024, exposeErrors } = options;
  for (const [route, handler] of Object.entries(routes)) {
    if (typeof handler === "function") continue;
    throw new TypeError(`Cannot add route: "${route}" is not a function`);
  }
  const id = nameOf(name);
  /** The numbers of the open calls, by their uuids, which nobody can guess. */
  const numbers = new Map<unknown, number>();
  let accepted = Promise.withResolvers<void>();
  let verification: string;
  let isHeld = false;
  const session: MiniSession = miniSession(
    url,
    options,
    {
      heartbeat: { interval: 20_000 },
      maxSent: maxMessageBytes,
      async protocols() {
        const secret = typeof token === "function" ? await token() : token;
        return secret === undefined ? [] : bearer(secret);
      },
      greet() {
        accepted = Promise.withResolvers();
        verification = random();
        const tail = writeTail(`"${verification}"`);
        send({ type: MessageType.verification, tail });
        return accepted.promise;
      },
      opened() {
        const names = Object.keys(routes).map((name) => `${quote(name)}:{}`);
        // So that the hub knows what the client can be asked for.
        if (names[0]) {
          send({
            type: MessageType.ping,
            route: `"${Text.announce}"`,
            data: `{${names}}`,
          });
        }
        emit("ready", undefined);
      },
      receive(text, reply) {
        try {
          take(readMessage(text), reply);
        } catch (error) {
          emit("error", { error });
        }
      },
      ping: () => send({ type: MessageType.ping }),
      ended(error, wasOpen) {
        isHeld = false;
        emit(wasOpen ? "disconnect" : "error", { error });
      },
    },
  );
  return { session, state, post, ask };

  function state(): ClientState {
    const { state } = session;
    return isHeld && state === "connecting" ? "held" : state;
  }

  function send(fields: Fields): void {
    session.post(writeMessage(id, fields), true);
  }

  function post(fields: Fields): void {
    if (state() === "held") throw new OnHoldError();
    session.post(writeMessage(id, fields));
  }

  async function ask(
    type: number,
    target: string | null,
    route: string | null,
    data: object,
    options: RequestOptions,
  ): Promise<unknown> {
    if (state() === "held") throw new OnHoldError();
    const uuid = random();
    const json = stringify(data);
    const to = target === null ? "null" : nameOf(target);
    const what = route === null ? "null" : nameOf(route);
    const tail = writeTail(`"${uuid}"`, to);
    try {
      return await session.ask(`${what} of ${to}`, (number) => {
        numbers.set(uuid, number);
        return writeMessage(id, { type, route: what, data: json, tail });
      }, options);
    } finally {
      numbers.delete(uuid);
    }
  }

  function take(message: Message, reply: (text: string) => void): void {
    const { type, id: from, uuid, data = null } = message;
    const call = () => session.take(numbers.get(uuid) ?? 0);
    switch (type) {
      case MessageType.success:
        return accepted.resolve();
      case MessageType.ping:
      case MessageType.response:
        return call()?.resolve(data);
      case MessageType.request:
        return answer(message, reply);
      case MessageType.information: {
        const source = typeof from === "string" ? from : "";
        // The hub sends an empty one before it closes, for stock clients.
        if (source || data !== null) emit("information", { data, source });
        return;
      }
      case MessageType.error: {
        const text = textOf(data);
        if (session.state === "connecting") return refused(text, uuid);
        const error = new RemoteError(text);
        const waiting = call();
        if (waiting) waiting.reject(error);
        else emit("error", { error });
      }
    }
  }

  function refused(text: string, uuid: unknown): void {
    if (text === Text.alreadyAuthorized) {
      isHeld = true;
      session.expire(holdTimeout, () => new OnHoldError());
      emit("hold", undefined);
    } else if (uuid === verification) {
      const why = text === Text.notAuthorized
        ? "the token is missing or wrong"
        : text;
      session.refuse(why);
    }
  }

  function answer(
    { destination, route, uuid, data }: Message,
    reply: (text: string) => void,
  ): void {
    // The hub swaps the names in a request.
    const source = typeof destination === "string" ? destination : "";
    const name = `${route}`;
    const tail = writeTail(
      typeof uuid === "object" ? "null" : stringify(uuid),
      source ? quote(source) : "null",
    );
    const write = (type: number, data: string, traceback = "null") =>
      writeMessage(id, { type, route: quote(name), traceback, data, tail });
    void session.answer(
      reply,
      () => {
        if (!Object.hasOwn(routes, name)) throw new RouteError(Text.noRoute);
        return routes[name]!(data ?? {}, { source, route: name, client });
      },
      (result) => write(MessageType.response, stringify(result)),
      (error) => {
        const isOurs = error instanceof RouteError ||
          error instanceof LimitError;
        if (!isOurs) emit("error", { error });
        const isShown = isOurs || (exposeErrors && error instanceof Error);
        const text = isShown ? error.message.slice(0, 4096) : "Route failed";
        return write(MessageType.error, stringify(text), stringify(text));
      },
    );
  }
}

/** Writes a name that a user gave as JSON. */
function nameOf(name: string): string {
  if (typeof name === "string" && name) return quote(name);
  throw new TypeError(
    `A name must be a non-empty string: got ${JSON.stringify(name)}`,
  );
}
