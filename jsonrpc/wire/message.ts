// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The messages of JSON-RPC 2.0: what they are, how they are told apart, and how
 * they are written. It does no I/O.
 *
 * ```ts
 * import { decodeJson, encodeJson, kindOf } from "./message.ts";
 *
 * const text = encodeJson({ method: "sum", id: 1, params: [1, 2] });
 * kindOf(decodeJson(text)); // "request"
 * ```
 *
 * @module
 */

import { decodeCommon } from "./_common.ts";
import type { ErrorObject, JsonRpcError } from "./error.ts";

/**
 * What pairs a response with its request. A number beyond 2^53, which a
 * JavaScript number cannot hold, is a `bigint`, so that it returns digit by
 * digit. A request without an id is a notification; one with `null` is not.
 *
 * @category Messages
 */
export type Id = string | number | bigint | null;

/**
 * The arguments of a call: by position or by name.
 *
 * @category Messages
 */
export type Params = readonly unknown[] | { readonly [name: string]: unknown };

/**
 * Further members of a message at its top level, such as `traceparent`.
 *
 * @category Messages
 */
export type Extra = Readonly<Record<string, unknown>>;

/**
 * A request, or a notification if it has no `id`.
 *
 * @category Messages
 */
export interface CallMessage {
  /** The method to call. */
  method: string;
  /** The id, if the caller wants a response. */
  id?: Id | undefined;
  /** The arguments, if there are any. */
  params?: Params | undefined;
  /** Further members to write. */
  extra?: Extra | undefined;
}

/**
 * A response to a call that succeeded.
 *
 * @category Messages
 */
export interface ResultMessage {
  /** The id of the request. */
  id: Id;
  /** The result; `undefined` is written as `null`. */
  result: unknown;
}

/**
 * A response to a call that failed.
 *
 * @category Messages
 */
export interface ErrorMessage {
  /** The id of the request, or `null` if it could not be read. */
  id: Id;
  /** The error. */
  error: JsonRpcError | ErrorObject;
}

/**
 * Anything that one peer sends to another, but for a batch.
 *
 * @category Messages
 */
export type Message = CallMessage | ResultMessage | ErrorMessage;

/**
 * What a decoded message is. `"invalid"` is an object or another value that is
 * neither a call nor a response.
 *
 * @category Messages
 */
export type Kind = "request" | "notification" | "response" | "invalid";

/**
 * Options of {@linkcode kindOf}.
 *
 * @category Messages
 */
export interface KindOptions {
  /**
   * Whether `"params": null`, which breaks the specification but is sent by
   * some, makes a call invalid. Else it means that there are none.
   *
   * @default {false}
   */
  strictParams?: boolean;
}

/**
 * Tells what a decoded message is.
 *
 * It does not check whether a response is well formed: a malformed one fails its
 * call, not the connection.
 *
 * @param value The decoded message; not an array.
 * @param options How strict to be.
 * @returns Its kind.
 *
 * @example Without an id it is a notification
 * ```ts
 * import { kindOf } from "./message.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(kindOf({ jsonrpc: "2.0", method: "log" }), "notification");
 * assertEquals(kindOf({ jsonrpc: "2.0", method: "log", id: null }), "request");
 * assertEquals(kindOf({ jsonrpc: "2.0", method: 1 }), "invalid");
 * ```
 *
 * @category Messages
 */
export function kindOf(value: unknown, options: KindOptions = {}): Kind {
  if (typeof value !== "object" || value === null) return "invalid";
  const { jsonrpc, method, id, params, result, error } = value as Record<
    string,
    unknown
  >;
  if (method === undefined) {
    return result !== undefined || error !== undefined ? "response" : "invalid";
  }
  if (jsonrpc !== "2.0" || typeof method !== "string") return "invalid";
  if (params !== undefined && typeof params !== "object") return "invalid";
  if (params === null && options.strictParams) return "invalid";
  if (id === undefined) return "notification";
  return isId(id) ? "request" : "invalid";
}

/**
 * Finds the id to answer an invalid message with: its own if that is legal,
 * else `null`.
 *
 * @param value The decoded message.
 * @returns The id.
 *
 * @example A bad id is never echoed
 * ```ts
 * import { idOf } from "./message.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(idOf({ method: 1, id: 7 }), 7);
 * assertEquals(idOf({ method: "sum", id: {} }), null);
 * assertEquals(idOf("hello"), null);
 * ```
 *
 * @category Messages
 */
export function idOf(value: unknown): Id {
  if (typeof value !== "object" || value === null) return null;
  const { id } = value as { id?: unknown };
  return isId(id) ? id : null;
}

function isId(id: unknown): id is Id {
  switch (typeof id) {
    case "number":
      return Number.isFinite(id);
    case "string":
    case "bigint":
      return true;
    default:
      return id === null;
  }
}

