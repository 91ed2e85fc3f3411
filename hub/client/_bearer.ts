// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Returns the subprotocols by which a page sends a token. */
export function bearer(token: string): string[] {
  // With the characters that a subprotocol may have.
  const text = encodeURIComponent(token).replace(
    /[()]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return ["winerp", `bearer.${text}`];
}
