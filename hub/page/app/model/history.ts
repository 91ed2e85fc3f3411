// Copyright 2026 the Wirekit authors. MIT license.

/** The last seconds of the hub, as the tiles draw them. */
import type { HistoryReport } from "../../../watch/reports/figures.ts";
import type { HubReport } from "../../../watch/reports/hub.ts";

/** How many seconds are kept. */
export const HISTORY = 600;

/** From how many seconds on a line is not drawn through. */
const GAP = 5;

/** The lines of the tiles. */
export type Line =
  | "clients"
  | "requests"
  | "informs"
  | "p50"
  | "p99"
  | "errors"
  | "lag";

const LINES = [
  "at",
  "clients",
  "requests",
  "informs",
  "p50",
  "p99",
  "errors",
  "lag",
] as const satisfies readonly (Line | "at")[];

/** The last seconds, oldest first; nothing where the page was not open. */
export type Lines = { at: number[] } & Record<Line, (number | null)[]>;

/** Remembers the last seconds. */
export class History {
  /** What the tiles draw. */
  readonly lines: Lines = {
    at: [],
    clients: [],
    requests: [],
    informs: [],
    p50: [],
    p99: [],
    errors: [],
    lag: [],
  };

  /** Adds a report, with what has happened since the last one. */
  add(last: HubReport, report: HubReport): void {
    const seconds = (report.at - last.at) / 1000;
    const rate = (key: "requests" | "informs" | "errors") =>
      Math.max(0, (report.traffic[key] - last.traffic[key]) / seconds);
    const now: Record<Line, number> = {
      clients: report.clients.active,
      requests: rate("requests"),
      informs: rate("informs"),
      errors: rate("errors"),
      p50: report.roundTrip.p50,
      p99: report.roundTrip.p99,
      lag: report.lag.now,
    };
    this.#push(report.at / 1000, (line) => now[line]);
  }

  /** Adds what has passed while the page was not open. */
  recall(past: HistoryReport): void {
    const known = { ...this.lines };
    for (const line of LINES) this.lines[line] = [];
    const add = (at: number, value: (line: Line) => number | null) => {
      const last = this.lines.at.at(-1) ?? at;
      if (at - last > GAP) this.#push(last + 1, () => null);
      this.#push(at, value);
    };
    past.at.forEach((at, i) => add(at / 1000, (line) => past[line][i] ?? null));
    const end = this.lines.at.at(-1) ?? 0;
    known.at.forEach((at, i) => {
      if (at > end) add(at, (line) => known[line][i] ?? null);
    });
  }

  #push(at: number, value: (line: Line) => number | null): void {
    for (const line of LINES) {
      const values: (number | null)[] = this.lines[line];
      values.push(line === "at" ? at : value(line));
      if (values.length > HISTORY) values.shift();
    }
  }
}
