// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isRecord, parse } from "./_json.ts";

/** A message as it came in: nothing in it is checked. */
export interface Message {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly destination?: unknown;
  readonly route?: unknown;
  readonly data?: unknown;
  readonly uuid?: unknown;
  readonly pseudo_object?: unknown;
}

/** A message to write: every value but `type` is JSON text already. */
export interface Fields {
  readonly type: number;
  readonly route?: string;
  readonly traceback?: string;
  readonly data?: string;
  /** What follows the data: see {@linkcode writeTail}. */
  readonly tail?: string;
}

/**
 * Writes a message with all its keys, compact, in the order in which winerp's
 * client writes them: this package's hub has a fast path for exactly that.
 */
export function writeMessage(id: string, fields: Fields): string {
  const {
    type,
    route = "null",
    traceback = "null",
    data = "{}",
    tail = NO_TAIL,
  } = fields;
  return `${
    writeStart(id, type)
  }${route},"traceback":${traceback},"data":${data}${tail}`;
}

/** Writes what precedes the route. */
export function writeStart(id: string, type: number): string {
  return `{"id":${id},"type":${type},"route":`;
}

/** What stands between the route and the data, if nothing failed. */
export const AFTER_ROUTE = ',"traceback":null,"data":';

/** Writes what follows the data. */
export function writeTail(uuid = "null", destination = "null"): string {
  return `,"uuid":${uuid},"destination":${destination},"pseudo_object":null}`;
}

const NO_TAIL = writeTail();

/** What stands before the characters of a uuid. */
export const BEFORE_UUID = ',"uuid":"';

/** Writes what follows the characters of a uuid. */
export function writeEnd(destination: string): string {
  return writeTail('"', destination).slice(BEFORE_UUID.length - 1);
}

/** Reads a message; throws a `SyntaxError` if it is not valid. */
export function readMessage(text: string): Message {
  const message = parse(text);
  if (!isRecord(message)) {
    throw new SyntaxError("Cannot read message: it is not a JSON object");
  }
  return message;
}
