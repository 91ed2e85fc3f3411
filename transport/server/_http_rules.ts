// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Checks a request by RFC 9110, RFC 9112 and RFC 6455 before it is handed out.
 */

/** Advice on what a proxy has to pass on. */
const PROXY_ADVICE =
  "If a proxy stands in front of this server, it has to pass the upgrade on: " +
  "HTTP/1.1 with `Upgrade: websocket` and `Connection: Upgrade` (nginx: " +
  "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; " +
  'proxy_set_header Connection "upgrade";)';

/** A name or address and a port (RFC 9110, section 7.2), never empty. */
const HOST_REGEXP =
  /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(:[0-9]*)?$/;

/** `.` and `..` as a segment of a path, also with escaped dots. */
const DOT_SEGMENT_REGEXP = /\/(\.|%2e){1,2}(\/|\?|$)/i;

/** The form of the key of a WebSocket client. */
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

/** Something with headers to look up, such as `Headers`. */
export interface HeaderLookup {
  /** Returns the value of a header, by its name in lower case. */
  get(name: string): string | null | undefined;
}

/**
 * Returns whether a request offers WebSocket among its upgrades, valid or not.
 */
export function offersWebSocket(upgrade: string | null | undefined): boolean {
  return includes(upgrade, "websocket");
}

/** Returns whether a request asks for a WebSocket, valid or not. */
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
  /** What is wrong, for the client and the log. */
  reason: string;
}

/**
 * Checks an upgrade by RFC 6455, section 4.2.1. Returns what is wrong with it.
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
  if (method !== "GET") return bad("The method of an upgrade must be GET");
  if (
    headers.get("transfer-encoding") ||
    !/^0*$/.test(headers.get("content-length") ?? "")
  ) return bad("An upgrade must not have a body");
  if (headers.get("sec-websocket-version") !== "13") {
    return { status: 426, reason: "The version of WebSocket must be 13" };
  }
  if (!KEY_REGEXP.test(headers.get("sec-websocket-key") ?? "")) {
    return bad("Sec-WebSocket-Key is missing or is not 16 bytes in Base64");
  }
  return undefined;
}

/**
 * Returns the URL of a request, if its target and `Host` are unambiguous (RFC
 * 9112, section 3.2).
 *
 * @param target The target in the request line.
 * @param hosts All `Host` headers.
 * @param options The version of HTTP, and whether the connection is encrypted.
 */
export function urlOf(
  target: string,
  hosts: string[],
  { httpVersion, secure }: { httpVersion: string; secure: boolean },
): string | undefined {
  // Only HTTP/1.0 allows a request without `Host`.
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
