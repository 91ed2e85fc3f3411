// Copyright 2026 the Wirekit authors. MIT license.

import { shownUrl } from "@wirekit/internal/errors";

/** A part of a path that looks like no token: `login`, `hub`, `v2`. */
const WORD_REGEXP = /^([a-z][a-z_-]{0,11}|v\d{1,2})$/;

/**
 * Says where a redirect leads, without what may be secret there: what the URL
 * that was used has in its path, and what looks like a token.
 *
 * @param location The redirect.
 * @param href The URL that was used.
 */
export function adviceFor(location: string, href: string): string {
  const from = URL.parse(href.replace(/^ws/i, "http"));
  const to = from && URL.parse(location.replace(/^ws/i, "http"), from.href);
  if (!from || !to || !/^https?:$/.test(to.protocol)) {
    return `It sends to "${shownUrl(location)}": connect there`;
  }
  const place = `${to.protocol.replace("http", "ws")}//${to.host}`;
  const used = from.pathname;
  const path = to.pathname;
  if (path === `${used}/` && to.origin === from.origin) {
    return 'It sends to the same address with "/" at the end of its path: ' +
      "connect there";
  }
  if (path === used && used !== "/" && to.origin !== from.origin) {
    return `It sends to the same path at "${place}": connect there`;
  }
  const known = new Set(used.split("/"));
  const shown = path.split("/").map((part) =>
    part === "" || WORD_REGEXP.test(part) && !known.has(part) ? part : "…"
  ).join("/");
  return `It sends to "${place}${shown === "/" ? "" : shown}": connect there`;
}
