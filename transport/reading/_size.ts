// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Returns whether text is longer than `max` bytes in UTF-8. */
export function exceeds(text: string, max: number): boolean {
  if (text.length > max) return true;
  // A UTF-16 code unit has at most three bytes: few texts have to be encoded.
  if (text.length * 3 <= max) return false;
  return new TextEncoder().encode(text).length > max;
}
