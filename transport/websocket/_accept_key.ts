// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The text that is appended to every key (RFC 6455, section 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Returns the answer of a server to the key of a client. */
export async function acceptKey(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key + GUID);
  const hash = await crypto.subtle.digest("SHA-1", bytes);
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}
