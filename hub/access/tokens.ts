// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Tokens: the secrets that let clients into a hub, and what each allows.
 *
 * @module
 */

/**
 * What a token may allow besides names.
 *
 * @category Tokens and rules
 */
export type Right = "watch" | "operate";

/**
 * A token, and what it allows. It is given as it is, or as its SHA-256: a
 * random token of 256 bits cannot be guessed, so its hash needs to be neither
 * slow nor salted, as that of a password would.
 *
 * @category Tokens and rules
 */
export interface Token {
  /** What it is called in logs and on the hub's page. */
  readonly label: string;
  /** The token itself. */
  readonly token?: string;
  /** Its SHA-256 instead, in hexadecimal. */
  readonly sha256?: string;
  /**
   * The names that its clients may take: `*` stands for any characters.
   *
   * @default {[]}
   */
  readonly names?: readonly string[];
  /**
   * `"watch"` lets its owner see the clients, their traffic and the limits, at
   * the hub's page, over HTTP, and with `hub list`, `hub top`, `hub tail` and
   * `hub watch`, for which it needs no `names`. `"operate"` also lets its owner
   * disconnect clients, block names and drain the hub.
   *
   * @default {[]}
   */
  readonly rights?: readonly Right[];
  /**
   * When it ends, such as `"2027-01-31"` or `"2027-01-31T12:00:00Z"`.
   *
   * @default Never.
   */
  readonly expires?: string;
}
