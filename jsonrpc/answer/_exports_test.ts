// Copyright 2026 the Wirekit authors. MIT license.

// deno-lint-ignore-file no-unused-vars no-explicit-any -- Parameters count here.

import { assertEquals, assertThrows } from "@std/assert";
import { methodsOf } from "./_exports.ts";
import { Methods } from "./methods.ts";
import { parametersOf } from "./_parameters.ts";
import { bench } from "../_test_util.ts";

const HOLDER = {
  plain(x: number, y = 1) {},
  async *["a" + "b"](from: number) {},
};

// deno-fmt-ignore
const SOURCES: [string, (...args: any[]) => unknown, string][] = [
  ["a declaration", function sum(x: number, y: number) {}, "x,y"],
  ["an arrow", (x: number, y: number) => x + y, "x,y"],
  ["an arrow without brackets", new Function("return x => x")(), "x"],
  ["an async one", new Function("return async x => x")(), "x"],
  ["defaults", (a = [1, 2], b = Math.max(1, 2), c: string) => a, "a?,b?,c"],
  ["strings and comments", (/* x, y */ a = ",(", b = ')"', c = `(${1})`) => a, "a?,b?,c?"],
  ["a comment to the line's end", new Function("return (a, // b, )\n c) => a")(), "a,c"],
  ["a regular expression", (a = /[)/,]/, b: string) => a, "a?,b"],
  ["a pattern", ({ x, y = 1 }: { x: number; y?: number }) => x, "{}"],
  ["a pattern with a default", ({ x } = { x: 1 }, [y]: number[] = []) => x, "{}?,{}?"],
  ["a rest", (x: number, ...more: number[]) => x, "x,...more"],
  ["none", () => 1, ""],
  ["unusual names", ($a: number, größe: number, _: number) => $a, "$a,größe,_"],
  ["an async generator", async function* (to: number) {}, "to"],
  ["a method", HOLDER.plain, "x,y?"],
  ["a computed method", HOLDER["ab"] as () => unknown, "from"],
];

for (const [name, action, expected] of SOURCES) {
  Deno.test(`parametersOf() reads ${name}`, () => {
    const found = parametersOf(action)!.map(({ name, optional, rest }) =>
      `${rest ? "..." : ""}${name ?? "{}"}${optional ? "?" : ""}`
    );
    assertEquals(found.join(), expected);
  });
}

Deno.test("parametersOf() reads the members of a pattern", () => {
  const [pattern] = parametersOf(
    ({ x, y: { z } = { z: [1, 2] }, w = 3, ...more }: any) => [x, z, w, more],
  )!;
  assertEquals(
    pattern!.members!.map(({ name, optional, rest }) => [name, optional, rest]),
    [["x", false, false], ["y", true, false], ["w", true, false], [
      "more",
      false,
      true,
    ]],
  );
});

Deno.test("parametersOf() cannot read what has no source", () => {
  assertEquals(parametersOf(Math.max), undefined);
  assertEquals(parametersOf(((x: number) => x).bind(null)), undefined);
});

const EXPORTS = {
  sum: (x: number, y: number) => x + y,
  power: (base: number, exponent = 2) => base ** exponent,
  greet: ({ name }: { name: string }) => `Hello ${name}`,
  total: (first: number, ...more: number[]) =>
    more.reduce((sum, x) => sum + x, first),
  max: Math.max,
  Shape: class {},
  answer: 42,
  planned() {
    throw Object.assign(new Error("Not enough"), { code: 402, data: [3] });
  },
  bare() {
    throw { code: 7, message: "seven" };
  },
  system() {
    Deno.readFileSync("/nothing/here");
  },
  domain() {
    throw new DOMException("secret", "AbortError");
  },
  crash() {
    throw new Error("secret");
  },
};

const INVALID = -32602;

