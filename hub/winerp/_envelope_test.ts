// Copyright 2026 the Wirekit authors. MIT license.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { borrow } from "@wirekit/internal/bytes";
import { Envelope } from "./_envelope.ts";
import { randomFrom } from "./testdata/model.ts";
import { canonicalName } from "../exchange/_spelling.ts";

const utf8 = new TextEncoder();
const text = new TextDecoder();

function read(message: string): Envelope {
  const envelope = new Envelope();
  envelope.read(utf8.encode(message));
  return envelope;
}

function forward(message: string, id = '"b"', destination = '"a"'): string {
  return text.decode(
    read(message).forward(utf8.encode(id), utf8.encode(destination)),
  );
}

const REQUEST =
  '{"id":"a","type":2,"route":"r","traceback":null,"data":DATA,"uuid":"u","destination":"b","pseudo_object":null}';

Deno.test("Envelope passes data on to the letter", () => {
  for (
    const data of [
      "9007199254740993",
      "-9223372036854775808",
      "18446744073709551615",
      "1.0",
      "-0.0",
      "1E5",
      '{"10":1,"2":2}',
      '{ "spaced" : [ 1 , 2 ] }',
      '"zo\\u00eb \\ud83d\\ude00 \\/ ë"',
      "[[],{},[null,true,false]]",
      '""',
    ]
  ) {
    const message = REQUEST.replace("DATA", data);
    assertEquals(
      forward(message),
      message.replace('"id":"a"', '"id":"b"').replace('n":"b"', 'n":"a"'),
    );
    assertStringIncludesData(forward(`{"type":2,"data":${data}}`), data);
  }
});

Deno.test("Envelope.span says where the data of one line stands", () => {
  const spanned = (message: string) => {
    const { span } = read(message);
    return span && text.decode(span.bytes.subarray(span.start, span.end));
  };
  for (const data of ['{ "a" : 1.0 }', '"ë"', "null", "[]"]) {
    assertEquals(spanned(REQUEST.replace("DATA", data)), data);
  }
  // What has a line break, an unknown member, or one twice, is written anew.
  for (const data of ['{"a":\n1}', "[1,\r2]", '1,"x":2', '1,"data":2']) {
    assertEquals(spanned(REQUEST.replace("DATA", data)), undefined);
  }
  assertEquals(spanned('{"type":2}'), undefined);
});

function assertStringIncludesData(message: string, data: string): void {
  assertEquals(message.includes(`"data":${data},`), true, message);
}

Deno.test("Envelope.forward splices names of other lengths, in any order of members", () => {
  const message = REQUEST.replace("DATA", "[1]");
  const longer = forward(message, '"somebody"', '"x"');
  assertEquals(JSON.parse(longer), {
    ...JSON.parse(message),
    id: "somebody",
    destination: "x",
  });
  const { id, destination, ...rest } = JSON.parse(message);
  const turned = JSON.stringify({ destination, ...rest, id });
  assertEquals(
    JSON.parse(forward(turned, '"somebody"', '"x"')),
    JSON.parse(longer),
  );
});

Deno.test("Envelope.forward returns the very bytes if nothing changes", () => {
  const bytes = utf8.encode(REQUEST.replace("DATA", "{}"));
  const envelope = new Envelope();
  envelope.read(bytes);
  assertStrictEquals(
    envelope.forward(utf8.encode('"a"'), utf8.encode('"b"')),
    bytes,
  );
});

