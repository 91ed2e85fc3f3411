// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A small client for web pages: it calls, answers, and reconnects by itself.
 *
 * ```ts
 * import { connect } from "@wirekit/jsonrpc/mini";
 * import { Methods, serve } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = await serve({ port: 0, methods });
 *
 * await using client = await connect(server.urls[0]!);
 * assertEquals(await client.request("math.sum", [1, 2]), 3);
 * assertEquals(await client.remote.math.sum(1, 2), 3);
 * ```
 *
 * It has the methods and the errors of `@wirekit/jsonrpc/client`, which has in
 * addition: other carriers and codecs, batches of calls, streams and
 * subscriptions, progress, checked contracts, middleware, calls that wait for a
 * connection or are made again, the cancelling of a handler by the server, and
 * `ClosedError`.
 *
 * @module
 */

import { unlessAborted } from "@wirekit/internal/clock";
import type {
  MiniOptions,
  MiniSession,
  MiniState,
  MiniUrl,
} from "@wirekit/transport/mini";
import type { Contract } from "../contract/contract.ts";
import {
  InternalError,
  JsonRpcError,
  MethodNotFoundError,
} from "../wire/error.ts";
import type { Id, Params } from "../wire/message.ts";
import {
  LimitError,
  MalformedResponseError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "./call_error.ts";
import { openLine } from "./_mini_line.ts";
import type {
  ClientOptions,
  MiniCall,
  MiniCaller,
  MiniHandler,
  WaitOptions,
} from "./_mini_options.ts";
import { proxy } from "./_proxy.ts";
import type { Remote } from "./remote.ts";

export type { ClientOptions, MiniCall, MiniCaller, MiniHandler, WaitOptions };
export type { Id, MiniOptions, MiniState, MiniUrl, Params };
export {
  InternalError,
  JsonRpcError,
  LimitError,
  MalformedResponseError,
  MethodNotFoundError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
};

/** Options of {@linkcode connect}. */
export interface ConnectOptions extends ClientOptions {
  /** Aborts connecting. It does not affect a connected client. */
  signal?: AbortSignal;
}

/**
 * Connects to a server, and again whenever the connection is lost.
 *
 * @typeParam C What the server offers; types only.
 * @param url Where: `ws:` or `wss:`. A function is called for each connection.
 * @param options How to connect, and how to call.
 * @returns The client, with its first connection open. Rejects if the first
 * attempt fails; to keep trying, make a {@linkcode Client} and wait until it is
 * ready.
 */
export async function connect<C extends Contract = Contract>(
  url: MiniUrl,
  options: ConnectOptions = {},
): Promise<Client<C>> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const client = new Client<C>(url, rest);
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
 * Calls a server from a web page, over one connection after another. A call
 * without a connection, or whose connection is lost, rejects at once with a
 * `NotConnectedError`; nothing is sent twice.
 *
 * @typeParam C What the server offers; types only.
 *
 * @example The server calls back
 * ```ts
 * import { Client } from "@wirekit/jsonrpc/mini";
 * import { Methods, serve } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .add("greet", async (call) => `hello ${await call.peer.request("name")}`);
 * await using server = await serve({ port: 0, methods });
 *
 * await using client = new Client(server.urls[0]!, {
 *   methods: { name: () => "zoë" },
 * });
 * await client.ready({ timeout: 5_000 });
 * assertEquals(await client.request("greet"), "hello zoë");
 * ```
 */
export class Client<C extends Contract = Contract>
  implements MiniCaller, AsyncDisposable {
  /** The methods of the server: `remote.math.sum(1, 2)` calls `math.sum`. */
  readonly remote: Remote<C>;
  readonly #session: MiniSession;
  readonly #caller: MiniCaller;

  /**
   * Makes a client that begins to connect, and tries until it can:
   * {@linkcode Client.ready} waits for that.
   *
   * @param url Where, as for {@linkcode connect}.
   * @param options How to connect, and how to call.
   * @throws {TypeError} If a page cannot use the URL, or a method is not a
   * function.
   * @throws {RangeError} If a time or a limit is not valid.
   */
  constructor(url: MiniUrl, options: ClientOptions = {}) {
    const { session, caller } = openLine(url, options);
    this.#session = session;
    firstAttempts.set(this, session.first);
    this.#caller = caller;
    this.remote = proxy((method, params) =>
      caller.request(method, params)
    ) as Remote<C>;
  }

  /** What the client does now. */
  get state(): MiniState {
    return this.#session.state;
  }

  /**
   * Resolves when it is closed for good, with the reason if it gave up. Never
   * rejects.
   */
  get closed(): Promise<unknown> {
    return this.#session.closed;
  }

  /**
   * Waits for a connection.
   *
   * @param options How long to wait: by default the `timeout` of the client.
   * @returns Resolves when it is open. Rejects with a `TimeoutError`, with the
   * reason of the `signal`, and with a `NotConnectedError` once it is closed.
   */
  ready(options?: WaitOptions): Promise<void> {
    return this.#session.ready(options);
  }

  /** Calls a method: see {@linkcode MiniCaller.request}. */
  request<T = unknown>(
    method: string,
    params?: Params,
    options?: WaitOptions,
  ): Promise<T> {
    return this.#caller.request<T>(method, params, options);
  }

  /** Notifies the server: see {@linkcode MiniCaller.notify}. */
  notify(method: string, params?: Params): Promise<void> {
    return this.#caller.notify(method, params);
  }

  /**
   * Closes the connection and connects no more.
   *
   * @returns Resolves within a second. Never rejects.
   */
  close(): Promise<void> {
    return this.#session.close();
  }

  /** Closes it: see {@linkcode Client.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
