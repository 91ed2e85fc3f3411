// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How a call can end, and what a route throws to tell the caller something.
 *
 * ```ts
 * import { RemoteError, WsrpcError } from "@wirekit/wsrpc/errors";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const error = new RemoteError({ type: "KeyError", message: "'a'" });
 * assert(error instanceof WsrpcError);
 * assertEquals(error.type, "KeyError");
 * ```
 *
 * @module
 */

import type { ErrorBody } from "./message.ts";

/**
 * A call that did not end with a result. The subclasses say why.
 *
 * @example Tell a failed call from a bug
 * ```ts
 * import { RemoteError, TimeoutError, WsrpcError } from "@wirekit/wsrpc/errors";
 * import { assert } from "@std/assert";
 *
 * assert(new TimeoutError("No answer in time") instanceof WsrpcError);
 * assert(new RemoteError("Route not found") instanceof WsrpcError);
 * ```
 */
export class WsrpcError extends Error {
  /** The name of the class. */
  override readonly name: string = "WsrpcError";
}

/**
 * The peer answered with an error.
 *
 * A Python peer sends the class and the text of its exception. A JavaScript one
 * sends whatever was thrown: for an `Error` that is `{}`, so there is nothing to
 * know but that it failed. {@linkcode RemoteError.raw} is what came.
 *
 * @example Whatever a JavaScript peer sends
 * ```ts
 * import { RemoteError } from "@wirekit/wsrpc/errors";
 * import { assertEquals } from "@std/assert";
 *
 * const { type, message, raw } = new RemoteError("Route not found");
 * assertEquals(type, "Error");
 * assertEquals(message, "Route not found");
 * assertEquals(raw, "Route not found");
 * ```
 */
export class RemoteError extends WsrpcError {
  /** The name of the class. */
  override readonly name = "RemoteError";
  /** The class of the error over there; `"Error"` if it was not told. */
  readonly type: string;
  /** The member `error` of the answer, as it came. */
  readonly raw: unknown;

  /**
   * Makes the error.
   *
   * @param raw The member `error` of the answer.
   */
  constructor(raw: unknown) {
    const { type, message } = describe(raw);
    super(message);
    this.type = type;
    this.raw = raw;
  }
}

const SILENCE = "The peer did not say what went wrong";

function describe(raw: unknown): { type: string; message: string } {
  if (typeof raw === "string") return { type: "Error", message: raw };
  const { type, message } = (raw ?? {}) as Record<string, unknown>;
  const known = typeof type === "string" || typeof message === "string";
  return {
    type: typeof type === "string" ? type : "Error",
    message: typeof message === "string"
      ? message
      : known
      ? SILENCE
      : outline(raw),
  };
}

/** What was thrown that is no error, as far as it says something. */
function outline(raw: unknown): string {
  try {
    const json = JSON.stringify(raw);
    return json === "null" || json === "{}" ? SILENCE : json.slice(0, 500);
  } catch {
    return SILENCE; // It nests too deep for some engines.
  }
}

/**
 * There is no connection, or it ended before the answer came. In the second
 * case it is unknown whether the call was served. The `cause` is the
 * `CloseError` of the transport, if it did not end cleanly.
 *
 * @example After the end
 * ```ts
 * import { NotConnectedError } from "@wirekit/wsrpc/errors";
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const peer = new Peer(pair()[0]);
 * await peer.close();
 * await assertRejects(() => peer.call("ping"), NotConnectedError);
 * ```
 */
export class NotConnectedError extends WsrpcError {
  /** The name of the class. */
  override readonly name = "NotConnectedError";
}

/**
 * No answer came in time. It is unknown whether the call was served; the peer
 * is not told.
 *
 * @example Give up early
 * ```ts
 * import { TimeoutError } from "@wirekit/wsrpc/errors";
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * await using peer = new Peer(pair()[0]);
 * await assertRejects(
 *   () => peer.call("add", { a: 1, b: 2 }, { timeout: 1 }),
 *   TimeoutError,
 * );
 * ```
 */
export class TimeoutError extends WsrpcError {
  /** The name of the class. */
  override readonly name = "TimeoutError";
}

/**
 * A limit of this end was reached, so nothing was sent.
 *
 * @example One call at a time
 * ```ts
 * import { LimitError } from "@wirekit/wsrpc/errors";
 * import { Peer } from "@wirekit/wsrpc/peer";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * await using peer = new Peer(pair()[0], { maxInFlight: 1 });
 * peer.call("first").catch(() => {}); // There is nobody to answer.
 * await assertRejects(() => peer.call("second"), LimitError);
 * ```
 */
export class LimitError extends WsrpcError {
  /** The name of the class. */
  override readonly name = "LimitError";
}

/** Options of {@linkcode RouteError}. */
export interface RouteErrorOptions extends ErrorOptions {
  /**
   * The class that the caller is told, such as `KeyError`.
   *
   * @default {"RouteError"}
   */
  type?: string;
}

/**
 * What a route throws to tell the caller something: its type and message go
 * over the wire. Of any other error the caller learns nothing, unless
 * `exposeError` says otherwise.
 *
 * @example Refuse a call
 * ```ts
 * import { RouteError } from "@wirekit/wsrpc/errors";
 * import { Router } from "@wirekit/wsrpc/router";
 *
 * const router = new Router();
 * router.add("div", (_, { a, b }) => {
 *   if (b === 0) throw new RouteError("b is 0", { type: "ZeroDivisionError" });
 *   return a / b;
 * });
 * ```
 */
export class RouteError extends Error {
  /** The name of the class. */
  override readonly name = "RouteError";
  /** The class that the caller is told. */
  readonly type: string;

  /**
   * Makes the error.
   *
   * @param message What the caller is told.
   * @param options The type, and the `cause`.
   */
  constructor(message: string, options: RouteErrorOptions = {}) {
    const { type = "RouteError", ...rest } = options;
    super(message, rest);
    this.type = type;
  }
}

/**
 * Tells everything of an error but its stack, as wsrpc-aiohttp does: for the
 * option `exposeError`, where all callers are trusted.
 *
 * @param error What a route threw.
 * @returns What the caller is told.
 *
 * @example The class and the message
 * ```ts
 * import { describeError } from "@wirekit/wsrpc/errors";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   describeError(new RangeError("too large")),
 *   { type: "RangeError", message: "too large" },
 * );
 * ```
 */
export function describeError(error: unknown): ErrorBody {
  if (error instanceof RouteError) {
    return { type: error.type, message: error.message };
  }
  return error instanceof Error
    ? { type: error.name, message: error.message }
    : { type: "Error", message: String(error) };
}
