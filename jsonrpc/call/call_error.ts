// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How a call ends without a response of the peer. None of these errors travels.
 *
 * A call whose `signal` fires rejects with the signal's reason.
 *
 * ```ts
 * import { ClosedError, type Peer, TimeoutError } from "@wirekit/jsonrpc";
 *
 * export async function sum(peer: Peer): Promise<number | undefined> {
 *   try {
 *     return await peer.request("sum", [1, 2], { timeout: 1_000 });
 *   } catch (error) {
 *     if (error instanceof ClosedError && !error.sent) return undefined;
 *     if (error instanceof TimeoutError) return undefined;
 *     throw error; // What the peer answered.
 *   }
 * }
 * ```
 *
 * @module
 */

import { NotConnectedError } from "@wirekit/internal/errors";
import { cannotCall } from "./_cannot_call.ts";

export {
  HandshakeError,
  LimitError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "@wirekit/internal/errors";

/**
 * Options of {@linkcode MalformedResponseError}.
 *
 * @category Errors
 */
export interface CallErrorOptions extends ErrorOptions {
  /** What to say of the reason. */
  reason: string;
}

/**
 * Reports that the answer to this call is not a response: it has both or none
 * of `result` and `error`, or the answer to its batch leaves it out. The
 * connection stays open.
 *
 * @example A response with both members
 * ```ts
 * import { MalformedResponseError, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const [near, far] = pair();
 * await using client = new Peer(near);
 * far.send('{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1}}');
 * await assertRejects(() => client.request("sum"), MalformedResponseError);
 * ```
 *
 * @category Errors
 */
export class MalformedResponseError extends Error {
  /** The name of the class. */
  override readonly name = "MalformedResponseError";
  /** The method that was called. */
  readonly method: string;

  /**
   * Makes the error.
   *
   * @param method The method that was called.
   * @param options The reason, and the `cause`.
   */
  constructor(method: string, options: CallErrorOptions) {
    super(cannotCall(method, options.reason), options);
    this.method = method;
  }
}

/**
 * Options of {@linkcode ClosedError}.
 *
 * @category Errors
 */
export interface ClosedErrorOptions extends CallErrorOptions {
  /** Whether the call was handed to the transport. */
  sent: boolean;
}

/**
 * The connection ended before the response came. The message says why, as far as
 * this end knows; the error of the transport is the `cause`.
 *
 * @example The peer goes away
 * ```ts
 * import { ClosedError, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const [near, far] = pair();
 * await using client = new Peer(near);
 * const call = client.request("sum", [1, 2]);
 * await far.close();
 * const error = await assertRejects(() => call, ClosedError);
 * assertEquals(error.sent, true);
 * ```
 *
 * @category Errors
 */
export class ClosedError extends NotConnectedError {
  /** The name of the class. */
  override readonly name = "ClosedError";
  /** The method that was called; empty if none was. */
  readonly method: string;
  /**
   * Whether the call was handed to the transport, so that the peer may have
   * run it. A call that was not can be made again safely.
   */
  readonly sent: boolean;

  /**
   * Makes the error.
   *
   * @param method The method that was called.
   * @param options The reason, whether it was sent, and the `cause`.
   */
  constructor(method: string, options: ClosedErrorOptions) {
    super(cannotCall(method, options.reason), options);
    this.method = method;
    this.sent = options.sent;
  }
}
