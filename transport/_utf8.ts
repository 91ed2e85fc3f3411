// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { CloseError } from "./transport.ts";

export { encodeText } from "@wirekit/internal/bytes";
export { exceeds } from "./reading/_size.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes UTF-8; throws a {@linkcode CloseError} 1007 if it is not valid. */
export function decodeText(bytes: Uint8Array): string {
  // In a third of the time. What is not UTF-8 becomes U+FFFD.
  const text = LENIENT.decode(bytes);
  if (!text.includes("\ufffd")) return text;
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    throw new CloseError(1007, { reason: "not valid UTF-8", cause });
  }
}
