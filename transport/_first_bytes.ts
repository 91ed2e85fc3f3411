// Copyright 2026 the Wirekit authors. MIT license.

import type { Framer } from "./stream/framer.ts";
import type { CloseError } from "./transport.ts";

/**
 * Makes a framer refuse a peer that speaks another protocol, as its first bytes
 * show.
 *
 * @param framer A framer that has read nothing yet.
 * @param faultOf Returns why a peer with this text is refused, one character a
 * byte.
 */
export function checkFirst<T>(
  framer: Framer<T>,
  faultOf: (text: string) => CloseError | undefined,
): Framer<T> {
  const { decode } = framer;
  framer.decode = (chunk) => {
    // What it was. To delete this one would make all else of the framer slow.
    framer.decode = decode;
    const fault = faultOf(String.fromCharCode(...chunk.subarray(0, 20)));
    if (fault) throw fault;
    return framer.decode(chunk);
  };
  return framer;
}
