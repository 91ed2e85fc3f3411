// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { encodeText } from "@wirekit/internal/bytes";

/** The name of a member of a message. */
export type MemberName =
  | "id"
  | "type"
  | "route"
  | "data"
  | "traceback"
  | "uuid"
  | "destination"
  | "pseudo_object";

/** The members of a message, in the order in which a real server writes them. */
export const MEMBERS: readonly MemberName[] = [
  "id",
  "type",
  "route",
  "data",
  "traceback",
  "uuid",
  "destination",
  "pseudo_object",
];

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;

const encoder = new TextEncoder();

/** What stands before the value of each member. */
export const PREFIXES = /* @__PURE__ */ MEMBERS.map((name, n) =>
  encoder.encode(`${n === 0 ? "{" : ","}"${name}":`)
);
/** The value of a member that is missing. */
export const NULL = /* @__PURE__ */ encoder.encode("null");
const END = /* @__PURE__ */ encoder.encode("}");

/**
 * Returns a message with just these members, the others null.
 *
 * @param members Members by name, each as JSON text.
 * @returns The message.
 */
export function composeMessage(
  members: Partial<Record<MemberName, string>>,
): Uint8Array<ArrayBuffer> {
  const {
    id = "null",
    type = "null",
    route = "null",
    data = "null",
    traceback = "null",
    uuid = "null",
    destination = "null",
    pseudo_object: pseudoObject = "null",
  } = members;
  // One text, encoded at once: each call of an encoder costs as much as a short
  // message.
  const text =
    `{"id":${id},"type":${type},"route":${route},"data":${data},"traceback":${traceback},"uuid":${uuid},"destination":${destination},"pseudo_object":${pseudoObject}}`;
  const isOneLine = !text.includes("\n") && !text.includes("\r");
  const message = encodeText(text);
  return isOneLine ? message : oneLine(message);
}

/** Writes the members whose values are given, in the order of MEMBERS. */
export function assemble(values: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = END.length;
  values.forEach((value, n) => length += PREFIXES[n]!.length + value.length);
  const out = new Uint8Array(length);
  let at = 0;
  const append = (part: Uint8Array) => {
    out.set(part, at);
    at += part.length;
  };
  values.forEach((value, n) => {
    append(PREFIXES[n]!);
    append(value);
  });
  append(END);
  return oneLine(out);
}

/** Returns the message with no line break: in JSON such a byte is white space. */
function oneLine(message: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let i = -1;
  while ((i = message.indexOf(LINE_FEED, i + 1)) >= 0) message[i] = SPACE;
  // Some readers of lines end them there, too: Python's, and Node's.
  while ((i = message.indexOf(RETURN, i + 1)) >= 0) message[i] = SPACE;
  return message;
}
