// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors that all packages share: one class each, so that `instanceof` works
 * whichever package a program took it from.
 *
 * A call that is given up by its `signal` rejects with `signal.reason`, and with
 * none of these.
 *
 * ```ts
 * import { TimeoutError } from "@wirekit/internal/errors";
 * import { assert } from "@std/assert";
 *
 * assert(new TimeoutError("No answer within 5 ms") instanceof Error);
 * ```
 *
 * @module
 */

/**
 * There is no connection: it could not be made, it was lost, or it is closed.
 */
export class NotConnectedError extends Error {
  /** The name of the class. */
  override readonly name: string = "NotConnectedError";
}

/** Options of {@linkcode HandshakeError}. */
export interface HandshakeErrorOptions extends ErrorOptions {
  /** Where the connection was to go, without a password. */
  url: string;
  /** The HTTP status of the refusal, if it was HTTP. */
  status?: number | undefined;
  /** The headers of the refusal. */
  headers?: Headers | undefined;
  /** The first text of its body. */
  body?: string | undefined;
}

/**
 * Somebody was there and refused the connection, such as with HTTP status 401,
 * or gave an answer that is none of this protocol.
 */
export class HandshakeError extends NotConnectedError {
  /** The name of the class. */
  override readonly name: string = "HandshakeError";
  /** Where the connection was to go, without a password. */
  readonly url: string;
  /** The HTTP status; `undefined` where there was none, or it may not be told. */
  readonly status: number | undefined;
  /** The headers of the refusal; empty where there were none. */
  readonly headers: Headers;
  /** The first 1,000 characters of the server's own words; empty if none. */
  readonly body: string;

  /**
   * Makes the error.
   *
   * @param message What happened, to what, and what to do.
   * @param options What the server said, and the `cause`.
   */
  constructor(message: string, options: HandshakeErrorOptions) {
    const { url, status, headers = new Headers(), body = "", ...rest } =
      options;
    super(message, rest);
    this.url = url;
    this.status = status;
    this.headers = headers;
    this.body = body.slice(0, 1_000);
  }
}

/** Something did not happen in time. */
export class TimeoutError extends Error {
  /** The name of the class. */
  override readonly name: string = "TimeoutError";
}

/** A limit of this end is reached: of size, of number, or of bytes waiting. */
export class LimitError extends Error {
  /** The name of the class. */
  override readonly name: string = "LimitError";
}

/** The other end answered with an error. */
export class RemoteError extends Error {
  /** The name of the class. */
  override readonly name: string = "RemoteError";
}
