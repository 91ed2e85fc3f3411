// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub has measured: messages, times, and the last ten minutes.
 *
 * All numbers count from the start of the hub unless they say otherwise; a
 * reader makes rates of two reports. Times are milliseconds since 1970.
 *
 * @module
 */

/**
 * What a hub has passed on.
 *
 * @category Watching
 */
export interface Traffic {
  /** Requests. */
  readonly requests: number;
  /** Requests that ended with an error, of the responder or of the hub. */
  readonly errors: number;
  /** Information, as often as it was sent. */
  readonly informs: number;
  /** Bytes that came in. */
  readonly bytesIn: number;
  /** Bytes that went out. */
  readonly bytesOut: number;
}

/**
 * What one client has sent, or was sent.
 *
 * @category Watching
 */
export interface ClientTraffic {
  /** Requests. */
  readonly requests: number;
  /**
   * Those of these requests that ended with an error, of the responder or of
   * the hub.
   */
  readonly errors: number;
  /** Information. */
  readonly informs: number;
  /** Messages of all kinds; 0 if its door does not count them. */
  readonly messages: number;
  /** Their bytes. */
  readonly bytes: number;
}

/**
 * How long something took, in milliseconds, over the last ten seconds. A busy
 * hub measures a sample; each of it counts for those that were passed over.
 *
 * @category Watching
 */
export interface Latency {
  /** How many there were. */
  readonly count: number;
  /** Half took no longer. */
  readonly p50: number;
  /** 95 of 100 took no longer. */
  readonly p95: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
}

/**
 * A hub in the last ten minutes: of each number a list, a value a second, the
 * oldest first. While nobody is connected there are none.
 *
 * @category Watching
 */
export interface HistoryReport {
  /** The time, in milliseconds since 1970. */
  readonly at: readonly number[];
  /** Clients that have a name. */
  readonly clients: readonly number[];
  /** Requests within the second. */
  readonly requests: readonly number[];
  /** Information within the second, as often as it was sent. */
  readonly informs: readonly number[];
  /** Requests that ended with an error within the second. */
  readonly errors: readonly number[];
  /** How long half of the answers took at most. */
  readonly p50: readonly number[];
  /** How long 99 of 100 answers took at most. */
  readonly p99: readonly number[];
  /** How late the event loop was. */
  readonly lag: readonly number[];
}
