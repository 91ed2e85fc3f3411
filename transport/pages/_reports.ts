// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { sleep } from "@wirekit/internal/clock";

/** The shortest time between two reports to a page, in milliseconds. */
const INTERVAL = 50;

/**
 * The source of the reports that a page shows.
 *
 * @category Pages
 */
export interface ReportSource {
  /**
   * Waits for a change.
   *
   * @param since The `now` of the last report; empty for everything.
   * @param signal Ends the wait.
   * @returns What has changed; after a while, a report without changes. Rejects
   * if nothing will change any more.
   */
  next(since: string, signal: AbortSignal): Promise<{ readonly now: string }>;
}

/**
 * How a stream of reports begins and ends.
 *
 * @category Pages
 */
export interface PageStay {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called when a page begins to read reports. */
  opened?(): void;
  /** Called when it has stopped reading them. */
  closed?(): void;
}

/**
 * Sends reports to a page as events, each when the page has taken the last one.
 *
 * @param source Where they come from.
 * @param stay How long.
 * @returns The answer, whose body ends with the stay.
 *
 * @category Pages
 */
export function sendReports(source: ReportSource, stay: PageStay): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const signal = AbortSignal.any([stay.signal, gone.signal]);
  let since = "";
  stay.opened?.();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        if (since !== "") await sleep(INTERVAL, { signal });
        const report = await source.next(since, signal);
        since = report.now;
        const text = `event: report\ndata: ${JSON.stringify(report)}\n\n`;
        controller.enqueue(encoder.encode(text));
      } catch {
        if (gone.signal.aborted) return;
        stay.closed?.();
        controller.close();
      }
    },
    cancel() {
      stay.closed?.();
      gone.abort();
    },
  }, { highWaterMark: 1 });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      // Else nginx keeps the end of a report until the next one.
      "x-accel-buffering": "no",
    },
  });
}
