// Copyright 2026 the Wirekit authors. MIT license.

/** What an exchange counts, and what it shows of that. */

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { fullPass } from "../access/pass.ts";
import { Exchange } from "./exchange.ts";
import { Edges } from "./_edges.ts";
import { fault } from "./fault.ts";
import { Party } from "./_party.ts";
import type { Observer } from "./observer.ts";
import type { Content, Member, Participant, Question } from "./participant.ts";

const CONTENT: Content = {
  route: '"r"',
  data: "{}",
  traceback: "null",
  pseudoObject: "null",
};

/** Keeps questions; refuses what it is told to. */
class Peer implements Participant {
  readonly member: Member;
  readonly questions: Question[] = [];
  refuses = false;

  constructor(exchange: Exchange, name: string) {
    this.member = exchange.enter(this);
    exchange.claim(this.member, JSON.stringify(name));
  }

  ask(question: Question) {
    if (this.refuses) return fault("TooLarge", "No.");
    this.questions.push(question);
    return undefined;
  }

  answer() {
    return this.refuses ? fault("AnswerTooLarge", "No.") : undefined;
  }

  fail(): void {}
  tell(): undefined {}
  admit(): void {}
  end(): void {}
}

/** Notes what it is shown. */
class Notes implements Observer {
  stride = 1;
  readonly notes: string[] = [];

  asked(question: Question, _kind: string, _: Content, weight: number) {
    this.notes.push(`asked ${question.requester.name} ${weight}`);
    return question;
  }
  passed(): void {
    this.notes.push("passed");
  }
  answered(_: unknown, kind: string): void {
    this.notes.push(`answered ${kind}`);
  }
  failed(_: unknown, text: string): void {
    this.notes.push(`failed ${text}`);
  }
  told(from: Member, _: Content, receivers: number, weight: number) {
    this.notes.push(`told ${from.name} ${receivers} ${weight}`);
  }
  presence(event: string, { name }: Member, end?: { kind: string }): void {
    this.notes.push([event, name, end?.kind].filter(Boolean).join(" "));
  }
  left({ name }: Member, { kind }: { kind: string }): void {
    this.notes.push(`gone ${name} ${kind}`);
  }

  take(): string[] {
    return this.notes.splice(0);
  }
}

function ask(exchange: Exchange, from: Peer, to: Peer) {
  return exchange.ask(from.member, to.member, '"u"', "request", CONTENT);
}

Deno.test("Exchange shows its observer each way in which a request can end", () => {
  const exchange = new Exchange({ requestTimeout: 1_000 });
  const notes = new Notes();
  exchange.observe(notes);
  exchange.tick(0);
  const [a, b] = ["a", "b"].map((name) => new Peer(exchange, name));
  assertEquals(notes.take(), ['join "a"', 'join "b"']);
  const begin = () => {
    ask(exchange, a!, b!);
    assertEquals(notes.take(), ['asked "a" 1', "passed"]);
    return b!.questions.at(-1)!;
  };
  exchange.answer(begin(), "response", CONTENT);
  assertEquals(notes.take(), ["answered response"]);
  exchange.answer(begin(), "error", CONTENT);
  assertEquals(notes.take(), ["answered error"]);
  exchange.fail(begin(), fault("TimedOut", "Late."));
  assertEquals(notes.take(), ["failed Late."]);
  exchange.cancel(begin());
  assertEquals(notes.take(), ["failed The requester gave up."]);
  begin();
  exchange.tick(1_001);
  assertEquals(notes.take(), ["failed The request was not answered in time."]);
  b!.refuses = true;
  ask(exchange, a!, b!);
  assertEquals(notes.take(), ['asked "a" 1', "failed No."]);
  b!.refuses = false;
  const question = begin();
  a!.refuses = true;
  exchange.answer(question, "response", CONTENT);
  assertEquals(notes.take(), ["answered response", "failed No."]);
  a!.refuses = false;
  exchange.inform(a!.member, undefined, CONTENT);
  exchange.inform(a!.member, ['"b"', '"nobody"'], CONTENT);
  assertEquals(notes.take(), ['told "a" 1 1', 'told "a" 1 1']);
  begin();
  exchange.drop(b!.member, 1011, "Deaf", "deaf");
  assertEquals(notes.take(), [
    "failed The destination disconnected before it answered.",
    'leave "b" deaf',
    'gone "b" deaf',
  ]);
  const { answers, errors, failures, abandoned, requests } = exchange.totals;
  assertEquals([answers, errors, failures, abandoned, requests], [
    1,
    1,
    5,
    1,
    8,
  ]);
});

