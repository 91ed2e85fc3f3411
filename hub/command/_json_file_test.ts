// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { parseJson } from "./_json_file.ts";

Deno.test("parseJson() says in which line a text stops to be JSON", () => {
  for (
    const [text, line, column] of [
      ['{ "a": 1,\n "b": }', 2, 7],
      ['{ "a": 1\n "b": 2 }', 2, 2],
      ["[1,\n2,\n]", 3, 1],
      ['{\n "a": tru,\n "b": 2\n}', 2, 7],
      ["", 1, 1],
      ["{", 1, 2],
      ["[1] 2", 1, 5],
      ['{"a":1}\n}', 2, 1],
      ['{"a": "x\n"}', 1, 7],
      ["{\n// no\n}", 2, 1],
      ["{'a': 1}", 1, 2],
    ] as const
  ) {
    const { faults } = parseJson(text);
    const [fault] = faults;
    assertEquals([fault?.line, fault?.column], [line, column], text);
  }
});

Deno.test("parseJson() knows where everything stands", () => {
  const { faults, locate } = parseJson(
    '{\n "a/b": [1,\n  {"c": "}\\"{"}],\n "a/b": 2\n}',
  );
  assertEquals(faults, [
    { path: "/a~1b", text: '"a/b" stands twice', line: 4, column: 2 },
  ]);
  const at = (path: string) => {
    const { line, column } = locate({ path, text: "" });
    return [line, column];
  };
  assertEquals(at("/a~1b/1/c"), [3, 4]);
  assertEquals(at("/a~1b/1/missing/more"), [3, 3]);
  assertEquals(at(""), [1, 1]);
});
