// Copyright 2026 the Wirekit authors. MIT license.

import { isName } from "../_messages.ts";

const encoder = new TextEncoder();

/** What most names are, as JSON texts: one letter a byte, and no escapes. */
const PLAIN = /^"[ !#-[\]-~]{1,256}"$/;

/** Returns the key of a name: names may hold anything, keys and subjects not. */
export function keyOf(name: string): string {
  const bytes = encoder.encode(name);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns the name that has a key; nothing if it is the key of none. */
export function nameOf(key: string): string | undefined {
  try {
    const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
    if (PLAIN.test(text)) return text;
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return isName(name) ? name : undefined;
  } catch {
    return undefined; // It is not ours.
  }
}
