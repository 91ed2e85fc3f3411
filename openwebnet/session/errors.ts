// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors of a gateway. A wait that takes too long rejects with a
 * {@linkcode TimeoutError}, an aborted one with the reason of its signal.
 *
 * @module
 */

import {
  HandshakeError,
  LimitError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "@wirekit/internal/errors";
import type { Nack } from "../wire/kinds.ts";

export {
  HandshakeError,
  LimitError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
};

const REASONS: Record<Nack["code"], string> = {
  0: "refused",
  2: "invalid command",
  3: "target not on the bus",
  4: "collision",
  5: "bus not available",
  6: "busy",
  7: "procedure",
};

/**
 * The gateway has answered with a negative acknowledgement. It means "not
 * confirmed" rather than "not done": a MyHOMEServer1 gives up on the bus after
 * two seconds, and then refuses some commands of WHO 18 that it has sent.
 *
 * @category Errors
 * @example Tell a busy gateway from a refusal
 * ```ts
 * import { NackError } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new NackError(6, "*13*65*##");
 * assertEquals(error.code, 6);
 * assertEquals(error.message, "Gateway answered *13*65*## with NACK 6: busy");
 * ```
 */
export class NackError extends RemoteError {
  /** The name of the class. */
  override readonly name = "NackError";
  /** The reason: see {@linkcode Nack}. */
  readonly code: Nack["code"];
  /** The frame that was refused. */
  readonly frame: string;

  /** The reason in words, such as `"busy"`. */
  get reason(): string {
    return REASONS[this.code];
  }

  /**
   * Creates the error.
   *
   * @param code The reason.
   * @param frame The frame that was refused.
   */
  constructor(code: Nack["code"], frame: string) {
    super(`Gateway answered ${frame} with NACK ${code}: ${REASONS[code]}`);
    this.code = code;
    this.frame = frame;
  }
}

/**
 * Options of {@linkcode AuthenticationError}.
 *
 * @category Errors
 */
export interface AuthenticationErrorOptions extends ErrorOptions {
  /**
   * Whether the gateway has rejected our answer. After three rejections within
   * a minute, it refuses everybody for a minute.
   *
   * @default {false}
   */
  rejected?: boolean;
  /**
   * The URL of the gateway.
   *
   * @default {""} Not known.
   */
  url?: string | undefined;
}

/**
 * The gateway rejects the password, does not prove that it knows it, or asks
 * for an authentication that we cannot or may not answer.
 *
 * @category Errors
 * @example Wait before another attempt
 * ```ts
 * import { AuthenticationError } from "@wirekit/openwebnet";
 * import { assert } from "@std/assert";
 *
 * const error = new AuthenticationError("Gateway rejected the password", {
 *   rejected: true,
 * });
 * assert(error.rejected);
 * ```
 */
export class AuthenticationError extends HandshakeError {
  /** The name of the class. */
  override readonly name = "AuthenticationError";
  /** Whether the gateway has rejected our answer. */
  readonly rejected: boolean;

  /**
   * Creates the error.
   *
   * @param message What happened, without the password.
   * @param options Whether the gateway has rejected our answer, its URL, and
   * the cause.
   */
  constructor(message: string, options: AuthenticationErrorOptions = {}) {
    const { rejected = false, url = "", ...rest } = options;
    super(message, { ...rest, url });
    this.rejected = rejected;
  }
}

/**
 * Options of {@linkcode SessionRefusedError}.
 *
 * @category Errors
 */
export interface SessionRefusedErrorOptions extends ErrorOptions {
  /**
   * The selector that was refused.
   *
   * @default {undefined} None was refused.
   */
  selector?: string | undefined;
  /**
   * The URL of the gateway.
   *
   * @default {""} Not known.
   */
  url?: string | undefined;
}

/**
 * The gateway grants no session: it has none left, does not know this kind, or
 * closed in the middle of the handshake.
 *
 * @category Errors
 * @example Find out what was refused
 * ```ts
 * import { SessionRefusedError } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new SessionRefusedError("Gateway refused the session", {
 *   selector: "9",
 * });
 * assertEquals(error.selector, "9");
 * ```
 */
export class SessionRefusedError extends HandshakeError {
  /** The name of the class. */
  override readonly name = "SessionRefusedError";
  /** The selector that was refused, if any. */
  readonly selector: string | undefined;

  /**
   * Creates the error.
   *
   * @param message What happened.
   * @param options The selector, the URL of the gateway, and the cause.
   */
  constructor(message: string, options: SessionRefusedErrorOptions = {}) {
    const { selector, url = "", ...rest } = options;
    super(message, { ...rest, url });
    this.selector = selector;
  }
}

/**
 * The connection ended before the answer was complete. It is unknown whether
 * the gateway has carried out the command.
 *
 * @category Errors
 * @example Find out which frame was lost
 * ```ts
 * import { ConnectionLostError } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new ConnectionLostError("*1*1*12##");
 * assertEquals(error.frame, "*1*1*12##");
 * ```
 */
export class ConnectionLostError extends NotConnectedError {
  /** The name of the class. */
  override readonly name = "ConnectionLostError";
  /** The frame that was not answered. */
  readonly frame: string;

  /**
   * Creates the error.
   *
   * @param frame The frame that was not answered.
   * @param options The cause.
   */
  constructor(frame: string, options: ErrorOptions = {}) {
    super(`Connection ended before ${frame} was answered`, options);
    this.frame = frame;
  }
}
