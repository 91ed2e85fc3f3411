// Copyright 2026 the Wirekit authors. MIT license.

/** What all doors over HTTP share. */

import { type Fault, fault, JsonSlice } from "@wirekit/hub/hub";
import type { Trouble } from "./_guest.ts";
import { httpErrorOf, statusOf, unreadable } from "./_trouble.ts";

const encoder = new TextEncoder();

/** A response that says why there is no result. */
export function refusal(trouble: Trouble): Response {
  return json(`{"error":${httpErrorOf(trouble)}}`, statusOf(trouble));
}

/** A response with a JSON text. */
export function json(text: string, status = 200): Response {
  const body = encoder.encode(text);
  const headers = {
    "content-type": "application/json",
    "content-length": `${body.length}`,
  };
  return new Response(body, { status, headers });
}

/** Whether the body is said to be JSON, which no form of a page can say. */
export function saysJson({ headers }: Request): boolean {
  const type = headers.get("content-type") ?? "";
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type);
}

/**
 * Reads the body of a request, which has to be said to be JSON. It gives the
 * response that refuses it, if it is too large or no UTF-8.
 */
export async function readBody(
  request: Request,
  max: number,
): Promise<Uint8Array | Response> {
  if (!saysJson(request)) {
    await request.body?.cancel();
    const text = "The content-type has to be application/json.";
    return json(`{"error":${httpErrorOf(invalid(text))}}`, 415);
  }
  try {
    const bytes = await readBytes(request, max);
    if (bytes) {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return bytes;
    }
    const text = `The body is larger than ${max} bytes.`;
    return refusal(fault("TooLarge", text));
  } catch {
    const why = new Error("It ended early, or is not UTF-8.");
    return refusal(unreadable(why, "body"));
  }
}

/** Reads a body as JSON, an empty one as `empty`. */
export async function readJson(
  request: Request,
  max: number,
  empty = "",
): Promise<JsonSlice | Response> {
  const bytes = await readBody(request, max);
  if (bytes instanceof Response) return bytes;
  try {
    return JsonSlice.of(bytes.length > 0 ? bytes : encoder.encode(empty))
      .check();
  } catch (error) {
    return refusal(unreadable(error as Error, "body"));
  }
}

function invalid(text: string): Fault {
  return fault("InvalidMessage", text);
}

/** Reads a body of at most `max` bytes. */
async function readBytes(
  { body, headers }: Request,
  max: number,
): Promise<Uint8Array | undefined> {
  if (!body) return new Uint8Array();
  const reader = body.getReader();
  const expected = Number(headers.get("content-length") ?? 0);
  let bytes = new Uint8Array(Math.min(expected || 1_024, max));
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return bytes.subarray(0, length);
    if (length + value.length > max) {
      await reader.cancel().catch(() => {});
      return undefined;
    }
    if (length + value.length > bytes.length) {
      const larger = new Uint8Array(
        Math.min(2 * (length + value.length), max),
      );
      larger.set(bytes);
      bytes = larger;
    }
    bytes.set(value, length);
    length += value.length;
  }
}
