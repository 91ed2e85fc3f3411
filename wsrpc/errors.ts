// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How a call can fail, and what a route throws to tell the caller something.
 *
 * ```ts
 * import { RemoteError, WsrpcError } from "@wirekit/wsrpc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const error = new WsrpcError({ type: "KeyError", message: "'a'" });
 * assert(error instanceof RemoteError);
 * assertEquals(error.type, "KeyError");
 * ```
 *
 * @module
 */

import { RemoteError } from "@wirekit/internal/errors";

export {
  HandshakeError,
  type HandshakeErrorOptions,
  LimitError,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";
export { RemoteError };

/**
 * An error on the wire.
 *
 * @category Errors
 */
export interface ErrorBody {
  /** The class of the error, such as `ValueError`. */
  type: string;
  /** What went wrong. */
  message: string;
  /** More members, which peers ignore unless they know them. */
  [member: string]: unknown;
}

/**
 * Reports that the peer answered with an error.
 *
 * A Python peer sends the class and the text of its exception. A JavaScript one
 * sends whatever was thrown: for an `Error` that is `{}`, so it says only that
 * the call failed. {@linkcode WsrpcError.raw} is what came.
 *
 * @example An error of a JavaScript peer
 * ```ts
 * import { WsrpcError } from "@wirekit/wsrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const { type, message, raw } = new WsrpcError("Route not found");
 * assertEquals(type, "Error");
 * assertEquals(message, "Route not found");
 * assertEquals(raw, "Route not found");
 * ```
 *
 * @category Errors
 */
export class WsrpcError extends RemoteError {
  /** The name of the class. */
  override readonly name = "WsrpcError";
  /** The class of the error at the other end; `"Error"` if it is not known. */
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
  const { type, message = raw } = Object(raw) as Record<string, unknown>;
  const isTyped = typeof type === "string";
  if (typeof message === "string") {
    return { type: isTyped ? type : "Error", message };
  }
  return isTyped
    ? { type, message: SILENCE }
    : { type: "Error", message: outline(raw) };
}

/** Returns what a thrown value that is not an error says, if anything. */
function outline(raw: unknown): string {
  try {
    const json = JSON.stringify(raw);
    return json === "null" || json === "{}" ? SILENCE : json.slice(0, 500);
  } catch {
    return SILENCE; // It nests too deep for some engines, or holds a bigint.
  }
}

/**
 * Options of {@linkcode RouteError}.
 *
 * @category Errors
 */
export interface RouteErrorOptions extends ErrorOptions {
  /**
   * The class that the caller is told, such as `KeyError`.
   *
   * @default {"RouteError"}
   */
  type?: string;
}

/**
 * Tells the caller why a route failed: its type and message are sent. The
 * caller learns nothing about any other error, unless the option `exposeErrors`
 * says otherwise.
 *
 * @example Refuse a call
 * ```ts
 * import { RouteError, Router } from "@wirekit/wsrpc";
 *
 * const router = new Router();
 * router.add("div", (_, { a, b }) => {
 *   if (b === 0) throw new RouteError("b is 0", { type: "ZeroDivisionError" });
 *   return a / b;
 * });
 * ```
 *
 * @category Errors
 */
export class RouteError extends Error {
  /** The name of the class. */
  override readonly name = "RouteError";
  /** The class that the caller is told. */
  readonly type: string;

  /**
   * Makes the error.
   *
   * @param message The message for the caller.
   * @param options The type, and the `cause`.
   */
  constructor(message: string, options: RouteErrorOptions = {}) {
    const { type = "RouteError", ...rest } = options;
    super(message, rest);
    this.type = type;
  }
}
