// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import { decodeCommon, decodeResults } from "./_common.ts";
import { encodeJson } from "./message.ts";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const VALUES = [
  ...[
    "0",
    "3",
    "-3",
    "03",
    "1.5",
    "1e3",
    "999999999999999",
    "1234567890123456",
  ],
  ...['"a"', '"\\u00e9"', '"zoë"', '"', "null", "true", "nul", ""],
  ...["[]", "[1]", '[1,"a"]', "[1,]", "[,1]", '["a]', "[-1,[2]]", "[1]]"],
  ...["{}", '{"a":1}', '{"__proto__":1}', "{", '{"a":1}}'],
  ...['1,"result":2', '1,"error":null', '{"a":1},"id":7', '[1],"method":"b"'],
];

Deno.test("decodeCommon() reads what JSON.parse does, or leaves it to that", () => {
  const messages = VALUES.flatMap((value) => [
    `{"jsonrpc":"2.0","id":12,"result":${value}}`,
    `{"jsonrpc":"2.0","id":${value},"result":1}`,
    `{"jsonrpc":"2.0","method":"a","id":1,"params":${value}}`,
    `{"jsonrpc":"2.0","method":"a","id":${value}}`,
    `{"jsonrpc":"2.0","method":"a","params":${value},"id":1}`,
    `{"jsonrpc":"2.0","method":"a","params":[1,"b"],"id":${value}}`,
    `{"jsonrpc":"2.0","id":1,"method":"a","params":${value}}`,
    `{"jsonrpc":"2.0","id":${value},"method":"a"}`,
    `{"jsonrpc":"2.0","method":${value},"id":1}`,
  ]);
  const texts = messages.flatMap((text) => [
    ...[text, `${text}}`, `${text} `, ` ${text}`, text.slice(0, -1)],
    ...[
      `[${text}]`,
      `[${text},${text}]`,
      `[${text},]`,
      `[${text}`,
      `[${text}]]`,
    ],
  ]);
  for (const text of texts) {
    assertEquals(decodeCommon(text) ?? parse(text), parse(text), text);
  }
});

Deno.test("decodeCommon() reads a call and a result whatever is in them", () => {
  for (const value of ['{"a":[-1.5]}', '["é",null]', '"zoë"', "7"]) {
    const result = `{"jsonrpc":"2.0","id":1,"result":${value}}`;
    const call = `{"jsonrpc":"2.0","method":"a","id":1,"params":${value}}`;
    for (const text of [result, call]) {
      assertEquals(decodeCommon(text), JSON.parse(text));
    }
  }
});

Deno.test("decodeCommon() reads calls in the orders of other programs, with the order kept", () => {
  const params = '[1,"b"]';
  for (const id of ["7", `"${crypto.randomUUID()}"`]) {
    for (
      const text of [
        `{"jsonrpc":"2.0","method":"a","params":${params},"id":${id}}`,
        `{"jsonrpc":"2.0","method":"a","params":[],"id":${id}}`,
        `{"jsonrpc":"2.0","method":"a","id":${id},"params":${params}}`,
        `{"jsonrpc":"2.0","id":${id},"method":"a","params":${params}}`,
        `{"jsonrpc":"2.0","id":${id},"method":"a"}`,
        `{"jsonrpc":"2.0","id":${id},"result":"a"}`,
      ]
    ) {
      assertEquals(JSON.stringify(decodeCommon(text)), text);
      assertEquals(JSON.stringify(decodeCommon(`[${text}]`)), `[${text}]`);
    }
  }
});

Deno.test("decodeResults() reads results as decodeCommon() does, and nothing else", () => {
  const result = '{"jsonrpc":"2.0","id":12,"result":[1]}';
  const call = '{"jsonrpc":"2.0","method":"a","id":1,"params":[1]}';
  for (const text of [result, `[${result.replace("[1]", "1")}]`]) {
    assertEquals(decodeResults(text), JSON.parse(text));
    assertEquals(decodeResults(text), decodeCommon(text));
  }
  for (const text of [call, `[${call}]`, `[${result},${call}]`, `${result} `]) {
    assertEquals(decodeResults(text), undefined);
  }
});

Deno.test("encodeJson() writes a text as id as JSON.stringify does", () => {
  const ids = Array.from({ length: 0x180 }, (_, code) => [
    String.fromCharCode(code),
    `a${String.fromCharCode(code)}b`,
    `${String.fromCharCode(code)}\n`,
  ]).flat();
  for (const id of [...ids, "", crypto.randomUUID(), "\ud800", "zoë", "a\n"]) {
    assertEquals(
      encodeJson({ id, result: 1 }),
      JSON.stringify({ jsonrpc: "2.0", id, result: 1 }),
    );
  }
});
