// Copyright 2026 the Wirekit authors. MIT license.

/** How each protocol says why a call has no result. */

import { type Fault, FaultCode, type JsonSlice } from "@wirekit/hub/hub";
import type { Trouble } from "./guest/_call.ts";

/** The code of JSON-RPC for what cannot be read. */
export const PARSE_ERROR = -32700;

/** Why something cannot be read. */
export function unreadable({ message }: Error, what: string): Fault {
  return { code: PARSE_ERROR, text: `The ${what} cannot be read: ${message}` };
}

/** The HTTP status of each failure. The README has this as a table. */
const STATUSES: Record<number, number> = {
  [PARSE_ERROR]: 400,
  [FaultCode.InvalidMessage]: 400,
  [FaultCode.InvalidData]: 400,
  [FaultCode.NotAllowed]: 403,
  [FaultCode.NameNotFound]: 404,
  [FaultCode.RouteNotFound]: 404,
  [FaultCode.NotReady]: 409,
  [FaultCode.NameRefused]: 409,
  [FaultCode.TooLarge]: 413,
  [FaultCode.TooMany]: 429,
  [FaultCode.Cancelled]: 499,
  [FaultCode.RouteFailed]: 502,
  [FaultCode.ResponderLeft]: 502,
  [FaultCode.AnswerTooLarge]: 502,
  [FaultCode.InvalidAnswer]: 502,
  [FaultCode.Unreachable]: 503,
  [FaultCode.TimedOut]: 504,
};

/** What an answerer may say itself; all else of it is "the route failed". */
const ANSWERERS: ReadonlySet<number> = new Set([
  FaultCode.RouteNotFound,
  FaultCode.InvalidData,
]);

/** The code of a batch that is too large. */
export const BATCH_TOO_LARGE = -32010;

/** What the hub says of a call: a participant cannot say the same of it. */
const HUBS: ReadonlySet<number> = new Set(
  [PARSE_ERROR, BATCH_TOO_LARGE, ...Object.values(FaultCode)]
    .filter((code) => !ANSWERERS.has(code)),
);

type Kind = keyof typeof FaultCode;

const NAMES: Record<number, string> = {
  ...Object.fromEntries(
    Object.entries(FaultCode).map(([name, code]) => [code, name]),
  ),
  [PARSE_ERROR]: "InvalidMessage",
};

/** Returns the HTTP status. */
export function statusOf({ code, answered }: Trouble): number {
  if (answered && !ANSWERERS.has(code)) return 502;
  return STATUSES[code] ?? 502;
}

/**
 * Returns the error of JSON-RPC, as JSON text. It has `data` only if the answerer
 * gave some: wsjsonrpc cannot read it, and stops reading for good.
 */
export function errorOf({ code, text, data }: Trouble, more = ""): string {
  return `{"code":${code},"message":${JSON.stringify(text)}${more}${
    data === undefined ? "" : `,"data":${data}`
  }}`;
}

/**
 * Returns the error over HTTP, as JSON text. The name that was asked stands
 * beside `data` and not in it: an answerer may write anything there.
 */
export function httpErrorOf(trouble: Trouble): string {
  const { from } = trouble;
  const who = from === undefined ? "" : `,"from":${JSON.stringify(from)}`;
  return errorOf(trouble, who);
}

/** Returns the error of wsrpc, as JSON text. */
export function typedErrorOf(trouble: Trouble): string {
  const { code, text, from, data } = trouble;
  const type = trouble.type ?? NAMES[code] ?? "RouteFailed";
  const more = [
    ...(from === undefined ? [] : [`,"from":${JSON.stringify(from)}`]),
    ...(data === undefined ? [] : [`,"data":${data}`]),
  ];
  return `{"type":${JSON.stringify(type)},"message":${JSON.stringify(text)},` +
    `"code":${code}${more.join("")}}`;
}

/**
 * Reads the error that an answerer gives: an object as in JSON-RPC or wsrpc, or
 * anything else as its text.
 */
export function troubleOf(error: JsonSlice): Trouble {
  const plain = error.string() ?? error.text;
  if (error.kind !== "object") {
    return { code: FaultCode.RouteFailed, text: plain };
  }
  const members = error.members();
  const code = Number(members.get("code")?.text);
  const type = members.get("type")?.string();
  const data = members.get("data")?.text;
  const isOwn = type !== undefined &&
    (!Object.hasOwn(FaultCode, type) || ANSWERERS.has(FaultCode[type as Kind]));
  return {
    code: Number.isSafeInteger(code) && !HUBS.has(code)
      ? code
      : FaultCode.RouteFailed,
    text: members.get("message")?.string() ?? plain,
    ...(isOwn && { type }),
    ...(data !== undefined && { data }),
  };
}
