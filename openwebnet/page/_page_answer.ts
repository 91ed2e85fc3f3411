// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { sleep } from "@wirekit/internal/clock";
import { readJson, refused, serveAsset } from "@wirekit/transport/pages";
import { OrderError } from "../plant/_orders.ts";
import { ASSETS } from "./_assets.ts";
import type { PageOrder, PageReport } from "../plant/_report.ts";

/**
 * Where the page of a plant gets what it shows, and leaves its orders.
 *
 * @category Page
 */
export interface PlantSource {
  /**
   * Waits for news.
   *
   * @param since The `now` of the last report; empty for everything.
   * @param signal Ends the wait.
   * @returns The news, or after a while a report without any. Rejects if there
   * will be none.
   */
  next(since: string, signal: AbortSignal): Promise<PageReport>;
  /**
   * Takes an order.
   *
   * @param order The order.
   * @returns Resolves when it is under way. Rejects with an `OrderError` or a
   * `SyntaxError` if it cannot be carried out.
   */
  order(order: PageOrder): Promise<void>;
}

/**
 * What goes on for longer than a request.
 *
 * @category Page
 */
export interface PageStay {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is told that a page reads reports. */
  opened?(): void;
  /** Is told that it does not any more. */
  closed?(): void;
}

/** The shortest time between two reports to a page, in milliseconds. */
const REPORT_INTERVAL = 50;

/** The largest order, in bytes. */
const MAX_ORDER_BYTES = 4_096;

/** The longest text of an order, in characters. */
const MAX_TEXT_CHARS = 1_024;

/**
 * Answers a request for the page of a plant, its data and its orders. Who may
 * ask has been decided before.
 *
 * @param request The request.
 * @param path Its path, seen from the page.
 * @param source Where the data come from.
 * @param stay What goes on for longer than a request.
 * @returns The answer; `undefined` if the request is for something else.
 *
 * @category Page
 */
export function answerPage(
  request: Request,
  path: string,
  source: PlantSource,
  stay: PageStay,
): Response | Promise<Response> | undefined {
  const { method } = request;
  if (path === "/api/events") {
    if (method !== "GET") return refused(405, "Use GET.", { allow: "GET" });
    return events(source, stay);
  }
  if (path === "/api/order") {
    if (method !== "POST") return refused(405, "Use POST.", { allow: "POST" });
    return order(request, source);
  }
  return undefined;
}

/**
 * Answers a request for a file of the page of a plant. These are no secret.
 *
 * @param request The request.
 * @param path Its path, seen from the page.
 * @returns The answer; `undefined` if the request is for something else.
 *
 * @category Page
 */
export function answerAsset(
  request: Request,
  path: string,
): Response | undefined {
  return serveAsset(request, ASSETS, path);
}

/** Sends reports, each when the last one has been read. */
function events(source: PlantSource, stay: PageStay): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const signal = AbortSignal.any([stay.signal, gone.signal]);
  let since = "";
  stay.opened?.();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        if (since !== "") await sleep(REPORT_INTERVAL, { signal });
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

async function order(
  request: Request,
  source: PlantSource,
): Promise<Response> {
  const body = await readJson(request, MAX_ORDER_BYTES);
  if (body instanceof Response) return body;
  const { plant, id, part, text } = Object(body) as Record<string, unknown>;
  const isText = (value: unknown): value is string =>
    typeof value === "string" && value.length <= MAX_TEXT_CHARS;
  if (!isText(plant) || !isText(id) || !isText(part) || !isText(text)) {
    return refused(400, "plant, id, part and text have to be texts.");
  }
  try {
    await source.order({ plant, id, part, text });
    return Response.json({ isTaken: true }, { status: 202 });
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof SyntaxError) return refused(400, message);
    if (error instanceof OrderError) return refused(409, message);
    return refused(502, message);
  }
}
