// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The messages of wsrpc: reading them tolerantly, writing them strictly.
 *
 * ```ts
 * import { formatRequest, parseMessage } from "@wirekit/wsrpc/message";
 * import { assertEquals } from "@std/assert";
 *
 * const text = formatRequest(1, "kv.set", { key: "a" });
 * assertEquals(text, '{"id":1,"method":"kv.set","params":{"key":"a"}}');
 * assertEquals(parseMessage(text), {
 *   kind: "request",
 *   id: 1,
 *   method: "kv.set",
 *   params: { key: "a" },
 * });
 * ```
 *
 * The facts are those of wsrpc-aiohttp 4 and of `@wsrpc/client` 4. There is no
 * specification.
 *
 * @module
 */

/** An object as it comes out of JSON. */
export type JsonObject = Record<string, unknown>;

/**
 * The id of a request that came in. Real peers send positive integers; whatever
 * else a peer sends comes back to it unchanged. An integer too large for a
 * number is a `bigint`.
 */
export type RequestId = number | bigint | string | boolean | null;

/** A call of one of our routes. */
export interface RequestMessage {
  /** Tells it from the other messages. */
  kind: "request";
  /** What the answer has to repeat. */
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
  /** What it gave; null for nothing. */
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

/** Something the peer tells without wanting an answer. */
export interface EventMessage {
  /** Tells it from the other messages. */
  kind: "event";
  /** The whole message. */
  event: JsonObject;
}

/** What is no message of the protocol. It ends nothing. */
export interface InvalidMessage {
  /** Tells it from the other messages. */
  kind: "invalid";
  /** Why, as the end of a sentence. */
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

/** An error on the wire. */
export interface ErrorBody {
  /** The class of the error, such as `ValueError`. */
  type: string;
  /** What went wrong. */
  message: string;
  /** More for those who know of it: peers pass over it. */
  [member: string]: unknown;
}

/**
 * Reads a message, whoever wrote it.
 *
 * A message that is no strict JSON because Python wrote `NaN` or `Infinity` is
 * read all the same. What both originals take for something is that; where they
 * differ, what the sender meant:
 *
 * - a `method` and any `id` but an array or object is a request;
 * - no `id` is an event, and never runs a route;
 * - `result` beats `error`, unless the result is null and the error is not, as in
 *   the `{"error": "Route not found", "result": null}` of the JavaScript client;
 * - neither of them is the result null.
 *
 * @param text The text of the message.
 * @returns The message. Never throws: what is none is `invalid`.
 *
 * @example An answer from Python that is not JSON
 * ```ts
 * import { parseMessage } from "@wirekit/wsrpc/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   parseMessage('{"result": NaN, "id": 59}'),
 *   { kind: "result", id: 59, result: NaN },
 * );
 * ```
 */
export function parseMessage(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = parseLiterals(text);
    if (value === undefined) return salvage(text);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "invalid", reason: "it is no JSON object" };
  }
  const message = value as JsonObject;
  const { id } = message;
  if (id === undefined) return { kind: "event", event: message };
  if (typeof id === "object" && id !== null) {
    return { kind: "invalid", reason: "its id is an array or object" };
  }
  if (message.method !== undefined) {
    return readRequest(message, id as RequestId, text);
  }
  return readResponse(message, id);
}

function readRequest(
  { method, params }: JsonObject,
  given: RequestId,
  text: string,
): Message {
  const id = typeof given === "number" && !Number.isSafeInteger(given)
    ? exactId(text) ?? given
    : given;
  if (typeof method === "string") {
    return { kind: "request", id, method, params };
  }
  return { kind: "invalid", reason: "its method is no string", request: id };
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
    return { kind: "invalid", reason: "its id is no number" };
  }
  const failed = error !== undefined &&
    (result === undefined || result === null && error !== null);
  return failed
    ? { kind: "error", id, error }
    : { kind: "result", id, result: result ?? null };
}

/**
 * Writes a request.
 *
 * @param id The id, a positive integer; odd, so that no stray error of a Python
 * peer, which numbers by even ones, can hit it.
 * @param method The name of the route.
 * @param params The arguments; left out if `undefined`.
 * @returns The text.
 * @throws {TypeError} If the params cannot be JSON.
 *
 * @example Without arguments
 * ```ts
 * import { formatRequest } from "@wirekit/wsrpc/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatRequest(3, "stats"), '{"id":3,"method":"stats"}');
 * ```
 */
export function formatRequest(
  id: number,
  method: string,
  params?: unknown,
): string {
  const name = JSON.stringify(method);
  return params === undefined
    ? `{"id":${id},"method":${name}}`
    : `{"id":${id},"method":${name},"params":${toJson(params, "params")}}`;
}

/**
 * Writes a result.
 *
 * @param id The id of the request.
 * @param result The result; `undefined` becomes null, as does `NaN`.
 * @returns The text.
 * @throws {TypeError} If the result cannot be JSON.
 *
 * @example Nothing
 * ```ts
 * import { formatResult } from "@wirekit/wsrpc/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatResult(4, undefined), '{"result":null,"id":4}');
 * ```
 */
