// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import type { Link } from "../_link.ts";
import { NextRequest } from "./_next_request.ts";
import { RequestReader } from "./_question.ts";

const LINK = {} as Link;
const ROUTES = new Map(
  ["greet", "", "zoë"].map((name) => {
    const json = JSON.stringify(name);
    return [json, { name, json }];
  }),
);

/** A request as the hub relays it; the names are JSON texts. */
function request({
  id = '"beta"',
  type = "2",
  route = '"greet"',
  traceback = "null",
  data = '{"a":[1]}',
  uuid = `"${crypto.randomUUID()}"`,
  source = '"alpha"',
  object = "null",
} = {}): string {
  return `{"id":${id},"type":${type},"route":${route},"traceback":${traceback},` +
    `"data":${data},"uuid":${uuid},"destination":${source},` +
    `"pseudo_object":${object}}`;
}

/** Reads with a reader that has read `before`, and with one that has not. */
function assertSame(before: string, text: string): boolean {
  const used = new RequestReader('"beta"', ROUTES);
  assert(used.read(LINK, before));
  const fast = used.read(LINK, text);
  const plain = new RequestReader('"beta"', ROUTES).read(LINK, text);
  assertEquals(
    fast && { ...fast, startedAt: 0 },
    plain && {
      ...plain,
      startedAt: 0,
    },
    text,
  );
  return plain !== undefined;
}

const VALUES = [
  ...[
    '"gamma"',
    '"greet"',
    '"zoë"',
    '""',
    '"a b"',
    '"😀"',
    '"\\u0041"',
    '"\\n"',
  ],
  ...["null", "1", "{}", '{"uuid":"a"}', '{"a":"\\",\\"uuid\\":\\""}', "[", ""],
  ...[
    '"x","uuid":"y"',
    '{"a":1},"b":2',
    '"0123456789abcdef0123456789abcdef01\\"x"',
  ],
  ...['"0123456789abcdef0123456789abcdef01\tx"', `"${"ë".repeat(36)}"`],
];

Deno.test("a request that is read as the last one is what it is alone", () => {
  const before = request();
  let read = 0;
  for (const value of VALUES) {
    for (
      const one of [
        ...["id", "type", "route", "traceback", "data", "uuid", "source"],
        "object",
      ]
    ) {
      const text = request({ [one]: value });
      for (const each of [text, `${text} `, ` ${text}`, text.slice(0, -1)]) {
        if (assertSame(before, each)) read++;
      }
    }
  }
  assert(read > 20, `${read} were requests`);
});

Deno.test("a request with a part left out or changed is what it is alone", () => {
  const random = new Random();
  const before = request();
  for (let i = 0; i < 5_000; i++) {
    const text = request();
    const start = random.below(text.length);
    const end = start + random.below(4);
    const more = ["", "", '"', "\\", "\t", ",", "}", "é", "a"][random.below(9)];
    assertSame(before, text.slice(0, start) + more + text.slice(end));
  }
});

Deno.test("NextRequest expects the same requester and route", () => {
  const next = new NextRequest(
    '{"id":"beta","type":2,"route":',
    '"greet"',
    "alpha",
  );
  assertEquals(next.source, "alpha");
  const text = request();
  const end = next.findEnd(text);
  assertEquals(text.slice(next.dataStart, end), '{"a":[1]}');
  for (const one of ["route", "source", "id"]) {
    assertEquals(next.findEnd(request({ [one]: '"gamma"' })), -1);
  }
});
