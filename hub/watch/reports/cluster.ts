// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub tells of the other hubs of its cluster.
 *
 * @module
 */
import type { EdgeReport } from "./calls.ts";
import type { ClientReport } from "./clients.ts";

/**
 * The cluster that a hub is part of.
 *
 * @category Watching
 */
export interface ClusterReport {
  /** Whether the other hubs can be reached. */
  readonly state: "open" | "waiting" | "fenced" | "closed";
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** Why they cannot be reached, or what the engine refuses, if so. */
  readonly reason?: string;
  /** The engine that joins them: its version and address. */
  readonly engine?: string;
  /** Its hubs. */
  readonly nodes: readonly NodeReport[];
  /** How many names other hubs have. */
  readonly namesElsewhere: number;
  /** Whether some are missing, because this hub still reads who has which. */
  readonly reading?: boolean;
}

/**
 * One hub of a cluster.
 *
 * @category Watching
 */
export interface NodeReport {
  /** Its id: another one after each start. */
  readonly id: string;
  /** What people call it; with the end of the id if others have the same. */
  readonly label: string;
  /** When it was started, in milliseconds since 1970. */
  readonly since: number;
  /** Whether it is the hub that says so. */
  readonly here: boolean;
  /**
   * What it last said of itself, some seconds ago: `clients`; `requests`,
   * `informs` and `errors` since its start; and the means of the last seconds,
   * `requestsPerSecond`, `informsPerSecond` and `errorsPerSecond`. A request
   * between two hubs counts at both.
   */
  readonly figures: Readonly<Record<string, number>>;
  /**
   * There if it gives no sign of life any more: after how many milliseconds its
   * names are free, if it gives none.
   */
  readonly endsIn?: number;
}

/**
 * Clients of the other hubs of a cluster.
 *
 * @category Watching
 */
export interface ElsewhereReport {
  /** How many names the other hubs have. */
  readonly total: number;
  /** Clients: up to 500. */
  readonly clients: readonly ClientReport[];
  /** Whom clients there call: the busiest 500. */
  readonly edges: readonly EdgeReport[];
  /** The hubs that did not say who is there. */
  readonly silent: readonly string[];
}
