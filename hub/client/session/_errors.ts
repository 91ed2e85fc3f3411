// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  HandshakeError,
  NotConnectedError,
  TimeoutError,
} from "../../errors.ts";
import * as Text from "../../exchange/_text.ts";
import { type OpenOptions, placeOf } from "./_open.ts";

/** Makes the error of every call once the client is closed. */
export function closedError(): NotConnectedError {
  return new NotConnectedError("Not connected: the client is closed");
}

/** Makes the error of open calls when the connection ends. */
export function lostError(
  cause: unknown,
  place = "the hub",
): NotConnectedError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  const text = `The connection to ${place} has ended${why}`;
  return new NotConnectedError(text, { cause });
}

/** Makes the error of a call while there is no connection. */
export function notConnectedError(
  options: OpenOptions,
  failure: unknown,
): NotConnectedError {
  return new NotConnectedError(`Not connected${why(options, failure)}`, {
    cause: failure,
  });
}

/** Makes the error of a wait for the name that has taken `timeout`. */
export function tooLateError(
  options: OpenOptions,
  timeout: number,
  failure: unknown,
): TimeoutError {
  return new TimeoutError(
    `No connection within ${timeout} ms${why(options, failure)}`,
    { cause: failure },
  );
}

/** Says why there is no connection, or at least to which hub. */
function why(options: OpenOptions, failure: unknown): string {
  return failure instanceof Error
    ? `: ${failure.message}`
    : ` to ${placeOf(options)}`;
}

/** Makes the error of an attempt that has taken `connectTimeout`. */
export function unacceptedError(
  options: OpenOptions & { readonly connectTimeout: number },
  what: string,
): TimeoutError {
  const { connectTimeout } = options;
  return new TimeoutError(
    `Cannot connect to ${
      placeOf(options)
    }: ${what} within ${connectTimeout} ms`,
  );
}

/** Makes the error of a server that speaks another protocol. */
export function noHubError(place: string, cause: unknown): NotConnectedError {
  return new NotConnectedError(
    `Cannot connect to ${place}: what answers there is no hub`,
    { cause },
  );
}

/** Makes the error of a hub that does not let this client in. */
export function refusedError(place: string, text: string): HandshakeError {
  const isToken = text === Text.notAuthorized;
  const why = isToken ? "the token is missing or wrong" : text;
  return new HandshakeError(
    `Cannot connect to ${place}: ${why}`,
    { url: place, status: isToken ? 401 : undefined },
  );
}
