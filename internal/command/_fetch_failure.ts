// Copyright 2026 the Wirekit authors. MIT license.

import { NotConnectedError } from "../errors.ts";

/** What the texts of `fetch()` mean, in the words of all other carriers. */
const REASONS: [RegExp, string][] = [
  [
    /Connection refused/,
    "nobody listens there. Is the server running, and is the address right?",
  ],
  [/dns error/, "the name of the host is unknown. Is it spelled right?"],
  [
    /InvalidContentType/,
    "the server does not speak TLS on this port. Connect without it: http: " +
    "for https:",
  ],
  [
    // Bytes that begin as HTTP does, or that came before the request.
    /invalid HTTP version|unexpected message from connection/,
    "what answers there is no HTTP. Does it speak TLS? Then connect by https:",
  ],
  [/certificate expired/, "its certificate has expired"],
  [/certificate not valid yet/, "its certificate is not valid yet"],
  [/not valid for name/, "its certificate is for another name"],
  [
    /invalid peer certificate/,
    "its certificate is not trusted. Give the certificate of its authority " +
    "with --ca",
  ],
  [/Too many open files/, "the process has used up its file descriptors"],
  [
    /connection closed before|Connection reset by peer/,
    "the server closed the connection without an answer",
  ],
];

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
  const why = REASONS.find(([said]) => said.test(message))?.[1] ??
    message.replace(/^error sending .*?\(http.*?\): /, "");
  return new NotConnectedError(`Cannot connect to ${place}: ${why}`, { cause });
}
