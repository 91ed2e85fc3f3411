// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Logger } from "@wirekit/internal/logger";
import type { MiniOptions } from "@wirekit/transport/mini";
import type { Id, Params } from "../wire/message.ts";
import type { CallOptions } from "./caller.ts";

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

/** Options of `Client`. */
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
  protocols?: readonly string[];
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
   * Called with each new connection before anything else is sent: the place
   * to log in. If it fails, the connection is closed and the next one tried.
   *
   * @param peer Calls the server.
   */
  onOpen?: (peer: MiniCaller) => unknown;
  /** Gets one line for each handler that fails and is not shown why. */
  logger?: Logger;
}
