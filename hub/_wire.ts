// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isRecord, parse } from "./_json.ts";

/** A message as it came in: nothing of it is known. */
export interface Message {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly destination?: unknown;
  readonly route?: unknown;
  readonly data?: unknown;
  readonly uuid?: unknown;
  readonly pseudo_object?: unknown;
}

/** A message to write: every value is JSON text already. */
export interface Fields {
  readonly type: number;
  readonly route?: string | undefined;
  readonly data?: string | undefined;
  readonly traceback?: string | undefined;
  readonly uuid?: string | undefined;
  readonly destination?: string | undefined;
  readonly pseudoObject?: boolean;
}

/**
 * Writes a message with all its keys, compact, in the order in which winerp's
 * client writes them: our hub has a short way for exactly that.
 */
export function writeMessage(id: string, fields: Fields): string {
  const {
    type,
    route = "null",
    traceback = "null",
    data = "{}",
    uuid = "null",
    destination = "null",
    pseudoObject = null,
  } = fields;
  return `{"id":${id},"type":${type},"route":${route},"traceback":${traceback},"data":${data},"uuid":${uuid},"destination":${destination},"pseudo_object":${pseudoObject}}`;
}

/** Reads a message; throws a `SyntaxError` if it is none. */
export function readMessage(text: string): Message {
  const message = parse(text);
  if (!isRecord(message)) {
    throw new SyntaxError("Cannot read message: it is no JSON object");
  }
  return message;
}
