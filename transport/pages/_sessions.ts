// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import type { RequestHead } from "../admission.ts";

/** Twelve hours, in milliseconds. */
const TWELVE_HOURS = 12 * 3_600_000;

/** The longest time that a browser keeps a cookie, in seconds: 400 days. */
const MAX_AGE = 400 * 86_400;

/** The most sessions. Another one ends the one that was used longest ago. */
const MAX_SESSIONS = 1_000;

/** The most cookies of one request that are looked at. */
const MAX_COOKIES = 8;

/**
 * The session of a person who has signed in at a page.
 *
 * @typeParam Grant What the token of the session allows.
 *
 * @category Pages
 */
export interface Session<Grant> {
  /** Names it in the cookie. */
  readonly id: string;
  /** What the token allows. */
  readonly grant: Grant;
  /**
   * What every request that changes something has to repeat: a page of another
   * origin can make a browser send the cookie, but cannot read this.
   */
  readonly proof: string;
  /** When it ends, as `Date.now()` tells it. */
  expires: number;
}

/**
 * The sessions of a server. A cookie holds nothing but a random number, so that
 * there is nothing in it to forge; the server forgets all of them when it ends.
 *
 * @typeParam Grant What the token of a session allows.
 *
 * @category Pages
 */
export class Sessions<Grant> {
  readonly #idleTimeout: number;
  readonly #sessions = new Map<string, Session<Grant>>();

  /**
   * Makes it without sessions.
   *
   * @param idleTimeout How long a session lasts after it was last used, in
   * milliseconds; `Infinity` means until the server ends.
   * @throws {RangeError} If `idleTimeout` is not valid.
   */
  constructor(idleTimeout: number = TWELVE_HOURS) {
    checkTime("idleTimeout", idleTimeout);
    this.#idleTimeout = idleTimeout;
  }

  /** Begins a session. */
  open(grant: Grant): Session<Grant> {
    for (const [id, { expires }] of this.#sessions) {
      if (expires > Date.now() && this.#sessions.size < MAX_SESSIONS) break;
      this.#sessions.delete(id);
    }
    const session: Session<Grant> = {
      id: secret(),
      grant,
      proof: secret(),
      expires: Date.now() + this.#idleTimeout,
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Returns the session of a request, and keeps it for longer. */
  find(request: RequestHead): Session<Grant> | undefined {
    const cookies = request.headers.get("cookie");
    if (cookies === null) return undefined;
    const start = `${nameFor(request)}=`;
    for (const each of cookies.split(";", MAX_COOKIES)) {
      const cookie = each.trim();
      if (!cookie.startsWith(start)) continue;
      const session = this.#sessions.get(cookie.slice(start.length));
      if (!session) continue;
      this.#sessions.delete(session.id);
      if (session.expires <= Date.now()) continue;
      // The one that was used last stands last.
      session.expires = Date.now() + this.#idleTimeout;
      this.#sessions.set(session.id, session);
      return session;
    }
    return undefined;
  }

  /** Whether a session has not been ended. */
  has({ id }: Session<Grant>): boolean {
    return this.#sessions.has(id);
  }

  /** Ends a session. */
  close(session: Session<Grant>): void {
    this.#sessions.delete(session.id);
  }

  /** Ends the sessions whose token is no longer valid. */
  keep(isValid: (grant: Grant) => boolean): void {
    for (const session of this.#sessions.values()) {
      if (!isValid(session.grant)) this.close(session);
    }
  }
}

/**
 * Writes the header that sets the cookie of a session, or ends it.
 *
 * @category Pages
 */
export function cookieFor(
  request: Request,
  session?: Pick<Session<unknown>, "id" | "expires">,
): string {
  return [
    `${nameFor(request)}=${session?.id ?? ""}`,
    "Path=/",
    `Max-Age=${session ? maxAgeOf(session.expires) : 0}`,
    "HttpOnly",
    "SameSite=Strict",
    ...(isSecure(request) ? ["Secure"] : []),
  ].join("; ");
}

function maxAgeOf(expires: number): number {
  return Math.min(MAX_AGE, Math.round((expires - Date.now()) / 1_000));
}

/**
 * Makes a text that cannot be guessed.
 *
 * @category Pages
 */
export function secret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Returns the name of the cookie. Cookies do not know of ports, so each server of
 * a machine needs a name of its own.
 */
function nameFor(request: RequestHead): string {
  const { port, protocol } = new URL(request.url);
  const name = `wirekit-${port || (protocol === "https:" ? 443 : 80)}`;
  return isSecure(request) ? `__Host-${name}` : name;
}

function isSecure({ url }: RequestHead): boolean {
  return /^https:/i.test(url);
}
