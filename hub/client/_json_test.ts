// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertThrows } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { MAX_DEPTH, parse, quote, stringify } from "./_json.ts";

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { value };
  return value;
}

Deno.test("parse() gives integers beyond 2^53 as bigint, all others as number", () => {
  assertEquals(
    parse(
      "[9007199254740991,9007199254740992,-9007199254740993,18446744073709551615,-9223372036854775808]",
    ),
    [
      9007199254740991,
      9007199254740992n,
      -9007199254740993n,
      18446744073709551615n,
      -9223372036854775808n,
    ],
  );
  assertEquals(
    parse("[1234567890123456789.5,1e30,0.1234567890123456789,1.0,-0]"),
    [1234567890123456789.5, 1e30, 0.1234567890123456789, 1, -0],
  );
});

Deno.test("parse() gives integers of more than 64 bits as number, as winerp does", () => {
  assertEquals(parse("[18446744073709551616,-9223372036854775809]"), [
    18446744073709552000,
    -9223372036854775809,
  ]);
});

Deno.test("stringify() writes a bigint as an exact integer", () => {
  assertEquals(
    stringify({ id: 9007199254740993n, ids: [-1n, 2n ** 64n - 1n], n: null }),
    '{"id":9007199254740993,"ids":[-1,18446744073709551615],"n":null}',
  );
});

Deno.test("stringify() refuses an integer of more than 64 bits", () => {
  for (const value of [2n ** 64n, -(2n ** 63n) - 1n]) {
    assertThrows(() => stringify([value]), RangeError, "more than 64 bits");
  }
});

Deno.test("stringify() refuses numbers that JSON does not have", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assertThrows(() => stringify(value), RangeError, `Cannot send ${value}`);
    assertThrows(() => stringify({ a: [1n, value] }), RangeError);
  }
  assertEquals(stringify([null, "null", 1n]), '[null,"null",1]');
});

Deno.test("stringify() replaces lone surrogates in values and keys", () => {
  assertEquals(stringify({ "\udc00": "a\ud800b😀" }), '{"�":"a�b😀"}');
  assertEquals(stringify("\\ud800"), '"\\\\ud800"');
  assertEquals(stringify("\\\ud800"), '"\\\\�"');
  assertEquals(quote("\ud800"), '"�"');
});

Deno.test("stringify() refuses a nesting over the limit of orjson", () => {
  const deepest = nested(MAX_DEPTH);
  assertEquals(JSON.parse(stringify(deepest)), deepest);
  assertThrows(
    () => stringify(nested(MAX_DEPTH + 1)),
    RangeError,
    "more than 250 levels",
  );
  for (const open of ["[", "{", '"["', "{}["]) {
    const text = open.repeat(300);
    assertEquals(JSON.parse(stringify({ text, a: [] })), { text, a: [] });
  }
  const wide = Array.from({ length: 300 }, (_, i) => [{ "]\\": `"{[${i}` }]);
  assertEquals(JSON.parse(stringify(wide)), wide);
  assertThrows(
    () => stringify([wide, nested(MAX_DEPTH), "]".repeat(300)]),
    RangeError,
    "more than 250 levels",
  );
  const brackets = "[".repeat(300) + '"\\"['.repeat(100);
  assertEquals(JSON.parse(stringify([brackets, "\\"])), [brackets, "\\"]);
});

Deno.test("stringify() refuses what is too deep, and nothing else", () => {
  const numbers = new Random();
  const texts = ["", "[", "}{", '"', "\\", '\\"', "|", "a]b", "\ud800", "💥["];
  const depthOf = (value: unknown): number =>
    typeof value === "object" && value !== null
      ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
      : 0;
  for (let i = 0; i < 200; i++) {
    let value: unknown = nested(MAX_DEPTH - numbers.below(5));
    for (let n = numbers.below(10); n > 0; n--) {
      const text = texts[numbers.below(texts.length)]!;
      value = n % 3 ? { [text]: text, [`${text}${n}`]: value } : [text, value];
    }
    const seed = `seed ${numbers.seed}, round ${i}`;
    if (depthOf(value) > MAX_DEPTH) {
      assertThrows(() => stringify(value), RangeError, "more than 250", seed);
    } else stringify(value);
  }
});

Deno.test("stringify() writes undefined as null and refuses a cycle", () => {
  assertEquals(stringify(undefined), "null");
  const cycle: unknown[] = [];
  cycle.push(cycle);
  assertThrows(() => stringify(cycle), TypeError);
});

Deno.test("parse() and stringify() are each other's inverse", () => {
  const numbers = new Random();
  const { seed } = numbers;
  const random = (n: number) => numbers.below(n);
  const value = (depth: number): unknown => {
    switch (random(depth > 4 ? 6 : 8)) {
      case 0:
        return null;
      case 1:
        return random(2) === 1;
      case 2:
        return random(1e6) / 7 - 1e4;
      case 3: {
        const big = BigInt.asIntN(64, (BigInt(random(2 ** 31)) << 33n) - 5n);
        return Number.isSafeInteger(Number(big)) ? Number(big) : big;
      }
      case 4:
        return String.fromCharCode(random(0xd800), 34, 92, random(0xd800));
      case 5:
        return "1234567890123456789".slice(random(19));
      case 6:
        return Array.from({ length: random(5) }, () => value(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: random(5) }, () => [
            String.fromCharCode(random(0xd800)) + random(100),
            value(depth + 1),
          ]),
        );
    }
  };
  for (let i = 0; i < 2000; i++) {
    const sent = value(0);
    assertEquals(parse(stringify(sent)), sent, `seed ${seed}, round ${i}`);
  }
});
