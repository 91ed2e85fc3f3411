// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Says whether a text is meant. */
export type Matcher = (text: string) => boolean;

/**
 * Makes a matcher of patterns: `*` stands for any characters, also none, and
 * everything else for itself. The time is linear in the length of the text
 * for each star, whatever a stranger calls itself.
 */
export function matcherOf(patterns: readonly string[]): Matcher {
  const exact = new Set(patterns.filter((each) => !each.includes("*")));
  const open = patterns.filter((each) => each.includes("*"))
    .map((each) => each.split("*"));
  if (open.some((parts) => parts.every((part) => part === ""))) {
    return () => true;
  }
  return (text) => exact.has(text) || open.some((parts) => fits(text, parts));
}

/** Whether a text is these parts with anything in between. */
function fits(text: string, parts: readonly string[]): boolean {
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/**
 * Returns whether a name is one that the commands `hub list`, `hub call` and the
 * like take for one call: then the rights of their token count, as they do for a
 * request over HTTP.
 */
export function isToolName(name: string): boolean {
  return /^hub-[\da-f]{8}$/.test(name);
}
