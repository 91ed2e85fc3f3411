// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RemoteError } from "@wirekit/internal/errors";
import { readDocument } from "./_document.ts";
import { entriesOf } from "./inspect/_entry.ts";
import { methodReport, paramsOfFields } from "./inspect/page/_field.ts";
import { formatManual, formatParam } from "./_manual.ts";
import { mutated, randomOf } from "./_test_util.ts";

const DOCUMENT = {
  openrpc: "1.3.2",
  info: { title: "Plain", version: "1.0.0", description: "For tests" },
  methods: [
    {
      name: "sum",
      summary: "Adds",
      params: [
        { name: "x", schema: { type: "number" }, required: true },
        { name: "y", schema: { anyOf: [{ type: "array" }, { const: 1 }] } },
        { name: "z", schema: { enum: ["a", 2], type: ["string", "integer"] } },
      ],
      result: { name: "sum", schema: { $ref: "#/components/schemas/Sum" } },
      errors: [{ code: 7, message: "no luck" }],
      paramStructure: "by-name",
    },
    { name: "ping", params: [], description: "Says pong" },
  ],
  "x-events": [{ name: "told", params: [] }],
};

Deno.test("A document of any shape is read, or said to be none", () => {
  let read = 0;
  for (let seed = 0; seed < 5_000; seed++) {
    const value = mutated(DOCUMENT, randomOf(seed));
    let reading;
    try {
      reading = readDocument(value);
    } catch (error) {
      assert(error instanceof RemoteError, `seed ${seed}: ${error}`);
      continue;
    }
    read++;
    const { document, remark } = reading;
    try {
      assertEquals(typeof formatManual(document), "string");
      for (const entry of entriesOf(document)) {
        const { fields } = methodReport(entry);
        entry.params.forEach(formatParam);
        const texts = fields.map(({ name, kind, choices }) => [
          name,
          choices?.[0] ?? (kind === "number" ? "1" : "null"),
        ]);
        paramsOfFields(Object.fromEntries(texts), entry);
      }
    } catch (error) {
      // The first of some choices may be no JSON, which a person is told.
      if (error instanceof SyntaxError) continue;
      throw new Error(`seed ${seed}`, { cause: error });
    }
    assert(!/undefined|object Object/.test(remark), remark);
  }
  assert(read > 3_000, `${read} were read`);
});

Deno.test("A document says what is left out of it, or shown without a form", () => {
  const methods = (...methods: unknown[]) => readDocument({ methods });
  const cases: [unknown[], string[], string][] = [
    [[{ name: "ping" }], ["ping"], ""],
    [[null, { name: "a" }, {}], ["a"], "2 entries are no methods"],
    [[{ name: "a", params: {} }], ["a"], "The params of one method cannot"],
    [
      [{ name: "a", params: [null] }, { name: "b", params: [{}] }, 1],
      ["a", "b"],
      "The params of 2 methods cannot be read: they have no form. One entry",
    ],
  ];
  for (const [given, names, words] of cases) {
    const { document, remark } = methods(...given);
    assertEquals(document.methods.map(({ name }) => name), names);
    assertEquals(document.methods.flatMap(({ params }) => params), []);
    assert(words ? remark.startsWith(words) : remark === "", remark);
  }
  for (const none of [null, 5, "text", [], {}, { methods: {} }]) {
    assertThrows(() => readDocument(none), RemoteError, "no OpenRPC document");
  }
});
