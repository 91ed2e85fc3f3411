// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { Scanner, standsAt } from "./_scan.ts";
import { TextInWords, WordsAnywhere } from "./_words_anywhere.ts";

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
    const bytes = partOf(text, random.below(9));
    inWords.words.take(bytes);
    const what = `seed ${random.seed}: ${JSON.stringify(text)}`;
    assertEquals(endOf(inWords, bytes), endOf(new Scanner(), bytes), what);
  }
});

Deno.test("WordsAnywhere says the same of a text as a look at each byte", () => {
  const words = new WordsAnywhere();
  for (
    const text of ["abcd", ',"type":', ',"destination":', "abcde", "abcdef"]
  ) {
    const bytes = encoder.encode(text);
    for (let offset = 0; offset < 5; offset++) {
      for (let changed = -1; changed < text.length; changed++) {
        const part = partOf(`..${text}.`, offset);
        if (changed >= 0) part[2 + changed]! ^= 0x80;
        words.take(part);
        for (let at = 0; at < part.length; at++) {
          const expected = standsAt(part, at, bytes);
          assertEquals(words.hasAt(at, new TextInWords(bytes)), expected);
        }
      }
    }
  }
});

Deno.test("WordsAnywhere sees no text that only begins in a message", () => {
  const words = new WordsAnywhere();
  const memory = encoder.encode("..abcdef");
  words.take(memory.subarray(0, 7));
  assertEquals(
    words.hasAt(2, new TextInWords(encoder.encode("abcdef"))),
    false,
  );
  assertEquals(words.hasAt(2, new TextInWords(encoder.encode("abcde"))), true);
});
