// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors of the hub's client, and the one that a route throws. Those of the
 * whole kit are exported here too.
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
 * The hub holds this client because another one of the same name is connected.
 * It is released when the other one leaves.
 *
 * @example It is a kind of not being connected
 * ```ts
 * import { NotConnectedError, OnHoldError } from "@wirekit/hub";
 * import { assert } from "@std/assert";
 *
 * assert(new OnHoldError() instanceof NotConnectedError);
 * ```
 */
export class OnHoldError extends NotConnectedError {
  /** The name of the class. */
  override readonly name = "OnHoldError";

  /**
   * Makes the error.
   *
   * @param message What to say.
   * @param options The `cause`.
   */
  constructor(
    message = "On hold: another client of this name is connected",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * What a route throws to tell the requester something. Its message goes over
 * the wire; any other error reaches the requester as `Route failed`.
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
 */
export class RouteError extends Error {
  /** The name of the class. */
  override readonly name = "RouteError";
}
