// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { HistoryReport, Traffic } from "../reports/figures.ts";

/** How many seconds are kept. */
const KEPT = 600;

/** What a second of it is made of: totals become what was added to them. */
export type Moment =
  & Pick<Traffic, "requests" | "informs" | "errors">
  & { readonly clients: number; readonly lag: number }
  & { readonly p50: number; readonly p99: number };

/** The last ten minutes in numbers, one row a second. */
export class History {
  #rows: (Moment & { readonly at: number })[] = [];
  #last: Moment | undefined;

  /** Ends a second. */
  tick(moment: Moment): void {
    const last = this.#last ?? moment;
    this.#last = moment;
    this.#rows.push({
      ...moment,
      at: Date.now(),
      requests: moment.requests - last.requests,
      informs: moment.informs - last.informs,
      errors: moment.errors - last.errors,
    });
    // All at once, so that not all rows move each second.
    if (this.#rows.length > 2 * KEPT) this.#rows = this.#rows.slice(-KEPT);
  }

  /** The rows, column by column. */
  report(): HistoryReport {
    const rows = this.#rows.slice(-KEPT);
    return {
      at: rows.map(({ at }) => at),
      clients: rows.map(({ clients }) => clients),
      requests: rows.map(({ requests }) => requests),
      informs: rows.map(({ informs }) => informs),
      errors: rows.map(({ errors }) => errors),
      p50: rows.map(({ p50 }) => p50),
      p99: rows.map(({ p99 }) => p99),
      lag: rows.map(({ lag }) => lag),
    };
  }
}
