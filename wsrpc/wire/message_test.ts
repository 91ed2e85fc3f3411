// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../testdata/random.ts";
import { type Message, parseMessage } from "./_read.ts";
import {
  formatError,
  formatEvent,
  formatRequest,
  formatResult,
} from "./_write.ts";

/** What real peers write, and what they mean by it. */
const READ: [what: string, text: string, message: Message][] = [
  ["a call from Python", '{"id": 6, "method": "add", "params": {"a": 2}}', {
    kind: "request",
    id: 6,
    method: "add",
    params: { a: 2 },
  }],
  [
    "a call that the JavaScript client had queued",
    '{\n "id": 3,\n "method": "add",\n "params": {\n  "a": 20\n }\n}',
    { kind: "request", id: 3, method: "add", params: { a: 20 } },
  ],
  ["absent params", '{"id":17,"method":"args"}', {
    kind: "request",
    id: 17,
    method: "args",
    params: undefined,
  }],
  ["positional params", '{"id":15,"method":"args","params":[1,2]}', {
    kind: "request",
    id: 15,
    method: "args",
    params: [1, 2],
  }],
  ["scalar params", '{"id":19,"method":"args","params":0}', {
    kind: "request",
    id: 19,
    method: "args",
    params: 0,
  }],
  [
    "further members and any order",
    '{"params":null,"jsonrpc":"2.0","method":"args","x":1,"id":1}',
    { kind: "request", id: 1, method: "args", params: null },
  ],
  ["the id 0", '{"id":0,"method":"args"}', {
    kind: "request",
    id: 0,
    method: "args",
    params: undefined,
  }],
  ["a string as id", '{"id":"a","method":"args"}', {
    kind: "request",
    id: "a",
    method: "args",
    params: undefined,
  }],
  ["a fraction as id", '{"id":9.5,"method":"args"}', {
    kind: "request",
    id: 9.5,
    method: "args",
    params: undefined,
  }],
  ["null as id of a call", '{"id":null,"method":"args"}', {
    kind: "request",
    id: null,
    method: "args",
    params: undefined,
  }],
  ["a boolean as id", '{"id":true,"method":"args"}', {
    kind: "request",
    id: true,
    method: "args",
    params: undefined,
  }],
  [
    "an id that no number holds",
    '{"params":{"id":7},"id": 9223372036854775809,"method":"args"}',
    {
      kind: "request",
      id: 9223372036854775809n,
      method: "args",
      params: { id: 7 },
    },
  ],
  [
    "method beside result and error",
    '{"id":1,"method":"x","result":1,"error":2}',
    {
      kind: "request",
      id: 1,
      method: "x",
      params: undefined,
    },
  ],
  ["a result", '{"result": {"a": 1}, "id": 2}', {
    kind: "result",
    id: 2,
    result: { a: 1 },
  }],
  ["the result null", '{"id":2,"result":null}', {
    kind: "result",
    id: 2,
    result: null,
  }],
  ["a bare id", '{"id":2}', { kind: "result", id: 2, result: null }],
  ["the id of an answer as text", '{"id":"5","result":1}', {
    kind: "result",
    id: 5,
    result: 1,
  }],
  [
    "an error from Python",
    '{"error": {"type": "E", "message": "m"}, "id": 2}',
    {
      kind: "error",
      id: 2,
      error: { type: "E", message: "m" },
    },
  ],
  ["an Error thrown in JavaScript", '{"id":12,"error":{}}', {
    kind: "error",
    id: 12,
    error: {},
  }],
  ["a rejection without a reason in JavaScript", '{"id":30,"error":null}', {
    kind: "error",
    id: 30,
    error: null,
  }],
  [
    "an unknown route in JavaScript",
    '{"error":"Route not found","result":null,"id":28}',
    { kind: "error", id: 28, error: "Route not found" },
  ],
  ["a result beside an error", '{"error":"no","result":5,"id":1}', {
    kind: "result",
    id: 1,
    result: 5,
  }],
  [
    "error null beside a result, as in JSON-RPC 1.0",
    '{"error":null,"result":5,"id":1}',
    {
      kind: "result",
      id: 1,
      result: 5,
    },
  ],
  ["both members null", '{"error":null,"result":null,"id":1}', {
    kind: "result",
    id: 1,
    result: null,
  }],
  ["an event", '{"Hello": "world"}', {
    kind: "event",
    event: { Hello: "world" },
  }],
  ["an event with id null", '{"id":null,"a":1}', {
    kind: "event",
    event: { id: null, a: 1 },
  }],
  ["a method without an id", '{"method":"x"}', {
    kind: "event",
    event: { method: "x" },
  }],
  ["NaN from Python", '{"result": NaN, "id": 59}', {
    kind: "result",
    id: 59,
    result: NaN,
  }],
  [
    "infinities from Python, but not in texts",
    '{"result": [Infinity, -Infinity, "NaN \\" Infinity"], "id": 59}',
    {
      kind: "result",
      id: 59,
      result: [Infinity, -Infinity, 'NaN " Infinity'],
    },
  ],
  ["no JSON", "hello", { kind: "invalid", reason: "it is not JSON" }],
  ["nothing", "", { kind: "invalid", reason: "it is not JSON" }],
  ["an array", "[1]", { kind: "invalid", reason: "it is not a JSON object" }],
  ["a number", "1", { kind: "invalid", reason: "it is not a JSON object" }],
  ["null", "null", { kind: "invalid", reason: "it is not a JSON object" }],
  ["an array as id", '{"id":[1],"method":"x"}', {
    kind: "invalid",
    reason: "its id is an array or object",
  }],
  ["a method that is no string", '{"id":4,"method":null}', {
    kind: "invalid",
    reason: "its method is not a string",
    request: 4,
  }],
  ["an answer whose id is a boolean", '{"id":true,"result":1}', {
    kind: "invalid",
    reason: "its id is not a number",
  }],
  ["an answer whose id is empty", '{"id":"","result":1}', {
    kind: "invalid",
    reason: "its id is not a number",
  }],
  [
    "an answer of a hub, which is no answer of wsrpc",
    '{"id":2,"type":4,"data":"Not authorized."}',
    {
      kind: "invalid",
      reason: "it has no result or error",
      response: 2,
    },
  ],
  [
    "the complaint of the JavaScript client",
    '{"error":"Unexpected token","result":null,"id":null}',
    {
      kind: "invalid",
      reason: "it says that the peer could not read a message",
    },
  ],
  ["half a call", '{"id": 7, "method": "x", "params": {', {
    kind: "invalid",
    reason: "it is not JSON",
    request: 7,
  }],
  ["half an answer", '{"id":7,"result":[1,', {
    kind: "invalid",
    reason: "it is not JSON",
    response: 7,
  }],
  ["a spoilt answer from Python", '{"result": <>, "id": 7}', {
    kind: "invalid",
    reason: "it is not JSON",
    response: 7,
  }],
  ["NaN in what is no JSON either", '{"result": NaN, <>, "id": 7}', {
    kind: "invalid",
    reason: "it is not JSON",
    response: 7,
  }],
];

