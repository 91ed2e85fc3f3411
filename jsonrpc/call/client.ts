// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A client that connects again by itself.
 *
 * ```ts no-assert
 * import { connect } from "@wirekit/jsonrpc/client";
 * import { fetchHandler, Methods } from "@wirekit/jsonrpc";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = Deno.serve({ port: 0 }, fetchHandler({ methods }));
 *
 * await using client = await connect(`ws://127.0.0.1:${server.addr.port}`);
 * await client.request("math.sum", [1, 2]); // 3
 * ```
 *
 * @module
 */

import { checkTime, unlessAborted } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import type { Caller, CallOptions } from "./caller.ts";
import type { Contract } from "../contract/contract.ts";
import { Peer } from "../peer.ts";
import type { ClientOptions, ConnectOptions } from "./client_options.ts";
import { openerOf } from "./_opener.ts";
import { ReconnectingCaller } from "./_reconnecting.ts";
import { LiveCaller } from "./remote_caller.ts";
import type { Subscriber } from "../push/subscription.ts";

export type { ClientOptions, ConnectOptions };

/**
 * Connects to a server, and again whenever the connection is lost.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 * @param url Where: `ws:`, `wss:`; or `tcp:`, `tls:`, `unix:`, a line for each
 * message.
 * @param options How to connect, and how to call.
 * @returns The client, with its first connection open. Rejects if the first
 * attempt fails; to keep trying, make a {@linkcode Client} and wait until it is
 * ready.
 *
 * @example Nobody listens
 * ```ts
 * import { connect } from "@wirekit/jsonrpc/client";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => connect("tcp://127.0.0.1:1"));
 * ```
 *
 * @category Calling
 */
export async function connect<
  C extends Contract = Contract,
  State = Record<string, unknown>,
>(
  url: string | URL,
  options: ConnectOptions<C, State> = {},
): Promise<Client<C, State>> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const client = new Client<C, State>(url, rest);
  try {
    await unlessAborted(firstAttempts.get(client)!, signal);
    return client;
  } catch (error) {
    void client.close(); // Whatever the server does about it.
    throw error;
  }
}

/** The first attempt of each client. */
const firstAttempts = new WeakMap<object, Promise<void>>();

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
 * await using client = new Client({
 *   transport: () => {
 *     const [near, far] = pair();
 *     servers.push(new Peer(far, { methods }));
 *     return Promise.resolve(near);
 *   },
 *   reconnect: { minDelay: 1 },
 * });
 *
 * assertEquals(await client.request("count"), 1);
 * const { peer } = client;
 * await servers[0]!.close();
 * await peer!.closed; // The client knows.
 * assertEquals(await client.request("count"), 2);
 * ```
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
 * await using client = new Client({
 *   transport: () => {
 *     const [near, far] = pair();
 *     new Peer(far, { methods });
 *     return Promise.resolve(near);
 *   },
 *   reconnect: { minDelay: 1 },
 * });
 * assertEquals(await client.request("try", [], { idempotent: true }), 3);
 * ```
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
 * await using client = new Client({
 *   transport: () => {
 *     const [near, far] = pair();
 *     servers.push(new Peer(far, { methods }));
 *     return Promise.resolve(near);
 *   },
 *   reconnect: { minDelay: 1 },
 * });
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
 *
 * @example Before there is a connection
 * ```ts
 * import { Client, Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods().add("double", (_call, x: number) => 2 * x);
 * await using client = new Client({
 *   transport: () => {
 *     const [near, far] = pair();
 *     new Peer(far, { methods });
 *     return Promise.resolve(near);
 *   },
 * });
 * const batch = client.batch();
 * const calls = [batch.request("double", [1]), batch.request("double", [2])];
 * await batch.send();
 * assertEquals(await Promise.all(calls), [2, 4]);
 * ```
 *
 * @category Calling
 */
export class Client<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends LiveCaller<C> implements AsyncDisposable {
  readonly #caller: ReconnectingCaller<C, State>;

  /**
   * Makes a client that begins to connect, and tries until it can:
   * {@linkcode Client.ready} waits for that.
   *
   * @param url Where: `ws:`, `wss:`; or `tcp:`, `tls:`, `unix:`, a line for each
   * message.
   * @param options How to connect, and how to call.
   * @throws {TypeError} If the URL is not valid.
   * @throws {RangeError} If a time is not valid.
   */
  constructor(url: string | URL, options?: ClientOptions<C, State>);
  /**
   * Makes a client that opens each connection by its option `transport`.
   *
   * @param options How to connect, and how to call.
   * @throws {TypeError} If there is no `transport`.
   * @throws {RangeError} If a time is not valid.
   */
  constructor(
    options:
      & ClientOptions<C, State>
      & Required<Pick<ClientOptions, "transport">>,
  );
  constructor(
    first: string | URL | ClientOptions<C, State>,
    second: ClientOptions<C, State> = {},
  ) {
    const isUrl = typeof first === "string" || first instanceof URL;
    const options = isUrl ? second : first ?? {};
    super(options.contract);
    this.#caller = new ReconnectingCaller(
      openerOf(isUrl ? first : undefined, options),
      options,
      (transport, options) =>
        new Peer<C, State>(transport as Transport, options),
    );
    firstAttempts.set(this, this.#caller.first);
  }

  /**
   * Resolves when it is closed for good, with the reason if it gave up. Never
   * rejects.
   */
  get closed(): Promise<unknown> {
    return this.#caller.closed;
  }

  /** The peer of the connection that is open; `undefined` if there is none. */
  get peer(): Peer<C, State> | undefined {
    return this.#caller.peer;
  }

  /** What the client does now. */
  get state(): "connecting" | "open" | "waiting" | "closed" {
    return this.#caller.state;
  }

  /**
   * Waits for a connection.
   *
   * @param options How long to wait: by default the `timeout` of the client.
   * @returns Resolves when it is open: {@linkcode Client.peer} is there. Rejects
   * with a `TimeoutError`, with the reason of the `signal`, and with a
   * `ClosedError` once the client is closed.
   *
   * @example Wait until the server is there
   * ```ts
   * import { Client } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * await using client = new Client({
   *   transport: () => Promise.resolve(pair()[0]),
   * });
   * await client.ready({ timeout: 1_000 });
   * assertEquals(client.state, "open");
   * ```
   */
  async ready(
    options: Pick<CallOptions, "timeout" | "signal"> = {},
  ): Promise<void> {
    const { timeout, signal } = options;
    if (timeout !== undefined) checkTime("timeout", timeout);
    signal?.throwIfAborted();
    await this.#caller.ready("", 0, options);
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
   * const client = new Client({
   *   transport: () => Promise.resolve(pair()[0]),
   * });
   * await client.close();
   * await assertRejects(() => client.request("sum"), ClosedError);
   * ```
   */
  close(): Promise<void> {
    return this.#caller.close();
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
   * await using _client = new Client({
   *   transport: () => Promise.resolve(pair()[0]),
   * });
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What makes the calls. */
  protected override get caller(): Caller {
    return this.#caller;
  }

  /** What subscribes. */
  protected override get subscriber(): Subscriber {
    return this.#caller;
  }
}
