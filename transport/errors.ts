// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors with which the makers of transports reject, shared by all packages
 * of the kit.
 *
 * ```ts
 * import { HandshakeError, NotConnectedError } from "@wirekit/transport/errors";
 * import { assert } from "@std/assert";
 *
 * const error = new HandshakeError("No", { url: "ws://localhost", status: 403 });
 * assert(error instanceof NotConnectedError);
 * ```
 *
 * @module
 */

export {
  HandshakeError,
  type HandshakeErrorOptions,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";
