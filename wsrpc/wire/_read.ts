// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { parseLoose } from "@wirekit/internal/json";
import type { JsonObject } from "../contract.ts";

/**
 * The id of a request that came in. Real peers send positive integers; anything
 * else that a peer sends is returned to it unchanged. An integer too large for
 * a number is a `bigint`.
 */
export type RequestId = number | bigint | string | boolean | null;

/** A call of one of our routes. */
export interface RequestMessage {
  /** Tells it from the other messages. */
  kind: "request";
  /** The id that the answer must repeat. */
  id: RequestId;
  /** The name of the route. */
  method: string;
  /**
   * An object for keyword arguments, an array for positional ones, any other
   * value for one positional argument, `undefined` or null for none.
   */
  params: unknown;
}

/** The answer to one of our calls. */
export interface ResultMessage {
  /** Tells it from the other messages. */
  kind: "result";
  /** The id of the call. */
  id: number;
  /** The result; null for none. */
  result: unknown;
}

/** The failure of one of our calls. */
export interface ErrorMessage {
  /** Tells it from the other messages. */
  kind: "error";
  /** The id of the call. */
  id: number;
  /** What the peer said: from Python an object, from JavaScript anything. */
  error: unknown;
}

/** An event of the peer, which needs no answer. */
export interface EventMessage {
  /** Tells it from the other messages. */
  kind: "event";
  /** The whole message. */
  event: JsonObject;
}

/**
 * Something that is not a message of the protocol. It does not end the
 * connection.
 */
export interface InvalidMessage {
  /** Tells it from the other messages. */
  kind: "invalid";
  /** The reason, as the end of a sentence. */
  reason: string;
  /** The id of the request that this was meant to be: its sender waits. */
  request?: RequestId;
  /** The id of the call that this was meant to answer. */
  response?: number;
}

/** What {@linkcode parseMessage} returns. */
export type Message =
  | RequestMessage
  | ResultMessage
  | ErrorMessage
  | EventMessage
  | InvalidMessage;

/**
 * Reads a message of wsrpc-aiohttp 4, of `@wsrpc/client` 4, or of ours. Never
 * throws: anything else is `invalid`.
 *
 * An integer that is not safe is a `bigint`, and `NaN` and `Infinity` of Python
 * are read. There is no specification: a message is what both originals take it
 * for; where they differ, what the sender meant:
 *
 * - a `method` and any `id` except an array or object is a request;
 * - no `id` is an event, and never runs a route;
 * - `result` beats `error`, unless the result is null and the error is not, as in
 *   the `{"error": "Route not found", "result": null}` of the JavaScript client;
 * - an `id` alone is the result null.
 */
export function parseMessage(text: string): Message {
  let value: unknown;
  try {
    value = parseLoose(text);
  } catch {
    return salvage(text);
  }
  return readMessage(value);
}

/** Reads a message that is parsed, as {@linkcode parseMessage} does. */
export function readMessage(value: unknown): Message {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "invalid", reason: "it is not a JSON object" };
  }
  const message = value as JsonObject;
  const { id } = message;
  if (id === undefined) return { kind: "event", event: message };
  if (typeof id === "object" && id !== null) {
    return { kind: "invalid", reason: "its id is an array or object" };
  }
  return message.method === undefined
    ? readResponse(message, id)
    : readRequest(message, id as RequestId);
}

function readRequest({ method, params }: JsonObject, id: RequestId): Message {
  return typeof method === "string"
    ? { kind: "request", id, method, params }
    : { kind: "invalid", reason: "its method is not a string", request: id };
}

function readResponse(message: JsonObject, given: unknown): Message {
  const { result, error } = message;
  if (given === null) {
    if (result === undefined && error === undefined) {
      return { kind: "event", event: message };
    }
    const reason = "it says that the peer could not read a message";
    return { kind: "invalid", reason };
  }
  // The JavaScript client looks calls up by `"5"` and 5 alike.
  const id = typeof given === "string" && given !== "" ? Number(given) : given;
  if (typeof id !== "number") {
    return { kind: "invalid", reason: "its id is not a number" };
  }
  if (
    result === undefined && error === undefined &&
    Object.keys(message).length > 1
  ) {
    return {
      kind: "invalid",
      reason: "it has no result or error",
      response: id,
    };
  }
  const failed = error !== undefined &&
    (result === undefined || result === null && error !== null);
  return failed
    ? { kind: "error", id, error }
    : { kind: "result", id, result: result ?? null };
}

const REQUEST_REGEXP = /^\s*\{\s*"id"\s*:\s*(-?\d{1,15})\s*,\s*"method"\s*:/;
const RESPONSE_REGEXP =
  /^\s*\{\s*"id"\s*:\s*(\d{1,15})\s*,\s*"(?:result|error)"\s*:/;
const RESULT_START_REGEXP = /^\s*\{\s*"(?:result|error)"\s*:/;
const RESULT_END_REGEXP = /,\s*"id"\s*:\s*(\d{1,15})\s*\}\s*$/;

/**
 * Finds the call or the answer that a text which is not JSON was meant to be.
 */
function salvage(text: string): InvalidMessage {
  const [, request] = REQUEST_REGEXP.exec(text) ?? [];
  const [, response] = RESPONSE_REGEXP.exec(text) ??
    (RESULT_START_REGEXP.test(text)
      ? RESULT_END_REGEXP.exec(text.slice(-100))
      : null) ??
    [];
  return {
    kind: "invalid",
    reason: "it is not JSON",
    ...(request && { request: Number(request) }),
    ...(response && { response: Number(response) }),
  };
}
