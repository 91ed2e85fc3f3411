// Copyright 2026 the Wirekit authors. MIT license.

/** The names of clients, and the uuids of requests, which tell their slot. */

import type { Connection } from "./connection.ts";

/** The length of a uuid. */
export const UUID_LENGTH = 36;

const QUOTE = 34;
const DASH = 45;
const COLON = 58;
/** What stands before a uuid, in winerp's messages and in those of JSON-RPC. */
const ID_KEY = new TextEncoder().encode('id":"');

const decoder = new TextDecoder();

export function uuidOf(slot: number): string {
  return `${slot.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
}

export function writeHex(into: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 8; i++) {
    const digit = (value >>> (28 - 4 * i)) & 15;
    into[at + i] = digit < 10 ? 48 + digit : 87 + digit;
  }
}

export function readHex(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const char = bytes[at + i]!;
    value = value << 4 | (char < 58 ? char - 48 : char - 87);
  }
  return value;
}

/** Finds the uuid of a message; it is almost always where it last was. */
export function uuidAt(
  connection: Connection,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const guess = end - connection.uuidBeforeEnd;
  if (
    guess > start && bytes[guess - 1] === QUOTE &&
    bytes[guess + 8] === DASH && bytes[guess + UUID_LENGTH] === QUOTE &&
    bytes[guess - 2] === COLON && bytes[guess - 3] === QUOTE
  ) return guess;
  outer: for (let i = end - UUID_LENGTH; i > start; i--) {
    for (let k = 0; k < ID_KEY.length; k++) {
      if (bytes[i + k] !== ID_KEY[k]) continue outer;
    }
    const at = i + ID_KEY.length;
    if (bytes[at + 8] !== DASH || bytes[at + UUID_LENGTH] !== QUOTE) continue;
    connection.uuidBeforeEnd = end - at;
    return at;
  }
  throw new Error(
    `No uuid: ${decoder.decode(bytes.subarray(start, end)).slice(0, 300)}`,
  );
}

/** The number of the first client. */
let first = 0;

/** Sets the number of the first client. */
export function countFrom(number: number): void {
  first = number;
}

export function name(role: string, index: number): string {
  return `${role}${String(first + index).padStart(5, "0")}`;
}
