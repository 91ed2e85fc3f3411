// Copyright 2026 the Wirekit authors. MIT license.

import { checkTls } from "../_tls.ts";
import { isOwn } from "./_own_listeners.ts";

/** What the codes of the system mean for listening. */
const REASONS: Record<string, { reason: string; className?: string }> = {
  EADDRINUSE: {
    reason: "another program listens there",
    className: "AddrInUse",
  },
  EADDRNOTAVAIL: {
    reason: "this machine has no such address",
    className: "AddrNotAvailable",
  },
  EACCES: {
    reason: "the system does not allow it",
    className: "PermissionDenied",
  },
  EPERM: {
    reason: "the system does not allow it",
    className: "PermissionDenied",
  },
  ENOENT: { reason: "there is no such folder", className: "NotFound" },
  ENOTFOUND: { reason: "no machine has this name" },
  EAI_AGAIN: { reason: "this name cannot be looked up now" },
  EINVAL: { reason: "this machine has no such address" },
  EMFILE: { reason: "the process has used up its file descriptors" },
};

/** Returns the code of the system in an error, such as `"EADDRINUSE"`. */
export function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  if (typeof code === "string") return code;
  // Deno gives errors of name look-ups no code.
  const { message } = Object(error) as { message?: unknown };
  return /failed to lookup address/.test(String(message))
    ? "ENOTFOUND"
    : undefined;
}

/**
 * Makes the error of a failure to listen: one sentence that names the address,
 * with the code. On Deno it has Deno's class.
 *
 * @param cause What the runtime said.
 * @param address Where it was to listen.
 * @returns The error. A missing permission is passed on unchanged, because Deno
 * says what to do.
 */
export function listenError(cause: unknown, address: string): Error {
  const { Deno } = globalThis as { Deno?: { errors: Record<string, unknown> } };
  const { name, message } = Object(cause) as Partial<Error>;
  if (name === "NotCapable" || cause instanceof TypeError) {
    return cause as Error;
  }
  const code = codeOf(cause);
  const known = REASONS[code ?? ""];
  const reason = code === "EADDRINUSE" && isOwn(address)
    ? "this program listens there already"
    : known?.reason ?? message;
  const text = `Cannot listen on ${address}: ${reason}` +
    (code === undefined ? "" : ` (${code})`);
  const Class =
    (Deno?.errors[known?.className ?? ""] ?? Error) as ErrorConstructor;
  const error = new Class(text, { cause });
  return code === undefined ? error : Object.assign(error, { code });
}

/** Gives a server of `node:tls` another certificate and key. */
export function renewTls(
  server: object,
  tls: { cert: string; key: string },
): void {
  const { setSecureContext } = server as {
    setSecureContext?(options: object): void;
  };
  if (!setSecureContext) {
    throw new TypeError("Cannot renew TLS: this listens without TLS");
  }
  checkTls(tls);
  setSecureContext.call(server, tls);
}
