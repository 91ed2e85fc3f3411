// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { JsonSlice } from "./json_slice.ts";

const slice = (text: string) => JsonSlice.of(new TextEncoder().encode(text));

function texts(members: Map<string, JsonSlice>): Record<string, string> {
  return Object.fromEntries(
    Array.from(members, ([name, { text }]) => [name, text]),
  );
}

Deno.test("JsonSlice gives parts as the texts that came in", () => {
  const members = slice(
    ' \n{"a" : 1.0, "b":[ 18446744073709551615 ,"ë"],"\\u0063":{"10":1,"2":2}}\t ',
  ).members();
  assertEquals(texts(members), {
    a: "1.0",
    b: '[ 18446744073709551615 ,"ë"]',
    c: '{"10":1,"2":2}',
  });
  assertEquals(members.get("b")!.items().map(({ text }) => text), [
    "18446744073709551615",
    '"ë"',
  ]);
  assertEquals(members.get("b")!.items()[1]!.string(), "ë");
  assertEquals(Array.from(members.values(), ({ kind }) => kind), [
    "other",
    "array",
    "object",
  ]);
  assertEquals(members.get("b")!.size, 29);
});

Deno.test("JsonSlice reads what is empty", () => {
  assertEquals(slice("{}").members().size, 0);
  assertEquals(slice(" [ ] ").items(), []);
  assertEquals(slice('""').string(), "");
  assertEquals(slice("1").string(), undefined);
  assertEquals(slice("null").check().text, "null");
});

Deno.test("JsonSlice takes the last of several members with one name", () => {
  const members = slice('{"a":1,"\\u0061":2,"__proto__":3}').members();
  assertEquals(texts(members), { a: "2", ["__proto__"]: "3" });
});

Deno.test("JsonSlice refuses what is no JSON, or would harm a stock client", () => {
  const deep = "[".repeat(300) + "]".repeat(300);
  for (
    const text of [
      "",
      "{",
      "{}{}",
      "{} x",
      '{"a":1,}',
      '{"a" 1}',
      '{"a":NaN}',
      '{"a":1e999}',
      '{"a":"\\ud800"}',
      `{"a":${deep}}`,
      "[]",
      "1",
    ]
  ) {
    assertThrows(() => slice(text).members(), SyntaxError, undefined, text);
  }
  for (const text of ["", "[1,]", "[1] 2", "{}", "[01]", deep]) {
    assertThrows(() => slice(text).items(), SyntaxError, undefined, text);
  }
  for (const text of ["", "1 2", "nul", "tru", "'a'", deep]) {
    assertThrows(() => slice(text).check(), SyntaxError, undefined, text);
  }
});

Deno.test("JsonSlice says where a text is wrong, and where it ends too soon", () => {
  const whole = '{"a":[1.5e2,true,"x"],"b":{}}';
  for (let length = 0; length < whole.length; length++) {
    const text = whole.slice(0, length);
    if (/t(r(u)?)?$/.test(text)) continue; // A literal is wrong where it begins.
    assertThrows(
      () => slice(text).check(),
      SyntaxError,
      `Unexpected end at position ${length}`,
    );
  }
  assertThrows(
    () => slice('{"a":1;').check(),
    SyntaxError,
    "Unexpected byte at position 6",
  );
});

Deno.test("JsonSlice finds what can be read of a message that cannot", () => {
  const read = (text: string) => texts(slice(text).looseMembers());
  assertEquals(read('{"id": 7, "result": NaN, "x": 1}'), { id: "7", x: "1" });
  assertEquals(read('{"result":[1e999],"id":"a"}'), { id: '"a"' });
  assertEquals(read('{"id":1,"result":{"a":'), { id: "1" });
  for (const text of ["", "x", "[1]", "{", '{"a']) assertEquals(read(text), {});
});

Deno.test("JsonSlice takes linear time for hostile text", () => {
  const start = performance.now();
  for (
    const text of [
      " ".repeat(1_000_000),
      '{"a":1' + " ".repeat(1_000_000),
      '{"a":' + "[".repeat(1_000_000),
      '{"a":1,'.repeat(200_000),
      '"' + "\\".repeat(1_000_001),
    ]
  ) {
    assertThrows(() => slice(text).members(), SyntaxError);
    slice(text).looseMembers();
  }
  assert(performance.now() - start < 5_000);
});
