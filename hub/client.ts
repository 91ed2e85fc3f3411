// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A client for this hub or for winerp's own server.
 *
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { serve } from "@wirekit/hub/serve";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await serve({ port: 0 });
 * const url = hub.urls[0];
 *
 * await using beta = new Client("beta", { url });
 * beta.route("greet", ({ name }, { source }) => `hello ${name} from ${source}`);
 * await beta.connect();
 *
 * await using alpha = new Client("alpha", { url });
 * await alpha.connect();
 * const greeting = await alpha.request("beta", "greet", { name: "zoë" });
 * assertEquals(greeting, "hello zoë from alpha");
 * ```
 *
 * JSON integers that a JavaScript number cannot hold, such as the ids of
 * Discord, arrive as `bigint`; every other number arrives as `number`. A
 * `bigint` is sent as an exact integer. As in winerp, an integer has at most 64
 * bits: a received integer with more is a `number`.
 *
 * @module
 */

import { shownUrl } from "@wirekit/internal/errors";
import type { Asker } from "./client/_asker.ts";
import type { Incoming } from "./client/_incoming.ts";
import type { InformationLoop } from "./client/_information.ts";
import { isRecord, quote, stringify } from "./client/_json.ts";
import { nextEvent } from "./client/_next_event.ts";
import { makeParts } from "./client/_parts.ts";
import type { Responder } from "./client/_responder.ts";
import { closedError, lostError } from "./client/session/_errors.ts";
import type { Session } from "./client/session/_session.ts";
import { writeMessage } from "./client/_wire.ts";
import type {
  AnyRoutes,
  Contract,
  HandlerResultOf,
  Route,
  RouteName,
} from "./client/contract.ts";
import {
  type ClientEventListener,
  type ClientEvents,
  ClientEventTarget,
  type ClientEventType,
} from "./client/events.ts";
import type {
  ClientOptions,
  ClientState,
  InformationOptions,
  PingOptions,
  ReadyOptions,
  RequestOptions,
  WaitForOptions,
} from "./client/options.ts";
import { type AnyRemote, makeRemote, type Remote } from "./client/remote.ts";
import * as MessageType from "./winerp/_message_type.ts";
import type { RouteInfo } from "./exchange/route_info.ts";

export * from "./client/contract.ts";
export * from "./client/events.ts";
export * from "./client/objects.ts";
export type * from "./client/options.ts";
export type { AnyRemote, InformationLoop, Remote, RouteInfo };
export * from "./errors.ts";

/**
 * Values that Python takes for false: winerp drops information that is one of
 * them.
 */
const FALSY_REGEXP = /^(?:null|false|0|""|\[\]|\{\})$/;

/** How the error of a name that is none begins. */
const NO_NAME = "A name must be a non-empty string: got";

/** What begins as the URL of a hub. */
const URL_REGEXP = /^(?:wss?|tcp|tls|https?):\/\/|^unix:\//i;

/**
 * What a handler knows about a request besides its data.
 *
 * @category Client
 */
export interface RouteContext {
  /** The name of the requesting client. */
  readonly source: string;
  /** The name of the route. */
  readonly route: string;
  /** Fires when the connection ends: the answer can no longer be delivered. */
  readonly signal: AbortSignal;
  /** The client that the route belongs to. */
  readonly client: Client;
}

/**
 * Answers the requests of a route.
 *
 * @typeParam F The route as its contract declares it.
 * @param data What the requester sent: an object, if the requester follows the
 * contract.
 * @param context The requester, and the signal.
 * @returns The answer: JSON, or a {@linkcode SharedObject}.
 *
 * @category Client
 */
export type Handler<F extends Route = Route> = (
  data: Parameters<F>[0],
  context: RouteContext,
) => HandlerResultOf<F>;

/**
 * Connects to a hub under a name, and waits until the hub has accepted it,
 * through a hold too. From then on the client reconnects by itself until
 * {@linkcode Client.close}.
 *
 * @typeParam T The contract of the routes that it serves.
 * @param name The name by which others call it, unique in the hub.
 * @param options The address of the hub, limits, deadlines, and a signal that
 * aborts connecting.
 * @returns The client, which is open.
 * @throws {NotConnectedError} If the first attempt fails. To keep trying, make
 * a {@linkcode Client} and wait until it is ready.
 * @throws {OnHoldError} If another client kept the name until the deadline.
 * @throws {HandshakeError} If the hub refuses the name or the token.
 * @throws {TimeoutError} If it takes longer than `connectTimeout`.
 *
 * @example Ask once
 * ```ts
 * import { connect } from "@wirekit/hub/client";
 * import { serve } from "@wirekit/hub/serve";
 * import { assert } from "@std/assert";
 *
 * await using hub = await serve({ port: 0 });
 * await using alpha = await connect("alpha", { url: hub.urls[0] });
 * assert(await alpha.ping());
 * ```
 *
 * @category Client
 */
export async function connect<T extends Contract<T> = AnyRoutes>(
  name: string,
  options: ClientOptions & Pick<ReadyOptions, "signal"> = {},
): Promise<Client<T>> {
  checkArguments(name, options);
  const { signal, ...rest } = options;
  const client = new Client<T>(name, rest);
  try {
    await client.connect(signal ? { signal } : {});
    return client;
  } catch (error) {
    void client.close(); // Whatever the hub does about it.
    throw error;
  }
}

/**
 * A named client: it sends requests to other clients by their names, and
 * answers requests for its routes.
 *
 * It works with the hub of this package and with the server of winerp 1.2 to
 * 1.5, so it can call Python programs and be called by them.
 *
 * Every call ends exactly once: with the answer, a {@linkcode RemoteError}, a
 * {@linkcode TimeoutError}, the reason of its signal, or with a
 * {@linkcode NotConnectedError} as soon as the connection is lost. After that
 * the client reconnects; it never sends anything twice.
 *
 * @typeParam T The contract of the routes that it serves.
 *
 * @example Typed routes and calls
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { serve } from "@wirekit/hub/serve";
 * import { assertEquals } from "@std/assert";
 *
 * interface Greeter {
 *   greet(data: { name: string }): string;
 * }
 *
 * await using hub = await serve({ port: 0 });
 * const url = hub.urls[0];
 *
 * await using beta = new Client<Greeter>("beta", { url });
 * beta.route("greet", ({ name }) => `hello ${name}`);
 * await beta.connect();
 *
 * await using alpha = new Client("alpha", { url });
 * await alpha.connect();
 * const greeter = alpha.remote<Greeter>("beta");
 * const greeting: string = await greeter.greet({ name: "zoë" });
 * assertEquals(greeting, "hello zoë");
 * ```
 *
 * @category Client
 */