Deno.test("Envelope.done gives back the memory of a message of which copies were passed on, and of no other", () => {
  const [id, destination] = ['"a"', '"other"'].map((name) => utf8.encode(name));
  const message = utf8.encode(
    REQUEST.replace("DATA", `"${"x".repeat(50_000)}"`),
  );
  const dealtWith = (how: (envelope: Envelope) => void) => {
    const bytes = borrow(message.length);
    bytes.set(message);
    const envelope = new Envelope();
    envelope.read(bytes);
    how(envelope);
    envelope.done();
    return [bytes.buffer, borrow(message.length).buffer];
  };
  for (
    const how of [
      () => {},
      (envelope: Envelope) => void envelope.forward(id!, destination!),
      (envelope: Envelope) => void envelope.data,
      (envelope: Envelope) => void envelope.redirect(id!, destination!),
    ]
  ) {
    const [before, after] = dealtWith(how);
    assertStrictEquals(after, before);
  }
  for (
    const how of [
      (envelope: Envelope) => void envelope.forward(id!, utf8.encode('"b"')),
      (envelope: Envelope) => void envelope.redirect(id!, utf8.encode('"c"')),
      (envelope: Envelope) => void envelope.span,
      (envelope: Envelope) => void envelope.bytes,
    ]
  ) {
    const [before, after] = dealtWith(how);
    assert(after !== before);
  }
});

Deno.test("Envelope.forward drops unknown members and says each member once", () => {
  const sent = '{"type":3,"id":"x","id":"evil","token":"secret","data":1,' +
    '"data":2,"uuid":7,"more":{}}';
  assertEquals(
    forward(sent),
    '{"id":"b","type":3,"route":null,"data":2,"traceback":null,"uuid":7,' +
      '"destination":"a","pseudo_object":null}',
  );
});

Deno.test("Envelope.forward writes one line, for carriers that frame by lines", () => {
  const out = forward(
    REQUEST.replace("DATA", '{\r\n  "a": "\\n",\n"b":1}').replaceAll(
      ",",
      ",\n",
    ),
  );
  assertEquals(out.includes("\n"), false);
  assertEquals(JSON.parse(out).data, { a: "\n", b: 1 });
});

Deno.test("Envelope.type is compared by value, as Python does", () => {
  const types: [string, number][] = [
    ["2", 2],
    ["2.0", 2],
    ["2e0", 2],
    ["-1", -1],
    ["99", 99],
    ['"2"', -1],
    ["null", -1],
    ["true", -1],
    ["[2]", -1],
  ];
  for (const [json, type] of types) {
    assertEquals(read(`{"type":${json}}`).type, type, json);
  }
  assertEquals(read("{}").type, -1);
});

Deno.test("Envelope.targets reads a route as a list of names", () => {
  const routes: [string, string[] | undefined][] = [
    ["null", undefined],
    ["[]", undefined],
    ["[ ]", undefined],
    ['""', undefined],
    ["{}", undefined],
    ['["b","c","b"]', ['"b"', '"c"', '"b"']],
    ['"bc"', ['"bc"']], // a real server takes this for "b" and "c"
    ['[["b",["c"]],1]', ['"b"', '"c"', "1"]], // winerp's client makes [[…]] of a tuple
    ["[null]", []], // inform(data, None): nobody
    ['[ "zo\\u00eb" , {"x":1} ]', ['"zoë"']],
    ["7", ["7"]],
  ];
  for (const [route, targets] of routes) {
    assertEquals(read(`{"type":6,"route":${route}}`).targets, targets, route);
  }
  assertEquals(read('{"type":6}').targets, undefined);
});

Deno.test("canonicalName knows a name however it is written", () => {
  assertEquals(canonicalName('"zo\\u00EB"'), '"zoë"');
  assertEquals(canonicalName('"a\\/b"'), '"a/b"');
  assertEquals(canonicalName('""'), '""');
  assertEquals(canonicalName("123456789012345678"), "123456789012345678");
  assertEquals(canonicalName("true"), "true");
  for (const none of ["null", "[]", '{"a":1}']) {
    assertEquals(canonicalName(none), undefined);
  }
});

