// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { passPlain } from "./_long_strings.ts";
import { Scanner } from "./_scan.ts";

/** Whether a byte stands for itself inside a JSON string. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte !== 0x22 && byte !== 0x5c;
}

Deno.test("passPlain() stops within 32 bytes before the first that is not plain", () => {
  const random = new Random();
  for (let byte = 0; byte < 256; byte++) {
    const bytes = new Uint8Array(20_000 + random.below(64)).fill(0x21);
    const at = random.below(bytes.length);
    bytes[at] = byte;
    const start = random.below(64);
    const end = isPlain(byte) || at < start ? bytes.length : at;
    const passed = passPlain(bytes, start);
    const what = `seed ${random.seed}, byte ${byte}`;
    assertEquals((passed - start) % 32, 0, what);
    assertEquals(passed <= end && end - passed < 32, true, what);
  }
});

Deno.test("Scanner finds the end of a long string as it is found byte by byte", () => {
  const random = new Random();
  const scanner = new Scanner();
  const fill = [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xa2, 0xdc, 0xff];
  for (let round = 0; round < 2_000; round++) {
    const offset = random.below(8);
    const length = random.pick([100, 2_200, 5_000, 40_000]);
    const bytes = new Uint8Array(offset + length).subarray(offset);
    bytes.fill(random.pick(fill));
    for (let n = random.below(5); n > 0; n--) {
      bytes[random.below(length)] = random.pick(fill);
    }
    bytes[0] = 0x22;
    // Quotes that are escaped are a part of it.
    for (let n = random.below(4); n > 0; n--) {
      const at = 1 + random.below(length - 2);
      bytes.set([0x5c, 0x22], at);
    }
    let end = 1 + random.below(length - 1);
    while (bytes[end - 1] === 0x5c) end--;
    bytes[end] = 0x22;
    let at = 1;
    while (bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
    assertEquals(
      scanner.skipString(bytes, 0),
      at + 1,
      `seed ${random.seed}, round ${round}`,
    );
    bytes[1 + random.below(at - 1 || 1)] = random.below(0x20);
    if (at === 1) continue;
    let thrown = false;
    try {
      scanner.skipString(bytes, 0);
    } catch (error) {
      thrown = error instanceof SyntaxError;
    }
    assertEquals(thrown, true, `seed ${random.seed}, round ${round}`);
  }
});
