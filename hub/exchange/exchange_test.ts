// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import { Router } from "../winerp/_router.ts";
import { Exchange } from "./exchange.ts";
import { type Fault, fault, FaultCode } from "./fault.ts";
import type {
  AnswerKind,
  Content,
  Member,
  Named,
  Participant,
  Question,
  QuestionKind,
} from "./participant.ts";

const utf8 = new TextEncoder();

/** A participant that speaks no wire: it keeps what it hears. */
class Plain implements Participant {
  readonly heard: unknown[] = [];
  readonly questions: Question[] = [];
  readonly member: Member;
  full = false;

  constructor(exchange: Exchange, name?: string) {
    this.member = exchange.enter(this);
    if (name !== undefined) {
      assertEquals(exchange.claim(this.member, name), undefined);
    }
  }

  ask(question: Question, kind: QuestionKind, content: Content) {
    if (this.full) return fault("TooMany", "It has no room.");
    this.questions.push(question);
    this.heard.push([
      kind,
      question.requester.name,
      content.route,
      content.data,
    ]);
    return undefined;
  }

  answer(question: Question, kind: AnswerKind, content: Content) {
    if (this.full) return fault("TooMany", "It has no room.");
    this.heard.push([kind, question.uuid, content.data]);
    return undefined;
  }

  fail(question: Question, { text }: Fault): void {
    this.heard.push(["fail", question.uuid, text]);
  }

  cancel(question: Question): void {
    this.heard.push(["cancel", question.uuid]);
  }

  tell(source: Named, content: Content) {
    this.heard.push(["told", source.name, content.route, content.data]);
    return undefined;
  }

  admit(): void {
    this.heard.push(["admitted"]);
  }

  end(): void {
    this.heard.push(["ended"]);
  }
}

function content(data: string, route = "null"): Content {
  return { route, data, traceback: "null", pseudoObject: "null" };
}

/** A winerp client, and what came to it. */
function winerp(router: Router, name: string) {
  const received: Record<string, unknown>[] = [];
  const texts: string[] = [];
  const connected = router.connect({
    send: (message) => {
      const text = new TextDecoder().decode(message);
      texts.push(text);
      received.push(JSON.parse(text));
    },
    close: () => {},
  });
  const say = (text: string) => connected.receive(utf8.encode(text));
  say(`{"type":1,"id":${JSON.stringify(name)}}`);
  received.length = texts.length = 0;
  return { say, received, texts, leave: () => connected.leave() };
}

/** What no JavaScript number holds, and a spelling of its own. */
const DATA = '{"id":18446744073709551615,"one":1.0,"10":1,"2":"\\u00eb"}';

Deno.test("Exchange carries questions between any two kinds of participants, letter by letter", () => {
  const router = new Router();
  const { exchange } = router;
  const plain = new Plain(exchange, '"plain"');
  const bot = winerp(router, "bot");

  bot.say(
    `{"type":2,"route":"greet","data":${DATA},"uuid":"u","destination":"plain"}`,
  );
  assertEquals(plain.heard.splice(0), [["request", '"bot"', '"greet"', DATA]]);
  const refusal = exchange.answer(
    plain.questions.pop()!,
    "response",
    content(DATA),
  );
  assertEquals(refusal, undefined);
  assertEquals(bot.texts.splice(0), [
    `{"id":"plain","type":3,"route":null,"data":${DATA},"traceback":null,` +
    '"uuid":"u","destination":"bot","pseudo_object":null}',
  ]);

  const to = exchange.find('"bot"')!;
  const asked = content(DATA, '"greet"');
  assertEquals(
    exchange.ask(plain.member, to, "17", "request", asked),
    undefined,
  );
  assertEquals(bot.texts.splice(0), [
    `{"id":"bot","type":2,"route":"greet","data":${DATA},"traceback":null,` +
    '"uuid":17,"destination":"plain","pseudo_object":null}',
  ]);
  bot.say(`{"type":3,"uuid":17,"destination":"plain","data":${DATA}}`);
  assertEquals(plain.heard.splice(0), [["response", "17", DATA]]);

  const other = new Plain(exchange, '"other"');
  exchange.ask(plain.member, other.member, '"x"', "functionCall", asked);
  exchange.answer(other.questions.pop()!, "error", content('"no"'));
  assertEquals(plain.heard.splice(0), [["error", '"x"', '"no"']]);
});

