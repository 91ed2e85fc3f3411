// Copyright 2026 the Wirekit authors. MIT license.
import { assert, assertEquals } from "@std/assert";
import type { OpenRequest } from "../exchange/_party.ts";
import { Exchange, HUB } from "../exchange/exchange.ts";
import type { Fault } from "../exchange/fault.ts";
import type { Participant, Question } from "../exchange/participant.ts";
import { Envelope } from "../winerp/_envelope.ts";
import { encode, Kind, read } from "./_messages.ts";
import type { Origin } from "./_remote.ts";
import { type MemoryBackplane, MemoryEngine } from "./memory.ts";
import { countDigits, wholeOf as wholeFor, writeDigits } from "./_whole.ts";

const utf8 = new TextEncoder();
const CONTENT = {
  route: '"r"',
  data: "1",
  traceback: "null",
  pseudoObject: "null",
};

/** A participant that keeps what it is asked, and how its questions end. */
class Party implements Participant {
  readonly asked: Question[] = [];
  readonly heard: string[] = [];

  ask(question: Question): undefined {
    this.asked.push(question);
  }

  answer({ uuid }: Question, _kind: unknown, { data }: { data: string }) {
    this.heard.push(`${uuid} ${data}`);
    return undefined;
  }

  fail({ uuid }: Question, { code, text }: Fault): void {
    this.heard.push(`${uuid} ${code} ${text}`);
  }

  tell(_source: unknown, { data }: { data: string }): undefined {
    this.heard.push(data);
  }

  admit(): void {}
  end(): void {}
}

Deno.test("read() takes what encode() wrote", () => {
  const error = { code: -32000, type: "E", data: '{"a":1}' };
  const fields = ["e", 5];
  const content = { ...CONTENT, error };
  const answer = read(utf8.encode(encode(fields, content)));
  assert("fields" in answer);
  assertEquals(answer.fields.slice(0, 2), ["e", "5"]);
  assertEquals(answer.content, content);
  const audit = read(utf8.encode(encode([Kind.audit, 1, 2, 3])));
  assert("fields" in audit);
  assertEquals(audit.fields, ["o", "1", "2", "3"]);
});

Deno.test("read() refuses what no hub sends", () => {
  const texts = [
    "",
    "z\x001",
    "toString\x001",
    "constructor",
    "h",
    "h\x00x",
    "h\x00-1",
    "h\x001\x002",
    "n\x00a\x00b",
    'm\x001\x00\x00"a"\x00n\x00b\x00null\x00null\x00null\x00\x001',
    "h\x0099999999999999999",
    "o\x001\x00",
    `o\x001${"\x001".repeat(1_001)}`,
    "f\x001\x00x\x00text",
    `f\x001\x001\x00${"x".repeat(10_001)}`,
    "r\x001\x00null\x00null\x00null\x00\x00",
    "r\x001\x00null\x00null\x00null\x00\x001 2",
    "r\x001\x00null\x00null\x00null\x00\x001e999",
    'r\x001\x00null\x00null\x00null\x00\x00"\\ud800"',
    `r\x001\x00null\x00null\x00null\x00\x00${"[".repeat(300)}`,
    "r\x001\x00x\x00null\x00null\x00\x001",
    "r\x001\x00null\x00x\x00null\x00\x001",
    "r\x001\x00null\x00null\x00x\x00\x001",
    "r\x001\x00null\x00null\x00null\x00{\x001",
    "r\x001\x00null\x00null\x00null\x00[]\x001\x001",
    'r\x001\x00null\x00null\x00null\x00{"code":1.5}\x001',
    'r\x001\x00null\x00null\x00null\x00{"type":1}\x001',
    'r\x001\x00null\x00null\x00null\x00{"data":"{"}\x001',
    'q\x001\x002\x00"a"\x00{\x00"b"\x00null\x00null\x00null\x00\x001',
  ];
  for (const text of texts) assert("refused" in read(utf8.encode(text)), text);
  const broken = utf8.encode('r\x001\x00null\x00null\x00null\x00\x00"a"');
  broken[broken.length - 2] = 0xff;
  assert("refused" in read(broken));
});

