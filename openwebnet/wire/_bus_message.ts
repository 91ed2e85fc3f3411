// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BusMessage } from "./kinds.ts";

/** The text before the WHAT of a translation. */
export const TRANSLATION = "1000#";

const STAR = 0x2a;
const HASH = 0x23;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/**
 * Every text of up to three digits, at the index of its digits after a 1. Most
 * fields are one of them, and looking it up is cheaper than making it.
 */
const SHORT: readonly string[] = Array.from(
  { length: 2000 },
  (_, number) => `${number}`.slice(1),
);
/** Stays negative with two more digits behind it. */
const NO_NUMBER = -1;
/** The number of `1000`, after a 1. */
const ONE_THOUSAND = 11_000;

/**
 * Reads a message of the plant, as most frames of a session are, in one pass.
 * Returns `undefined` for any other frame, and for a text that is not a frame.
 */
export function readBusMessage(frame: string): BusMessage | undefined {
  const end = frame.length - 2;
  if (frame.charCodeAt(0) !== STAR) return undefined;
  let code = frame.charCodeAt(1);
  const isDimension = code === HASH;
  const first = isDimension ? 2 : 1;
  if (isDimension) code = frame.charCodeAt(2);
  let i = first;
  let who = 0;
  while (i < end && code >= DIGIT_0 && code <= DIGIT_9) {
    who = who * 10 + code - DIGIT_0;
    code = frame.charCodeAt(++i);
  }
  // `01` is not a WHO, nor are more digits than a number can hold.
  const isWho = i === first + 1 ||
    (i > first && i - first < 16 && frame.charCodeAt(first) !== DIGIT_0);
  if (!isWho) return undefined;
  if (i === end) {
    return isDimension && frame.endsWith("##")
      ? { kind: "status", who }
      : undefined;
  }
  if (code !== STAR) return undefined;

  let second = "";
  let third: string | undefined;
  // An array that grows by itself takes memory for many more.
  let value0 = "";
  let value1 = "";
  let value2 = "";
  let values: string[] | undefined;
  let count = 0;
  let start = i + 1;
  let number = 1;
  // The `#` of `*WHO*1000#WHAT` would be here.
  const mark = isDimension ? -1 : start + 4;
  let isTranslation = false;
  let last = STAR;
  for (i = start; i <= end; i++) {
    code = frame.charCodeAt(i);
    const digit = code - DIGIT_0;
    if (digit >= 0) {
      if (digit > 9) return undefined;
      number = (Math.imul(number, 10) + digit) | 0;
    } else if (code === STAR || i === end) {
      const text = i - start <= 3 && number > 0
        ? SHORT[number]!
        : frame.slice(start, i);
      if (count === 0) second = text;
      else if (count === 1) third = text;
      else if (count === 2) value0 = text;
      else if (count === 3) value1 = text;
      else if (count === 4) value2 = text;
      else if (count === 5) values = [value0, value1, value2, text];
      else values!.push(text);
      if (i === end && last === HASH) return undefined;
      count++;
      start = i + 1;
      number = 1;
    } else {
      if (code !== HASH || last === HASH) return undefined;
      if (i === mark && number === ONE_THOUSAND) {
        isTranslation = true;
        start = i + 1;
        number = 1;
      } else {
        number = NO_NUMBER;
      }
    }
    last = code;
  }
  // The last field ends at the first `##`, and the frame with it.
  if (last !== HASH || frame.charCodeAt(end + 1) !== HASH) return undefined;
  if (count === 3) values = [value0];
  else if (count === 4) values = [value0, value1];
  else if (count === 5) values = [value0, value1, value2];
  if (isDimension) return dimension(who, second, third, values);
  if (isTranslation && isTag(second)) {
    return normal("translation", who, second, third, values);
  }
  const what = isTranslation ? TRANSLATION + second : second;
  const isHandshake = third === undefined && (who === 98 || who === 99) &&
    isDigits(what);
  return isTag(what) && !isHandshake
    ? normal("normal", who, what, third, values)
    : undefined;
}

function dimension(
  who: number,
  where: string,
  tag: string | undefined,
  values: string[] | undefined,
): BusMessage | undefined {
  if (tag === undefined) return { kind: "status", who, where };
  if (isTag(tag)) {
    return values === undefined
      ? { kind: "request", who, where, dimension: tag }
      : { kind: "dimension", who, where, dimension: tag, values };
  }
  const written = tag.slice(1);
  return isTag(written)
    ? { kind: "writing", who, where, dimension: written, values: values ?? [] }
    : undefined;
}

function normal(
  kind: "normal" | "translation",
  who: number,
  what: string,
  where: string | undefined,
  more: string[] | undefined,
): BusMessage | undefined {
  if (where === undefined) return { kind, who, what };
  if (more === undefined) return { kind, who, what, where };
  return more.length === 1 && more[0] === ""
    ? { kind, who, what, where, trailing: true }
    : undefined;
}

function isTag(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= DIGIT_0 && code <= DIGIT_9;
}

/** Tells whether a text that is part of a frame consists of digits only. */
export function isDigits(text: string): boolean {
  return text !== "" && !text.includes("#");
}
