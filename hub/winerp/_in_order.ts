// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Scanner } from "../exchange/scan/_scan.ts";
import {
  isTextAt,
  stringEnd,
  TextInWords,
} from "../exchange/scan/_words_anywhere.ts";
import { type MemberName, MEMBERS, NULL, PREFIXES } from "./_compose.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const CLOSE_BRACE = 0x7d;

/** Strings up to this length are looked at here; the scanner is quicker for longer ones. */
const SHORT = 64;

/** The members in the order in which clients write them. */
const ORDER = [
  "id",
  "type",
  "route",
  "traceback",
  "data",
  "uuid",
  "destination",
  "pseudo_object",
].map((name) => MEMBERS.indexOf(name as MemberName));
const NULL_TEXT = new TextInWords(NULL);
const IN_ORDER = ORDER.map((n) => new TextInWords(PREFIXES[n]!));

/**
 * Reads a message as winerp's clients and ours write it: all members, in their
 * order, without a space. Any other is left to the reader of all. A test
 * compares the two.
 *
 * @param bytes The message.
 * @param scanner What finds the end of a value, and refuses what is none.
 * @param starts Gets where the value of each member starts, by its index, and 0
 * for all else.
 * @param ends Gets where it ends.
 * @returns Whether it is such a message; otherwise something else may be in both.
 */
export function readInOrder(
  bytes: Uint8Array<ArrayBuffer>,
  scanner: Scanner,
  starts: Int32Array,
  ends: Int32Array,
): boolean {
  const { words } = scanner;
  words.take(bytes);
  const { view } = words;
  const { byteOffset: from, length } = bytes;
  const end = from + length;
  let at = from;
  for (let n = 0; n < IN_ORDER.length; n++) {
    const prefix = IN_ORDER[n]!;
    if (at + prefix.length + NULL_TEXT.length > end) return false;
    if (!isTextAt(view, at, prefix)) return false;
    at += prefix.length;
    const first = view.getUint8(at);
    if (first <= SPACE) return false;
    const member = ORDER[n]!;
    starts[member] = at - from;
    const next = first === QUOTE
      ? stringEnd(view, at + 1, Math.min(end, at + SHORT))
      : isTextAt(view, at, NULL_TEXT)
      ? at + NULL_TEXT.length
      : 0;
    at = next > 0 ? next : from + scanner.skipValue(bytes, at - from, 1);
    ends[member] = at - from;
  }
  if (at + 1 !== end || view.getUint8(at) !== CLOSE_BRACE) return false;
  starts[ORDER.length] = 0;
  return true;
}
