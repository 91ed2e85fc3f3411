// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { isWhole } from "./_whole_json.ts";

const ENCODER = new TextEncoder();

Deno.test("isWhole() says of an object or a list that it is whole, and of no part of it", () => {
  const random = new Random();
  const texts = ['"', "\\", "{", "}", "[", "]", "é", "\u2028", "", '\\"}'];
  const make = (depth: number): unknown => {
    const kind = random.below(depth === 0 ? 2 : depth > 4 ? 4 : 6);
    const items = Array.from({ length: random.below(4) }, () => depth + 1);
    if (kind === 0) return items.map(make);
    if (kind === 1) {
      const text = () => texts[random.below(texts.length)]!;
      return Object.fromEntries(items.map((next) => [text(), make(next)]));
    }
    return kind === 2 ? random.below(1_000) : texts[random.below(texts.length)];
  };
  for (let round = 0; round < 1_000; round++) {
    const space = random.below(2) ? 1 : 0;
    const bytes = ENCODER.encode(JSON.stringify(make(0), null, space));
    const what = `seed ${random.seed}, round ${round}`;
    assert(isWhole(bytes), what);
    for (let end = 0; end < bytes.length; end++) {
      assert(!isWhole(bytes.subarray(0, end)), what);
    }
  }
});

Deno.test("isWhole() passes over white space around, and takes nothing else", () => {
  for (const text of [" {} ", "\t[1]\r", "\r[]\t "]) {
    assert(isWhole(ENCODER.encode(text)));
  }
  const others = [
    "",
    " ",
    "12",
    '"a"',
    "null",
    "{}{}",
    "[] []",
    "{}}",
    "]",
    "x{}",
  ];
  for (const text of others) assertEquals(isWhole(ENCODER.encode(text)), false);
});