Deno.test("Envelope.read refuses what would make a stock client deaf", () => {
  const deep = (n: number) => `{"data":${"[".repeat(n)}${"]".repeat(n)}}`;
  const bad = [
    "",
    " ",
    "null",
    "[]",
    '"text"',
    "{",
    "{}x",
    "{} {}",
    '{"a":1,}',
    '{"a" 1}',
    "{a:1}",
    '{"a":}',
    '{"a":[1,]}',
    '{"a":[1 2]}',
    '{"a":{"b":1,}}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":-}',
    '{"a":+1}',
    '{"a":1e}',
    '{"a":0x1}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":tru}',
    '{"a":nul',
    '{"a":"\u0001"}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":"\\u12"}',
    '{"a":"\\u12g4"}',
    '{"a":"open}',
    '{"a":"\\ud800"}', // no orjson reads a lone surrogate
    '{"a":"\\udc00"}',
    '{"a":"\\ud800\\u0041"}',
    '{"a":1e999}', // nor what is no double
    `{"a":${"9".repeat(400)}}`,
    "\ufeff{}",
    deep(300), // nor what is nested too deep
  ];
  for (const message of bad) {
    assertThrows(() => read(message), SyntaxError, undefined, message);
  }
  read(deep(249));
  read(' {"a" : [ 1 , -2.5e-3 , "\\ud83d\\ude00" ] } \n');
});

Deno.test("Envelope.read finds the end of long strings, wherever they start", () => {
  const specials = ['"', "\\n", "\\\\", "ë", "\u007f", "\u0001", "\\x", "\n"];
  for (let shift = 0; shift < 5; shift++) {
    for (let length = 60; length < 76; length++) {
      for (const special of specials) {
        const string = "x".repeat(length) + special + "y".repeat(shift);
        const message = `{"${"k".repeat(shift)}":"${string}","type":5}`;
        let expected = -1;
        try {
          expected = JSON.parse(message).type;
        } catch { /* no JSON */ }
        let type = -1;
        try {
          type = read(message).type;
        } catch { /* no JSON */ }
        assertEquals(type, expected, message);
      }
    }
  }
});

Deno.test("Envelope.read agrees with JSON.parse on random texts", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const random = randomFrom(seed);
  const alphabet = '{}[]",:0123-+.eE\\u tfn\n"""{}[]'.split("").concat([
    "true",
    "false",
    "null",
    '"a"',
    '"a":',
    "\\u0041",
    "ë",
  ]);
  let valid = 0;
  for (let n = 0; n < 20_000; n++) {
    let message = "";
    if (n % 2) message = mutate(sample(random, 0), random);
    else {
      const length = Math.floor(random() * 12);
      for (let i = 0; i < length; i++) {
        message += alphabet[Math.floor(random() * alphabet.length)];
      }
      message = `{"data":${message}}`;
    }
    let expected = true;
    try {
      const value: unknown = JSON.parse(message);
      expected = typeof value === "object" && value !== null &&
        !Array.isArray(value);
    } catch {
      expected = false;
    }
    let actual = true;
    try {
      read(message);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      actual = false;
    }
    if (expected) valid++;
    assertEquals(actual, expected, `seed ${seed}: ${message}`);
  }
  assertEquals(valid > 1000, true);
});

/** A random JSON object, as text. */
function sample(random: () => number, depth: number): string {
  const value = (depth: number): string => {
    const kind = Math.floor(random() * (depth > 3 ? 5 : 7));
    if (kind === 0) return "null";
    if (kind === 1) return String(random() < 0.5);
    if (kind === 2) return String(Math.floor(random() * 1e6) - 5e5);
    if (kind === 3) return String(random());
    if (kind === 4) {
      return JSON.stringify('aë\n"\\😀'.slice(0, random() * 8).toWellFormed());
    }
    const items = Array.from({ length: random() * 4 }, () => value(depth + 1));
    return kind === 5
      ? `[${items.join(" , ")}]`
      : `{${items.map((item, i) => `"k${i}" : ${item}`).join(",")}}`;
  };
  return `{"id":"a","type":2,"data":${value(depth)}}`;
}

/** The text with one character gone, half of the time. */
function mutate(message: string, random: () => number): string {
  if (random() < 0.5) return message;
  const chars = [...message];
  chars.splice(Math.floor(random() * chars.length), 1);
  return chars.join("");
}
