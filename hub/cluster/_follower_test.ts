// Copyright 2026 the Wirekit authors. MIT license.
import { assertEquals } from "@std/assert";
import { Exchange } from "../exchange/exchange.ts";
import type {
  Follower,
  Member,
  Participant,
  Question,
} from "../exchange/participant.ts";
import { type MemoryBackplane, MemoryEngine } from "./memory.ts";

const CONTENT = {
  route: '"r"',
  data: "1",
  traceback: "null",
  pseudoObject: "null",
};

/** A participant that keeps what it is told, and follows who asks it. */
class Party implements Participant {
  readonly member: Member;
  readonly heard: string[] = [];
  followers: Follower[] = [];
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, name: string) {
    this.#exchange = exchange;
    this.member = exchange.enter(this);
    exchange.claim(this.member, JSON.stringify(name));
  }

  ask(question: Question): undefined {
    this.followers.push(this.#exchange.follow(question));
    this.#exchange.answer(question, "response", CONTENT);
  }

  tell({ name }: { name: string | undefined }, { data }: { data: string }) {
    this.heard.push(`${name} ${data}`);
    return undefined;
  }

  request(name: string): void {
    const to = this.#exchange.find(JSON.stringify(name))!;
    this.#exchange.ask(this.member, to, '"u"', "request", CONTENT);
  }

  leave(): void {
    this.#exchange.leave(this.member);
  }

  answer(): undefined {}
  fail(): void {}
  admit(): void {}
  end(): void {}
}

/** Three nodes whose clock is turned by hand; "home" is at the first. */
function scene() {
  const queue: (() => void)[] = [];
  const engine = new MemoryEngine({ carry: (deliver) => queue.push(deliver) });
  const planes = [0, 1, 2].map((n) => engine.node(`n${n}`));
  const [one, two, three] = planes.map((backplane) =>
    new Exchange({ backplane })
  );
  const settle = () => {
    while (queue.length > 0) queue.shift()!();
  };
  const home = new Party(one!, "home");
  settle();
  return {
    nodes: [one!, two!, three!] as const,
    planes: planes as [MemoryBackplane, MemoryBackplane, MemoryBackplane],
    home,
    settle,
    /** Lets minutes pass in which nobody says anything. */
    calm() {
      for (let n = 0; n < 300; n++) {
        for (const node of [one!, two!, three!]) node.tick(n * 1_000);
        settle();
      }
    },
    /** Tells who asked, and returns whether each is gone. */
    tell(data: string) {
      for (const each of home.followers) {
        if (!each.gone) each.tell(home.member, { ...CONTENT, data });
      }
      settle();
      return home.followers.map(({ gone }) => gone);
    },
  };
}

Deno.test("A follower is told after any calm, here and at another node", () => {
  const { nodes: [one, two], home, settle, calm, tell } = scene();
  const all = [new Party(one, "here"), new Party(two, "there")];
  settle();
  for (const each of all) each.request("home");
  settle();
  const keys = home.followers.map(({ key }) => key);
  assertEquals(new Set(keys).size, 2);
  assertEquals(home.followers.map(({ name }) => name), ['"here"', '"there"']);
  for (const data of ["1", "2"]) {
    calm();
    assertEquals(tell(data), [false, false]);
    for (const { heard } of all) {
      assertEquals(heard.splice(0), [`"home" ${data}`]);
    }
  }
  // One that asks again is the same one.
  for (const each of all) each.request("home");
  settle();
  assertEquals(home.followers.map(({ key }) => key), [...keys, ...keys]);
});

Deno.test("Nobody is told instead of a follower that has left its name to another", () => {
  for (const calmly of [false, true]) {
    for (const place of [0, 1, 2]) {
      for (const from of [0, 1]) {
        const { nodes, settle, calm, home, tell } = scene();
        const first = new Party(nodes[from]!, "a");
        settle();
        first.request("home");
        settle();
        const heir = new Party(nodes[place]!, "a");
        settle();
        first.leave();
        settle();
        if (calmly) calm();
        assertEquals(heir.member.active, true);
        // It asks as well, for something else.
        heir.request("home");
        settle();
        const [old, own] = home.followers.splice(0);
        home.followers.push(old!);
        assertEquals(tell("1"), [true], `${from} ${place}`);
        assertEquals([first.heard, heir.heard], [[], []], `${from} ${place}`);
        home.followers = [own!];
        assertEquals(tell("2"), [false]);
        assertEquals(heir.heard, ['"home" 2']);
      }
    }
  }
});

Deno.test("A follower whose node was taken for dead is told again when that is back", () => {
  const { nodes: [, two], planes: [, plane], home, settle, calm, tell } =
    scene();
  const party = new Party(two, "a");
  settle();
  party.request("home");
  settle();
  plane.cut();
  settle();
  assertEquals(tell("1"), [false]);
  calm();
  plane.heal();
  settle();
  assertEquals(tell("2"), [false]);
  assertEquals(party.heard, ['"home" 2']);
  // Another that has been given the same number in another life is not it.
  const follower = home.followers[0]!;
  assertEquals(follower.key.startsWith("n1/0 "), true);
});

Deno.test("A participant that waits for its name is not told, and is again with it", () => {
  const { nodes: [one, , three], planes: [plane], home, settle, tell } =
    scene();
  const party = new Party(one, "a");
  party.request("home");
  settle();
  plane.cut();
  const other = new Party(three, "a");
  settle();
  plane.heal();
  settle();
  assertEquals([party.member.held, other.member.active], [true, true]);
  assertEquals(tell("1"), [false]);
  other.leave();
  settle();
  assertEquals(tell("2"), [false]);
  assertEquals([party.heard, other.heard], [['"home" 2'], []]);
  assertEquals(home.member.active, true);
});