for (
  const [method, params, expected] of [
    ["sum", [1, 2], 3],
    ["sum", { x: 1, y: 2 }, 3],
    ["sum", { y: 2, x: 1 }, 3],
    ["sum", [1], INVALID],
    ["sum", [1, 2, 3], INVALID],
    ["sum", { x: 1 }, INVALID],
    ["sum", { x: 1, y: 2, z: 3 }, INVALID],
    ["sum", { __proto__: 1 }, INVALID],
    ["sum", undefined, INVALID],
    ["power", [3], 9],
    ["power", { base: 2, exponent: 3 }, 8],
    ["power", { exponent: 3 }, INVALID],
    ["greet", { name: "Ada" }, "Hello Ada"],
    ["greet", [{ name: "Ada" }], "Hello Ada"],
    ["total", [1, 2, 3], 6],
    ["total", [], INVALID],
    ["total", { first: 1 }, INVALID],
    ["max", [1, 5, 2], 5],
    ["Shape", [], -32601],
    ["answer", [], -32601],
    ["planned", [], 402],
    ["bare", [], 7],
    ["system", [], -32603],
    ["domain", [], -32603],
    ["crash", [], -32603],
  ] as const
) {
  Deno.test(`methodsOf() answers ${method} ${JSON.stringify(params)} with ${expected}`, async () => {
    await using at = bench({ methods: methodsOf(EXPORTS) });
    const request = { jsonrpc: "2.0", method, params, id: 1 };
    const { result, error } = await at.raw.ask(request);
    assertEquals<unknown>(result ?? error?.code, expected);
    assertEquals(JSON.stringify(error ?? "").includes("secret"), false);
    if (method === "planned") assertEquals(error?.data, [3]);
  });
}

Deno.test("methodsOf() describes the exports with their parameters", async () => {
  const { sum, power, greet } = EXPORTS;
  const part = new Methods().add("now", () => 0);
  await using at = bench({ methods: methodsOf({ sum, power, greet, part }) });
  const request = { jsonrpc: "2.0", method: "rpc.discover", id: 1 };
  const { result } = await at.raw.ask(request);
  const { methods } = result as { methods: Record<string, unknown>[] };
  assertEquals(
    methods.map(({ name, params }) => [
      name,
      (params as { name: string; required: boolean }[])
        .map(({ name, required }) => required ? name : `${name}?`).join(),
    ]),
    [["sum", "x,y"], ["power", "base,exponent?"], ["greet", "name"], [
      "now",
      "",
    ]],
  );
  assertThrows(() => methodsOf({ answer: 42 }), TypeError, "no function");
});

Deno.test("rpc.discover lists the names of any methods", async () => {
  const methods = new Methods()
    .add("sum", () => 3)
    .addSubscription("eth", "newHeads", async function* () {});
  await using at = bench({ methods });
  const request = { jsonrpc: "2.0", method: "rpc.discover", id: 1 };
  assertEquals((await at.raw.ask(request)).result, {
    openrpc: "1.3.2",
    info: { title: "Methods", version: "0.0.0" },
    methods: [{ name: "sum", params: [] }],
    "x-subscriptions": [{ name: "eth_newHeads", params: [] }],
  });
  methods.add("late", () => 0);
  const { result } = await at.raw.ask(request);
  assertEquals((result as { methods: unknown[] }).methods.length, 2);
});

Deno.test("rpc.discover lists parameters of the rest, as any number of them", async () => {
  await using at = bench({
    methods: methodsOf({
      join: (separator: string, ...words: string[]) => words.join(separator),
      all: (...[first]: unknown[]) => first,
    }),
  });
  const request = { jsonrpc: "2.0", method: "rpc.discover", id: 1 };
  const { result } = await at.raw.ask(request) as {
    result: { methods: { name: string; params: unknown[] }[] };
  };
  const summary = "Any number of them, by position";
  const more = { schema: {}, required: false, summary };
  assertEquals(result.methods.map(({ params }) => params), [
    [{ name: "separator", schema: {}, required: true }, {
      name: "words",
      ...more,
    }],
    [{ name: "more", ...more }],
  ]);
  const params = ["-", "a", "b"];
  const call = { jsonrpc: "2.0", method: "join", params, id: 2 };
  assertEquals((await at.raw.ask(call)).result, "a-b");
});
