// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors of the {@linkcode Client}, and the one that a route throws.
 *
 * ```ts
 * import { HubError, RemoteError } from "@wirekit/hub/errors";
 * import { assert } from "@std/assert";
 *
 * assert(new RemoteError("Destination not found.") instanceof HubError);
 * ```
 *
 * @module
 */

/**
 * Something went wrong between this client and another. The subclasses say
 * what; this class itself says that a limit of the client was reached.
 *
 * @example Tell a failed call from a bug
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { HubError } from "@wirekit/hub/errors";
 * import { assertRejects } from "@std/assert";
 *
 * const client = new Client("alpha");
 * await assertRejects(() => client.request("beta", "greet"), HubError);
 * ```
 */
export class HubError extends Error {
  /** The name of the class. */
  override readonly name: string = "HubError";
}

/**
 * The other end answered with an error: the hub, or the client that was asked.
 * The message is its text, unchanged.
 *
 * The hub itself says `Destination not found.` and `Source and destination are
 * the same.`; every client says `Route not found`.
 *
 * @example Read what the other end said
 * ```ts
 * import { RemoteError } from "@wirekit/hub/errors";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new RemoteError("Route not found");
 * assertEquals(error.message, "Route not found");
 * ```
 */
export class RemoteError extends HubError {
  /** The name of the class. */
  override readonly name = "RemoteError";
}

/**
 * There is no connection to the hub, or it was lost before the answer came. In
 * the second case it is unknown whether the request was served.
 *
 * @example Before `connect()`
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { NotConnectedError } from "@wirekit/hub/errors";
 * import { assertRejects } from "@std/assert";
 *
 * const client = new Client("alpha");
 * await assertRejects(() => client.ping(), NotConnectedError);
 * ```
 */
export class NotConnectedError extends HubError {
  /** The name of the class. */
  override readonly name: string = "NotConnectedError";
}

/**
 * The hub holds this client because another one of the same name is connected.
 * It is released when the other one leaves.
 *
 * @example It is a kind of not being connected
 * ```ts
 * import { NotConnectedError, OnHoldError } from "@wirekit/hub/errors";
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
 * No answer came in time. It is unknown whether the request was served.
 *
 * @example Give up early
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { TimeoutError } from "@wirekit/hub/errors";
 * import { assertRejects } from "@std/assert";
 *
 * const client = new Client("alpha");
 * await assertRejects(
 *   () => client.waitFor("ready", { timeout: 1 }),
 *   TimeoutError,
 * );
 * ```
 */
export class TimeoutError extends HubError {
  /** The name of the class. */
  override readonly name = "TimeoutError";
}

/**
 * What a route throws to tell the requester something. Its message goes over
 * the wire; any other error reaches the requester as `Route failed`.
 *
 * @example Refuse a request
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { RouteError } from "@wirekit/hub/errors";
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
