// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a handler learns about the call that it answers.
 *
 * @module
 */

import type { Caller } from "../call/caller.ts";
import type { Extra, Id, Params } from "../wire/message.ts";

/**
 * What the HTTP request of a client said, copied before the upgrade to
 * WebSocket.
 *
 * @category Answering
 */
export interface Handshake {
  /** The address that was asked for, with its query. */
  readonly url: URL;
  /** The headers. */
  readonly headers: Headers;
  /** The cookies, by name; decoded where that can be done. */
  readonly cookies: Readonly<Record<string, string>>;
  /** The subprotocol that was chosen; `""` if none. */
  readonly protocol: string;
  /** Where the client is, as far as the server tells. */
  readonly remoteAddress?: string;
}

/**
 * A connection as its handlers see it. They may call the other end, and keep what
 * they know about it in {@linkcode Connection.state}.
 *
 * @typeParam State What is kept of a connection.
 *
 * @category Answering
 */
export interface Connection<State = Record<string, unknown>> extends Caller {
  /** What is kept of this connection, such as who logged in. */
  readonly state: State;
  /** What the HTTP request said; only servers over WebSocket and HTTP have it. */
  readonly handshake: Handshake | undefined;

  /**
   * Ends the connection.
   *
   * @param error Why, if this is not a clean end.
   */
  close(error?: Error): Promise<void>;
}

/**
 * What a {@linkcode Context} needs of the end that made it.
 *
 * @category Answering
 */
export interface ContextOptions<State> {
  /** The connection, if there is one that lasts. */
  peer?: Connection<State> | undefined;
  /** What is kept of the connection. */
  state: State;
  /** What the HTTP request said. */
  handshake?: Handshake | undefined;
  /** Reports progress to a token, if there is a connection that lasts. */
  progress?: (token: string | number, value: unknown) => Promise<void>;
  /** Called when a handler asks for its signal. */
  onSignal?: () => void;
}

/**
 * One call as its handler sees it: the first argument of every handler.
 *
 * @typeParam State What is kept of the connection.
 *
 * @example Log in, then be known
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods<{ user?: string }>()
 *   .add("login", (call, user: string) => {
 *     call.state.user = user;
 *   })
 *   .add("whoami", (call) => call.state.user);
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods, state: {} });
 * await using client = new Peer(near);
 *
 * assertEquals(await client.request("whoami"), null);
 * await client.request("login", ["ada"]);
 * assertEquals(await client.request("whoami"), "ada");
 * ```
 *
 * @category Answering
 */
export class Context<State = Record<string, unknown>> {
  /** The method that is called. */
  readonly method: string;
  /** The id of the request; `undefined` for a notification. */
  readonly id: Id | undefined;
  /** The arguments; `undefined` if there are none. Middleware may change them. */
  params: Params | undefined;
  readonly #message: Extra;
  readonly #options: ContextOptions<State>;
  #controller: AbortController | undefined;
  #aborted: Error | undefined;

  /**
   * Makes the context of a call. Peers do it; a test of a handler may.
   *
   * @param message The decoded call.
   * @param options The connection.
   */
  constructor(message: Extra, options: ContextOptions<State>) {
    this.method = message.method as string;
    this.id = message.id as Id | undefined;
    this.params = message.params as Params ?? undefined;
    this.#message = message;
    this.#options = options;
  }

  /** The connection that the call came on, to call its other end back. */
  get peer(): Connection<State> {
    const { peer } = this.#options;
    if (peer) return peer;
    throw new TypeError(
      `Cannot call back from ${
        JSON.stringify(this.method)
      }: there is no connection that lasts`,
    );
  }

  /** What is kept of the connection. */
  get state(): State {
    return this.#options.state;
  }

  /** What the HTTP request said. */
  get handshake(): Handshake | undefined {
    return this.#options.handshake;
  }

  /** The whole message, with members that JSON-RPC does not know. */
  get message(): Extra {
    return this.#message;
  }

  /**
   * Fires when the caller cancels the call, with an error of code -32800, and
   * when the connection ends.
   */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      this.#options.onSignal?.();
      if (this.#aborted) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  /** Why {@linkcode Context.signal} fired; `undefined` if it did not. */
  get aborted(): Error | undefined {
    return this.#aborted;
  }

  /**
   * Fires {@linkcode Context.signal}. Peers do it; a test of a handler may.
   *
   * @param reason Why.
   *
   * @example Test that a handler stops
   * ```ts
   * import { Context } from "@wirekit/jsonrpc";
   * import { assert } from "@std/assert";
   *
   * const call = new Context({ method: "wait" }, { state: {} });
   * call.abort(new Error("no longer wanted"));
   * assert(call.signal.aborted);
   * ```
   */
  abort(reason: Error): void {
    this.#aborted ??= reason;
    this.#controller?.abort(reason);
  }

  /**
   * Reports progress to the caller. Nothing is sent if the caller did not ask for
   * it.
   *
   * @param value Anything that can be written as JSON.
   * @param token Where to report it, if that is not in named params under
   * `workDoneToken` or `_meta.progressToken`.
   * @returns Resolves when there is room for another message.
   *
   * @example Half done
   * ```ts
   * import { Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods().add("work", async (call) => {
   *   await call.report({ percentage: 50 });
   *   return "done";
   * });
   * const [near, far] = pair();
   * await using _server = new Peer(far, { methods });
   * await using client = new Peer(near);
   *
   * const reports: unknown[] = [];
   * const onProgress = (value: unknown) => reports.push(value);
   * assertEquals(await client.request("work", {}, { onProgress }), "done");
   * assertEquals(reports, [{ percentage: 50 }]);
   * ```
   */
  report(value: unknown, token?: string | number): Promise<void> {
    const to = token ?? progressToken(this.params);
    const { progress } = this.#options;
    if (to === undefined || !progress) return Promise.resolve();
    return progress(to, value);
  }
}

function progressToken(
  params: Params | undefined,
): string | number | undefined {
  if (params === undefined || Array.isArray(params)) return undefined;
  const { workDoneToken, _meta } = params as Record<string, unknown>;
  const { progressToken } = (_meta ?? {}) as Record<string, unknown>;
  const token = workDoneToken ?? progressToken;
  return typeof token === "string" || typeof token === "number"
    ? token
    : undefined;
}
