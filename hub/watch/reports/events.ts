// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What a hub tells those who watch it, as it happens.
 *
 * @module
 */
import type { EdgesReport, OpenReport } from "./calls.ts";
import type { ClientsReport, PresenceBatch } from "./clients.ts";
import type { ElsewhereReport } from "./cluster.ts";
import type { HubReport, Problem } from "./hub.ts";
import type { TailBatch } from "./tail.ts";

/**
 * What `GET /api/events` sends: by the name of an event, the JSON of its data.
 *
 * @category Watching
 */
export interface WatchEvents {
  /** Once a second. */
  report: HubReport;
  /**
   * Once a second; of very many clients as seldom as it takes not to spend more
   * than about a hundredth of the hub's time on it, but every three seconds.
   */
  clients: ClientsReport;
  /** With `clients`. */
  edges: EdgesReport;
  /** With `clients`. */
  open: OpenReport;
  /**
   * Up to five times a second, up to 50 rows, in a cluster 50 more of the other
   * hubs; with `?tail=1` or `?name=`.
   */
  tail: TailBatch;
  /** Up to five times a second. */
  presence: PresenceBatch;
  /** When a problem is first seen. */
  problem: Problem;
  /** Every other second, in a cluster only. */
  elsewhere: ElsewhereReport;
}
