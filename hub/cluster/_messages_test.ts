// Copyright 2026 the Wirekit authors. MIT license.
import { assert, assertEquals } from "@std/assert";
import { Exchange, HUB } from "../exchange/exchange.ts";
import type { Fault } from "../exchange/fault.ts";
import type { Participant, Question } from "../exchange/participant.ts";
import { encode, Kind, read } from "./_messages.ts";
import { type MemoryBackplane, MemoryEngine } from "./memory.ts";

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
  assertEquals(self!.figures["refused"], 2);
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
