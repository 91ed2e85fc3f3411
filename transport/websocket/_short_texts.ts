// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { OutBuffer } from "../stream/_out_buffers.ts";
import { headLength, Opcode, writeHead } from "./_frame.ts";
import { applyMask } from "./_mask.ts";

const ENCODER = /* @__PURE__ */ new TextEncoder();

/** The longest text that is encoded together with others. */
export const SHORT_LENGTH = 512;

/** How much is encoded together: what the first buffer of a turn holds. */
export const GATHERED_BYTES = 2_048;

/** What stands in for a header, by its length. */
const HEADS = /* @__PURE__ */ Array.from(
  { length: 9 },
  (_, length) => "\0".repeat(length),
);

/** Returns how many bytes the frame of a text takes, if it is ASCII. */
export function frameLength(text: string, isClient: boolean): number {
  return headLength(text.length, isClient) + text.length;
}

/**
 * Writes the frames of short texts: one call of the encoder takes as long as
 * the rest of a short message. Returns where they end, or `undefined` if they
 * are not ASCII: then their bytes are more, and nothing of them counts.
 *
 * @param texts The texts.
 * @param size What {@linkcode frameLength} says of all of them.
 * @param out Where to write, after what it has; there is enough room.
 * @param group Makes the masks of a client.
 */
export function writeShortTexts(
  texts: readonly string[],
  size: number,
  { bytes, words, length: start }: OutBuffer,
  group: { mask(): number } | undefined,
): number | undefined {
  const isClient = group !== undefined;
  let all = "";
  for (const text of texts) {
    all += HEADS[headLength(text.length, isClient)] + text;
  }
  const { read, written } = ENCODER.encodeInto(all, bytes.subarray(start));
  if (read !== size || written !== size) return undefined;
  let end = start;
  for (const { length } of texts) {
    const mask = group?.mask();
    const at = writeHead(bytes, end, Opcode.Text, length, mask);
    end = at + length;
    if (mask !== undefined) applyMask(bytes, words, at, end, mask);
  }
  return end;
}
