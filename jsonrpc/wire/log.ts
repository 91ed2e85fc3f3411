// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A log of the messages on a connection.
 *
 * @module
 */

import type { Wire } from "./codec.ts";
import { type Id, idOf, type Kind, kindOf } from "./message.ts";

/**
 * A message on its way.
 *
 * @category Messages
 */
export interface LogEntry {
  /** Whether it came from the peer or goes to it. */
  readonly direction: "in" | "out";
  /** What it is; `"batch"` for an array. */
  readonly kind: Kind | "batch";
  /** Its method, if it has one. */
  readonly method?: string;
  /** Its id, if it has one. */
  readonly id?: Id;
  /** The code of its error, if it has one. */
  readonly code?: number;
  /** Its length on the wire: characters of text, or bytes. */
  readonly size: number;
  /** The decoded message. It may hold secrets. */
  readonly message: unknown;
  /** The message as it is on the wire, if `onMessage` of a peer tells of it. */
  readonly wire?: Wire;
}

/**
 * Describes a decoded message for a log.
 *
 * @param direction Whether it came or goes.
 * @param message The decoded message.
 * @param size Its length on the wire.
 * @returns The entry.
 *
 * @example Without its content
 * ```ts
 * import { logEntry } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const request = { jsonrpc: "2.0", method: "sum", id: 1, params: [1, 2] };
 * const { message: _, ...entry } = logEntry("out", request, 54);
 * assertEquals(entry, {
 *   direction: "out",
 *   kind: "request",
 *   method: "sum",
 *   id: 1,
 *   size: 54,
 * });
 * ```
 *
 * @category Messages
 */
export function logEntry(
  direction: "in" | "out",
  message: unknown,
  size: number,
): LogEntry {
  if (Array.isArray(message)) {
    return { direction, kind: "batch", size, message };
  }
  const { method, id, error } = Object(message) as Record<string, unknown>;
  const { code } = Object(error) as Record<string, unknown>;
  return {
    direction,
    kind: kindOf(message),
    ...(typeof method === "string" && { method }),
    ...(id !== undefined && { id: idOf(message) }),
    ...(typeof code === "number" && { code }),
    size,
    message,
  };
}

/**
 * Writes an entry as a line of a transcript, in the form of go-ethereum's tests:
 * `-->` to the server, `<--` from it.
 *
 * @param entry The entry, as the client sees it.
 * @returns The line.
 *
 * @example A line
 * ```ts
 * import { formatEntry, logEntry } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const entry = logEntry("in", { jsonrpc: "2.0", id: 1, result: 3 }, 36);
 * assertEquals(formatEntry(entry), '<-- {"jsonrpc":"2.0","id":1,"result":3}');
 * ```
 *
 * @category Messages
 */
export function formatEntry(entry: LogEntry): string {
  const arrow = entry.direction === "out" ? "-->" : "<--";
  const text = JSON.stringify(
    entry.message,
    (_key, value) => typeof value === "bigint" ? `${value}` : value,
  );
  return `${arrow} ${text}`;
}
