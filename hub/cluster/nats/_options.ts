// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Checks what a node is told. It needs no client of NATS: `hub check` does the
 * same.
 */

/** A server, as a user writes it. */
export interface Place {
  /** Its host and port. */
  readonly host: string;
  /** Whether it is to speak TLS. */
  readonly secure: boolean;
  readonly username: string;
  readonly password: string;
}

/** Reads servers of one text, with commas between them. */
export function readList(text: string): string[] {
  const servers = text.split(",").map((each) => each.trim());
  // The part of a secret before its comma would be taken for a host, and shown.
  const isCut = servers.some((each, i) =>
    i > 0 && each.includes("@") && !each.includes("://")
  );
  if (isCut) throw unreadable();
  return servers;
}

/** Reads the URL of a server. */
export function readUrl(text: string): Place {
  const isText = typeof text === "string";
  const url = isText
    ? URL.parse(text.includes("://") ? text : `nats://${text}`)
    : null;
  const username = decoded(url?.username);
  const password = decoded(url?.password);
  if (
    !url || url.port === "0" || !["nats:", "tls:"].includes(url.protocol) ||
    url.hostname === "" || username === undefined || password === undefined ||
    !["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== ""
  ) throw unreadable();
  return {
    host: `${url.hostname}:${url.port || 4222}`,
    secure: url.protocol === "tls:",
    username,
    password,
  };
}

/** It does not say which it is, which may hold a secret. */
function unreadable(): TypeError {
  return new TypeError(
    "servers must be URLs of a host, and a port if it is not 4222: " +
      "nats://HOST:PORT, or tls://HOST:PORT; a secret with /, #, % or a " +
      "comma goes into the option token",
  );
}

function decoded(text = ""): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Refuses what is no prefix of subjects and buckets. */
export function checkPrefix(prefix: string): void {
  if (/^[-\w]{1,100}$/.test(prefix)) return;
  throw new TypeError(
    "prefix must be up to 100 letters, digits, - and _: got " +
      JSON.stringify(prefix),
  );
}

/** The shortest lease and the longest, in milliseconds. */
const [MIN_LEASE, MAX_LEASE] = [2_000, 3_600_000];

/** Refuses a lease that ends before it is renewed, or after all have given up. */
export function checkLease(lease: number): void {
  if (lease >= MIN_LEASE && lease <= MAX_LEASE) return;
  throw new RangeError(
    `lease must be from ${MIN_LEASE} to ${MAX_LEASE} ms: got ${lease}`,
  );
}

/** Refuses what people cannot call a node. */
export function checkLabel(label: string): void {
  if (label !== "" && !/\p{Cc}/u.test(label)) return;
  throw new TypeError(
    "label must have at least one character, and none that controls a " +
      `terminal: got ${JSON.stringify(label)}`,
  );
}
