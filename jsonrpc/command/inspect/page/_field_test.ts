// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertThrows } from "@std/assert";
import { toJson } from "@wirekit/internal/command";
import type { Entry } from "../_entry.ts";
import { methodReport, paramsOfFields, paramsOfJson } from "./_field.ts";

const ENTRY: Entry = {
  name: "f",
  byName: true,
  params: [
    { name: "text", schema: { type: "string" }, required: true },
    { name: "n", schema: { type: "integer" } },
    { name: "is", schema: { type: "boolean" } },
    { name: "one", schema: { enum: ["a", 2] } },
    { name: "list", schema: { type: "array" } },
    { name: "any", schema: {} },
  ],
};

Deno.test("methodReport() says how each param is typed in", () => {
  const { fields } = methodReport(ENTRY);
  assertEquals(fields.map(({ kind, choices }) => [kind, choices ?? null]), [
    ["text", null],
    ["number", null],
    ["json", ["true", "false"]],
    ["json", ['"a"', "2"]],
    ["json", null],
    ["json", null],
  ]);
});

Deno.test("paramsOfFields() keeps texts as they are, and all digits", () => {
  const given = {
    text: '"5"',
    n: "9007199254740993",
    is: "true",
    one: '"a"',
    list: "[1.0]",
    any: "word",
    strange: "1",
  };
  assertEquals(
    toJson(paramsOfFields(given, ENTRY)),
    '{"text":"\\"5\\"","n":9007199254740993,"is":true,"one":"a","list":[1.0],"any":"word"}',
  );
  const byPosition = { ...ENTRY, byName: false };
  assertEquals(paramsOfFields({ text: "", n: "1" }, byPosition), ["", 1]);
  assertEquals(paramsOfFields({}, { ...ENTRY, params: [] }), undefined);
  const inherited = { ...ENTRY, params: [{ name: "toString", schema: {} }] };
  assertEquals(paramsOfFields({}, inherited), undefined);
});

Deno.test("Numbers that a number cannot hold go out as they were typed", () => {
  for (const text of ["[1e400]", "[-1E+400,1.0]", "[9007199254740993]"]) {
    assertEquals(toJson(paramsOfJson(text)), text);
  }
  assertEquals(
    toJson(paramsOfFields({ text: "", n: "1e400" }, ENTRY)),
    '{"text":"","n":1e400}',
  );
});

Deno.test("paramsOfFields() says which field is wrong", () => {
  const wrong: [Record<string, unknown>, Partial<Entry>, string][] = [
    [{}, {}, "f needs text."],
    [{ text: 5 }, {}, "f needs text."],
    [{ text: "", n: "0x10" }, {}, "n has to be a number, not 0x10."],
    [{ text: "", list: "[1" }, {}, "list is no JSON: "],
    [{ text: "", is: "true" }, { byName: false }, "is needs n too"],
  ];
  for (const [given, more, words] of wrong) {
    assertThrows(
      () => paramsOfFields(given, { ...ENTRY, ...more }),
      SyntaxError,
      words,
    );
  }
});

Deno.test("paramsOfJson() takes an array, an object or nothing", () => {
  assertEquals(paramsOfJson(" "), undefined);
  assertEquals(
    toJson(paramsOfJson('{"a": 9007199254740993}')),
    '{"a":9007199254740993}',
  );
  for (const text of ["1", '"a"', "null", "9007199254740993", "[", "{a}"]) {
    assertThrows(() => paramsOfJson(text), SyntaxError);
  }
});