/**
 * Reads the JSON text of a message or of a batch.
 *
 * @param text The text.
 * @returns The decoded value. Integers beyond 2^53 lose digits as in
 * `JSON.parse`, but for ids, which become `bigint`.
 * @throws {SyntaxError} If it is not JSON.
 *
 * @example A large id keeps its digits
 * ```ts
 * import { decodeJson, idOf } from "./message.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const value = decodeJson('{"jsonrpc":"2.0","method":"a","id":9007199254740993}');
 * assertEquals(idOf(value), 9007199254740993n);
 * ```
 *
 * @category Messages
 */
export function decodeJson(text: string): unknown {
  return decodeCommon(text) ?? decodeExact(text);
}

/** Reads any message as {@linkcode decodeJson} does, by `JSON.parse`. */
export function decodeExact(text: string): unknown {
  const value = JSON.parse(text);
  if (Array.isArray(value) ? value.some(hasLargeId) : hasLargeId(value)) {
    restoreIds(value, JSON.parse(text, exactId as typeof keep));
  }
  return value;
}

function hasLargeId(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { id } = value as { id?: unknown };
  return typeof id === "number" && Number.isInteger(id) &&
    !Number.isSafeInteger(id);
}

/** Declares what `JSON.parse` knows of a reviver; it passes the source too. */
declare function keep(key: string, value: unknown): unknown;

function exactId(key: string, value: unknown, at: { source: string }): unknown {
  const large = key === "id" && typeof value === "number" &&
    /^-?\d+$/.test(at.source);
  return large ? BigInt(at.source) : value;
}

function restoreIds(value: unknown, exact: unknown): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) =>
      restoreIds(item, (exact as unknown[])[index])
    );
  } else if (hasLargeId(value)) {
    (value as { id: unknown }).id = (exact as { id: unknown }).id;
  }
}

/**
 * Writes a message as JSON text, in the member order of wsjsonrpc.
 *
 * @param message The message. A result of `undefined` becomes `null`; empty
 * `params` are left out only if they are `undefined`.
 * @returns The text.
 * @throws {TypeError} If something in it cannot be written as JSON.
 *
 * @example A request, a response, an error
 * ```ts
 * import { encodeJson } from "./message.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   encodeJson({ method: "sum", id: 1, params: [1, 2] }),
 *   '{"jsonrpc":"2.0","method":"sum","id":1,"params":[1,2]}',
 * );
 * assertEquals(
 *   encodeJson({ id: 1, result: 3 }),
 *   '{"jsonrpc":"2.0","id":1,"result":3}',
 * );
 * assertEquals(
 *   encodeJson({ id: null, error: { code: -32700, message: "Parse error" } }),
 *   '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
 * );
 * ```
 *
 * @category Messages
 */
export function encodeJson(message: Message): string {
  if ("method" in message) return encodeCall(message);
  const head = `{"jsonrpc":"2.0","id":${encodeId(message.id)},`;
  return "error" in message
    ? `${head}"error":${stringify(message.error)}}`
    : `${head}"result":${stringify(message.result ?? null)}}`;
}

/** Writes a batch of messages that are written already. */
export function joinJson(messages: readonly string[]): string {
  // `join()` would copy each message once more.
  let text = "";
  for (const message of messages) text += text ? `,${message}` : message;
  return `[${text}]`;
}

/** Writes a call. */
export function encodeCall({ method, id, params, extra }: CallMessage): string {
  let text = beginnings.get(method) ?? begin(method);
  if (id !== undefined) text += `,"id":${encodeId(id)}`;
  if (params !== undefined) text += `,"params":${stringify(params)}`;
  for (const name in extra) {
    text += `,${JSON.stringify(name)}:${stringify(extra[name])}`;
  }
  return text + "}";
}

/** How calls begin, by their methods: most programs have few. */
const beginnings = new Map<string, string>();

function begin(method: string): string {
  const text = `{"jsonrpc":"2.0","method":${JSON.stringify(method)}`;
  if (beginnings.size < 256 && method.length < 256) {
    beginnings.set(method, text);
  }
  return text;
}

/** A text that JSON writes as it is, such as a UUID. */
const PLAIN_REGEXP = /^[\w-]*$/;

/**
 * Writes an id. V8 keeps the last 8,192 numbers that templates make texts of,
 * and a collection of young garbage copies all those texts, for a millisecond.
 */
function encodeId(id: Id): string {
  if (typeof id === "bigint") return `${id}`;
  // In half the time of `JSON.stringify`.
  if (typeof id === "string" && PLAIN_REGEXP.test(id)) return `"${id}"`;
  return JSON.stringify(id);
}

function stringify(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) {
    throw new TypeError(
      `Cannot write message: a ${typeof value} has no JSON form`,
    );
  }
  return text;
}