/** A message of a winerp client, with changes to its members. */
function wholeOf(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    id: "a",
    type: 2,
    route: "r",
    traceback: null,
    data: { d: "é" },
    uuid: "u",
    destination: "b",
    pseudo_object: null,
    ...changes,
  });
}

function envelopeOf(text: string): Envelope {
  const envelope = new Envelope();
  envelope.read(utf8.encode(text));
  return envelope;
}

Deno.test("read() takes the message of a winerp client as it was passed on", () => {
  const kinds = [
    ["request", 2, "Q", '\x007\x00"a"\x00"b"\x00'],
    ["functionCall", 7, "C", '\x007\x00"ä"\x00"b"\x00'],
    ["response", 3, "R", "\x00"],
    ["error", 4, "E", "\x00"],
  ] as const;
  let ref = 1;
  for (const [kind, type, letter, fields] of kinds) {
    for (const data of [null, 1, "x".repeat(20_000), { "ö": ["\n"] }]) {
      const text = wholeOf({ type, data });
      const content = envelopeOf(text);
      ref *= 9;
      const whole = wholeFor(kind, ref, utf8.encode(fields), '"u"', content)!;
      const expected = `${letter}\0${ref}${fields}${text}`;
      assertEquals(whole.text, expected);
      assertEquals(whole.size, utf8.encode(expected).length);
      const said = read(utf8.encode(whole.text));
      assert("fields" in said);
      assertEquals(said.fields, expected.split("\0"));
      const back = said.content as Envelope;
      assertEquals([back.whole, back.data], [text, JSON.stringify(data)]);
    }
  }
});

Deno.test("wholeOf() leaves alone what has to be written anew", () => {
  const none = new Uint8Array(1);
  const passed = (text: string, uuid = '"u"') =>
    wholeFor("request", 1, none, uuid, envelopeOf(text));
  assert(passed(wholeOf()));
  assertEquals(passed(wholeOf(), '"v"'), undefined);
  assertEquals(passed(wholeOf({ uuid: "é" }), '"é"'), undefined);
  assertEquals(passed(wholeOf({ type: 3 })), undefined);
  assertEquals(passed(wholeOf({ token: "secret" })), undefined);
  assertEquals(passed(wholeOf({ route: undefined })), undefined);
  assertEquals(passed(wholeOf().replace("{", "{\n")), undefined);
  assertEquals(wholeFor("request", 1, none, '"u"', CONTENT), undefined);
});

Deno.test("A number is written as a text says it", () => {
  const numbers = [0, 9, 10, 4194304, 99_999_999, 100_000_000, 100_000_001];
  for (let i = 0; i < 16; i++) numbers.push(10 ** i - 1, 10 ** i, 3.7 ** i | 0);
  numbers.push(Number.MAX_SAFE_INTEGER, 20971520000123, 1_000_000_000_001);
  for (const number of numbers) {
    const out = new Uint8Array(20);
    const end = writeDigits(number, countDigits(number), out, 1);
    assertEquals(
      new TextDecoder().decode(out.subarray(1, end)),
      `${number}`,
    );
  }
});

Deno.test("read() refuses a message that no winerp client could be sent", () => {
  const head = 'Q\x001\x002\x00"a"\x00"b"\x00';
  const texts = [
    "",
    "null",
    "{",
    `${wholeOf()}x`,
    `${wholeOf()}\0`,
    wholeOf({ type: 3 }),
    wholeOf({ type: "2" }),
    wholeOf({ token: "secret" }),
    wholeOf({ uuid: undefined }),
    wholeOf({ more: 1 }),
    wholeOf().replace("{", "{\n"),
    wholeOf({ data: "?" }).replace("?", "\\ud800"),
    wholeOf({ data: 1 }).replace('"data":1', '"data":1e999'),
  ];
  for (const text of texts) {
    assert("refused" in read(utf8.encode(head + text)), text);
  }
  for (
    const some of ["Q\x001\x002", 'Q\x00x\x002\x00"a"\x00"b"', "R\x00", "R"]
  ) {
    assert("refused" in read(utf8.encode(`${some}\0${wholeOf()}`)), some);
  }
  const broken = utf8.encode(head + wholeOf({ data: "x" }));
  broken[broken.lastIndexOf(0x78)] = 0xff;
  assert("refused" in read(broken));
});

