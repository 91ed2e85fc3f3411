// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RemoteError } from "@wirekit/internal/errors";
import { readDocument } from "./_document.ts";
import { entriesOf } from "./inspect/_entry.ts";
import { methodReport, paramsOfFields } from "./inspect/page/_field.ts";
import { formatManual, formatParam } from "./_manual.ts";

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

/** What stands in the place of something else. */
function deep(levels: number): unknown {
  let value: unknown = {};
  for (let i = 0; i < levels; i++) {
    value = i % 2 ? [value] : { anyOf: [value], items: value, const: value };
  }
  return value;
}

const DEEP = [deep(3_000), JSON.parse("[".repeat(9_000) + "]".repeat(9_000))];
const STRANGE: unknown[] = [
  ...[null, undefined, true, 0, 1e400, 2n ** 70n, "", "word", "\u202e\0"],
  ...[[], [null], [[]], {}, { name: null }, { name: "" }, { name: "n" }],
  ...[{ toString: null, valueOf: null }, JSON.parse('{"__proto__":{"a":1}}')],
  ...[{ length: 3 }, { name: "n", schema: null }, { type: [null, {}] }],
  ...DEEP,
];

/** A random number generator: a failure is found again by its seed. */
function randomOf(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
  };
}

function mutated(value: unknown, random: (below: number) => number): unknown {
  if (random(25) === 0) return STRANGE[random(STRANGE.length)];
  if (DEEP.includes(value)) return value;
  if (Array.isArray(value)) {
    const more = random(8) === 0 ? [STRANGE[random(STRANGE.length)]] : [];
    return [...value, ...more].map((each) => mutated(each, random));
  }
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .filter(() => random(15) > 0)
    .map(([name, each]) => [name, mutated(each, random)]);
  return Object.fromEntries(members);
}

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
