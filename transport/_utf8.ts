// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { allocate } from "@wirekit/internal/allocate";
import { CloseError } from "./transport.ts";

export { exceeds } from "./reading/_size.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER = new TextEncoder();

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

/** Encodes text as UTF-8. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  // Most texts are ASCII, and get room for that at a third of the cost.
  const bytes = allocate(text.length);
  const { read } = ENCODER.encodeInto(text, bytes);
  return read === text.length ? bytes : ENCODER.encode(text);
}
