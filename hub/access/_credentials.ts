// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type RequestHead, wantsWebSocket } from "@wirekit/transport/admission";
import { MAX_TOKEN_LENGTH } from "@wirekit/transport/pages";

/** The most texts of one request that are tried as a token. */
const MAX_TRIES = 8;

/** How the subprotocol begins that carries a token for a page. */
const SUBPROTOCOL = "bearer.";

/**
 * Returns the texts of a request that may be a token: `Authorization: Bearer`,
 * a WebSocket subprotocol `bearer.TOKEN` for pages, which cannot send headers,
 * and the ways in which a stock winerp client can send one:
 * `host="name:token@127.0.0.1"` (HTTP Basic), `port="13254/token"` (path) and
 * `port="13254/?token=token"` (query).
 */
export function credentials(request: RequestHead): string[] {
  const { pathname, searchParams } = new URL(request.url);
  const given: string[] = [];
  const [, scheme, value] = /^(Bearer|Basic) +(\S.*)$/i.exec(
    request.headers.get("authorization") ?? "",
  ) ??
    [];
  if (scheme?.toLowerCase() === "bearer") given.push(value!);
  if (scheme?.toLowerCase() === "basic") {
    // Python's websockets sends the password exactly as it is in the URL.
    for (const text of basic(value!)) given.push(text, decoded(text));
  }
  const token = searchParams.get("token");
  if (token !== null) given.push(token);
  if (wantsWebSocket(request)) {
    given.push(decoded(pathname.slice(pathname.lastIndexOf("/") + 1)));
    const offered = request.headers.get("sec-websocket-protocol") ?? "";
    for (const each of offered.split(",", MAX_TRIES)) {
      const name = each.trim();
      if (!name.startsWith(SUBPROTOCOL)) continue;
      given.push(decoded(name.slice(SUBPROTOCOL.length)));
    }
  }
  return [...new Set(given)]
    .filter((text) => text !== "" && text.length <= MAX_TOKEN_LENGTH)
    .slice(0, MAX_TRIES);
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
    return [secret];
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
