// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A host and port as people type them: no secret can stand there. */
const HOST_REGEXP = /^([\w-]+(\.[\w-]+)*|\[[\da-f:.]+\])(:\d+)?$/i;

/** The scheme of a URL, its host, and the rest. */
const PARTS_REGEXP = /^([a-z][a-z\d+.-]*:(?:\/\/)?)?([^/?#]*)(.*)/is;

/** The port of a URL. */
const PORT_REGEXP = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i;

/** Paths that are no secret: none, and that of wsrpc. */
const KNOWN_PATH_REGEXP = /^\/?(ws\/?)?$/;

/** Shorter parts of a URL are words that any text may have. */
const MIN_LENGTH = 4;

/**
 * Writes a URL as errors, logs and screens may show it. A user name, a
 * password, a query, a fragment or a path may hold a secret, and is left out:
 * of a path, only `/…` is shown, but for the usual `/ws/` of wsrpc.
 *
 * @param url A URL, or what a user took for one.
 * @returns The scheme, the host and the port; of `unix:` the path, which is a
 * file.
 *
 * @example Secrets stay out
 * ```ts
 * import { shownUrl } from "@wirekit/internal/errors";
 * import { assertEquals } from "@std/assert";
 *
 * const url = "wss://zoë:s3cret@example.org/hub/s3cret?token=s3cret";
 * assertEquals(shownUrl(url), "wss://example.org/…");
 * ```
 */
export function shownUrl(url: string | URL): string {
  const text = String(url);
  if (HOST_REGEXP.test(text)) return text;
  const [, scheme = "", given = "", rest = ""] = PARTS_REGEXP.exec(text) ?? [];
  const isHost = HOST_REGEXP.test(given);
  const parsed = URL.parse(text);
  if (!parsed) {
    if (text.includes("@") || !isHost) return `${scheme}…`;
    return scheme + given + (rest && "/…");
  }
  const { protocol, host, pathname } = parsed;
  if (host === "") {
    const isFile = protocol === "unix:" && pathname[0] === "/";
    return isFile ? `unix:${pathname}` : `${protocol}…`;
  }
  // As it was written: with its port, even if that is the usual one.
  const place = isHost ? given : host;
  const path = KNOWN_PATH_REGEXP.test(pathname) ? pathname : "/…";
  return `${protocol}//${place}${path === "/" ? "" : path}`;
}

/**
 * Parses the URL of a server that a user gave.
 *
 * @param url The URL.
 * @returns The same, parsed.
 * @throws {TypeError} If it is not a URL, or its port is 0. Unlike those of the
 * runtimes, the error shows no secret.
 */
export function readUrl(url: string | URL): URL {
  const parsed = URL.parse(url);
  const wrong = portMistake(url);
  if (parsed && !wrong) return parsed;
  throw new TypeError(
    `"${shownUrl(url)}" is not a valid URL${wrong && `: ${wrong}`}`,
  );
}

/**
 * Says what is wrong with the port in the URL of a server.
 *
 * @param url The URL, or what a user took for one.
 * @returns The mistake; empty if there is none, or no port.
 */
export function portMistake(url: string | URL): string {
  const [, port] = PORT_REGEXP.exec(String(url)) ?? [];
  if (port === undefined || (Number(port) > 0 && Number(port) < 65_536)) {
    return "";
  }
  return `its port must be from 1 to 65535, not ${port}`;
}

/**
 * Leaves out of a text what {@linkcode shownUrl} does not show of a URL: some
 * servers and runtimes repeat the URL in what they say.
 *
 * @param text The text.
 * @param url The URL that was used.
 * @returns The text, with `…` for each secret.
 */
export function withoutSecrets(text: string, url: string | URL): string {
  const parsed = URL.parse(url);
  if (!parsed) return text.replaceAll(String(url), shownUrl(url));
  const { username, password, pathname, search, hash, searchParams } = parsed;
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  const parts = [username, password, pathname, last, search, hash.slice(1)];
  parts.push(...searchParams.values());
  const secrets = parts.flatMap((part) => [part, decoded(part)])
    .filter(({ length }) => length >= MIN_LENGTH)
    .sort((a, b) => b.length - a.length);
  return secrets.reduce((left, part) => left.replaceAll(part, "…"), text);
}

/**
 * Leaves each word with a slash out of a text, for it may be a URL.
 *
 * @param text The text, such as what a runtime says about a failure.
 * @param instead What to write instead.
 * @returns The text.
 */
export function withoutUrls(text: string, instead = "…"): string {
  return text.replace(/\S*\/\S*/g, instead);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
