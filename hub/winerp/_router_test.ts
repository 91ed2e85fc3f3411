// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import type { Participant, Question } from "../exchange/participant.ts";
import { Router } from "./_router.ts";
import { testRouter } from "./testdata/router.ts";

testRouter("Router", Router);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

Deno.test("Router lets a participant pass one question on to several, and one answer", () => {
  const router = new Router();
  const { exchange } = router;
  const join = (name: string) => {
    const got: Uint8Array[] = [];
    const receiver = { send: (m: Uint8Array) => void got.push(m), close() {} };
    const client = router.connect(receiver);
    const say = (message: Record<string, unknown>) =>
      client.receive(encoder.encode(JSON.stringify(message)));
    say({ type: 1, id: name });
    got.length = 0;
    // What it was sent is read as late as a slow client reads it.
    const read = () =>
      got.map((m) => JSON.parse(decoder.decode(m)))
        .map(({ id, destination, data }) => [id, destination, data.text]);
    return { say, read };
  };
  const [one, two, bot] = ["one", "two", "bot"].map(join) as [
    ReturnType<typeof join>,
    ReturnType<typeof join>,
    ReturnType<typeof join>,
  ];
  const open: Question[] = [];
  const mirror: Participant = {
    ask(question, kind, content) {
      open.push(question);
      for (const name of question.uuid === '"a"' ? ["one", "two"] : ["bot"]) {
        const to = exchange.find(JSON.stringify(name))!;
        exchange.ask(member, to, question.uuid, kind, content);
      }
      return undefined;
    },
    answer(_question, kind, content) {
      for (const each of open) exchange.answer(each, kind, content);
      return undefined;
    },
    fail() {},
    tell: () => undefined,
    admit() {},
    end() {},
  };
  const member = exchange.enter(mirror);
  exchange.claim(member, '"all"');
  const rest = { route: "r", traceback: null, pseudo_object: null };
  const ask = (id: string, uuid: string) => ({
    ...{ id, type: 2, ...rest, data: { text: `of ${id}` } },
    ...{ uuid, destination: "all" },
  });
  bot.say(ask("bot", "a"));
  assertEquals(one.read(), [["one", "all", "of bot"]]);
  assertEquals(two.read(), [["two", "all", "of bot"]]);
  open.length = 0;
  one.say(ask("one", "b"));
  two.say(ask("two", "c"));
  bot.say({
    ...{ id: "bot", type: 3, ...rest, data: { text: "answer" } },
    ...{ uuid: "b", destination: "all" },
  });
  assertEquals(one.read().at(-1), ["all", "one", "answer"]);
  assertEquals(two.read().at(-1), ["all", "two", "answer"]);
});
