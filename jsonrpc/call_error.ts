// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How a call ends without a response of the peer: one class for each way. None
 * of them travels.
 *
 * ```ts
 * import { CallError, ClosedError, type Peer } from "@wirekit/jsonrpc";
 *
 * export async function sum(peer: Peer): Promise<number | undefined> {
 *   try {
 *     return await peer.request("sum", [1, 2], { timeout: 1_000 });
 *   } catch (error) {
 *     if (error instanceof ClosedError && !error.sent) return undefined;
 *     if (error instanceof CallError) throw new Error("No luck with the peer");
 *     throw error; // What the peer answered.
 *   }
 * }
 * ```
 *
 * @module
 */

/** Options of {@linkcode CallError}. */
export interface CallErrorOptions extends ErrorOptions {
  /** What to say of the reason. */
  reason: string;
}

/**
 * A call that ended without a valid response.
 *
 * @example Catch all of them
 * ```ts
 * import { CallError, TimeoutError } from "@wirekit/jsonrpc/call-error";
 * import { assertInstanceOf } from "@std/assert";
 *
 * assertInstanceOf(new TimeoutError("sum", { reason: "5 ms" }), CallError);
 * ```
 */
export class CallError extends Error {
  /** The name of the class. */
  override readonly name: string = "CallError";
  /** The method that was called. */
  readonly method: string;

  /**
   * Makes the error.
   *
   * @param method The method that was called.
   * @param options The reason, and the `cause`.
   */
  constructor(method: string, options: CallErrorOptions) {
    const { reason, ...rest } = options;
    super(`Cannot call ${JSON.stringify(method)}: ${reason}`, rest);
    this.method = method;
  }
}

/**
 * The peer did not answer in time.
 *
 * @example Wait for five milliseconds
 * ```ts
 * import { Peer, TimeoutError } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const [near, _nobody] = pair();
 * await using client = new Peer(near);
 * await assertRejects(
 *   () => client.request("sum", [1, 2], { timeout: 5 }),
 *   TimeoutError,
 *   'Cannot call "sum": no response within 5 ms',
 * );
 * ```
 */
export class TimeoutError extends CallError {
  /** The name of the class. */
  override readonly name = "TimeoutError";
}

/**
 * The caller's `signal` fired; its reason is the `cause`.
 *
 * @example Change your mind
 * ```ts
 * import { AbortError, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const [near, _nobody] = pair();
 * await using client = new Peer(near);
 * const signal = AbortSignal.abort();
 * await assertRejects(() => client.request("sum", [], { signal }), AbortError);
 * ```
 */
export class AbortError extends CallError {
  /** The name of the class. */
  override readonly name = "AbortError";
}

/**
 * What came for this call is no response: both or none of `result` and
 * `error`, or nothing in the answer to its batch. The connection goes on.
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
 */
export class MalformedResponseError extends CallError {
  /** The name of the class. */
  override readonly name = "MalformedResponseError";
}

/** Options of {@linkcode ClosedError}. */
export interface ClosedErrorOptions extends CallErrorOptions {
  /** Whether the call was handed to the transport. */
  sent: boolean;
}

/**
 * The connection ended before the response came.
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
 */
export class ClosedError extends CallError {
  /** The name of the class. */
  override readonly name = "ClosedError";
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
    const { sent, ...rest } = options;
    super(method, rest);
    this.sent = sent;
  }
}