Deno.test("Exchange carries information between any two kinds of participants", () => {
  const router = new Router();
  const { exchange } = router;
  const plain = new Plain(exchange, '"plain"');
  const other = new Plain(exchange, '"other"');
  const bot = winerp(router, "bot");
  bot.say(`{"type":6,"route":["plain","nobody"],"data":${DATA}}`);
  const list = '["plain","nobody"]';
  assertEquals(plain.heard.splice(0), [["told", '"bot"', list, DATA]]);
  assertEquals(other.heard, []);

  exchange.inform(plain.member, undefined, content("1.0"));
  exchange.inform(plain.member, ['"other"', '"gone"'], content("2", "[]"));
  assertEquals(bot.received.map(({ id, type }) => [id, type]), [["plain", 6]]);
  assertEquals(other.heard, [
    ["told", '"plain"', "null", "1.0"],
    ["told", '"plain"', "[]", "2"],
  ]);
  assertEquals(plain.heard, []);
});

Deno.test("Exchange carries a question of who has no name", () => {
  const router = new Router();
  const { exchange } = router;
  const nameless = new Plain(exchange);
  const bot = winerp(router, "bot");
  const to = exchange.find('"bot"')!;
  exchange.ask(nameless.member, to, '"u"', "request", content("{}", '"r"'));
  assertEquals(bot.texts.splice(0), [
    '{"id":"bot","type":2,"route":"r","data":{},"traceback":null,"uuid":"u",' +
    '"destination":null,"pseudo_object":null}',
  ]);
  // As stock winerp does: with the destination that came.
  bot.say('{"id":"bot","type":3,"data":1.0,"uuid":"u","destination":null}');
  assertEquals(nameless.heard.splice(0), [["response", '"u"', "1.0"]]);
  exchange.ask(nameless.member, to, '"v"', "request", content("{}"));
  exchange.leave(nameless.member);
  bot.texts.length = 0;
  bot.say('{"id":"bot","type":3,"data":1.0,"uuid":"v","destination":null}');
  assertEquals([nameless.heard, bot.texts], [[], []]);
});

Deno.test("Exchange ends each question once, whoever leaves or has no room", () => {
  const router = new Router({ requestTimeout: 1_000 });
  const { exchange } = router;
  router.tick(0);
  const plain = new Plain(exchange, '"plain"');
  const bot = winerp(router, "bot");
  const to = exchange.find('"bot"')!;

  // The responder leaves.
  exchange.ask(plain.member, to, "1", "request", content("{}"));
  bot.leave();
  assertEquals(plain.heard.splice(0), [
    ["fail", "1", "The destination disconnected before it answered."],
  ]);

  // The responder has no room for the question, the requester for the answer.
  const next = winerp(router, "next");
  plain.full = true;
  next.say('{"type":2,"data":{},"uuid":"2","destination":"plain"}');
  assertEquals(next.received.splice(0).map(({ data }) => data), [
    "It has no room.",
  ]);
  exchange.ask(
    plain.member,
    exchange.find('"next"')!,
    "3",
    "request",
    content("{}"),
  );
  next.received.length = 0;
  next.say('{"type":3,"data":1,"uuid":3,"destination":"plain"}');
  assertEquals(plain.heard.splice(0), [["fail", "3", "It has no room."]]);
  assertEquals(next.received.splice(0).map(({ type, uuid }) => [type, uuid]), [
    [4, 3],
  ]);

  // Nobody answers in time, and then too late.
  plain.full = false;
  next.say('{"type":2,"data":{},"uuid":"4","destination":"plain"}');
  const late = plain.questions.pop()!;
  router.tick(2_000);
  assertEquals(next.received.splice(0).map(({ type, uuid }) => [type, uuid]), [
    [4, "4"],
  ]);
  exchange.answer(late, "response", content("1"));
  exchange.fail(late, fault("RouteFailed", "never"));
  assertEquals(next.received, []);
});

Deno.test("Exchange ends a question once whose responder leaves as it is asked", () => {
  const router = new Router();
  const { exchange } = router;
  const leaver = new Plain(exchange, '"leaver"');
  leaver.ask = () => {
    exchange.leave(leaver.member);
    return fault("Unreachable", "It has just left.");
  };
  const bot = winerp(router, "bot");
  bot.received.length = 0;
  bot.say('{"type":2,"data":{},"uuid":"1","destination":"leaver"}');
  assertEquals(bot.received.map(({ uuid, data }) => [uuid, data]), [
    ["1", "The destination disconnected before it answered."],
  ]);
});

