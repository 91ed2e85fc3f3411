// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors that all packages share. Each is one class, so `instanceof` works
 * whichever package it was imported from.
 *
 * A call that is aborted by its `signal` rejects with `signal.reason` and not
 * with one of these.
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

import { shownUrl } from "./_url.ts";

export { readUrl, shownUrl, withoutSecrets, withoutUrls } from "./_url.ts";

/**
 * Reports that there is no connection: it could not be made, it was lost, or it
 * is closed.
 */
export class NotConnectedError extends Error {
  /** The name of the class. */
  override readonly name: string = "NotConnectedError";
}

/** Options of {@linkcode HandshakeError}. */
export interface HandshakeErrorOptions extends ErrorOptions {
  /** The URL of the connection, without its secrets. */
  url: string;
  /** The HTTP status of the refusal, if it was an HTTP response. */
  status?: number | undefined;
  /** The headers of the refusal. */
  headers?: Headers | undefined;
  /** The start of its body. */
  body?: string | undefined;
}

/**
 * Reports that the other end refused the connection, for example with HTTP
 * status 401, or gave an answer that does not belong to this protocol.
 */
export class HandshakeError extends NotConnectedError {
  /** The name of the class. */
  override readonly name: string = "HandshakeError";
  /** The URL of the connection, without its secrets and its path. */
  readonly url: string;
  /** The HTTP status; `undefined` if there was none or it is not known. */
  readonly status: number | undefined;
  /** The headers of the refusal; empty if there were none. */
  readonly headers: Headers;
  /**
   * The first 1,000 characters of the server's message; empty if there is none.
   */
  readonly body: string;

  /**
   * Makes the error.
   *
   * @param message What happened, to what, and what to do.
   * @param options The server's answer, and the `cause`.
   */
  constructor(message: string, options: HandshakeErrorOptions) {
    const { url, status, headers = new Headers(), body = "", ...rest } =
      options;
    super(message, rest);
    this.url = shownUrl(url);
    this.status = status;
    this.headers = headers;
    this.body = body.slice(0, 1_000);
    // For programs: where a redirect leads may hold a secret, for no log.
    Object.defineProperty(this, "headers", { enumerable: false });
  }
}

/** Reports that something did not happen in time. */
export class TimeoutError extends Error {
  /** The name of the class. */
  override readonly name: string = "TimeoutError";
}

/**
 * Reports that a limit of this end is reached: of size, of number, or of
 * waiting bytes.
 */
export class LimitError extends Error {
  /** The name of the class. */
  override readonly name: string = "LimitError";
}

/** Reports that the other end answered with an error. */
export class RemoteError extends Error {
  /** The name of the class. */
  override readonly name: string = "RemoteError";
}

/**
 * Makes an error of whatever a function of the user threw. Never throws.
 *
 * @param thrown What was thrown: an error, or anything else.
 * @returns The error itself, or one with the text of what is none.
 */
export function errorOf(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } catch {
    return new Error("unreadable error");
  }
}

/**
 * Returns what a function of the user threw, or an error in place of what
 * cannot even be looked at, such as a revoked `Proxy`. Never throws.
 *
 * @param thrown What was thrown: an error, or anything else.
 * @returns What `instanceof` can be asked of.
 */
export function readable(thrown: unknown): unknown {
  try {
    Object.getPrototypeOf(Object(thrown));
    return thrown;
  } catch {
    return new Error("unreadable error");
  }
}

/**
 * Says what a function of the user threw, for a log. Never throws.
 *
 * @param thrown What was thrown: an error, or anything else.
 * @returns The name and the message of an error; else what was thrown, as text.
 */
export function described(thrown: unknown): string {
  try {
    return thrown instanceof Error
      ? `${thrown.name}: ${thrown.message}`
      : String(thrown);
  } catch {
    return "unreadable error";
  }
}
