// Copyright 2026 the Wirekit authors. MIT license.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  allocate,
  borrow,
  giveBack,
  giveBackUsed,
  keep,
  lastUse,
  LINE,
  noteSeen,
  SLAB_BYTES,
  TEXT,
  wasSeen,
} from "./_allocate.ts";
import { Random } from "./testing.ts";

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

Deno.test("borrow() gives no byte twice while it is lent", () => {
  const numbers = new Random();
  const random = (limit: number) => numbers.below(limit);
  const lent: { bytes: Uint8Array<ArrayBuffer>; mark: number }[] = [];
  const check = ({ bytes, mark }: typeof lent[0]) =>
    assert(bytes.every((byte) => byte === mark), `seed ${numbers.seed}`);
  let reused = 0;
  const seen = new Set<ArrayBuffer>();
  for (let n = 0; n < 1_500; n++) {
    const bytes = borrow(random(n % 50 === 0 ? 1_500_000 : 70_000));
    if (seen.has(bytes.buffer)) reused++;
    seen.add(bytes.buffer);
    lent.push({ bytes: bytes.fill(n % 251), mark: n % 251 });
    while (lent.length > random(40)) {
      const [one] = lent.splice(random(lent.length), 1);
      check(one!);
      const { bytes } = one!;
      // Some are forgotten, some are given back more than once.
      for (let times = random(4); times > 0; times--) {
        const part = bytes.subarray(random(bytes.length));
        random(2) ? giveBack(part) : giveBackUsed(lastUse(bytes));
      }
    }
  }
  lent.forEach(check);
  assert(reused > 400, `${reused}, seed ${numbers.seed}`);
});

Deno.test("borrow() uses memory of up to four messages of 1 MiB with their envelopes again", () => {
  const borrowed = (count: number) =>
    Array.from({ length: count }, () => borrow(1_048_576 + 300));
  borrowed(5).forEach(giveBack); // More than is kept, so that nothing else is.
  borrowed(5);
  const four = borrowed(4);
  four.forEach(giveBack);
  const again = new Set(borrowed(4).map(({ buffer }) => buffer));
  assert(four.every(({ buffer }) => again.has(buffer)));
  const many = borrowed(20);
  many.forEach(giveBack);
  const kept = new Set(many.map(({ buffer }) => buffer));
  assert(borrowed(20).filter(({ buffer }) => kept.has(buffer)).length <= 4);
});

Deno.test("only what was borrowed is used again, and only once it is not used any more", () => {
  const message = borrow(50_000);
  const isAgain = () => {
    const buffers = Array.from({ length: 100 }, () => borrow(50_000).buffer);
    return buffers.includes(message.buffer);
  };
  giveBackUsed(message);
  assert(!isAgain());
  assertStrictEquals(lastUse(message), message);
  assert(!isAgain());
  giveBackUsed(message);
  assert(isAgain());
  giveBackUsed(message); // It is another's now, who has not said so.
  assert(!isAgain());
  const own = new Uint8Array(50_000);
  giveBack(own);
  giveBackUsed(lastUse(own));
  assert(borrow(50_000).buffer !== own.buffer);
});

Deno.test("what a message was seen to be is believed once nobody else may change it, and not of the next one", () => {
  const message = borrow(50_000);
  noteSeen(message, TEXT);
  assertEquals(wasSeen(message, TEXT), false);
  lastUse(message);
  assertEquals(wasSeen(message, TEXT), true);
  assertEquals(wasSeen(message, TEXT | LINE), false);
  giveBackUsed(message);
  const next = lastUse(borrow(50_000));
  assertStrictEquals(next.buffer, message.buffer);
  assertEquals(wasSeen(next, TEXT), false);
  noteSeen(next, TEXT | LINE);
  assertEquals(wasSeen(next, TEXT | LINE), true);
  keep(next);
  assertEquals(wasSeen(next, TEXT), false);
  const own = lastUse(new Uint8Array(50_000));
  noteSeen(own, TEXT);
  assertEquals(wasSeen(own, TEXT), false);
});
