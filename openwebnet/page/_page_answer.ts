// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  type PageStay,
  readJson,
  refused,
  sendReports,
  serveAsset,
} from "@wirekit/transport/pages";
import { OrderError } from "../plant/_orders.ts";
import { ASSETS } from "./_assets.ts";
import type { PageOrder, PageReport } from "../plant/_report.ts";

export type { PageStay };

/**
 * Where the page of a plant gets what it shows, and leaves its orders.
 *
 * @category Page
 */
export interface PlantSource {
  /**
   * Waits for a change.
   *
   * @param since The `now` of the last report; empty for everything.
   * @param signal Ends the wait.
   * @returns What has changed; after a while, a report without changes. Rejects
   * if nothing will change any more.
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

/** The largest order, in bytes. */
const MAX_ORDER_BYTES = 4_096;

/** The longest text of an order, in characters. */
const MAX_TEXT_CHARS = 1_024;

/**
 * Answers a request for the page of a plant, its data and its orders. The caller
 * decides before who may ask.
 *
 * @param request The request.
 * @param path Its path, relative to the page.
 * @param source Where the data come from.
 * @param stay What ends a stream of reports, and what to call at its start and
 * its end.
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
    return sendReports(source, stay);
  }
  if (path === "/api/order") {
    if (method !== "POST") return refused(405, "Use POST.", { allow: "POST" });
    return order(request, source);
  }
  return undefined;
}

/**
 * Answers a request for a file of the page of a plant. The files hold nothing
 * secret, so they need no sign-in.
 *
 * @param request The request.
 * @param path Its path, relative to the page.
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