export class Client<T extends Contract<T> = AnyRoutes> extends ClientEventTarget
  implements AsyncDisposable {
  /** The name by which others call it. */
  readonly name: string;
  readonly #id: string;
  readonly #timeout: number;
  readonly #asker: Asker;
  readonly #session: Session;
  readonly #responder: Responder;
  readonly #incoming: Incoming;
  readonly #closed = new AbortController();
  /** The types of events that anybody has ever listened to. */
  readonly #heard = new Set<ClientEventType>();

  /**
   * Makes a client. It does not connect yet.
   *
   * @param name The name by which others call it, unique in the hub.
   * @param options The address of the hub, limits and deadlines.
   * @throws {TypeError} If the name is not a string, is empty, or is a URL and
   * there is no other way to the hub among the options.
   * @throws {RangeError} If a time is not a positive number, or a limit is no
   * number.
   */
  constructor(name: string, options: ClientOptions = {}) {
    super();
    checkArguments(name, options);
    this.name = name;
    const parts = makeParts(
      this,
      options,
      (type, detail) => this.emit(type, detail),
    );
    this.#id = parts.id;
    this.#timeout = parts.timeout;
    this.#asker = parts.asker;
    this.#session = parts.session;
    this.#responder = parts.responder;
    this.#incoming = parts.incoming;
  }

  /** See {@linkcode ClientEventTarget.addEventListener}. */
  override addEventListener<K extends ClientEventType>(
    type: K,
    listener: ClientEventListener<K> | null,
    options?: Parameters<EventTarget["addEventListener"]>[2],
  ): void {
    this.#heard.add(type);
    super.addEventListener(type, listener, options);
  }

  /** Dispatches an event; costs almost nothing if nobody ever listened. */
  protected override emit<K extends ClientEventType>(
    type: K,
    detail: ClientEvents[K],
  ): void {
    if (this.#heard.has(type)) super.emit(type, detail);
  }

  /** The state of the client. */
  get state(): ClientState {
    return this.#session.state;
  }

  /** Whether the hub has accepted the name: the state is `"open"`. */
  get authorized(): boolean {
    return this.state === "open";
  }

  /** Whether another client has the name: the state is `"held"`. */
  get onHold(): boolean {
    return this.state === "held";
  }

  /**
   * Connects, and waits until the hub has accepted the name, through a hold
   * too. From then on the client reconnects by itself until `close()`. If the
   * first attempt fails, this rejects; {@linkcode Client.ready} keeps trying.
   *
   * @param options Deadline and signal.
   * @returns Resolves when the client is open.
   * @throws {NotConnectedError} If there is no hub, or the client was closed.
   * @throws {OnHoldError} If another client kept the name until the deadline.
   * @throws {HandshakeError} If the hub refuses the name or the token.
   * @throws {TimeoutError} If the time is up.
   * @throws {TypeError} If it is connecting or connected already.
   *
   * @example There is no hub
   * ```ts
   * import { Client, NotConnectedError } from "@wirekit/hub/client";
   * import { assertRejects } from "@std/assert";
   *
   * const client = new Client("alpha", { url: "ws://127.0.0.1:9" });
   * await assertRejects(() => client.connect(), NotConnectedError);
   * ```
   */
  connect(options: ReadyOptions = {}): Promise<void> {
    return this.#session.connect(options);
  }

  /**
   * Waits until the client can be used, through failed attempts and holds.
   * Connects if `connect()` was not called yet. The event `error` reports a
   * failed attempt.
   *
   * @param options Deadline and signal.
   * @returns Resolves when the client is open.
   * @throws {NotConnectedError} If the client was closed, or does not
   * reconnect.
   * @throws {OnHoldError} If another client kept the name until the deadline.
   * @throws {TimeoutError} If the time is up.
   *
   * @example Wait for a hub that is not there yet
   * ```ts
   * import { Client, TimeoutError } from "@wirekit/hub/client";
   * import { assertRejects } from "@std/assert";
   *
   * const client = new Client("alpha", { url: "ws://127.0.0.1:9" });
   * await assertRejects(() => client.ready({ timeout: 50 }), TimeoutError);
   * ```
   */
  ready(options: ReadyOptions = {}): Promise<void> {
    return this.#session.ready(options);
  }

  /**
   * Closes the client permanently. Open calls, loops and waits end at once. May
   * be called twice; never rejects.
   *
   * @returns Resolves when the connection has ended, within a second.
   */
  async close(): Promise<void> {
    await this.#session.close();
    this.#closed.abort(closedError());
    this.#responder.clear();
    this.#incoming.loops.end();
  }

  /**
   * Closes the client: see {@linkcode Client.close}.
   *
   * @returns Resolves when the connection has ended.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Answers the requests of a route.
   *
   * @typeParam K The name of the route.
   * @param name The name of the route.
   * @param handler Answers the requests. Handlers run concurrently. The message
   * of a {@linkcode RouteError} that a handler throws reaches the requester.
   * For any other error the requester gets `Route failed`, and the event
   * `error` has the error itself.
   * @param info What to tell the hub of the route: with a description and JSON
   * Schemas it is a tool for AI assistants, and stands in the documents of the
   * hub. Without it, the hub is told the name alone.
   * @returns The client.
   * @throws {TypeError} If there is already a route with that name, or the handler
   * is not a function.
   *
   * @example Two routes
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   *
   * const client = new Client("calculator")
   *   .route("add", ({ a, b }) => a + b)
   *   .route("page", async ({ url }, { signal }) => {
   *     const response = await fetch(url, { signal });
   *     return await response.text();
   *   });
   * ```
   */
  route<K extends RouteName<T>>(
    name: K,
    handler: Handler<T[K]>,
    info: RouteInfo = {},
  ): this {
    if (typeof handler !== "function") {
      throw new TypeError(`Cannot add route: "${name}" is not a function`);
    }
    const json = quote(name);
    const { routes } = this.#incoming;
    if (routes.has(json)) {
      throw new TypeError(`Cannot add route: "${name}" exists already`);
    }
    routes.set(json, { name, json, handler, info });
    this.#incoming.announceSoon();
    return this;
  }

  /**
   * Removes a route. Running requests for it go on.
   *
   * @param name The name of the route.
   * @returns Whether there was one.
   */
  removeRoute(name: RouteName<T>): boolean {
    this.#incoming.announceSoon();
    return this.#incoming.routes.delete(quote(name));
  }

  /**
   * Sends a request to another client and waits for its answer.
   *
   * @typeParam R The type of the answer, which nothing checks. For checked
   * types use {@linkcode Client.remote}.
   * @param target The name of the client to ask.
   * @param route The name of its route.
   * @param data The data of the request: an object, which a route in Python
   * gets as keyword arguments.
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
   * infinities, integers of more than 64 bits, more than 250 levels.
   *
   * @example Ask with a deadline
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   * import { RemoteError } from "@wirekit/hub/client";
   * import { serve } from "@wirekit/hub/serve";
   * import { assertRejects } from "@std/assert";
   *
   * await using hub = await serve({ port: 0 });
   * await using alpha = new Client("alpha", { url: hub.urls[0] });
   * await alpha.connect();
   *
   * await assertRejects(
   *   () => alpha.request("nobody", "greet", {}, { timeout: 5_000 }),
   *   RemoteError,
   *   "Destination not found.",
   * );
   * ```
   */
  request<R = unknown>(
    target: string,
    route: string,
    data: object = {},
    options: RequestOptions = {},
  ): Promise<R> {
    try {
      checkText("target", target);
      checkText("route", route);
      if (!isRecord(data)) throw new TypeError("Data must be an object");
      const { timeout = this.#timeout, signal } = options;
      const answer = this.#asker.request(
        this.#session.link(),
        target,
        route,
        stringify(data),
        { timeout, signal },
      );
      return answer as Promise<R>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Returns the routes of another client as functions, typed by their contract.
   * This does not send anything: the client need not be connected.
   *
   * @typeParam P The contract of its routes.
   * @param name Its name.
   * @returns A function for each route, which asks as
   * {@linkcode Client.request} does: `(data, { timeout, signal })`. A route
   * named `then` is not available.
   *
   * @example Calls with checked types
   * ```ts
   * import { Client, NotConnectedError } from "@wirekit/hub/client";
   * import { assertRejects } from "@std/assert";
   *
   * interface Greeter {
   *   greet(data: { name: string }): string;
   * }
   *
   * const beta = new Client("alpha").remote<Greeter>("beta");
   * await assertRejects(() => beta.greet({ name: "zoë" }), NotConnectedError);
   * ```
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
   * @param data The data to send. Not null, false, 0, `""`, `[]` or `{}`: a
   * Python client would drop it.
   * @param targets The names of the clients to inform; all others by default,
   * none if the list is empty.
   * @returns Resolves when it is sent and there is room for more.
   * @throws {TypeError} If the data is one of those values or not JSON, or a
   * target is not a string.
   * @throws {RangeError} If the data contains what cannot be sent, as in
   * {@linkcode Client.request}.
   * @throws {LimitError} If the message is too large.
   * @throws {NotConnectedError} If there is no connection.
   *
   * @example Inform all clients
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   * import { serve } from "@wirekit/hub/serve";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await serve({ port: 0 });
   * const options = { url: hub.urls[0] };
   * await using alpha = new Client("alpha", options);
   * await using beta = new Client("beta", options);
   * await Promise.all([alpha.connect(), beta.connect()]);
   *
   * const told = beta.waitFor("information");
   * await alpha.inform({ shop: "open" });
   * assertEquals(await told, { data: { shop: "open" }, source: "alpha" });
   * ```
   */
  async inform(
    data: unknown,
    targets?: string | readonly string[],
  ): Promise<void> {
    const json = stringify(data);
    if (FALSY_REGEXP.test(json)) {
      throw new TypeError(
        `Cannot inform of ${json}: Python clients drop it without notice`,
      );
    }
    const link = this.#session.link();
    const names = targets === undefined ? [] : [targets].flat();
    for (const name of names) checkText("target", name);
    if (targets !== undefined && names.length === 0) return;
    const route = `[${names.map(quote)}]`;
    const type = MessageType.information;
    const text = writeMessage(this.#id, { type, route, data: json });
    link.checkRoom(text);
    try {
      await link.send(text);
    } catch (cause) {
      throw lostError(cause);
    }
  }

  /**
   * Pings the hub, or asks it whether it knows a client. The client itself is
   * not asked; if it is at another hub of a cluster, that hub is.
   *
   * @param target The name of a client; the hub itself by default.
   * @param options Deadline and signal.
   * @returns Whether the client is connected: not if its hub does not answer.
   * @throws {TimeoutError} If no answer came in time.
   * @throws {NotConnectedError} If there is no connection, or it was lost.
   * @throws {TypeError} If the target is not a string.
   */
  async ping(target?: string, options: PingOptions = {}): Promise<boolean> {
    if (target !== undefined) checkText("target", target);
    const { timeout = this.#timeout, signal } = options;
    const wait = { timeout, signal };
    const { ping } = MessageType;
    const link = this.#session.link();
    const answer = await this.#asker.ask(
      link,
      ping,
      target ?? null,
      "{}",
      wait,
    );
    return isRecord(answer) && answer.success === true;
  }

  /**
   * Waits for the next event of a type.
   *
   * @typeParam K The type of the event.
   * @param type The type of the event.
   * @param options Deadline and signal.
   * @returns The event's `detail`.
   * @throws {TimeoutError} If no event came in time.
   * @throws {NotConnectedError} If the client was closed first.
   *
   * @example Wait until the hub is back
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   * import { TimeoutError } from "@wirekit/hub/client";
   * import { assertRejects } from "@std/assert";
   *
   * const client = new Client("alpha");
   * await assertRejects(
   *   () => client.waitFor("ready", { timeout: 1 }),
   *   TimeoutError,
   * );
   * ```
   */
  async waitFor<K extends ClientEventType>(
    type: K,
    options: WaitForOptions = {},
  ): Promise<ClientEvents[K]> {
    const { timeout = this.#timeout, signal } = options;
    return await nextEvent(
      this,
      type,
      { timeout, signal },
      this.#closed.signal,
    );
  }

  /**
   * Returns the information that other clients send from now on, to be read
   * with `for await`. The loop goes on through disconnects and ends with
   * `close()`. Leave it to stop.
   *
   * @param options The limit and the signal.
   * @returns The loop. Each call returns its own loop, which gets all
   * information.
   * @throws {LimitError} In the loop, if it falls behind.
   *
   * @example Read information three times
   * ```ts
   * import { Client } from "@wirekit/hub/client";
   * import { serve } from "@wirekit/hub/serve";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await serve({ port: 0 });
   * const options = { url: hub.urls[0] };
   * await using alpha = new Client("alpha", options);
   * await using beta = new Client("beta", options);
   * await Promise.all([alpha.connect(), beta.connect()]);
   *
   * const information = beta.information();
   * for (const n of [1, 2, 3]) await alpha.inform(n, "beta");
   *
   * let sum = 0;
   * for await (const { data } of information) {
   *   sum += data as number;
   *   if (data === 3) break;
   * }
   * assertEquals(sum, 6);
   * ```
   */
  information(options: InformationOptions = {}): InformationLoop {
    return this.#incoming.loops.begin(options);
  }
}

/** Throws unless a name is a text, of whatever the program was told. */
function checkText(what: string, name: unknown): void {
  if (typeof name === "string") return;
  throw new TypeError(`${NO_NAME} ${JSON.stringify(name)} as the ${what}`);
}

/** Checks the name; a URL may stand where another argument belongs. */
function checkArguments(name: unknown, options: unknown): void {
  const isUrl = name instanceof URL || URL_REGEXP.test(`${name}`);
  const { url, transport } = Object(options);
  if (isUrl && url === undefined && transport === undefined) {
    throw mixedUp(name as string | URL);
  }
  if (typeof options === "string" || options instanceof URL) {
    throw mixedUp(options);
  }
  if (typeof name === "string" && name !== "") return;
  throw new TypeError(`${NO_NAME} ${JSON.stringify(name)}`);
}

function mixedUp(url: string | URL): TypeError {
  return new TypeError(
    `Give the URL of the hub as an option, after the name of the client: ` +
      `("name", { url: "${shownUrl(url)}" })`,
  );
}
