// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { stringify } from "@wirekit/internal/json";
import type { JsonObject } from "../contract.ts";
import type { ErrorBody } from "../errors.ts";
import type { RequestId } from "./_read.ts";

/**
 * Writes a request. The id is odd, so that no stray error of a Python peer,
 * which uses even ids, can match it. Throws a `TypeError` if the params cannot
 * be written as JSON.
 */
export function formatRequest(
  id: number,
  method: string,
  params?: unknown,
): string {
  const head = `{"id":${formatId(id)},"method":${JSON.stringify(method)}`;
  return params === undefined
    ? `${head}}`
    : `${head},"params":${toJson(params, "params")}}`;
}

/** Writes a result; `undefined` and `NaN` become null. Throws likewise. */
export function formatResult(id: RequestId, result: unknown): string {
  const json = result === undefined ? "null" : toJson(result, "result");
  return `{"result":${json},"id":${formatId(id)}}`;
}

/**
 * Writes an error: always an object with a type and a message, because a Python
 * caller waits endlessly for an answer of any other kind. Throws likewise.
 */
export function formatError(id: RequestId, error: ErrorBody): string {
  return `{"error":${toJson(error, "error")},"id":${formatId(id)}}`;
}

/**
 * Writes an event. Throws a `TypeError` if it is not an object, cannot be
 * written as JSON, or has a member `id`, which would make it a call or an
 * answer.
 */
export function formatEvent(event: JsonObject): string {
  const json = toJson(event, "event");
  if (!json.startsWith("{")) {
    throw new TypeError("Cannot emit event: it is not an object");
  }
  if (Object.hasOwn(event, "id")) {
    throw new TypeError("Cannot emit event: it has a member id");
  }
  return json;
}

/**
 * Writes an id. V8 keeps the last 8,192 numbers that templates make texts of,
 * and a collection of young garbage copies all those texts, for a millisecond.
 */
function formatId(id: RequestId): string {
  return typeof id === "bigint" ? `${id}` : JSON.stringify(id);
}

function toJson(value: unknown, what: string): string {
  let json: string | undefined;
  let options: ErrorOptions | undefined;
  try {
    json = stringify(value);
  } catch (cause) {
    options = { cause };
  }
  if (json !== undefined) return json;
  throw new TypeError(`Cannot serialize ${what}: it cannot be JSON`, options);
}