for (const [what, text, message] of READ) {
  Deno.test(`parseMessage() reads ${what}`, () => {
    assertEquals(parseMessage(text), message);
  });
}

Deno.test("parseMessage() keeps __proto__ a plain member", () => {
  const message = parseMessage(
    '{"id":1,"method":"x","params":{"__proto__":1}}',
  );
  assert(message.kind === "request");
  assertEquals(Object.keys(message.params as object), ["__proto__"]);
  assertEquals(Object.getPrototypeOf(message.params), Object.prototype);
});

Deno.test("parseMessage() takes linear time for hostile text", () => {
  const start = performance.now();
  for (
    const text of [
      'NaN"' + '\\"'.repeat(1_000_000),
      '"'.repeat(1_000_001) + "NaN",
      " ".repeat(2_000_000) + "x",
      '{"result":' + " ".repeat(2_000_000),
      '{"result":NaN' + ',"id":1'.repeat(200_000),
      "[".repeat(1_000_000) + "NaN",
    ]
  ) assertEquals(parseMessage(text).kind, "invalid");
  assert(performance.now() - start < 5_000);
});

Deno.test("parseMessage() never throws, whatever is in a text", async () => {
  await Random.test((random) => {
    const parts = [
      '{"id":',
      '{"result":',
      '"method":"x"',
      ",",
      "}",
      "]",
      "[",
      "{",
      "1",
      "NaN",
      "-Infinity",
      '"',
      "\\",
      '"id"',
      ":",
      "null",
      " ",
      "9".repeat(30),
      "\u2028",
      "\ud800",
      '"error":',
      "true",
      "1e999",
    ];
    for (let i = 0; i < 20_000; i++) {
      let text = "";
      for (let n = random.below(12); n >= 0; n--) text += random.pick(parts);
      const message = parseMessage(text);
      if (message.kind === "request") formatResult(message.id, null);
    }
  });
});

