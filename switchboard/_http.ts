// Copyright 2026 the Wirekit authors. MIT license.

/** What all doors over HTTP share. */

import {
  type Fault,
  fault,
  JsonSlice,
  type PlainAnswer,
  type PlainExchange,
} from "@wirekit/hub/hub";
import type { RequestHead } from "@wirekit/transport/admission";
import { SECURE_HEADERS, secureResponse } from "@wirekit/transport/pages";
import type { Trouble } from "./guest/_call.ts";
import { httpErrorOf, statusOf, unreadable } from "./_trouble.ts";

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const NO_TEXT = /* @__PURE__ */ new Error("It ended early, or is not UTF-8.");

/** A body that is taken as a whole, if it says that it is no longer. */
const SMALL_BYTES = 65_536;

/** What is said to a request: JSON, and an HTTP status. */
export interface Reply {
  readonly status: number;
  /** None has no body. */
  readonly text: string;
}

/** Says why there is no result. */
export function refusal(trouble: Trouble): Reply {
  return reply(`{"error":${httpErrorOf(trouble)}}`, statusOf(trouble));
}

/** Says a JSON text. */
export function reply(text: string, status = 200): Reply {
  return { text, status };
}

/** Makes a response of what is said. */
export function respond({ text, status }: Reply): Response {
  return secureResponse(text, status, {
    "content-type": "application/json",
    "content-length": `${byteLength(text)}`,
  });
}

/** The same in a hurry. */
export function answerOf({ text, status }: Reply): PlainAnswer {
  return { status, headers: PLAIN_HEADERS, body: text };
}

const PLAIN_HEADERS = [
  "content-type",
  "application/json",
  ...Object.entries(SECURE_HEADERS).flat(),
];

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Whether the body is said to be JSON, which no form of a page can say. */
export function saysJson({ headers }: RequestHead): boolean {
  const type = headers.get("content-type") ?? "";
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type);
}

/** What is said to a body that is not said to be JSON. */
const NO_JSON: Reply = /* @__PURE__ */ reply(
  `{"error":${
    httpErrorOf(invalid("The content-type has to be application/json."))
  }}`,
  415,
);

/**
 * Reads the body of a request, which has to be said to be JSON. It gives what
 * refuses it, if it is too large or no UTF-8.
 */
export async function readBody(
  request: Request,
  max: number,
): Promise<Uint8Array | Reply> {
  if (!saysJson(request)) {
    await request.body?.cancel();
    return NO_JSON;
  }
  try {
    const bytes = await readBytes(request, max);
    if (bytes) {
      utf8.decode(bytes);
      return bytes;
    }
    const text = `The body is larger than ${max} bytes.`;
    return refusal(fault("TooLarge", text));
  } catch {
    return refusal(unreadable(NO_TEXT, "body"));
  }
}

/** Reads a body as JSON, an empty one as `empty`. */
export async function readJson(
  request: Request,
  max: number,
  empty = "",
): Promise<JsonSlice | Reply> {
  const bytes = await readBody(request, max);
  return "status" in bytes ? bytes : jsonOf(bytes, empty);
}

/** Reads the body of a post as {@linkcode readJson} does that of a request. */
export async function readPlain(
  post: PlainExchange,
  empty: string,
): Promise<JsonSlice | Reply> {
  if (!saysJson(post)) return NO_JSON;
  const bytes = await post.read();
  if (!bytes) return refusal(unreadable(new Error("It ended early."), "body"));
  try {
    utf8.decode(bytes);
  } catch {
    return refusal(unreadable(NO_TEXT, "body"));
  }
  return jsonOf(bytes, empty);
}

function jsonOf(bytes: Uint8Array, empty: string): JsonSlice | Reply {
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
  request: Request,
  max: number,
): Promise<Uint8Array | undefined> {
  const expected = Number(request.headers.get("content-length") ?? 0);
  if (expected > 0 && expected <= Math.min(SMALL_BYTES, max)) {
    // A server gives no more than that.
    const whole = new Uint8Array(await request.arrayBuffer());
    return whole.length > max ? undefined : whole;
  }
  const { body } = request;
  if (!body) return new Uint8Array();
  const reader = body.getReader();
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
