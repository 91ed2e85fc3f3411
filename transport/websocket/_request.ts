// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { encodeText } from "../_utf8.ts";

/** A token of HTTP (RFC 9110, section 5.6.2). */
const TOKEN_REGEXP = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Headers that belong to the handshake, or would change its meaning. */
const RESERVED_REGEXP =
  /^(sec-websocket-.*|host|connection|upgrade|content-length|transfer-encoding|te|trailer|expect)$/;

/** A valid handshake. */
export interface HandshakeRequest {
  /** The URL to connect to, without credentials. */
  url: URL;
  /** The URL for an error: without credentials, and without its query. */
  place: string;
  /** The user's headers, and the credentials of the URL. */
  headers: Headers;
  /** The subprotocols to offer. */
  protocols: string[];
}

/**
 * Checks everything that a user gave for a handshake. Throws a `TypeError` or a
 * `SyntaxError` that names what is wrong.
 */
export function checkRequest(
  given: string | URL,
  options: { headers?: HeadersInit; protocols?: string[] },
): HandshakeRequest {
  const url = new URL(given);
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw new TypeError(
      `Cannot connect WebSocket: scheme is "${url.protocol}", expected "ws:" or "wss:"`,
    );
  }
  const headers = checkHeaders(options.headers);
  const credentials = takeCredentials(url);
  if (credentials !== undefined && !headers.has("authorization")) {
    const base64 = btoa(String.fromCharCode(...encodeText(credentials)));
    headers.set("authorization", `Basic ${base64}`);
  }
  url.hash = "";
  const protocols = [...options.protocols ?? []];
  checkProtocols(protocols);
  return { url, place: url.origin + url.pathname, headers, protocols };
}

/**
 * Throws a `SyntaxError` in the cases in which the platform's WebSocket does.
 */
function checkProtocols(protocols: string[]): void {
  for (const [i, protocol] of protocols.entries()) {
    if (typeof protocol !== "string" || !TOKEN_REGEXP.test(protocol)) {
      throw new SyntaxError(
        `Cannot connect WebSocket: the subprotocol ${
          JSON.stringify(protocol)
        } is not a token of HTTP`,
      );
    }
    if (protocols.indexOf(protocol) !== i) {
      throw new SyntaxError(
        `Cannot connect WebSocket: the subprotocol "${protocol}" is given twice`,
      );
    }
  }
}

function checkHeaders(init: HeadersInit | undefined): Headers {
  let headers: Headers;
  try {
    headers = new Headers(init);
  } catch (cause) {
    const name = nameOfBad(init);
    throw new TypeError(
      `Cannot connect WebSocket: the header${
        name === undefined ? "s are" : ` ${JSON.stringify(name)} is`
      } not valid`,
      { cause },
    );
  }
  for (const [name] of headers) {
    if (!RESERVED_REGEXP.test(name)) continue;
    throw new TypeError(
      name === "sec-websocket-protocol"
        ? `Cannot connect WebSocket: give "${name}" as the option protocols`
        : `Cannot connect WebSocket: the header "${name}" belongs to the handshake`,
    );
  }
  return headers;
}

/** Returns the name of the first header that `Headers` refuses. */
function nameOfBad(init: HeadersInit | undefined): string | undefined {
  const pairs = Symbol.iterator in Object(init)
    ? [...init as Iterable<[string, string]>]
    : Object.entries(init ?? {});
  return pairs.find(([name, value]) => {
    try {
      new Headers([[name, value]]);
      return false;
    } catch {
      return true;
    }
  })?.[0];
}

/** Removes the credentials from a URL and returns them. */
function takeCredentials(url: URL): string | undefined {
  if (!url.username && !url.password) return undefined;
  const name = decode("user name", url.username);
  const password = decode("password", url.password);
  // The first colon ends the name (RFC 7617, section 2).
  if (name.includes(":")) {
    throw new TypeError(
      "Cannot connect WebSocket: the user name of the URL contains a colon",
    );
  }
  url.username = "";
  url.password = "";
  return `${name}:${password}`;
}

function decode(what: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new TypeError(
      `Cannot connect WebSocket: the ${what} of the URL is not percent-encoded UTF-8`,
      { cause },
    );
  }
}
