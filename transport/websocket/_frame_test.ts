// Copyright 2026 the Wirekit authors. MIT license.

import { isUtf8 } from "node:buffer";
import { assert, assertEquals, assertLess } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { headLength, isCloseCode, Opcode, writeHead } from "./_frame.ts";
import { FrameParser } from "./_frame_parser.ts";
import { wordsOf } from "../stream/_words.ts";
import { applyMask } from "./_mask.ts";

const MAX = 100_000;

/** What came out of a parser. */
interface Found {
  opcode: number;
  payload: Uint8Array;
}

/** Makes a frame, byte by byte, as the RFC draws it. */
function frame(
  first: number,
  payload: Uint8Array | string,
  mask?: number[],
): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const { length } = bytes;
  const head = [first];
  const flag = mask ? 128 : 0;
  if (length < 126) head.push(flag | length);
  else if (length < 65_536) head.push(flag | 126, length >> 8, length & 255);
  else {
    head.push(flag | 127, 0, 0, 0, 0);
    head.push(length >>> 24, length >> 16 & 255, length >> 8 & 255);
    head.push(length & 255);
  }
  if (mask) head.push(...mask);
  const whole = new Uint8Array(head.length + length);
  whole.set(head);
  whole.set(
    mask ? bytes.map((byte, i) => byte ^ mask[i & 3]!) : bytes,
    head.length,
  );
  return whole;
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Parses chunks, each copied: a parser unmasks in place. */
function parse(
  chunks: Iterable<Uint8Array>,
  options: { masked?: boolean; maxMessageBytes?: number } = {},
) {
  const parser = new FrameParser({
    masked: false,
    maxMessageBytes: MAX,
    ...options,
  });
  const found: Found[] = [];
  let failure: typeof parser.failure;
  for (const chunk of chunks) {
    if (failure) break;
    parser.push(new Uint8Array(chunk));
    while (parser.next()) {
      const { opcode, payload, isAscii, isText } = parser;
      if (opcode === 1 && !isText && !isUtf8(payload)) { // As every caller has to.
        failure = { code: 1007, reason: "not valid UTF-8" };
        break;
      }
      assertEquals(isAscii && payload.some((byte) => byte > 127), false);
      if (isText) new TextDecoder("utf-8", { fatal: true }).decode(payload);
      found.push({ opcode, payload: payload.slice() });
    }
    failure ??= parser.failure;
  }
  return { parser, found, failure };
}

/** A generator of numbers that a seed repeats. */
function random(seed: number): (below: number) => number {
  const numbers = new Random(seed);
  return (below) => numbers.below(below);
}

function* chunks(
  bytes: Uint8Array,
  size: () => number,
): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const end = at + size();
    yield bytes.subarray(at, end);
    at = end;
  }
}

Deno.test("FrameParser finds the same messages under any chunking", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const pick = random(seed);
    const masked = pick(2) === 1;
    const expected: Found[] = [];
    const parts: Uint8Array[] = [];
    const add = (first: number, payload: Uint8Array) => {
      const mask = [pick(256), pick(256), pick(256), pick(256)];
      parts.push(frame(first, payload, masked ? mask : undefined));
    };
    const control = () => {
      const payload = new Uint8Array(pick(126)).map(() => pick(256));
      const opcode = 9 + pick(2);
      add(128 | opcode, payload);
      expected.push({ opcode, payload });
    };
    for (let count = 1 + pick(8); count > 0; count--) {
      const opcode = 1 + pick(2);
      const length = [
        0,
        1,
        15,
        16,
        17,
        125,
        126,
        300,
        65_535,
        65_536,
      ][pick(10)]!;
      const text = opcode === 1;
      const payload = text
        ? new TextEncoder().encode(
          ["a", "\u00fc", "\u20ac", "\u{1f600}"][pick(4)]!.repeat(length >> 2),
        )
        : new Uint8Array(length).map(() => pick(256));
      let first = opcode;
      let at = 0;
      for (let pieces = pick(4); pieces > 0; pieces--) {
        const end = at + pick(payload.length - at + 1);
        add(first, payload.subarray(at, end));
        first = 0;
        at = end;
        if (pick(3) === 0) control();
      }
      add(128 | first, payload.subarray(at));
      expected.push({ opcode, payload });
      if (pick(3) === 0) control();
    }
    const bytes = join(parts);
    const largest = [1, 3, 20, 1_000, 65_536][pick(5)]!;
    const { found, failure, parser } = parse(
      chunks(bytes, () => 1 + pick(largest)),
      { masked },
    );
    const same = found.length === expected.length &&
      found.every(({ opcode, payload }, i) =>
        opcode === expected[i]!.opcode &&
        payload.length === expected[i]!.payload.length &&
        payload.every((byte, j) => byte === expected[i]!.payload[j])
      );
    assert(same && !failure && parser.pending === 0, `Seed ${seed}`);
  }
});

