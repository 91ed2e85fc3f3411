// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { wordsOf } from "../stream/_words.ts";
import { Opcode, writeHead } from "./_frame.ts";
import { applyMask } from "./_mask.ts";
import { frameLength, SHORT_LENGTH, writeShortTexts } from "./_short_texts.ts";

const ENCODER = new TextEncoder();

function textOf(random: Random): string {
  const length = random.pick([0, 1, 3, 20, 124, 125, 126, 127, SHORT_LENGTH]);
  const plain = Array.from(
    { length },
    () => String.fromCharCode(random.below(128)),
  ).join("");
  if (random.below(12) > 0) return plain;
  const at = random.below(length + 1);
  const other = random.pick(["\x80", "ë", "€", "😀", "\ud800", "\udc00"]);
  return plain.slice(0, at) + other + plain.slice(at);
}

/** Frames of texts that are encoded one by one, after what is there. */
function onePerCall(
  texts: readonly string[],
  start: number,
  masks: readonly number[] | undefined,
): Uint8Array | undefined {
  const out = new Uint8Array(100_000);
  let end = start;
  for (const [i, text] of texts.entries()) {
    const mask = masks?.[i];
    const payload = ENCODER.encode(text);
    if (payload.length !== text.length) return undefined;
    const at = writeHead(out, end, Opcode.Text, payload.length, mask);
    end = at + payload.length;
    out.set(payload, at);
    applyMask(out, wordsOf(out), at, end, mask ?? 0);
  }
  return out.slice(start, end);
}

Deno.test("writeShortTexts() writes what the encoder writes text by text, or nothing", () => {
  for (let round = 0; round < 3_000; round++) {
    const random = new Random();
    const texts = Array.from({ length: random.below(9) }, () => textOf(random));
    const isClient = random.below(2) === 0;
    const masks = isClient
      ? texts.map(() => Math.floor(random.next() * 2 ** 32) | 0)
      : undefined;
    const start = random.below(40);
    const size = texts
      .reduce((sum, text) => sum + frameLength(text, isClient), 0);
    // What is not ASCII may be cut off where there is just enough room.
    const spare = random.pick([0, 0, 1, 2, 500]);
    const bytes = new Uint8Array(start + size + spare).fill(255);
    const out = { bytes, words: wordsOf(bytes), length: start, count: 0 };
    const left = masks?.slice();
    const group = left && { mask: () => left.shift()! };

    const end = writeShortTexts(texts, size, out, group);
    const written = end === undefined ? undefined : bytes.slice(start, end);
    const expected = onePerCall(texts, start, masks);
    assertEquals(written, expected, `seed ${random.seed}`);
    assertEquals(
      [...bytes.subarray(0, start)],
      new Array(start).fill(255),
      `seed ${random.seed}`,
    );
  }
});
