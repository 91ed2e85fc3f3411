// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { readUrl, shownUrl } from "@wirekit/internal/errors";
import { encodeText } from "../_utf8.ts";
import { mistake } from "./_open_platform.ts";

/** A token of HTTP (RFC 9110, section 5.6.2). */
const TOKEN_REGEXP = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Headers that belong to the handshake, or would change its meaning. */
const RESERVED_REGEXP =
  /^(sec-websocket-.*|host|connection|upgrade|content-length|transfer-encoding|te|trailer|expect)$/i;

/** A valid handshake. */
export interface HandshakeRequest {
  /** The URL to connect to, without credentials. */
  url: URL;
  /** The URL for an error. */
  place: string;
  /** The whole URL as it was given, with its secrets. */
  href: string;
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
  options: { headers?: HeadersInit; protocols?: readonly string[] },
): HandshakeRequest {
  const url = readUrl(given);
  const { href, protocol: scheme } = url;
  if (scheme !== "ws:" && scheme !== "wss:") {
    throw mistake(`scheme is "${scheme}", expected "ws:" or "wss:"`);
  }
  const headers = checkHeaders(options.headers ?? {});
  const credentials = takeCredentials(url);
  if (credentials !== undefined && !headers.has("authorization")) {
    const base64 = btoa(String.fromCharCode(...encodeText(credentials)));
    headers.set("authorization", `Basic ${base64}`);
  }
  url.hash = "";
  const protocols = [...options.protocols ?? []];
  checkProtocols(protocols);
  return { url, place: shownUrl(href), href, headers, protocols };
}

/**
 * Throws a `SyntaxError` in the cases in which the platform's WebSocket does.
 */
function checkProtocols(protocols: string[]): void {
  for (const [i, protocol] of protocols.entries()) {
    const isToken = typeof protocol === "string" && TOKEN_REGEXP.test(protocol);
    if (isToken && protocols.indexOf(protocol) === i) continue;
    const { message } = mistake(
      `the subprotocol ${JSON.stringify(protocol)} is ${
        isToken ? "given twice" : "not a token of HTTP"
      }`,
    );
    throw new SyntaxError(message);
  }
}

/** Adds one header after the other, so that an error can name it. */
function checkHeaders(init: HeadersInit): Headers {
  const headers = new Headers();
  const pairs = Symbol.iterator in init ? init : Object.entries(init);
  for (const [name, value] of pairs as Iterable<[string, string]>) {
    const shown = `the header ${JSON.stringify(`${name}`.toLowerCase())}`;
    try {
      headers.append(name, value);
    } catch {
      // The error of the runtime has the value in it, which may be a secret.
      throw mistake(`${shown} is not valid`);
    }
    if (!RESERVED_REGEXP.test(name)) continue;
    throw mistake(
      /protocol$/i.test(name)
        ? `give ${shown} as the option protocols`
        : `${shown} belongs to the handshake`,
    );
  }
  return headers;
}

/** Removes the credentials from a URL and returns them. */
function takeCredentials(url: URL): string | undefined {
  if (!url.username && !url.password) return undefined;
  const name = decode("user name", url.username);
  const password = decode("password", url.password);
  // The first colon ends the name (RFC 7617, section 2).
  if (name.includes(":")) {
    throw mistake("the user name of the URL contains a colon");
  }
  url.username = "";
  url.password = "";
  return `${name}:${password}`;
}

function decode(what: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw mistake(`the ${what} of the URL is not percent-encoded UTF-8`, {
      cause,
    });
  }
}
