// Copyright 2026 the Wirekit authors. MIT license.

/** Why a guest cannot be asked, told or answered, in words. */

import { type Content, type Fault, fault } from "@wirekit/hub/hub";

const encoder = new TextEncoder();

/** The text of a winerp client that has no such route. */
const NO_ROUTE = '"Route not found"';

/** Why an answer of a winerp client cannot be passed on. */
export const OBJECT =
  "The answer is an object whose functions are called by winerp. " +
  "Only a winerp client can use it.";

/** Whether a text has more bytes than `max`. */
export function isLonger(text: string, max: number): boolean {
  if (text.length * 3 <= max) return false;
  return text.length > max || encoder.encode(text).length > max;
}

/** Whether data has more bytes than `max`. */
export function isLarger(content: Content, max: number): boolean {
  const { span } = content;
  return span ? span.end - span.start > max : isLonger(content.data, max);
}

/** Why a message is not passed on that is larger than `max` bytes. */
export function tooLarge(max: number): Fault {
  return fault("TooLarge", `The message is larger than ${max} bytes.`);
}

/** What the error of a winerp client says: usually a text. */
export function failureOf(data: string): Fault {
  if (data === NO_ROUTE) return fault("RouteNotFound", JSON.parse(data));
  const text = data[0] === '"' ? String(JSON.parse(data)) : data;
  return fault("RouteFailed", text);
}

/** Nobody has a name, which is a JSON text. */
export function nobodyHas(name: string): Fault {
  return fault("NameNotFound", `Nobody has the name ${shortName(name)}.`);
}

/** Cuts a name that somebody made up, for a sentence. */
function shortName(json: string): string {
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}
