// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What an exchange counts.
 *
 * @module
 */

/**
 * What an exchange has passed on so far.
 *
 * @category Watching
 */
export interface Totals {
  /** Requests. */
  readonly requests: number;
  /** Requests that ended with a result. */
  readonly answers: number;
  /** Requests that ended with an error of their responder. */
  readonly errors: number;
  /** Requests that the exchange ended: nobody answered them. */
  readonly failures: number;
  /** Requests whose requester left, or no longer wanted the answer. */
  readonly abandoned: number;
  /** Information, as often as it was sent. */
  readonly informs: number;
  /** Information, as often as somebody was sent it. */
  readonly told: number;
  /** Of the requests and information, how much came from other nodes. */
  readonly fromElsewhere: number;
}