export function formatResult(id: RequestId, result: unknown): string {
  const json = result === undefined ? "null" : toJson(result, "result");
  return `{"result":${json},"id":${formatId(id)}}`;
}

/**
 * Writes an error: always an object with a type and a message, since a Python
 * caller waits for ever for an answer to any other.
 *
 * @param id The id of the request.
 * @param error The error.
 * @returns The text.
 * @throws {TypeError} If the error has more members, and they cannot be JSON.
 *
 * @example What Python makes of an exception
 * ```ts
 * import { formatError } from "@wirekit/wsrpc/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatError(4, { type: "KeyError", message: "'a'" }),
 *   `{"error":{"type":"KeyError","message":"'a'"},"id":4}`,
 * );
 * ```
 */
export function formatError(id: RequestId, error: ErrorBody): string {
  return `{"error":${toJson(error, "error")},"id":${formatId(id)}}`;
}

/**
 * Writes an event.
 *
 * @param event The event.
 * @returns The text.
 * @throws {TypeError} If it is no object, cannot be JSON, or has a member `id`,
 * by which it would be a call or an answer.
 *
 * @example An event
 * ```ts
 * import { formatEvent } from "@wirekit/wsrpc/message";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatEvent({ Hello: "world" }), '{"Hello":"world"}');
 * ```
 */
export function formatEvent(event: JsonObject): string {
  const json = toJson(event, "event");
  if (!json.startsWith("{")) {
    throw new TypeError("Cannot emit event: it is no object");
  }
  if (Object.hasOwn(event, "id")) {
    throw new TypeError("Cannot emit event: it has a member id");
  }
  return json;
}

function formatId(id: RequestId): string {
  return typeof id === "bigint" ? `${id}` : JSON.stringify(id);
}

function toJson(value: unknown, what: string): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(`Cannot serialize ${what}: it cannot be JSON`, {
      cause,
    });
  }
  if (json !== undefined) return json;
  throw new TypeError(`Cannot serialize ${what}: it cannot be JSON`);
}

/** Reads JSON with `NaN`, `Infinity` and `-Infinity`, or returns `undefined`. */
function parseLiterals(text: string): unknown {
  if (!text.includes("NaN") && !text.includes("Infinity")) return undefined;
  const nan = `NaN ${Math.random()}`;
  try {
    return JSON.parse(
      replaceLiterals(text, JSON.stringify(nan)),
      (_, value) => value === nan ? NaN : value,
    );
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Replaces `NaN` and `Infinity` outside of strings. */
function replaceLiterals(text: string, nan: string): string {
  let replaced = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      while (++i < text.length && text.charCodeAt(i) !== QUOTE) {
        if (text.charCodeAt(i) === BACKSLASH) i++;
      }
    } else if (text.startsWith("NaN", i)) {
      replaced += text.slice(from, i) + nan;
      from = i + 3;
      i += 2;
    } else if (text.startsWith("Infinity", i)) {
      // Too large for a number, so that it is read as Infinity.
      replaced += text.slice(from, i) + "1e999";
      from = i + 8;
      i += 7;
    }
  }
  return replaced + text.slice(from);
}

/** Returns the id of a message as the integer that is written there. */
function exactId(text: string): bigint | undefined {
  const sources = new WeakMap<object, string>();
  let root: unknown;
  try {
    root = JSON.parse(
      text,
      function (this: object, key: string, value, context?: unknown) {
        const { source } = context as { source?: string };
        if (key === "id" && source) sources.set(this, source);
        return value;
      },
    );
  } catch {
    return undefined;
  }
  const source = sources.get(root as object) ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : undefined;
}

const REQUEST_REGEXP = /^\s*\{\s*"id"\s*:\s*(-?\d{1,15})\s*,\s*"method"\s*:/;
const RESPONSE_REGEXP =
  /^\s*\{\s*"id"\s*:\s*(\d{1,15})\s*,\s*"(?:result|error)"\s*:/;
const RESULT_START_REGEXP = /^\s*\{\s*"(?:result|error)"\s*:/;
const RESULT_END_REGEXP = /,\s*"id"\s*:\s*(\d{1,15})\s*\}\s*$/;

/** Finds who waits for the answer to, or for, a text that is no JSON. */
function salvage(text: string): InvalidMessage {
  const invalid: InvalidMessage = {
    kind: "invalid",
    reason: "it is no JSON",
  };
  const request = REQUEST_REGEXP.exec(text)?.[1];
  if (request) return { ...invalid, request: Number(request) };
  const response = RESPONSE_REGEXP.exec(text)?.[1] ??
    (RESULT_START_REGEXP.test(text)
      ? RESULT_END_REGEXP.exec(text.slice(-100))?.[1]
      : undefined);
  return response ? { ...invalid, response: Number(response) } : invalid;
}
