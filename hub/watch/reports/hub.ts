// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub reports on itself: to its page, to `@hub`, to the commands that
 * watch it, and to metrics.
 *
 * @module
 */
import type { ClusterReport } from "./cluster.ts";
import type { Latency, Traffic } from "./figures.ts";

/**
 * A hub, now.
 *
 * @category Watching
 */
export interface HubReport {
  /** The version of the hub. */
  readonly version: string;
  /** When it was started, in milliseconds since 1970. */
  readonly since: number;
  /** When this was written, in milliseconds since 1970. */
  readonly at: number;
  /** Where it listens. */
  readonly urls: readonly string[];
  /** Who may connect: this machine, owners of a token, or as rules say. */
  readonly lock: "open" | "token" | "rules";
  /** How it is. */
  readonly health: "good" | "warning" | "bad" | "draining";
  /** What is wrong, worst first. */
  readonly problems: readonly Problem[];
  /** The protocols that its clients may speak, such as `"winerp"`. */
  readonly protocols: readonly string[];
  /** Other pages of this hub: their titles, and where they are. */
  readonly pages: readonly { readonly title: string; readonly path: string }[];
  /** What it has passed on. */
  readonly traffic: Traffic;
  /** From a request to its answer, as the hub sees it. */
  readonly roundTrip: Latency;
  /** How long the hub takes to pass a request on. */
  readonly hubTime: Latency;
  /** How late the hub's event loop is, in milliseconds: now, and worst. */
  readonly lag: { readonly now: number; readonly worst: number };
  /**
   * How many clients have a name, wait for one, have none yet, and are to have
   * none.
   */
  readonly clients: {
    readonly active: number;
    readonly held: number;
    readonly unverified: number;
    readonly nameless: number;
  };
  /** How many requests are not answered yet. */
  readonly open: number;
  /** The names that nobody may take, and until when. */
  readonly blocked: readonly {
    readonly name: string;
    readonly until: number;
  }[];
  /** Until when messages are recorded with their payloads. */
  readonly recordingPayloadsUntil?: number;
  /** The cluster that it is part of. */
  readonly cluster?: ClusterReport;
  /** Its limits. */
  readonly limits: readonly LimitReport[];
}

/**
 * Something that an operator should do.
 *
 * @category Watching
 */
export interface Problem {
  /** Tells it from others, and stays the same while it lasts. */
  readonly id: string;
  /** How bad it is. */
  readonly severity: "warning" | "error";
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** How often it was seen. */
  readonly count: number;
  /** What is wrong, in one sentence. */
  readonly text: string;
  /** What to do, in one sentence. */
  readonly cure: string;
}

/**
 * A limit, and how near the hub came to it.
 *
 * @category Watching
 */
export interface LimitReport {
  /** Its option, such as `"maxConnections"`. */
  readonly option: string;
  /** Its value; `null` if there is no limit. */
  readonly limit: number | null;
  /** What it is unless somebody sets it; `null` if there is no limit then. */
  readonly default: number | null;
  /** The highest value so far. */
  readonly peak: number;
  /** The value now. */
  readonly now: number;
  /** How often it was reached. */
  readonly hits: number;
}
