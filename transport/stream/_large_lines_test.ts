// Copyright 2026 the Wirekit authors. MIT license.

/** Looks through a line by WebAssembly: as a plain search does. */

import { assert, assertEquals } from "@std/assert";
import { readMemory } from "@wirekit/internal/bytes";
import { Random } from "@wirekit/internal/testing";
import { findNewline } from "./_large_lines.ts";

/** What {@linkcode findNewline} finds, by the plain means of the language. */
function plain(bytes: Uint8Array, from: number) {
  const at = bytes.indexOf(0x0a, from);
  const before = bytes.subarray(from, at < 0 ? bytes.length : at);
  return { at, isAscii: before.every((byte) => byte < 0x80) };
}

Deno.test("findNewline() finds what a plain search does", () => {
  const random = new Random();
  for (let round = 0; round < 3_000; round++) {
    const offset = random.below(40);
    const length = random.below(random.below(2) ? 100 : 70_000);
    const bytes = new Uint8Array(offset + length).subarray(offset);
    bytes.fill(0x20 + random.below(0x60));
    // Neighbours of what is looked for, and newlines that are cut off.
    const some = [0x09, 0x0b, 0x0d, 0x00, 0x7f, 0x0a, 0x80, 0x8a, 0xff];
    const rare = random.below(3) ? 5 : some.length;
    for (let n = random.below(4); n > 0 && length > 0; n--) {
      bytes[random.below(length)] = some[random.below(rare)]!;
    }
    const from = random.below(2) ? 0 : random.below(length + 1);
    const what = `seed ${random.seed}, round ${round}`;
    assertEquals(findNewline(bytes, from), plain(bytes, from), what);
    // The same where sockets are read into.
    const read = readMemory().subarray(random.below(69_000));
    read.set(bytes);
    read[length] = random.pick([0x0a, 0x80]);
    const there = read.subarray(0, length);
    assertEquals(findNewline(there, from), plain(bytes, from), what);
  }
});

Deno.test("findNewline() sees each byte, and none beyond the end", () => {
  // The ends of the pieces that are copied, and of the words within.
  for (
    const length of [0, 1, 31, 63, 64, 65, 128, 16_384, 16_385, 32_768 + 33]
  ) {
    const whole = new Uint8Array(length + 64).fill(0x0a);
    const bytes = whole.subarray(0, length).fill(0x20);
    assertEquals(findNewline(bytes, 0), { at: -1, isAscii: true });
    const places = new Set([
      0,
      15,
      16,
      32,
      48,
      63,
      64,
      16_383,
      16_384,
      length - 1,
    ]);
    for (const at of places) {
      if (at < 0 || at >= length) continue;
      bytes[at] = 0x0a;
      assertEquals(findNewline(bytes, 0), { at, isAscii: true });
      bytes[at] = 0x8a;
      assertEquals(findNewline(bytes, 0), { at: -1, isAscii: false });
      bytes[at] = 0x20;
    }
  }
});

Deno.test("Large lines are read and sent without WebAssembly, too", async () => {
  const framer = new URL("./newline_framer.ts", import.meta.url);
  const find = new URL("./_large_lines.ts", import.meta.url);
  const script = `
    delete globalThis.WebAssembly;
    const { findNewline } = await import("${find}");
    const { NewlineFramer } = await import("${framer}");
    const framer = new NewlineFramer({ format: "utf8" });
    const line = new TextEncoder().encode("é".repeat(20_000));
    for (let n = 0; n < 3; n++) {
      const [bytes, end] = framer.encodeParts(line);
      const got = [...framer.decode(bytes), ...framer.decode(end)];
      console.log(got.length, got[0].length);
    }
    console.log(findNewline(line, 0));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    cwd: new URL("../..", import.meta.url),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text !== "", new TextDecoder().decode(stderr));
  assertEquals(text, "1 40000\n1 40000\n1 40000\nundefined\n");
});
