// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { NotConnectedError } from "@wirekit/internal/errors";

/** What is said of a server that hangs up. */
export const LEFT = "the server closed the connection before it was open";

/** The texts of errors of Node, Deno and Bun, and what they mean. */
const REASONS: [RegExp, string][] = [
  [
    /ECONNREFUSED|ConnectionRefused|: connection refused$/,
    "nobody listens there. Is the server running, and is the address right?",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|EAI_NONAME|failed to lookup address/,
    "the name of the host is unknown. Is it spelled right?",
  ],
  [
    /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT/,
    "the host cannot be reached from here",
  ],
  [
    /ALTNAME|NotValidForName|not valid for name/,
    "its certificate is for another name. Use a name that it is for",
  ],
  [
    /CERT_HAS_EXPIRED|certificate expired|: Expired/,
    "its certificate has expired, or that of its authority",
  ],
  [
    /SELF_SIGNED|UNABLE_TO_|UnknownIssuer|CaUsedAsEndEntity|CERT_UNTRUSTED|invalid peer certificate/,
    // Deno says the same of one that has expired.
    "its certificate is not trusted. Has it expired? If not, give the certificate of its authority as tls.ca",
  ],
  [
    /WRONG_VERSION_NUMBER|InvalidContentType|wrong version number/,
    "the server does not speak TLS on this port. Connect without it: ws: for wss:, tcp: for tls:",
  ],
  [
    /CERTIFICATE_REQUIRED|CertificateRequired|certificate required/,
    "the server wants a certificate of the client. Give it as tls.cert and tls.key",
  ],
  [
    // Deno's TLS calls any write that fails EPERM: the peer has refused us.
    /ECONNRESET|ConnectionReset|EPIPE|BrokenPipe|UnexpectedEof|write EPERM/,
    LEFT,
  ],
  [/ENOENT/, "there is no such socket. Is the server running?"],
  [/EACCES|PermissionDenied/, "this user may not use that socket"],
];

/**
 * Makes an error that says why there is no connection. Mistakes of the program
 * are returned unchanged: an option that is not valid, a permission that Deno
 * was not given.
 *
 * @param target Where to.
 * @param cause What the runtime said.
 * @param hint What to add if the server hung up.
 */
export function notConnected(
  target: string,
  cause: unknown,
  hint = "",
): unknown {
  if (!(cause instanceof Error) || cause instanceof NotConnectedError) {
    return cause;
  }
  if (cause instanceof TypeError || cause.name === "NotCapable") return cause;
  const reason = reasonOf(cause);
  const text = `Cannot connect to ${target}: ${reason}`;
  return new NotConnectedError(reason === LEFT ? text + hint : text, { cause });
}

/**
 * Says in words why a socket could not be connected, and what to do about it.
 *
 * @param error What the runtime said.
 * @returns The words; those of the error if nothing is known of it.
 *
 * @category Other carriers
 */
export function reasonOf(error: Error): string {
  const { code = "" } = error as { code?: unknown };
  const said = `${code} ${error.name}: ${error.message}`;
  return REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? error.message;
}

/** Writes a host and a port as in a URL. */
export function hostAndPort(hostname: string, port: number): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}
