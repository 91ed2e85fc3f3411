// Copyright 2026 the Wirekit authors. MIT license.

import { checkFirst } from "../_first_bytes.ts";
import type { Framer } from "../stream/framer.ts";
import { CloseError } from "../transport.ts";

/** A TLS alert, which is the answer of a server of TLS to anything else. */
// deno-lint-ignore no-control-regex
const ALERT_REGEXP = /^\x15\x03[\0-\x04]\0\x02[\x01\x02]/;

/**
 * Makes a framer of lines say what a server speaks that speaks something else.
 *
 * @param framer The framer of a new connection.
 * @param scheme How to reach a server of HTTP there, if there is a URL for it.
 */
export function explainOthers<T>(
  framer: Framer<T>,
  scheme?: "ws:" | "wss:",
): Framer<T> {
  // It is for lines of JSON: somebody's own may be for HTTP.
  if (!framer.last) return framer;
  return checkFirst(framer, (text) => {
    if (scheme === "ws:" && ALERT_REGEXP.test(text)) {
      const reason = "the server speaks TLS on this port. Connect by tls:";
      return new CloseError(1002, { reason });
    }
    if (!text.startsWith("HTTP/1.")) return undefined;
    const advice = scheme ? ` on this port. Connect by ${scheme}` : "";
    return new CloseError(1002, { reason: `the server speaks HTTP${advice}` });
  });
}
