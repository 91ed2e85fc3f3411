// Copyright 2026 the Wirekit authors. MIT license.

/** Writes messages around data that goes on as it came. */

import { allocate } from "@wirekit/internal/bytes";
import type { Span } from "@wirekit/hub/hub";

/** The id of a call: a whole number, or the JSON text of any other, in ASCII. */
export type Id = number | string;

/** Up to so many bytes a loop is quicker than a call into the engine. */
const SHORT = 96;

const CLOSE_BRACE = 0x7d;

/**
 * Writes a message: what it begins with, an id, more of it, data, a brace. With
 * `idLast`, the id and the data change places.
 */
export function splice(
  head: Uint8Array,
  id: Id,
  middle: Uint8Array,
  { bytes, start, end }: Span,
  idLast = false,
): Uint8Array<ArrayBuffer> {
  const idLength = typeof id === "number" ? digits(id) : id.length;
  const dataLength = end - start;
  const out = allocate(
    head.length + idLength + middle.length + dataLength + 1,
  );
  const middleAt = head.length + (idLast ? dataLength : idLength);
  const lastAt = middleAt + middle.length;
  put(out, 0, head);
  putId(out, idLast ? lastAt : head.length, idLength, id);
  put(out, middleAt, middle);
  putData(out, idLast ? head.length : lastAt, bytes, start, end);
  out[out.length - 1] = CLOSE_BRACE;
  return out;
}

function put(out: Uint8Array, at: number, part: Uint8Array): void {
  for (let i = 0; i < part.length; i++) out[at + i] = part[i]!;
}

function putData(
  out: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (end - start > SHORT) return out.set(bytes.subarray(start, end), at);
  const shift = at - start;
  for (let i = start; i < end; i++) out[i + shift] = bytes[i]!;
}

function putId(out: Uint8Array, at: number, length: number, id: Id): void {
  if (typeof id === "string") {
    for (let i = 0; i < length; i++) out[at + i] = id.charCodeAt(i);
    return;
  }
  let rest = id;
  for (let i = at + length - 1; i >= at; i--) {
    const digit = rest % 10;
    out[i] = 0x30 + digit;
    rest = (rest - digit) / 10;
  }
}

function digits(number: number): number {
  let count = 1;
  for (let limit = 10; number >= limit; limit *= 10) count++;
  return count;
}
