// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { speaksFor } from "../wire/_targets.ts";
import type { BusMessage, Message } from "../wire/kinds.ts";
import { parseTag } from "../wire/message.ts";

/**
 * Tells whether a frame on a command session may be part of the answer to a
 * request. Frames of other subsystems can come in between: an MH202 sent
 * `*#4*2*14*0330##` before the acknowledgement of `*1*0*31##`.
 */
export function answers(request: Message, message: Message): boolean {
  if (
    request.kind !== "status" && request.kind !== "request" &&
    request.kind !== "dimension"
  ) return false;
  if (!isState(message) || message.who !== request.who) return false;
  if (request.kind !== "status") {
    if (message.kind === "normal") return message.who >= 1000;
    // The answer to a dimension with parameters repeats its code.
    const code = parseTag(request.dimension).code;
    if (request.who < 1000 && !sameDimension(code, message.dimension)) {
      return false;
    }
  }
  const { who, where = "" } = request;
  // In these two areas the answer may name another sender than the one asked.
  if (who === 22 || who === 24) return true;
  return speaksFor(who, where, message.where ?? "");
}

type State = Exclude<
  BusMessage,
  { kind: "translation" | "status" | "request" }
>;

function isState(message: Message): message is State {
  // A gateway broadcasts its own clock as a writing. Any other writing is what
  // somebody has asked for, and not yet a state.
  return message.kind === "normal" || message.kind === "dimension" ||
    (message.kind === "writing" && message.who === 13);
}

function sameDimension(code: string, dimension: string): boolean {
  const other = parseTag(dimension).code;
  // A Stop&Go answers a request for all its bits with each of them.
  return code === other || (code === "250" && /^2(5\d|6[0-3])$/.test(other));
}