Deno.test("Exchange tells a responder that nobody waits for its answer", () => {
  const router = new Router();
  const { exchange } = router;
  const plain = new Plain(exchange, '"plain"');
  const other = new Plain(exchange, '"other"');
  const ask = (uuid: string, to: Member) =>
    exchange.ask(plain.member, to, uuid, "request", content("{}"));

  ask("1", other.member);
  const [question] = other.questions;
  exchange.cancel(question!);
  exchange.cancel(question!);
  exchange.answer(question!, "response", content("1"));
  exchange.fail(question!, fault("RouteFailed", "late"));
  assertEquals(other.heard.splice(0).slice(1), [["cancel", "1"]]);
  assertEquals(plain.heard, []);

  ask("2", other.member);
  exchange.leave(plain.member);
  assertEquals(other.heard.splice(0).slice(1), [["cancel", "2"]]);
});

Deno.test("Exchange says by number why a question has no answer", () => {
  const router = new Router({ maxRequests: 2, requestTimeout: 1_000 });
  const { exchange } = router;
  const plain = new Plain(exchange, '"plain"');
  const bot = winerp(router, "bot");
  const to = exchange.find('"bot"')!;
  const ask = (data: string, uuid = "1") =>
    exchange.ask(plain.member, to, uuid, "request", content(data))?.code;

  for (const data of ["[1]", "1", '"{}"']) {
    assertEquals(ask(data), FaultCode.InvalidData, data);
  }
  assertEquals(ask(`{"a":"${"x".repeat(3_000_000)}"}`), FaultCode.TooLarge);
  assertEquals(ask("{}", `"${"x".repeat(300)}"`), FaultCode.InvalidMessage);
  assertEquals(bot.received, []);
  assertEquals([ask("{}"), ask("{}"), ask("{}")], [
    undefined,
    undefined,
    FaultCode.TooMany,
  ]);
});

Deno.test("Exchange gives a name to who waits for it, whatever it is", () => {
  const events: string[] = [];
  const router = new Router({
    onName: (...event) => events.push(event.join(" ")),
  });
  const { exchange } = router;
  const first = winerp(router, "a");
  const plain = new Plain(exchange, '"a"');
  const third = winerp(router, "a");
  assertEquals([plain.member.active, plain.heard], [false, []]);
  first.leave();
  assertEquals([plain.member.active, plain.heard.splice(0)], [true, [[
    "admitted",
  ]]]);
  exchange.drop(plain.member, 1011, "has to go");
  assertEquals(plain.heard, [["ended"]]);
  assertEquals(third.received.map(({ data }) => data), ["Authorized."]);
  assertEquals(events, [
    'join "a"',
    'hold "a"',
    'hold "a"',
    'leave "a"',
    'join "a"',
    'leave "a"',
    'join "a"',
  ]);
  assertEquals(
    exchange.claim(new Plain(exchange).member, '"@hub"')?.text,
    'The name "@hub" is the hub\'s own.',
  );
});

Deno.test("Exchange says that a name was given before it says that it was given up, even if its new owner is dropped at once", () => {
  const events: string[] = [];
  const exchange = new Exchange({ onName: (event) => events.push(event) });
  const first = new Plain(exchange, '"a"');
  const heir = new Plain(exchange, '"a"');
  // As one whose outbox has no room for this message.
  heir.admit = () => exchange.drop(heir.member, 1013, "has not read");
  exchange.leave(first.member);
  assertEquals(events, ["join", "hold", "leave", "join", "leave"]);
});

Deno.test("A visible name has nothing that cannot be seen", () => {
  const claims = (name: string) => {
    const exchange = new Exchange();
    const member = new Plain(exchange).member;
    return exchange.claim(member, JSON.stringify(name)) === undefined;
  };
  const good = ["bot", "a b", "a  b", "zo\u00eb", "\u{1f600}", "\u65e5\u672c"];
  // A family, and a word of Persian: the joiners are part of them.
  good.push("\u{1f468}\u200d\u{1f469}", "\u0645\u06cc\u200c\u062e");
  for (const name of good) assertEquals(claims(name), true, name);
  const bad = ["\u200b", "bot\u200b", "bot\u200d", " ", " bot", "bot "];
  bad.push("\u00a0", "\ufeffbot", "b\u00adot", "b\u2060ot", "\u202ebot");
  for (const name of bad) assertEquals(claims(name), false, name);
});