Deno.test("Exchange shows and counts what is sent to nobody", () => {
  const exchange = new Exchange({ maxRequests: 1, maxNameBytes: 20 });
  const notes = new Notes();
  exchange.observe(notes);
  const [a, b] = ["a", "b"].map((name) => new Peer(exchange, name));
  exchange.allow(b!.member, {
    ...fullPass("b"),
    mayReachAll: false,
    mayAsk: () => false,
  });
  notes.take();
  const unsent = (name: string | undefined) =>
    exchange.unsent(a!.member, name, '"u"', "request", CONTENT, "Nobody.");
  unsent('"nobody"');
  unsent(undefined);
  unsent(JSON.stringify("too long ".repeat(1_000)));
  assertEquals(
    notes.take(),
    new Array(3).fill(['asked "a" 1', "failed Nobody."]).flat(),
  );
  ask(exchange, a!, b!);
  ask(exchange, a!, b!);
  ask(exchange, b!, a!);
  exchange.ask(a!.member, b!.member, "u".repeat(999), "request", CONTENT);
  assertEquals(notes.take(), [
    'asked "a" 1',
    "passed",
    'asked "a" 1',
    "failed More than 1 requests are unanswered.",
    'asked "b" 1',
    'failed "b" may not ask "a" for "r".',
    'asked "a" 1',
    "failed The uuid is longer than 256 characters.",
  ]);
  const { requests, failures } = exchange.totals;
  assertEquals([requests, failures, exchange.openQuestions], [7, 6, 1]);
  assertEquals([a!.member.requests, a!.member.errors], [6, 5]);
  assertEquals(
    [...(a!.member as Party).edges!.values()],
    [
      { to: '"nobody"', requests: 1, errors: 1, informs: 0 },
      { to: undefined, requests: 2, errors: 2, informs: 0 },
      { to: '"b"', requests: 3, errors: 2, informs: 0 },
    ],
  );
});

Deno.test("Exchange shows one message in so many, and all of who is watched", () => {
  const exchange = new Exchange();
  const notes = new Notes();
  notes.stride = 10;
  exchange.observe(notes);
  const [a, b, c] = ["a", "b", "c"].map((name) => new Peer(exchange, name));
  notes.take();
  for (let n = 0; n < 95; n++) ask(exchange, a!, b!);
  const shown = notes.take().filter((note) => note.startsWith("asked"));
  assertEquals(shown, new Array(10).fill('asked "a" 10'));
  c!.member.watched = true;
  ask(exchange, c!, b!);
  ask(exchange, b!, c!);
  exchange.inform(a!.member, ['"c"'], CONTENT);
  assertEquals(notes.take(), [
    'asked "c" 0',
    "passed",
    'asked "b" 0',
    "passed",
    'told "a" 1 0',
  ]);
});

Deno.test("Exchange counts each request once, whatever happens", () => {
  const numbers = new Random(7);
  const random = (most: number) => numbers.below(most);
  const exchange = new Exchange({ requestTimeout: 50, maxRequests: 20 });
  const peers = Array.from({ length: 6 }, (_, n) => new Peer(exchange, `${n}`));
  let names = peers.length;
  let asked = 0;
  for (let step = 0; step < 20_000; step++) {
    const n = random(peers.length);
    const peer = peers[n]!;
    const kind = random(100);
    if (kind < 60) {
      const to = peers[random(peers.length)]!;
      const before = exchange.totals.requests;
      ask(exchange, peer, to);
      asked += exchange.totals.requests - before;
    } else if (kind < 95) {
      const question = peer.questions.splice(random(3), 1)[0];
      if (!question) continue;
      const end = random(4);
      if (end === 0) exchange.answer(question, "response", CONTENT);
      else if (end === 1) exchange.answer(question, "error", CONTENT);
      else if (end === 2) exchange.cancel(question);
      else exchange.fail(question, fault("TimedOut", "Late."));
    } else if (kind < 97) peer.refuses = !peer.refuses;
    else if (kind < 98) {
      exchange.leave(peer.member);
      peers[n] = new Peer(exchange, `${names++ % 9}`);
    } else exchange.tick(step / 10);
    const { requests, answers, errors, failures, abandoned } = exchange.totals;
    assertEquals(
      requests,
      answers + errors + failures + abandoned + exchange.openQuestions,
    );
  }
  assert(asked > 5_000);
  const open = { asking: 0, answering: 0 };
  for (const { asking, answering } of exchange.members) {
    open.asking += asking;
    open.answering += answering;
  }
  const { openQuestions } = exchange;
  assertEquals(open, { asking: openQuestions, answering: openQuestions });
});

Deno.test("Edges are found by name, and of too many the last are counted as one", () => {
  const edges = new Edges(2);
  const party = (number: number, name: string) => {
    const made = new Party(number, {} as Participant);
    made.call(name);
    return made;
  };
  const from = party(0, '"from"');
  const names = ['"a"', '"b"', '"c"', '"d"'];
  names.forEach((name, n) => edges.between(from, party(n, name)).requests++);
  // A client that comes back under its name is the same.
  edges.between(from, party(9, ['"', "a", '"'].join(""))).requests++;
  assertEquals(
    [...from.edges!.values()].map(({ to, requests }) => [to, requests]),
    [['"a"', 2], ['"b"', 1]],
  );
  edges.forget(from);
  assertEquals(edges.between(party(10, '"x"'), from).to, '"from"');
});
