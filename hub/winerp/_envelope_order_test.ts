// Copyright 2026 the Wirekit authors. MIT license.

// What clients write in their usual order is read by where it stands, and
// addressed anew where it stands. Nobody can tell the difference.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { MEMBERS } from "./_compose.ts";
import { Envelope } from "./_envelope.ts";

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

const ORDER = [
  "id",
  "type",
  "route",
  "traceback",
  "data",
  "uuid",
  "destination",
  "pseudo_object",
];

const NAMES = ['"a"', '"b"', '"zoë"', '"a\\u0062"', '"long name"', "null", "7"];

const VALUES = [
  ...NAMES,
  "2",
  "2.0",
  '"2"',
  "true",
  "[]",
  "{}",
  '{"id":"x","type":9}',
  '{ "a" : [ 1 , 2.50 ] }',
  '"\\",\\"uuid\\":\\"x\\"}"',
  `"${"x".repeat(70)}"`,
  `[[${'"é"'}],null]`,
];

const ODD = ["", " 1", "1 ", "01", "{", '"', "[1,]", '1,"x":2', "1\n", "\t1"];

/** A message in the order of our clients, or almost. */
function write(random: Random): string {
  const members = ORDER.map((name) => {
    const value = name === "type"
      ? random.pick(["1", "2", "3", "4", "2.0", '"2"'])
      : random.pick(name === "id" || name === "destination" ? NAMES : VALUES);
    return `"${name}":${random.below(60) > 0 ? value : random.pick(ODD)}`;
  });
  if (random.below(20) === 0) {
    const at = random.below(members.length);
    const [one = ""] = members.splice(at, 1);
    if (random.below(2)) members.splice(random.below(8), 0, one);
    if (random.below(2)) members.push(one);
  }
  const text = `{${members.join(",")}}`;
  if (random.below(20) > 0) return text;
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick([" ", "x", "}", ""]) +
    text.slice(at + random.below(2));
}

/** All that can be seen of a message; nothing if it was refused. */
function view(text: string): unknown {
  const envelope = new Envelope();
  try {
    envelope.read(utf8.encode(text));
  } catch (error) {
    if (error instanceof SyntaxError) return "refused";
    throw error;
  }
  const { type, id, destination, route, data, targets } = envelope;
  const named = (name: string) => [
    decoder.decode(envelope.forward(utf8.encode(name), utf8.encode('"c"'))),
    envelope.isFor(utf8.encode(name)),
    envelope.hasUuid(name),
    envelope.hasRoute(utf8.encode(name)),
  ];
  return {
    ...{ type, id, destination, route, data, targets },
    texts: [...MEMBERS, "token" as const].map((name) => envelope.text(name)),
    sizes: MEMBERS.map((name) => envelope.size(name)),
    named: NAMES.map(named),
    answer: decoder.decode(envelope.answer({ type: "4", data: '"x"' })),
    isCanonical: envelope.span !== undefined,
  };
}

/** The same of a message that begins with spaces as of one without. */
function trimmed(seen: unknown): unknown {
  return JSON.parse(JSON.stringify(seen).replaceAll(/" +\{/g, '"{'));
}

Deno.test("Envelope reads what is in order as it reads anything", () => {
  const random = new Random();
  let read = 0;
  for (let round = 0; round < 10_000; round++) {
    const text = write(random);
    const quick = view(text);
    // No client begins so, and so it is read member by member.
    const plain = view(` ${text}`);
    if (quick !== "refused") read++;
    assertEquals(
      trimmed(quick),
      trimmed(plain),
      `seed ${random.seed}: ${text}`,
    );
  }
  assert(read > 5_000, `${read} were read`);
});

Deno.test("Envelope.redirect() writes what forward() does, in place or not", () => {
  const random = new Random();
  let same = 0;
  for (let round = 0; round < 10_000; round++) {
    const bytes = utf8.encode(write(random));
    const envelope = new Envelope();
    try {
      envelope.read(bytes.slice());
    } catch {
      continue;
    }
    const [id, to] = [random.pick(NAMES), random.pick(NAMES)]
      .map((name) => utf8.encode(name)) as [Uint8Array, Uint8Array];
    const expected = envelope.forward(id, to).slice();
    const redirected = new Envelope();
    redirected.read(bytes);
    const written = redirected.redirect(id, to);
    if (written === bytes) same++;
    assertEquals(
      decoder.decode(written),
      decoder.decode(expected),
      `seed ${random.seed}`,
    );
  }
  assert(same > 500, `${same} were written in place`);
});

Deno.test("What stands behind a message in its memory is no part of it", () => {
  const text = '{"id":"a","type":2,"route":"r","traceback":null,' +
    '"data":{"x":1},"uuid":"u","destination":"b","pseudo_object":null}';
  const memory = utf8.encode(text + text);
  for (let length = 0; length < 2 * text.length; length++) {
    const envelope = new Envelope();
    const read = () => envelope.read(memory.subarray(0, length));
    if (length === text.length) read();
    else assertThrows(read, SyntaxError);
  }
});

Deno.test("Envelope.forward takes names that are much shorter than what came", () => {
  // A client may write its name as it likes: six bytes for each character.
  const id = `"${"\\u0061".repeat(30)}"`;
  for (const destination of ['"b"', `"${"\\u0062".repeat(30)}"`]) {
    const [name, to] = ['"b"', `"${"a".repeat(30)}"`];
    const text = (id: string, destination: string) =>
      `{"id":${id},"type":2,"route":"r","traceback":null,"data":{"x":1},` +
      `"uuid":"u","destination":${destination},"pseudo_object":null}`;
    for (const inPlace of [false, true]) {
      const envelope = new Envelope();
      envelope.read(utf8.encode(text(id, destination)));
      const written = inPlace
        ? envelope.redirect(utf8.encode(name), utf8.encode(to))
        : envelope.forward(utf8.encode(name), utf8.encode(to));
      assertEquals(decoder.decode(written), text(name, to));
    }
  }
});