/** Nodes whose messages arrive at once. */
function nodes(count: number) {
  const queue: (() => void)[] = [];
  const engine = new MemoryEngine({ carry: (deliver) => queue.push(deliver) });
  const planes: MemoryBackplane[] = [];
  const exchanges = Array.from({ length: count }, (_, n) => {
    const plane = engine.node(`n${n}`);
    planes.push(plane);
    return new Exchange({ backplane: plane });
  });
  const settle = () => {
    while (queue.length > 0) queue.shift()!();
  };
  return { planes, exchanges, settle };
}

Deno.test("A question or answer that is refused ends at once, and others of the node go on", () => {
  const { planes: [, plane], exchanges: [one, two], settle } = nodes(2);
  const [asker, asked] = [new Party(), new Party()];
  const a = one!.enter(asker);
  const b = two!.enter(asked);
  one!.claim(a, '"a"');
  two!.claim(b, '"b"');
  settle();
  const ask = (uuid: string) => {
    const to = one!.find('"b"')!;
    assertEquals(one!.ask(a, to, uuid, "request", CONTENT), undefined);
    settle();
  };
  // The other node spoils an answer, of another version perhaps.
  ask('"u"');
  two!.answer(asked.asked.pop()!, "response", { ...CONTENT, data: "{" });
  settle();
  assertEquals(asker.heard.splice(0), [
    '"u" -32026 The answer cannot be read as another hub passed it on.',
  ]);
  // An answer to another question.
  ask('"w"');
  const { ref } = (asked.asked.pop() as OpenRequest).tag as Origin;
  const other = wholeOf({ type: 3, uuid: "x" });
  plane!.publish({ node: one!.cluster!.node }, `R\0${ref}\0${other}`);
  settle();
  assertEquals(asker.heard.splice(0), [
    '"w" -32026 The answer cannot be read as another hub passed it on.',
  ]);
  // A question without a number that anybody could answer to.
  const question = ["q", 1, 2, '"a', '"u"', '"b"'];
  plane!.publish({ name: '"a"' }, encode(question, CONTENT));
  // A name of the node that gets it.
  plane!.publish({ name: '"a"' }, encode(["t", 1, '"a"', '"a"'], CONTENT));
  settle();
  assertEquals([asker.heard, asked.asked], [[], []]);
  ask('"v"');
  two!.answer(asked.asked.pop()!, "response", CONTENT);
  settle();
  assertEquals(asker.heard, ['"v" 1']);
  const { nodes: all } = one!.cluster!;
  const self = all.find(({ label }) => label === "n0");
  assertEquals(self!.figures["refused"], 3);
});

Deno.test("The hubs of two nodes ask one client, and each gets its answer", () => {
  const { exchanges, settle } = nodes(3);
  const [one, two, three] = exchanges as [Exchange, Exchange, Exchange];
  const asked = new Party();
  three.claim(three.enter(asked), '"c"');
  settle();
  const hubs = [one, two].map((exchange) => {
    const party = new Party();
    const self = exchange.host(party);
    assertEquals(self.name, HUB);
    const ask = (uuid: string) => {
      exchange.ask(self, exchange.find('"c"')!, uuid, "request", CONTENT);
      settle();
    };
    return { party, ask };
  });
  hubs.forEach(({ ask }, n) => ask(`"u${n}"`));
  assertEquals(asked.asked.length, 2);
  for (const question of asked.asked) {
    three.answer(question, "response", { ...CONTENT, data: question.uuid });
  }
  settle();
  assertEquals(hubs.map(({ party }) => party.heard), [
    ['"u0" "u0"'],
    ['"u1" "u1"'],
  ]);
});