Deno.test("parseMessage() reads what the format functions write", async () => {
  await Random.test((random) => {
    const value = (depth: number): unknown => {
      switch (random.below(depth > 3 ? 5 : 7)) {
        case 0:
          return null;
        case 1:
          return random.below(2) === 1;
        case 2:
          return random.below(2 ** 31) / random.pick([1, 3, 1e9]);
        case 3:
          return random.pick([
            "",
            "NaN",
            '"\\',
            "\u2028\ud83d\ude00",
            "Infinity",
          ]);
        case 4:
          return -random.below(1000);
        case 5:
          return Array.from(
            { length: random.below(4) },
            () => value(depth + 1),
          );
        default:
          return { a: value(depth + 1), "__proto__x": value(depth + 1) };
      }
    };
    for (let i = 0; i < 2_000; i++) {
      const id = 2 * random.below(1e9) + 1;
      const any = value(0);
      assertEquals(parseMessage(formatRequest(id, "m", any)), {
        kind: "request",
        id,
        method: "m",
        params: any,
      });
      assertEquals(parseMessage(formatResult(id, any)), {
        kind: "result",
        id,
        result: any,
      });
      const error = { type: "E", message: "m", more: any };
      assertEquals(parseMessage(formatError(id, error)), {
        kind: "error",
        id,
        error,
      });
      assertEquals(parseMessage(formatEvent({ any })), {
        kind: "event",
        event: { any },
      });
    }
  });
});

Deno.test("formatResult() writes every id as it came", () => {
  for (
    const id of ["0", "-3", "9.5", '"a"', "null", "true", "9223372036854775809"]
  ) {
    const message = parseMessage(`{"id":${id},"method":"x"}`);
    assert(message.kind === "request");
    assertEquals(formatResult(message.id, 1), `{"result":1,"id":${id}}`);
  }
});

Deno.test("formatResult() writes strict JSON", () => {
  assertEquals(formatResult(2, NaN), '{"result":null,"id":2}');
  assertEquals(formatResult(2, [Infinity]), '{"result":[null],"id":2}');
  for (const result of [0, false, ""]) {
    assertEquals(
      formatResult(2, result),
      `{"result":${JSON.stringify(result)},"id":2}`,
    );
  }
});

Deno.test("formatResult() throws for what cannot be JSON", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  for (const result of [circle, () => {}, Symbol()]) {
    assertThrows(() => formatResult(2, result), TypeError, "Cannot serialize");
  }
});

Deno.test("formatEvent() throws for what would not arrive as an event", () => {
  for (const event of [{ id: 1 }, { id: null }, [1], "x", 1]) {
    assertThrows(() => formatEvent(event as never), TypeError, "Cannot emit");
  }
});
