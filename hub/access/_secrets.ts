// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

const encoder = new TextEncoder();

/**
 * Returns whether `given` is the secret, in a time that depends only on the
 * length of `given`.
 */
export function isSecret(given: string, secret: string): boolean {
  const a = encoder.encode(given);
  const b = encoder.encode(secret);
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i % b.length]!;
  return difference === 0;
}

/**
 * Returns whether a request carries the secret, in `Authorization: Bearer` or
 * in one of the ways in which a stock winerp client can send it:
 * `host="name:secret@127.0.0.1"` (HTTP Basic), `port="13254/secret"` (path) and
 * `port="13254/?token=secret"` (query).
 */
export function hasSecret(request: Request, secret: string): boolean {
  let found = false;
  for (const given of credentials(request)) {
    if (isSecret(given, secret)) found = true;
  }
  return found;
}

function credentials(request: Request): string[] {
  const { pathname, searchParams } = new URL(request.url);
  const given = searchParams.getAll("token");
  given.push(decoded(pathname.slice(pathname.lastIndexOf("/") + 1)));
  const [, scheme, value] = /^(Bearer|Basic) +(\S+)$/i.exec(
    request.headers.get("authorization") ?? "",
  ) ??
    [];
  if (scheme?.toLowerCase() === "bearer") given.push(value!);
  if (scheme?.toLowerCase() === "basic") {
    // Python's websockets sends the password exactly as it is in the URL.
    for (const text of basic(value!)) given.push(text, decoded(text));
  }
  return given;
}

/**
 * Returns the password of HTTP Basic, or the name if there is no password: as
 * it came, and decoded, because a stock winerp client sends the text of its URL
 * unchanged.
 */
function basic(value: string): string[] {
  try {
    const bytes = Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
    const pair = new TextDecoder().decode(bytes);
    const colon = pair.indexOf(":");
    const secret = colon < 0 || colon === pair.length - 1
      ? pair.replace(":", "")
      : pair.slice(colon + 1);
    return [secret, decoded(secret)];
  } catch {
    return [];
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns whether an address is one of this machine's own. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    hostname === "[::1]" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(hostname);
}
