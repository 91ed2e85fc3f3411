// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Rules: what a client may do under its name.
 *
 * @module
 */

/**
 * What the clients of some names may do. The first rule that names a client
 * decides; one that no rule names may answer, and nothing else. In all lists
 * `*` stands for any characters.
 *
 * @category Tokens and rules
 */
export interface Rule {
  /**
   * The names of the clients. `*` alone includes clients without a name, such
   * as a request over HTTP. With a token that may operate the hub, those may
   * ask everybody, and so may `hub call` and `hub inform`.
   */
  readonly names: readonly string[];
  /**
   * Whom they may ask: a list of names, or for each name its routes. The hub's
   * own routes, under the name `@hub`, have rights of their own.
   *
   * @default {[]}
   */
  readonly ask?:
    | readonly string[]
    | Readonly<Record<string, readonly string[]>>;
  /**
   * Whom they may inform by name.
   *
   * @default {[]}
   */
  readonly inform?: readonly string[];
  /**
   * Whether they may inform all at once.
   *
   * @default {false}
   */
  readonly broadcast?: boolean;
  /**
   * Whether they may see the clients, their traffic and the limits, even if
   * their token does not allow it.
   *
   * @default {false}
   */
  readonly watch?: boolean;
  /**
   * Whether they may disconnect clients, block names and drain the hub, even if
   * their token does not allow it.
   *
   * @default {false}
   */
  readonly operate?: boolean;
}
