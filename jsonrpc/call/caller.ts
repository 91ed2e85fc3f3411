// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What all callers have in common: a peer on one connection, a client that
 * reconnects, a client over HTTP.
 *
 * @module
 */

import type { Extra, Params } from "../wire/message.ts";

/**
 * Options of one call.
 *
 * @category Calling
 */
export interface CallOptions {
  /**
   * How long to wait for the response, in milliseconds; each progress report
   * starts the time again. Waiting for a turn counts too.
   *
   * @default {60000} or the `timeout` of the caller
   */
  timeout?: number;
  /**
   * How long to wait in all, in milliseconds, however much progress there is.
   *
   * @default {600000}
   */
  totalTimeout?: number;
  /**
   * Cancels the call: it rejects with the signal's reason, and the peer is told
   * by `$/cancelRequest`.
   */
  signal?: AbortSignal;
  /**
   * Whether an abort waits for the peer's answer: `-32800`, or the result if it
   * was too late.
   *
   * @default {false}
   */
  awaitCancel?: boolean;
  /** Gets each progress report, all of them before the call ends. */
  onProgress?: (value: unknown) => void;
  /**
   * The member of named params that tells the peer where to report progress.
   * Params by position get the token as one more at the end.
   *
   * @default {"workDoneToken"} as in the Language Server Protocol
   */
  progressMember?: string;
  /**
   * Whether the call does no harm if it runs twice. A client that reconnects
   * makes such a call again if the connection ends before the response.
   *
   * @default {false}
   */
  idempotent?: boolean;
  /**
   * Further members of the request at its top level. Not every peer accepts them:
   * wsjsonrpc drops the connection.
   */
  extra?: Extra;
}

/**
 * Calls that travel as one message. It is sent by {@linkcode Batch.send}, or on
 * leaving the scope that it was declared in with `using`.
 *
 * @example A scope that sends on leaving it
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .add("sum", (_call, x: number, y: number) => x + y);
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * const calls: Promise<number>[] = [];
 * {
 *   using batch = client.batch();
 *   calls.push(batch.request("sum", [1, 2]));
 *   calls.push(batch.request("sum", [3, 4]));
 *   batch.notify("sum", [5, 6]);
 * }
 * assertEquals(await Promise.all(calls), [3, 7]);
 * ```
 *
 * @example By hand
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods().add("double", (_call, x: number) => 2 * x);
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * const batch = client.batch();
 * for (const x of [1, 2, 3]) batch.request("double", [x]);
 * const values = (await batch.send()).map((outcome) =>
 *   outcome.status === "fulfilled" && outcome.value
 * );
 * assertEquals(values, [2, 4, 6]);
 * ```
 *
 * @category Calling
 */
export interface Batch extends Disposable {
  /** The promises of the calls so far, in order. */
  readonly calls: readonly Promise<unknown>[];

  /**
   * Adds a call. Its time runs from now on, so do not await it before the batch
   * is sent.
   *
   * @typeParam T The type of the result, which is not checked.
   * @param method The method.
   * @param params The arguments.
   * @param options What to wait for.
   * @returns As {@linkcode Caller.request}.
   */
  request<T = unknown>(
    method: string,
    params?: Params,
    options?: CallOptions,
  ): Promise<T>;

  /**
   * Adds a notification.
   *
   * @param method The method.
   * @param params The arguments.
   */
  notify(method: string, params?: Params): void;

  /**
   * Sends the calls that were added; an empty batch is not sent. Calls that are
   * added later are refused.
   *
   * @returns How each call ended, in order, once all have. Never rejects.
   */
  send(): Promise<PromiseSettledResult<unknown>[]>;

  /** Drops the batch unsent: its calls reject with a `DOMException`, "AbortError". */
  cancel(): void;
}

/**
 * Makes calls and notifications.
 *
 * @category Calling
 */
export interface Caller {
  /**
   * Calls a method of the peer.
   *
   * @typeParam T The type of the result, which is not checked: see `remote()`
   * for calls that are.
   * @param method The method.
   * @param params The arguments, by position or by name. An empty array is
   * left out.
   * @param options What to wait for.
   * @returns The result. Rejects with a `JsonRpcError` if the peer answers with
   * an error, with a `TimeoutError`, a `ClosedError`, a `MalformedResponseError`
   * or the reason of the `signal` if it does not answer, and with a `TypeError`
   * if the params cannot be written.
   */
  request<T = unknown>(
    method: string,
    params?: Params,
    options?: CallOptions,
  ): Promise<T>;

  /**
   * Calls a method of the peer without a response.
   *
   * @param method The method.
   * @param params The arguments.
   * @returns Resolves when there is room for another message, which does not mean
   * that this one has arrived. Rejects with a `ClosedError` after the end; such a
   * rejection does not have to be handled.
   */
  notify(method: string, params?: Params): Promise<void>;

  /**
   * Starts a batch.
   *
   * @returns The batch, empty.
   */
  batch(): Batch;

  /**
   * Reads a stream, where there is a connection that lasts: over HTTP there is
   * none.
   *
   * @typeParam T The type of a value, which is not checked.
   * @param method The method.
   * @param params The arguments.
   * @param options What to wait for.
   * @returns The values.
   */
  stream?<T = unknown>(
    method: string,
    params?: Params,
    options?: CallOptions & { check?: (value: unknown) => unknown },
  ): AsyncIterableIterator<T, undefined>;
}
