// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  NotConnectedError,
  shownUrl,
  withoutUrls,
} from "@wirekit/internal/errors";
import { isClean } from "../_close.ts";
import { CloseError } from "../transport.ts";

/**
 * Makes a WebSocket of the platform. Throws a `TypeError` or `SyntaxError`
 * that shows no secret of the URL.
 */
export function platformSocket(url: URL, protocols: string[]): WebSocket {
  try {
    return new WebSocket(url, protocols);
  } catch (cause) {
    // A subprotocol is not valid, or a page of https: may not use ws:.
    const { name, message } = cause as Error;
    const error = mistake(withoutUrls(message), { cause });
    throw name === "SyntaxError"
      ? new SyntaxError(error.message, error)
      : error;
  }
}

/** Makes an error of what the platform says about a failure. */
export function platformError(url: URL, said: unknown): NotConnectedError {
  const more = said ? ` (${withoutUrls((said as Error).message)})` : "";
  return new NotConnectedError(
    `Cannot connect to ${shownUrl(url)}: nobody listens there, or the server ` +
      `refused; this platform does not tell which${more}`,
    { cause: said || new CloseError(1006) },
  );
}

/** Makes the error of an option that is not valid or not supported here. */
export function mistake(text: string, options?: ErrorOptions): TypeError {
  return new TypeError(`Cannot connect WebSocket: ${text}`, options);
}

/** Returns what an event says about a failure, if it says anything. */
export function failureOf(event: Event): unknown {
  const { error, message } = event as ErrorEvent;
  return error ?? (message ? new Error(message) : undefined);
}

/** Returns the code that a client of the platform may send for `code`. */
export function clientCode(code: number): number {
  const sent = sendable(code);
  if (sent >= 3000) return sent;
  return isClean(sent) ? 1000 : sent + 3000;
}

/** Returns the code that a close frame may carry for `code` (RFC 6455, 7.4). */
export function sendable(code: number): number {
  const allowed = (code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
  return allowed ? code : code === 1005 ? 1000 : 1011;
}
