// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub tells of who calls whom, and by which routes.
 *
 * @module
 */
import type { Latency } from "./figures.ts";

/**
 * What one client has asked or told another, since the first of them came.
 *
 * @category Watching
 */
export interface EdgeReport {
  /** The name of the sender. */
  readonly from: string;
  /** The name of the receiver. */
  readonly to: string;
  /** Requests. */
  readonly requests: number;
  /** Requests that ended with an error. */
  readonly errors: number;
  /** Information that was for this receiver; that for all is not in it. */
  readonly informs: number;
}

/**
 * Who calls whom, or the part of it that has changed.
 *
 * @category Watching
 */
export interface EdgesReport {
  /** Whether these are all that are shown, and not only what has changed. */
  readonly full: boolean;
  /** How many edges there are, shown or not. */
  readonly total: number;
  /** Edges: of more than 5,000 the busiest. */
  readonly edges: readonly EdgeReport[];
}

/**
 * One route of a client, as seen from outside or announced.
 *
 * @category Watching
 */
export interface RouteReport {
  /** The name of the client. */
  readonly name: string;
  /** The route. */
  readonly route: string;
  /** Whether the client told of it. */
  readonly announced: boolean;
  /** What the client says that it does. */
  readonly description?: string;
  /** How often it was asked for; about so often, if the hub is busy. */
  readonly count: number;
  /** How often that ended with an error. */
  readonly errors: number;
  /** How long the answers took, of late. */
  readonly latency: Latency;
  /** When it was last asked for, in milliseconds since 1970, if it ever was. */
  readonly last?: number;
}

/**
 * A request without its answer yet.
 *
 * @category Watching
 */
export interface OpenRequestReport {
  /** The name of the requester. */
  readonly from: string;
  /** The name of the responder. */
  readonly to: string;
  /** The route; a busy hub knows that of a sample only. */
  readonly route?: string;
  /** When it was asked, to the second, in milliseconds since 1970. */
  readonly since: number;
  /** When the hub gives it up, as `since`; missing if never. */
  readonly expires?: number;
}

/**
 * The requests without an answer yet.
 *
 * @category Watching
 */
export interface OpenReport {
  /** How many there are, shown or not. */
  readonly total: number;
  /** Requests: of more than 500 the oldest. */
  readonly open: readonly OpenRequestReport[];
}
