// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { skipPlainWords, wordsOf } from "./_plain_words.ts";
import { Scanner } from "./_scan.ts";

const A = 0x61;
const E_ACUTE = [0xc3, 0xa9];

/** What skipPlainWords() skips, byte by byte. */
function plainWordsOf(bytes: Uint8Array): number {
  const at = bytes.findIndex((byte) =>
    byte < 0x20 || byte === 0x22 || byte === 0x5c
  );
  return (at < 0 ? bytes.length : at) >> 2;
}

function assertSkipped(bytes: Uint8Array<ArrayBuffer>, what: string): void {
  const end = bytes.length >> 2;
  const plain = plainWordsOf(bytes);
  const words = wordsOf(bytes.buffer);
  assertEquals(skipPlainWords(words, 0, end), plain, what);
  assertEquals(skipPlainWords(words, 0, plain), plain, what);
  const start = plain >> 1;
  assertEquals(skipPlainWords(words, start, end), plain, what);
}

Deno.test("skipPlainWords() stops at each byte that is not plain, wherever in a word it is and whatever is beside it", () => {
  for (const others of [[A], [0x20], [0x21], [0x23], [0x5b], [0xff], E_ACUTE]) {
    for (let at = 0; at < 52; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const bytes = new Uint8Array(52).map((_, i) =>
          i === at ? byte : others[i % others.length]!
        );
        assertSkipped(bytes, `${byte} at ${at} in ${others}`);
      }
    }
  }
});

Deno.test("skipPlainWords() sees each pair of bytes as a look at each byte does", () => {
  for (let pair = 0; pair < 65_536; pair++) {
    for (const at of [0, 1, 2, 33, 35]) {
      const bytes = new Uint8Array(40).fill(A);
      bytes[at] = pair & 0xff;
      bytes[at + 1] = pair >> 8;
      assertSkipped(bytes, `${bytes[at]} and ${bytes[at + 1]} at ${at}`);
    }
  }
});

Deno.test("skipPlainWords() does what a look at each byte does", () => {
  const random = new Random();
  const edges = [0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7f, 0x80];
  for (let round = 0; round < 20_000; round++) {
    const odd = random.below(30);
    const most = random.pick([0x80, 256]);
    const bytes = new Uint8Array(4 * random.below(30)).map(() =>
      random.below(30) < odd
        ? random.pick(edges)
        : 0x5d + random.below(most - 0x5d)
    );
    assertSkipped(bytes, `seed ${random.seed}`);
  }
});

Deno.test("Scanner finds the end of a long string that begins anywhere in a word", () => {
  const scanner = new Scanner();
  const text = new TextEncoder().encode('"});x');
  const parts = ["a", "é", "€", "\u{1f600}", '\\"', "\\\\", "\\u00e9", "z9 "]
    .map((part) => new TextEncoder().encode(part));
  const random = new Random();
  for (let round = 0; round < 4_000; round++) {
    const some = random.below(2) > 0 ? parts : parts.slice(0, 1);
    const inside = Array.from(
      { length: random.below(300) },
      () => [...random.pick(some)],
    ).flat();
    const start = random.below(9);
    const all = new Uint8Array([
      ...new Array(start).fill(A),
      0x22,
      ...inside,
      ...text,
    ]);
    const offset = random.below(4);
    const bytes = new Uint8Array(new ArrayBuffer(offset + all.length), offset);
    bytes.set(all);
    const end = start + 1 + inside.length + 1;
    assertEquals(scanner.skipString(bytes, start), end, `seed ${random.seed}`);
  }
});
