// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { readMemory } from "@wirekit/internal/bytes";
import { Random } from "@wirekit/internal/testing";
import { wordsOf } from "../stream/_words.ts";
import { maskLarge } from "./_large_mask.ts";
import { applyMask } from "./_mask.ts";

Deno.test("maskLarge() does what is done byte by byte, and nothing beside", () => {
  const random = new Random();
  for (let round = 0; round < 400; round++) {
    const start = random.below(40);
    const size = random.pick([
      random.below(100),
      4096 + random.below(100),
      16_384 - 33 + random.below(66),
      random.below(70_000),
    ]);
    const mask = [0, 8, 16, 24].reduce(
      (sum, shift) => sum | random.below(256) << shift,
      0,
    );
    // Most are ASCII once the mask is taken off.
    const plain = new Uint8Array(start + size + 40).fill(0x20 + start);
    if (size > 0 && random.below(2)) {
      plain[start + random.below(size)] = 0x80 + random.below(128);
    }
    plain[start + size] = 0xff;
    const isAscii = plain.subarray(start, start + size).every((b) => b < 0x80);
    const bytes = plain.map((byte, i) =>
      i < start || i >= start + size
        ? byte
        : byte ^ mask >>> 8 * ((i - start) & 3)
    );
    const read = readMemory().subarray(random.below(60_000));
    for (
      const run of [
        (bytes: Uint8Array<ArrayBuffer>) =>
          maskLarge(bytes.subarray(start, start + size), mask)!,
        (bytes: Uint8Array<ArrayBuffer>) =>
          applyMask(bytes, wordsOf(bytes), start, start + size, mask),
      ]
    ) {
      // In memory of its own, and where sockets are read into.
      for (const done of [bytes.slice(), read.subarray(0, bytes.length)]) {
        done.set(bytes);
        const bits = run(done);
        assertEquals(done, plain, `seed ${random.seed}`);
        assertEquals(bits < 0x80, isAscii, `seed ${random.seed}`);
      }
    }
  }
});
