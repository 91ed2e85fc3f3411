// Copyright 2026 the Wirekit authors. MIT license.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { allocate, SLAB_BYTES } from "./allocate.ts";

Deno.test("allocate() gives no byte twice", () => {
  const pieces = Array.from({ length: 2000 }, (_, n) => {
    const piece = allocate(n % 300);
    piece.fill(n % 251);
    return piece;
  });
  pieces.forEach((piece, n) => {
    assertEquals(piece.length, n % 300);
    assert(piece.every((byte) => byte === n % 251));
  });
});

Deno.test("allocate() gives large buffers their own memory", () => {
  for (const length of [SLAB_BYTES / 4 + 1, 1_000_000]) {
    const buffer = allocate(length);
    assertEquals(buffer.buffer.byteLength, length);
  }
  const [one, two] = [allocate(SLAB_BYTES / 4), allocate(0)];
  assertEquals(one.length + two.length, SLAB_BYTES / 4);
  assertStrictEquals(one.byteOffset % 4, 0);
});
