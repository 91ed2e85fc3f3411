// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { Scanner, standsAt } from "./_scan.ts";
import { isTextAt, stringEnd, TextInWords } from "./_words_anywhere.ts";

const encoder = new TextEncoder();
const random = new Random();

/** A text as a part of other bytes, which begins at an address such as `offset`. */
function partOf(
  text: string,
  offset: number,
): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(text);
  const part = new Uint8Array(offset + bytes.length + random.below(9))
    .fill(0x61).subarray(offset, offset + bytes.length);
  part.set(bytes);
  return part;
}

/** Where a string ends, or why it is none. */
function endOf(scanner: Scanner, bytes: Uint8Array): number | string {
  try {
    return scanner.skipString(bytes, 0);
  } catch (error) {
    return String(error);
  }
}

Deno.test("Scanner finds the same end of a string by words at any address as byte by byte", () => {
  const inWords = new Scanner();
  const parts = [
    "x",
    "é",
    "€",
    "😀",
    "¡",
    "Ü",
    "!",
    "#",
    "[",
    "]",
    " ",
    "\x7f",
  ];
  const others = ['"', "\\", '\\"', "\\n", "\\u0041", "\n", "\0", "\x1f"];
  for (let n = 0; n < 20_000; n++) {
    let text = '"';
    const length = random.below(random.pick([4, 20, 90, 400]));
    for (let i = 0; i < length; i++) {
      text += random.pick(random.below(60) ? parts : others);
    }
    if (random.below(9)) text += '"';
    if (random.below(2)) text += ',"more":1}';
    const bytes = partOf(text, random.below(9));
    inWords.words.take(bytes);
    const what = `seed ${random.seed}: ${JSON.stringify(text)}`;
    const end = endOf(new Scanner(), bytes);
    assertEquals(endOf(inWords, bytes), end, what);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const found = stringEnd(view, 1, bytes.length);
    const isShort = typeof end === "number" && end + 4 <= bytes.length &&
      !text.includes("\\");
    if (isShort || found !== 0) assertEquals(found, end, what);
  }
});

Deno.test("A text stands where a look at each byte says that it does", () => {
  for (
    const text of ["abcd", ',"type":', ',"destination":', "abcde", "abcdef"]
  ) {
    const bytes = encoder.encode(text);
    const inWords = new TextInWords(bytes);
    for (let offset = 0; offset < 5; offset++) {
      for (let changed = -1; changed < text.length; changed++) {
        const part = partOf(`..${text}.`, offset);
        if (changed >= 0) part[2 + changed]! ^= 0x80;
        const view = new DataView(part.buffer, part.byteOffset);
        for (let at = 0; at + bytes.length <= part.length; at++) {
          assertEquals(isTextAt(view, at, inWords), standsAt(part, at, bytes));
        }
      }
    }
  }
});
