// Copyright 2026 the Wirekit authors. MIT license.

import { NotConnectedError } from "../errors.ts";

/**
 * Makes the error of a command that a server cannot be reached over HTTP.
 *
 * @param place The server, as the user named it.
 * @param cause What `fetch()` has thrown: it gives its reason in a cause of its
 * own, or behind the URL of the request.
 * @returns The error.
 */
export function fetchFailure(place: string, cause: Error): NotConnectedError {
  const { message } = cause.cause instanceof Error ? cause.cause : cause;
  const why = message.replace(/^error sending .*?\(http.*?\): /, "");
  return new NotConnectedError(`Cannot connect to ${place}: ${why}`, { cause });
}
