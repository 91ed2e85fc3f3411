// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Scanner } from "../exchange/scan/_scan.ts";
import { TextInWords } from "../exchange/scan/_words_anywhere.ts";
import { type MemberName, MEMBERS, PREFIXES } from "./_compose.ts";

const SPACE = 0x20;
const CLOSE_BRACE = 0x7d;

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
  let i = 0;
  for (let n = 0; n < ORDER.length; n++) {
    const prefix = IN_ORDER[n]!;
    if (!words.hasAt(i, prefix)) return false;
    i += prefix.length;
    if (bytes[i]! <= SPACE) return false;
    const member = ORDER[n]!;
    starts[member] = i;
    i = scanner.skipValue(bytes, i, 1);
    ends[member] = i;
  }
  if (bytes[i] !== CLOSE_BRACE || i + 1 !== bytes.length) return false;
  starts.fill(0, ORDER.length);
  return true;
}
