// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What participants tell of their routes.
 *
 * @module
 */

/**
 * What a participant tells of one of its routes.
 *
 * @category Participants and doors
 */
export interface RouteInfo {
  /** What it does, in words. */
  readonly description?: string;
  /** The JSON Schema of its data. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** The JSON Schema of its result. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Whether it changes nothing. */
  readonly readOnly?: boolean;
}

/**
 * A route that is known.
 *
 * @category Participants and doors
 */
export interface KnownRoute extends RouteInfo {
  /** The name of the participant. */
  readonly name: string;
  /** The route. */
  readonly route: string;
  /** Whether the participant told of it; otherwise it once answered. */
  readonly announced: boolean;
}
