// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { wordsOf } from "../stream/_words.ts";
import { followUtf8 } from "./_follow_utf8.ts";
import { applyMask, rotate } from "./_mask.ts";

Deno.test("applyMask() by words does what it does byte by byte, wherever the bytes start", () => {
  const random = new Random();
  for (let round = 0; round < 5_000; round++) {
    const size = 1 + random.below(90);
    const most = random.pick([128, 256]);
    const bytes = new Uint8Array(size).map(() => random.below(most));
    const start = random.below(size + 1);
    const end = start + random.below(size - start + 1);
    const key = [0, 0, 0, 0].map(() => random.below(256));
    const mask = random.below(4) > 0
      ? key.reduce((sum, byte, i) => sum | byte << 8 * i, 0)
      : 0;
    let bits = 0;
    const expected = bytes.map((byte, i) => {
      if (i < start || i >= end) return byte;
      const done = byte ^ (mask >>> 8 * ((i - start) & 3) & 0xff);
      bits |= done;
      return done;
    });
    const seen = applyMask(bytes, wordsOf(bytes), start, end, mask);
    assertEquals(bytes, expected, `seed ${random.seed}`);
    assertEquals(seen, bits, `seed ${random.seed}`);
    // In two pieces, as when a frame comes in two reads.
    const cut = start + random.below(end - start + 1);
    applyMask(bytes, wordsOf(bytes), start, cut, mask);
    const rest = rotate(mask, cut - start);
    applyMask(bytes, wordsOf(bytes), cut, end, rest);
    applyMask(bytes, wordsOf(bytes), start, end, mask);
    assertEquals(bytes, expected, `seed ${random.seed}`);
  }
});

Deno.test("followUtf8() takes and refuses what a strict decoder does, however the bytes are cut", () => {
  const random = new Random();
  const parts = ["a", "é", "€", "\u{1f600}", "\u{10ffff}", "\ud7ff", "\ue000"]
    .map((text) => [...new TextEncoder().encode(text)]);
  const odd = [
    [0x80],
    [0xc0, 0x80],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5],
    [0xff],
  ];
  for (let round = 0; round < 20_000; round++) {
    const some = Array.from(
      { length: random.below(8) },
      () => random.pick(random.below(20) > 0 ? parts : odd),
    ).flat();
    if (random.below(4) === 0) some.pop();
    if (random.below(8) === 0 && some.length > 0) {
      some[random.below(some.length)] = random.below(256);
    }
    const bytes = new Uint8Array(some);
    const cut = random.below(bytes.length + 1);
    let state = followUtf8(0, bytes, 0, cut);
    if (state !== -1) state = followUtf8(state, bytes, cut, bytes.length);
    let isWhole = true;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      isWhole = false;
    }
    assertEquals(state === 0, isWhole, `seed ${random.seed}: ${bytes}`);
    if (state <= 0) continue;
    // What is not whole goes on in one way at least, else it is refused.
    const next = new Uint8Array(state & 0xff).fill(0x80);
    next[0] = state >> 8 & 0xff;
    assertEquals(
      followUtf8(state, next, 0, next.length),
      0,
      `seed ${random.seed}: ${bytes}`,
    );
  }
});