Deno.test("FrameParser takes any bytes without throwing, and stops at the first wrong one", () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const pick = random(seed);
    const bytes = new Uint8Array(200).map(() => pick(256));
    bytes[0] = [0x81, 0x82, 0x88, 0x89, 0x01][pick(5)]!;
    bytes[1] = 0x80 | pick(126);
    const size = 1 + pick(50);
    const one = parse([bytes], { masked: true });
    const many = parse(chunks(bytes, () => size), { masked: true });
    assertEquals(many.failure, one.failure, `Seed ${seed}`);
    assertEquals(many.found, one.found, `Seed ${seed}`);
  }
});

Deno.test("FrameParser fails with the right code, as early as it can", () => {
  const cases: [string, number[], number][] = [
    ["a reserved bit", [0xc1, 0], 1002],
    ["all reserved bits", [0xf1, 0], 1002],
    ["reserved data opcode", [0x83, 0], 1002],
    ["reserved control opcode", [0x8b, 0], 1002],
    ["a fragmented control frame", [0x09, 0], 1002],
    ["a long control frame", [0x89, 126, 0, 126], 1002],
    ["a continuation of nothing", [0x80, 0], 1002],
    ["a message inside another", [0x01, 0, 0x81, 0], 1002],
    ["a masked frame from a server", [0x81, 0x80, 1, 2, 3, 4], 1002],
    ["a negative length", [0x82, 127, 128, 0, 0, 0, 0, 0, 0, 0], 1002],
    ["more than the limit", [0x82, 127, 0, 0, 0, 0, 0, 1, 134, 161], 1009],
    ["far more", [0x82, 127, 127, 255, 255, 255, 255, 255, 255, 255], 1009],
    ["half a close code", [0x88, 1, 3], 1002],
    ["close code 1005", [0x88, 2, 3, 237], 1002],
    ["a close reason that is no text", [0x88, 3, 3, 232, 0xff], 1007],
    ["bad UTF-8 in a fragment", [0x01, 1, 0xff], 1007],
    ["bad UTF-8 in a frame under way", [0x81, 5, 97, 0xff], 1007],
    ["UTF-8 that ends in a character", [0x01, 1, 0xc3, 0x80, 0], 1007],
    ["a surrogate over a border", [0x01, 1, 0xed, 0x80, 9, 0xa0], 1007],
    ["an overlong form over a border", [0x01, 1, 0xe0, 0x80, 9, 0x9f], 1007],
    ["above the last plane", [0x01, 1, 0xf4, 0x80, 9, 0x90], 1007],
  ];
  for (const [what, bytes, code] of cases) {
    assertEquals(parse([new Uint8Array(bytes)]).failure?.code, code, what);
    const single = chunks(new Uint8Array(bytes), () => 1);
    assertEquals(parse(single).failure?.code, code, what);
  }
  assertEquals(
    parse([new Uint8Array([0x81, 0])], { masked: true }).failure?.code,
    1002,
  );
});

Deno.test("FrameParser yields what came before a failure, and nothing after", () => {
  const { found, failure, parser } = parse([
    join([frame(0x81, "one"), frame(0xf1, "two"), frame(0x81, "three")]),
    frame(0x81, "four"),
  ]);
  assertEquals(found.length, 1);
  assertEquals(failure, { code: 1002, reason: "reserved bits are set" });
  assertEquals(parser.pending, 0);
});

Deno.test("FrameParser counts all fragments against the limit", () => {
  const fragment = frame(0x02, new Uint8Array(600));
  const more = frame(0x00, new Uint8Array(400));
  const { failure } = parse([fragment, more, frame(0x80, "x")], {
    maxMessageBytes: 1_000,
  });
  assertEquals(failure, { code: 1009, reason: "message over 1000 bytes" });
});

Deno.test("FrameParser gets room for what came, not for what is announced", () => {
  const parsers: FrameParser[] = [];
  const before = Deno.memoryUsage().external;
  for (let i = 0; i < 4; i++) {
    const parser = new FrameParser({ masked: false, maxMessageBytes: 2 ** 30 });
    parser.push(new Uint8Array([0x82, 127, 0, 0, 0, 0, 64, 0, 0, 0, 1]));
    assertEquals(parser.next(), false);
    assertEquals(parser.pending, 1);
    parsers.push(parser);
  }
  assertLess(Deno.memoryUsage().external - before, 64 * 1_048_576);
});

