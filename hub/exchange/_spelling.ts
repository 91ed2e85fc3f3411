// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Returns the one JSON text by which a name is known, however it was escaped.
 * A name is a string, as people use it, or a number or boolean, which a real
 * server takes too.
 *
 * @param text A JSON value.
 * @returns The text; `undefined` if the value is no name.
 */
export function canonicalName(text: string): string | undefined {
  const first = text[0];
  if (first === '"') {
    return text.includes("\\") ? JSON.stringify(JSON.parse(text)) : text;
  }
  return first === "{" || first === "[" || first === "n" ? undefined : text;
}

/**
 * Returns the one text by which a value is known, however it was written: `2.0`
 * is 2, and a string is the same with and without escapes.
 *
 * @param text A JSON value.
 * @returns The text.
 */
export function canonicalValue(text: string): string {
  const first = text.charCodeAt(0);
  if (first === 0x22) {
    return text.includes("\\") ? JSON.stringify(JSON.parse(text)) : text;
  }
  if (first === 0x7b || first === 0x5b) return JSON.stringify(JSON.parse(text));
  return /[.eE]/.test(text) ? String(Number(text)) : text;
}
