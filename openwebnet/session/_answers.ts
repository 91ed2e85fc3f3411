// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type BusMessage, type Message, parseTag } from "../wire/message.ts";

/**
 * Tells whether a frame on a command session may be part of the answer to what
 * was sent there. Frames of other subsystems do come in between: an MH202 put
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
  // Their WHERE holds a sender too, which an answer exchanges for another.
  if (request.who === 22 || request.who === 24) return true;
  return answersFrom(request.where ?? "", message.where ?? "");
}

type State = Exclude<
  BusMessage,
  { kind: "translation" | "status" | "request" }
>;

function isState(message: Message): message is State {
  return message.kind === "normal" || message.kind === "dimension" ||
    message.kind === "writing";
}

function sameDimension(code: string, dimension: string): boolean {
  const other = parseTag(dimension).code;
  // A Stop&Go answers a request for all its bits with each of them.
  return code === other || (code === "250" && /^2(5\d|6[0-3])$/.test(other));
}

/** Whether `where` may speak for `asked`: a point only for itself. */
function answersFrom(asked: string, where: string): boolean {
  if (asked === where) return true;
  // Everyone, an area, a group, a zone by way of its central unit.
  const number = firstNumber(asked);
  if (
    asked === "" || number.length < 2 || number.startsWith("0") ||
    number === "100" || number === "1000" || number === "30"
  ) return true;
  const [, bus] = asked.split("#4#");
  const [, otherBus] = where.split("#4#");
  return number === firstNumber(where) &&
    (bus === undefined || otherBus === undefined || bus === otherBus);
}

/** The first run of digits: `7` of `7#0` and of `#7`. */
function firstNumber(where: string): string {
  const [head = "", next = ""] = where.split("#");
  return head || next;
}
