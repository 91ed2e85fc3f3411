// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The longest text that is tried as a token: a longer one costs no more. */
export const MAX_TOKEN_LENGTH = 1_024;

/** What no header carries: control characters, and letters beyond Latin-1. */
const UNSENDABLE_REGEXP = /[^ -~\xa0-\xff]/;

/**
 * Returns what is wrong with a token that a server is to ask for, without the
 * token: one that no program can show would keep everybody out.
 *
 * @category Pages
 */
export function tokenFault(token: string): string | undefined {
  if (token === "") return "is empty";
  if (token.length > MAX_TOKEN_LENGTH) {
    return `is longer than ${MAX_TOKEN_LENGTH} characters`;
  }
  if (UNSENDABLE_REGEXP.test(token)) {
    return "has a character that no header carries, such as a line break, a " +
      "tab or a letter beyond Latin-1";
  }
  if (token.trim() !== token) return "begins or ends with a space";
  return undefined;
}
