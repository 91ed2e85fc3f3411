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
 * It has the words and the errors of `@wirekit/jsonrpc/client`, which has in
 * addition: other carriers and codecs, batches, streams and subscriptions,
 * progress, checked contracts, middleware, calls that wait for a connection or
 * are made again, the cancelling of a handler by the server, and `ClosedError`.
 *
 * @module
 */

import {
  type MiniOptions,
  type MiniSession,
  miniSession,
  type MiniState,
  type MiniUrl,
} from "@wirekit/transport/mini";
import type { Logger } from "@wirekit/internal/logger";
import type { Contract } from "../contract/contract.ts";
import {
  InternalError,
  InvalidRequestError,
  JsonRpcError,
  MethodNotFoundError,
  ParseError,
} from "../wire/error.ts";
import {
  decodeExact,
  encodeJson,
  type Id,
  idOf,
  kindOf,
  type Params,
} from "../wire/message.ts";
import { proxy } from "./_proxy.ts";
import type { Remote } from "./remote.ts";
import {
  LimitError,
  MalformedResponseError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "./call_error.ts";
import type { CallOptions } from "./caller.ts";

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

/** How long to wait for a connection, or for a response. */
export type WaitOptions = Pick<CallOptions, "timeout" | "signal">;

/** Calls a server. */
export interface MiniCaller {
  /**
   * Calls a method of the server.
   *
   * @typeParam T The type of the result, which is not checked.
   * @param method The method.
   * @param params The arguments, by position or by name. An empty array is left
   * out.
   * @param options What to wait for.
   * @returns The result. Rejects with a `JsonRpcError` if the server answers
   * with an error, with a `MalformedResponseError` if its response has both or
   * none of `result` and `error`, with a `TimeoutError`, a `NotConnectedError`,
   * a `LimitError` or the reason of the `signal` if it does not answer, and with
   * a `TypeError` if the params cannot be written.
   */
  request<T = unknown>(
    method: string,
    params?: Params,
    options?: WaitOptions,
  ): Promise<T>;

  /**
   * Calls a method of the server without a response.
   *
   * @param method The method.
   * @param params The arguments.
   * @returns Resolves when it is handed to the browser. Rejects with a
   * `NotConnectedError` without a connection.
   */
  notify(method: string, params?: Params): Promise<void>;
}

/** A call of the server, as its handler sees it. */
export interface MiniCall {
  /** The method that is called. */
  readonly method: string;
  /** The id of the request; `undefined` for a notification. */
  readonly id: Id | undefined;
  /** The arguments; `undefined` if there are none. */
  readonly params: Params | undefined;
  /** Calls the server back. */
  readonly peer: MiniCaller;
}

/**
 * Answers a call, or hears a notification. The call comes first; params by
 * position follow one by one, params by name as one object.
 */
export type MiniHandler = (
  call: MiniCall,
  // deno-lint-ignore no-explicit-any -- What comes off the wire can be anything.
  ...params: any[]
) => unknown;

/** Options of {@linkcode Client}. */
export interface ClientOptions extends MiniOptions {
  /** What the server can call or notify, by name. */
  methods?: { readonly [method: string]: MiniHandler };
  /**
   * The largest message to receive, in bytes. A larger one ends the connection.
   *
   * @default {16777216} 16 MiB
   */
  maxMessageBytes?: number;
  /**
   * The subprotocols to offer.
   *
   * @default {[]}
   */
  protocols?: string[];
  /**
   * Whether the server sees the message of an error that a handler throws. It
   * always sees a {@linkcode JsonRpcError}.
   *
   * @default {false}
   */
  exposeErrors?: boolean;
  /**
   * Whether the server is told when a call is given up, by the notification
   * `$/cancelRequest`.
   *
   * @default {true}
   */
  cancel?: boolean;
  /**
   * Is called with each new connection before anything else is sent: the place
   * to log in. If it fails, the connection is closed and the next one tried.
   *
   * @param peer Calls the server.
   */
  onOpen?: (peer: MiniCaller) => unknown;
  /** Gets one line for each handler that fails and is not shown why. */
  logger?: Logger;
}

/** Options of {@linkcode connect}. */
export interface ConnectOptions extends ClientOptions {
  /** Gives up connecting. A client that is connected does not listen to it. */
  signal?: AbortSignal;
}

/**
 * Connects to a server, and again whenever the connection is lost.
 *
 * @typeParam C What the server offers; types only.
 * @param url Where: `ws:` or `wss:`. A function is called for each connection.
 * @param options How to connect, and how to call.
 * @returns The client, with its first connection open. Rejects with the error
 * of the last attempt when `connectTimeout` is over, when `maxAttempts` of
 * `reconnect` is reached, and at once when another attempt cannot help.
 */
export async function connect<C extends Contract = Contract>(
  url: MiniUrl,
  options: ConnectOptions = {},
): Promise<Client<C>> {
  const { signal, ...rest } = options;
  const { connectTimeout: timeout = 10_000 } = options;
  signal?.throwIfAborted();
  const client = new Client<C>(url, rest);
  try {
    await client.ready({ timeout, ...signal && { signal } });
    return client;
  } catch (error) {
    await client.close();
    signal?.throwIfAborted();
    throw (error as Error).cause ?? error;
  }
}

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
    const { session, caller } = open(url, options);
    this.#session = session;
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
   * @param options How long to wait.
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

/** Sends an answer. */
type Reply = (text: string) => void;

/** Opens connections, and returns what calls over them. */
function open(
  url: MiniUrl,
  options: ClientOptions,
): { session: MiniSession; caller: MiniCaller } {
  const { methods = {}, protocols = [], onOpen } = options;
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method === "function") continue;
    throw new TypeError(`Cannot add method: "${name}" is not a function`);
  }
  const callerOf = (early: boolean): MiniCaller => ({
    async request<T>(method: string, params?: Params, wait: WaitOptions = {}) {
      const { result, error } = await session.ask(
        JSON.stringify(method),
        (id) => encodeJson({ method, id, params: withoutNone(params) }),
        wait,
        early,
      ) as { result?: unknown; error?: unknown };
      const isError = error != null;
      if (isError ? result != null : result === undefined) {
        const reason = `response has ${
          isError ? "both" : "no"
        } result and error`;
        throw new MalformedResponseError(method, { reason });
      }
      if (isError) throw JsonRpcError.from(error);
      return result as T;
    },
    // deno-lint-ignore require-await -- what it throws is a rejection
    notify: async (method, params) =>
      session.post(encodeJson({ method, params: withoutNone(params) }), early),
  });
  const peer = callerOf(true);
  const session: MiniSession = miniSession(
    url,
    options,
    {
      heartbeat: { timeout: 30_000 },
      maxReceived: options.maxMessageBytes,
      binary: "", // It is answered as what is no JSON.
      protocols: () => protocols,
      greet: () => onOpen?.(peer),
      receive(text, reply) {
        let value: unknown;
        try {
          value = decodeExact(text);
        } catch {
          return refuse(null, new ParseError(), reply);
        }
        for (const message of [value].flat()) take(message, reply);
      },
      ping: () => void peer.request("rpc.ping").catch(() => {}),
      gaveUp(id) {
        const method = "$/cancelRequest";
        if (options.cancel !== false) {
          peer.notify(method, { id }).catch(() => {});
        }
      },
    },
  );
  return { session, caller: callerOf(false) };

  function take(value: unknown, reply: Reply): void {
    const kind = kindOf(value);
    if (kind === "request" || kind === "notification") {
      return answer(value as MiniCall, reply);
    }
    const id = idOf(value);
    const isAnswer = Object(value).method === undefined;
    const call = isAnswer && session.take(id as number);
    if (call) call.resolve(value);
    else if (kind === "invalid") refuse(id, new InvalidRequestError(), reply);
  }

  function refuse(id: Id, error: JsonRpcError, reply: Reply): void {
    reply(encodeJson({ id, error }));
  }

  function answer(
    { method, id, params }: MiniCall,
    reply: Reply,
  ): void {
    void session.answer(
      (text) => text && reply(text),
      () => {
        if (!Object.hasOwn(methods, method)) throw new MethodNotFoundError();
        const args = Array.isArray(params) ? params : params ? [params] : [];
        return methods[method]!({ method, id, params, peer }, ...args);
      },
      (result) => id === undefined ? "" : encodeJson({ id, result }),
      (error) => {
        if (id !== undefined) {
          return encodeJson({ id, error: shown(error, method) });
        }
        if (Object.hasOwn(methods, method)) shown(error, method);
        return "";
      },
    );
  }

  /** What the server sees of an error. */
  function shown(error: unknown, method: string): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    try {
      const line = `Method ${JSON.stringify(method)} failed: ${error}`;
      options.logger?.warn?.(line.replace(/\p{Cc}+/gu, " ").slice(0, 300));
    } catch {
      // A logger that fails harms nobody.
    }
    const { message } = Object(error);
    const isShown = options.exposeErrors || error instanceof LimitError;
    return new InternalError(isShown && message ? { message } : {});
  }
}

function withoutNone(params: Params | undefined): Params | undefined {
  return Array.isArray(params) && params.length === 0 ? undefined : params;
}