Deno.test("FrameParser joins many small fragments without getting room for each", () => {
  const parser = new FrameParser({ masked: false, maxMessageBytes: 2 ** 24 });
  const fragments = Array.from(
    { length: 30_000 },
    (_, i) =>
      frame(i === 0 ? 0x02 : i === 29_999 ? 0x80 : 0, new Uint8Array(100)),
  );
  parser.push(join(fragments));
  const before = Deno.memoryUsage().external;
  assert(parser.next());
  assertEquals(parser.payload.length, 3_000_000);
  assert(parser.isOwn);
  assertLess(Deno.memoryUsage().external - before, 64 * 1_048_576);
});

Deno.test("FrameParser reads a farewell", () => {
  const cases: [number[], string, { code: number; reason: string }][] = [
    [[], "", { code: 1005, reason: "" }],
    [[3, 232], "", { code: 1000, reason: "" }],
    [[15, 160], "größe", { code: 4000, reason: "größe" }],
  ];
  for (const [code, reason, farewell] of cases) {
    const payload = join([
      new Uint8Array(code),
      new TextEncoder().encode(reason),
    ]);
    const { parser } = parse([]);
    parser.push(frame(0x88, payload));
    assert(parser.next());
    assertEquals(parser.farewell, farewell);
  }
});

Deno.test("FrameParser takes a length in more bytes than it needs", () => {
  const long = new Uint8Array([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 97]);
  assertEquals(parse([long]).found.length, 1);
});

Deno.test("applyMask() equals the byte by byte one at any place and length", () => {
  const pick = random(7);
  for (let i = 0; i < 500; i++) {
    const offset = pick(9);
    const length = pick(100);
    const buffer = new ArrayBuffer(120 + pick(4));
    const bytes = new Uint8Array(buffer, offset);
    for (let j = 0; j < bytes.length; j++) bytes[j] = pick(256);
    const start = pick(8);
    const mask = pick(3) === 0 ? 0 : pick(0xffffffff) | 0;
    const expected = bytes.map((byte, j) =>
      j < start || j >= start + length
        ? byte
        : byte ^ (mask >>> 8 * (j - start & 3)) & 255
    );
    const bits = applyMask(bytes, wordsOf(bytes), start, start + length, mask);
    assertEquals(bytes, expected);
    const range = expected.subarray(start, start + length);
    assertEquals(bits, range.reduce((all, byte) => all | byte, 0));
  }
});

Deno.test("writeHead() writes what FrameParser reads", () => {
  for (const length of [0, 125, 126, 65_535, 65_536, 70_000]) {
    for (const mask of [undefined, 0x01020304, -1]) {
      const size = headLength(length, mask !== undefined);
      const bytes = new Uint8Array(size + length);
      assertEquals(writeHead(bytes, 0, Opcode.Binary, length, mask), size);
      const { found } = parse([bytes], { masked: mask !== undefined });
      assertEquals(found[0]?.payload.length, length);
    }
  }
  const head = new Uint8Array(10);
  writeHead(head, 0, Opcode.Binary, 2 ** 40 + 5);
  assertEquals([...head], [0x82, 127, 0, 0, 1, 0, 0, 0, 0, 5]);
});

Deno.test("isCloseCode() is that of RFC 6455 and its registry", () => {
  const valid = [1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 4999];
  const invalid = [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000];
  assertEquals(valid.filter(isCloseCode), valid);
  assertEquals(invalid.filter(isCloseCode), []);
});

Deno.test("FrameParser.isFrame() knows one whole frame, and nothing else", () => {
  const pick = random(7);
  for (let round = 0; round < 500; round++) {
    const masked = pick(2) === 0;
    const mask = masked
      ? [pick(256), pick(256), pick(256), pick(256)]
      : undefined;
    const payload = new Uint8Array([0, 1, 2, 125, 126, 300][pick(6)]!);
    const one = frame(0x82, payload, mask);
    const parser = new FrameParser({ masked, maxMessageBytes: MAX });
    const isLong = one.length >= 4; // A shorter one is no message of ours.
    assertEquals(parser.isFrame(one), isLong);
    for (const other of [one.slice(0, -1), join([one, one]), one.slice(0, 3)]) {
      assertEquals(parser.isFrame(other), false);
    }
    // The rest of a frame may look like one.
    const inside = join([frame(0x82, one, mask).subarray(0, -one.length)]);
    parser.push(inside);
    assertEquals(parser.next(), false);
    assertEquals(parser.isFrame(one), false);
  }
});
