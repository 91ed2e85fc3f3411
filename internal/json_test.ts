// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse, parseLoose, stringify } from "./json.ts";
import { Random } from "./testing.ts";

Deno.test("parse() gives integers beyond 2^53 as bigint, all others as number", () => {
  assertEquals(
    parse(
      `[9007199254740991,9007199254740992,-9007199254740993,${
        "7".repeat(400)
      }]`,
    ),
    [
      9007199254740991,
      9007199254740992n,
      -9007199254740993n,
      BigInt("7".repeat(400)),
    ],
  );
  assertEquals(
    parse("[1234567890123456789.5,1e30,0.1234567890123456789,1.0,-0]"),
    [1234567890123456789.5, 1e30, 0.1234567890123456789, 1, -0],
  );
});

Deno.test("parse() gives integers that do not fit, and of absurd length, as number", () => {
  assertEquals(
    parse(
      "[18446744073709551615,18446744073709551616]",
      (value) => value < 2n ** 64n,
    ),
    [18446744073709551615n, 18446744073709552000],
  );
  assertEquals(parse("1".repeat(5_000)), Infinity);
});

Deno.test("parse() finds a long integer wherever it stands", () => {
  for (let offset = 0; offset < 40; offset++) {
    const space = " ".repeat(offset);
    for (const digits of ["9007199254740993", "12345678901234567890"]) {
      assertEquals(parse(`${space}[${digits},1]`), [BigInt(digits), 1]);
    }
    assertEquals(parse(`${space}123456789012345`), 123456789012345);
  }
});

Deno.test("parse() leaves digits in strings and keys alone", () => {
  const text =
    '{"12345678901234567890":"12345678901234567890","a\\"12345678901234567890":[12345678901234567890,"\\\\"]}';
  assertEquals(parse(text), {
    "12345678901234567890": "12345678901234567890",
    'a"12345678901234567890': [12345678901234567890n, "\\"],
  });
});

Deno.test("parse() keeps a __proto__ key as data", () => {
  const value = parse('{"__proto__":12345678901234567890}') as object;
  assertEquals(Object.keys(value), ["__proto__"]);
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
});

for (
  const text of [
    "",
    "{",
    "12345678901234567-5",
    "[012345678901234567890]",
    "[1234567890123456789",
    "NaN",
    "[Infinity]",
    "[Infinity,9007199254740993]",
    "[9007199254740993,NaN]",
  ]
) {
  Deno.test(`parse() throws a SyntaxError on ${JSON.stringify(text)}`, () => {
    assertThrows(() => parse(text), SyntaxError);
  });
}

for (
  const [text, value] of [
    ["NaN", NaN],
    ["[Infinity, -Infinity]", [Infinity, -Infinity]],
    ['{"NaN": NaN, "a": ["Infinity", "\\"NaN"]}', {
      NaN: NaN,
      a: ["Infinity", '"NaN'],
    }],
    ["[NaN, 9007199254740993]", [NaN, 9007199254740993n]],
    ["[1, 2]", [1, 2]],
  ] as const
) {
  Deno.test(`parseLoose() reads ${text} as Python means it`, () => {
    assertEquals(parseLoose(text), value);
  });
}

for (
  const text of ["", "-NaN", "[nan]", "NaNNaN", "Infinit", "+Infinity", "1NaN"]
) {
  Deno.test(`parseLoose() throws a SyntaxError on ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseLoose(text), SyntaxError);
  });
}

Deno.test("stringify() writes a bigint as an exact integer, all else as JSON", () => {
  assertEquals(
    stringify({ id: 9007199254740993n, ids: [-1n, 2n ** 70n], n: null }),
    '{"id":9007199254740993,"ids":[-1,1180591620717411303424],"n":null}',
  );
  assertEquals(stringify(5n), "5");
  assertEquals(stringify([1n, undefined, "1"]), '[1,null,"1"]');
  assertEquals(stringify(undefined), undefined);
  const check = (value: bigint) => {
    if (value > 1n) throw new RangeError(`${value} is too large`);
  };
  assertEquals(stringify([1n], check), "[1]");
  assertThrows(() => stringify([2n], check), RangeError, "2 is too large");
  const circle: unknown[] = [1n];
  circle.push(circle);
  assertThrows(() => stringify(circle), TypeError);
});

Deno.test("parse() and parseLoose() take linear time for hostile text", () => {
  const start = performance.now();
  for (
    const text of [
      '9007199254740993"' + '\\"'.repeat(1_000_000),
      '"'.repeat(1_000_001) + "9007199254740993",
      "9".repeat(1_000_000) + "x",
      'NaN"' + '\\"'.repeat(1_000_000),
      '"'.repeat(1_000_001) + "NaN",
      "[".repeat(1_000_000) + "NaN",
    ]
  ) {
    assertThrows(() => parse(text), SyntaxError);
    assertThrows(() => parseLoose(text), SyntaxError);
  }
  assert(performance.now() - start < 10_000);
});

/** Reads the same by the source of each number, which not every engine tells. */
function parsePlainly(text: string): unknown {
  const exact = (_key: string, value: unknown, { source = "" }) =>
    typeof value === "number" && /^-?\d+$/.test(source) &&
      !Number.isSafeInteger(value)
      ? BigInt(source)
      : value;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

Deno.test("parse() finds each long number by every 16th character, wherever it stands", () => {
  const random = new Random();
  for (let round = 0; round < 5_000; round++) {
    const values = Array.from({ length: 1 + random.below(4) }, () => {
      const digits = Array.from(
        { length: random.pick([1, 3, 15, 16, 16, 17, 20]) },
        () => 1 + random.below(9),
      ).join("");
      const sign = random.pick(["", "", "-"]);
      const tail = random.pick(["", "", "", ".5", "e3"]);
      return random.below(3) > 0 ? sign + digits + tail : `"${digits}"`;
    });
    const text = `[${values.join(random.pick([",", ", ", ",\n   "]))}]`;
    assertEquals(parse(text), parsePlainly(text), `seed ${random.seed}`);
  }
});
