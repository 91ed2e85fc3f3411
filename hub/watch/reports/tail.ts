// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub tells of single messages: the live tail.
 *
 * @module
 */

/**
 * One message as the live tail shows it; a request and its answer are one.
 *
 * @category Watching
 */
export interface TailReport {
  /** Tells it from all others. */
  readonly id: number;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  /** What it is. */
  readonly kind: "request" | "inform";
  /** The name of the sender; empty if it has none. */
  readonly from: string;
  /** The name of the receiver; none for information to several. */
  readonly to?: string;
  /** How many were sent the information. */
  readonly receivers?: number;
  /** The route of a request. */
  readonly route?: string;
  /** How large it is, in bytes. */
  readonly bytes: number;
  /** How large the answer is, in bytes. */
  readonly answerBytes?: number;
  /** How long the answer took, in milliseconds. */
  readonly took?: number;
  /** How a request ended. */
  readonly outcome?: "answer" | "error" | "failure";
  /** Why it failed, if the hub says so. */
  readonly reason?: string;
  /**
   * The data as JSON text, only for readers that asked for it. Of a long one
   * the first 65,536 characters.
   */
  readonly data?: string;
  /** The data of the answer, as of `data`. */
  readonly answer?: string;
  /** The hub of the cluster where the sender is; missing without a cluster. */
  readonly node?: string;
  /** The hub of the receiver, if that is another one. */
  readonly toNode?: string;
}

/**
 * Rows of the live tail.
 *
 * @category Watching
 */
export interface TailBatch {
  /** The rows, the oldest first. */
  readonly rows: readonly TailReport[];
  /** How many other messages there were. */
  readonly left: number;
  /**
   * The hubs of the cluster that do not tell of their messages now, if there are
   * others than before.
   */
  readonly silent?: readonly string[];
}
