// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";
import { Scanner } from "../exchange/scan/_scan.ts";
import type { Order } from "./host/_actions.ts";

/** The largest body: a message as large as a stock client takes, as a text. */
const MAX_BYTES = 8 * 1024 * 1024;

/** How long a body may take, in milliseconds. */
const PATIENCE = 30_000;

/** Reports that a body is not what it has to be. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads the body of a request: a JSON object. */
export async function readOrder(request: Request): Promise<Order> {
  const type = request.headers.get("content-type") ?? "";
  // No page of another origin can send this type without being allowed to.
  if (!/^application\/json *(;|$)/i.test(type)) {
    throw new BodyError(415, "The body has to be application/json.");
  }
  const late = () => new BodyError(408, "The body took too long.");
  const text = await within(readText(request), PATIENCE, late);
  let order: unknown;
  try {
    order = JSON.parse(text);
  } catch {
    throw new BodyError(400, "The body is not JSON.");
  }
  if (order !== null && typeof order === "object" && !Array.isArray(order)) {
    return order as Order;
  }
  throw new BodyError(400, "The body has to be an object.");
}

async function readText({ body }: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw new BodyError(413, `The body is over ${MAX_BYTES} bytes.`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Checks a text that is to be sent as data: JSON that every client can read. */
export function textOfJson(value: unknown): string {
  if (typeof value !== "string") {
    throw new BodyError(400, "data has to be a text: the JSON to send.");
  }
  const bytes = new TextEncoder().encode(value);
  const scanner = new Scanner();
  try {
    const start = scanner.skipWhite(bytes, 0);
    const end = scanner.skipValue(bytes, start, 1);
    if (scanner.skipWhite(bytes, end) === bytes.length) return value.trim();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BodyError(400, `data is not JSON: ${error.message}`);
  }
  throw new BodyError(400, "data is not JSON: there is more after its end.");
}
