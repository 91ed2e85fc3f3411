// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Exchange } from "../exchange/exchange.ts";
import { MemoryEngine } from "./memory.ts";
import { Party } from "./testdata/party.ts";
import { receiver } from "./testdata/receiver.ts";

/** A hub, one with a client that it has asked, and one that floods. */
function floodedHub() {
  /** How many signs of life there were of each hub. */
  let signs = 0;
  const sent: (() => void)[] = [];
  const engine = new MemoryEngine({ carry: (deliver) => sent.push(deliver) });
  const settle = () => {
    for (const deliver of sent) deliver();
    sent.length = 0;
  };
  const lines: string[] = [];
  const backplane = engine.node("one");
  const onWarning = (line: string) => void lines.push(line);
  const hub = new Exchange({ backplane, onWarning });
  const two = engine.node("two");
  const status = two.status.bind(two);
  two.status = () => {
    const all = status();
    return { ...all, nodes: all.nodes.map((node) => ({ ...node, signs })) };
  };
  const other = new Exchange({ backplane: two });
  const flooder = engine.node("flooder");
  /** How many answers came, and how many of them name what is not known. */
  let answers = 0;
  let looks = 0;
  const utf8 = new TextDecoder();
  flooder.onMessage(receiver({
    message: (bytes) => {
      const [kind, _number, ...refs] = utf8.decode(bytes).split("\0");
      if (kind !== "u") return;
      answers++;
      if (refs.length > 0) looks++;
    },
  }));
  settle();
  const { id } = backplane;
  return {
    live: () => void signs++,
    hub,
    other,
    settle,
    lines,
    flood: (message: string, times: number) => {
      for (let n = 0; n < times; n++) flooder.publish({ node: id }, message);
      settle();
    },
    answered: () => {
      const counts = { answers, looks };
      answers = looks = 0;
      return counts;
    },
    get refused() {
      const self = hub.cluster!.nodes.find((node) => node.id === id)!;
      return self.figures["refused"];
    },
  };
}

Deno.test("For a node that asks after more and more questions they are looked up to a limit in each second, which is told of once", () => {
  const scene = floodedHub();
  const { hub, other, lines } = scene;
  const asker = new Party(other, '"asker"');
  const bot = new Party(hub, '"bot"');
  scene.settle();
  const audit = ["o", ...Array(900).keys()].join("\0");
  for (let second = 1; second <= 3; second++) {
    scene.flood(audit, 2_000);
    const { answers, looks } = scene.answered();
    assertEquals(answers, 2_000);
    assert(looks > 300 && looks < 350, `${looks} were looked up`);
    assertEquals(lines.length, second);
    // What clients send is passed on meanwhile.
    const uuid = `"${second}"`;
    const nothing = { route: "null", traceback: "null", pseudoObject: "null" };
    const to = other.find('"bot"')!;
    other.ask(asker.member, to, uuid, "request", { ...nothing, data: uuid });
    scene.settle();
    bot.reply();
    scene.settle();
    assertEquals(asker.ended.get(uuid), 1);
    hub.tick(second * 1_000);
  }
  assertMatch(lines[0]!, /300000 requests within a second/);
});

Deno.test("No question fails while other hubs are asked after more of them than they look up", () => {
  const scene = floodedHub();
  const { hub, other, settle } = scene;
  const asker = new Party(other, '"asker"');
  const bot = new Party(hub, '"bot"');
  settle();
  const nothing = { route: "null", traceback: "null", pseudoObject: "null" };
  const to = other.find('"bot"')!;
  other.ask(asker.member, to, '"u"', "request", { ...nothing, data: "1" });
  settle();
  const audit = ["o", ...Array(900).keys()].join("\0");
  for (let second = 1; second <= 30; second++) {
    scene.live();
    hub.tick(second * 1_000);
    scene.flood(audit, 400);
    other.tick(second * 1_000);
    settle();
  }
  assertEquals(asker.ended.size, 0);
  bot.reply();
  settle();
  assertEquals(asker.ended.get('"u"'), 1);
});

Deno.test("Many clients whose answers take seconds are no flood", () => {
  const { hub, other, settle, lines } = floodedHub();
  const asker = new Party(other, '"asker"');
  const count = 900;
  for (let n = 0; n < count; n++) new Party(hub, `"bot ${n}"`);
  settle();
  const nothing = { route: "null", traceback: "null", pseudoObject: "null" };
  for (let n = 0; n < count; n++) {
    const to = other.find(`"bot ${n}"`)!;
    const content = { ...nothing, data: "1" };
    other.ask(asker.member, to, `"${n}"`, "request", content);
  }
  settle();
  for (let second = 1; second <= 5; second++) {
    for (const each of [hub, other]) each.tick(second * 1_000);
    settle();
  }
  assertEquals(lines, []);
  assertEquals(asker.ended.size, 0);
});

Deno.test("A node that sends what no hub sends is read no more until the second is over", () => {
  const scene = floodedHub();
  scene.flood("?", 19_999);
  assertEquals(scene.lines, []);
  scene.flood("?", 2);
  assertMatch(scene.lines.join("\n"), /^20000 messages .* flooder\/0 within/);
  scene.flood("o\x001\x002", 10);
  assertEquals([scene.answered().answers, scene.refused], [0, 20_011]);
  scene.hub.tick(1_000);
  scene.flood("o\x001\x002", 10);
  assertEquals([scene.answered().answers, scene.lines.length], [10, 1]);
});
