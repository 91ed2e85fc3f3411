// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors of the hub's client, and the error that a route throws. The errors
 * of the whole kit are exported here too.
 *
 * @module
 */
import { NotConnectedError } from "@wirekit/internal/errors";

export {
  HandshakeError,
  type HandshakeErrorOptions,
  LimitError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "@wirekit/internal/errors";

/**
 * Reports that the hub holds this client because another one with the same name
 * is connected. The hub releases it when the other one leaves.
 *
 * @example It is a NotConnectedError
 * ```ts
 * import { NotConnectedError, OnHoldError } from "@wirekit/hub";
 * import { assert } from "@std/assert";
 *
 * assert(new OnHoldError() instanceof NotConnectedError);
 * ```
 *
 * @category Errors
 */
export class OnHoldError extends NotConnectedError {
  /** The name of the class. */
  override readonly name = "OnHoldError";

  /**
   * Makes the error.
   *
   * @param message The message.
   * @param options The `cause`.
   */
  constructor(
    message =
      "On hold: the name is taken, or nobody can say whether it is free",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Tells the requester why a route failed. Its message is sent to the requester;
 * any other error reaches the requester as `Route failed`.
 *
 * @example Refuse a request
 * ```ts
 * import { Client, RouteError } from "@wirekit/hub";
 *
 * const client = new Client("till");
 * client.route("pay", ({ amount }) => {
 *   if (!(amount > 0)) throw new RouteError("Amount must be positive");
 *   return { paid: amount };
 * });
 * ```
 *
 * @category Errors
 */
export class RouteError extends Error {
  /** The name of the class. */
  override readonly name = "RouteError";
}
