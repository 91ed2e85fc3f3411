// Copyright 2026 the Wirekit authors. MIT license.

import { checkFirst } from "../_first_bytes.ts";
import type { Framer } from "../stream/framer.ts";
import { CloseError } from "../transport.ts";

/** How an HTTP request begins: a method, and what it is for. */
const REQUEST_REGEXP = /^[A-Z]{3,10} (?:\/|\*|https?:)/;

/**
 * Makes a framer refuse a client whose first bytes are an HTTP request. A web
 * page can post to any port of this machine, and could send as many lines as it
 * likes.
 */
export function refuseHttp<T>(framer: Framer<T>): Framer<T> {
  return checkFirst(
    framer,
    (text) =>
      REQUEST_REGEXP.test(text)
        ? new CloseError(1002, {
          reason: "HTTP, expected lines",
          cause: new Error("it spoke HTTP, as a web page or a browser does"),
        })
        : undefined,
  );
}
