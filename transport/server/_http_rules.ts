// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What RFC 9110, RFC 9112 and RFC 6455 ask of a request before anybody sees it. */

/** What a proxy has to send on, said to those who set it up. */
const PROXY_ADVICE =
  "If a proxy stands in front of this server, it has to pass the upgrade on: " +
  "HTTP/1.1 with `Upgrade: websocket` and `Connection: Upgrade` (nginx: " +
  "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; " +
  'proxy_set_header Connection "upgrade";)';

/** A name or address and a port (RFC 9110, section 7.2), never empty. */
const HOST_REGEXP =
  /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(:[0-9]*)?$/;

/** `.` and `..` as a part of a path, also where their dots are escaped. */
const DOT_SEGMENT_REGEXP = /\/(\.|%2e){1,2}(\/|\?|$)/i;

/** What a WebSocket client has to make its key look like. */
const KEY_REGEXP = /^[A-Za-z0-9+/]{22}==$/;

/** Returns the members of an HTTP list (RFC 9110, section 5.6.1). */
export function listOf(value: string | null | undefined): string[] {
  return (value ?? "").split(",").map((each) =>
    each.replace(/^[ \t]+|[ \t]+$/g, "")
  )
    .filter((each) => each !== "");
}

function includes(value: string | null | undefined, token: string): boolean {
  return listOf(value).some((each) => each.toLowerCase() === token);
}

/** Where headers can be looked up: `Headers` is one. */
export interface HeaderLookup {
  /** Returns the value of a header, by its name in lower case. */
  get(name: string): string | null | undefined;
}

/** Whether a request offers WebSocket among its upgrades, in whatever state. */
export function offersWebSocket(upgrade: string | null | undefined): boolean {
  return includes(upgrade, "websocket");
}

/** Whether a request asks for a WebSocket, even in a broken way. */
export function asksForWebSocket(headers: HeaderLookup): boolean {
  const upgrade = headers.get("upgrade");
  return upgrade
    ? offersWebSocket(upgrade)
    : !!headers.get("sec-websocket-key");
}

/** Why an upgrade is refused. */
export interface Refusal {
  /** The HTTP status. */
  status: 400 | 426;
  /** What is wrong with it, for the client and for the log. */
  reason: string;
}

/**
 * Checks an upgrade as RFC 6455, section 4.2.1, asks it of a server; returns
 * what is wrong with it.
 */
export function checkUpgrade(
  method: string,
  headers: HeaderLookup,
  httpVersion = "1.1",
): Refusal | undefined {
  const bad = (reason: string): Refusal => ({ status: 400, reason });
  if (!offersWebSocket(headers.get("upgrade"))) {
    return bad(`There is no Upgrade header. ${PROXY_ADVICE}`);
  }
  if (!includes(headers.get("connection"), "upgrade")) {
    return bad(`The Connection header lacks "Upgrade". ${PROXY_ADVICE}`);
  }
  if (httpVersion !== "1.1") {
    return bad(`The request is HTTP/${httpVersion}. ${PROXY_ADVICE}`);
  }
  if (method !== "GET") return bad("The method of an upgrade is GET");
  if (
    headers.get("transfer-encoding") ||
    !/^0*$/.test(headers.get("content-length") ?? "")
  ) return bad("An upgrade has no body");
  if (headers.get("sec-websocket-version") !== "13") {
    return { status: 426, reason: "The version of WebSocket here is 13" };
  }
  if (!KEY_REGEXP.test(headers.get("sec-websocket-key") ?? "")) {
    return bad("Sec-WebSocket-Key is missing or is no 16 bytes in Base64");
  }
  return undefined;
}

/**
 * Returns the URL of a request, if its target and `Host` are such that everybody
 * reads them alike (RFC 9112, section 3.2).
 *
 * @param target What stands in the request line.
 * @param hosts All `Host` headers.
 * @param options The version of HTTP, and whether the connection is encrypted.
 */
export function urlOf(
  target: string,
  hosts: string[],
  { httpVersion, secure }: { httpVersion: string; secure: boolean },
): string | undefined {
  // Only HTTP/1.0 may do without.
  const [host = httpVersion === "1.0" ? "localhost" : ""] = hosts;
  if (hosts.length > 1 || !HOST_REGEXP.test(host)) return undefined;
  const origin = `${secure ? "https" : "http"}://${host}`;
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target)?.[0];
  // A target with an authority of its own overrules `Host`: they may not differ.
  if (absolute && absolute.toLowerCase() !== origin.toLowerCase()) {
    return undefined;
  }
  let path = absolute ? target.slice(absolute.length) : target;
  if (absolute && !path.startsWith("/")) path = `/${path}`;
  if (!/^\/[!-~]*$/.test(path) || /[#\\]/.test(path)) return undefined;
  if (DOT_SEGMENT_REGEXP.test(path.split("?", 1)[0]!)) return undefined;
  return URL.canParse(origin + path) ? origin + path : undefined;
}
