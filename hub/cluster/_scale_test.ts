// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A thousand nodes with a hundred names each on the reference backplane: nodes
 * are cut off, in groups too, die and come back, while clients come, wait, leave
 * and ask each other. The seed of a run is printed; `SEED=1 deno test …` repeats
 * it, and `NAMES=300000` makes it larger: three times the names take three times
 * as long, 49 s of work. And few nodes that have as many names as many:
 * `NAMES_OF_THREE=1000000` makes that a million.
 */

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { Exchange } from "../exchange/exchange.ts";
import { randomFrom } from "../winerp/testdata/model.ts";
import { type MemoryBackplane, MemoryEngine } from "./memory.ts";
import { CONTENT, Party } from "./testdata/party.ts";
import { receiver } from "./testdata/receiver.ts";

const NODES = 1_000;
const NAMES = Number(Deno.env.get("NAMES") ?? 100_000);
const ROUNDS = 6;
/** How many clients want a name that another has. */
const CONTESTS = NAMES / 10;
/** How many of each happen in a round. */
const CUTS = 40;
const CHANGES = 4_000;
const QUESTIONS = 4_000;
/** How many nodes are asked whether they know all that. */
const WITNESSES = 4;

/** What is on its way: in order on each link, and links in any order. */
class Links {
  readonly #queues = new Map<string, (() => void)[]>();
  /** Links with something on them, and how far each was read. */
  readonly #busy: { queue: (() => void)[]; at: number }[] = [];
  readonly #random: () => number;
  carried = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  carry(deliver: () => void, link: string): void {
    let queue = this.#queues.get(link);
    if (!queue) this.#queues.set(link, queue = []);
    if (queue.push(deliver) === 1) this.#busy.push({ queue, at: 0 });
  }

  /** Lets all arrive, a few of one link at a time. */
  settle(): void {
    while (this.#busy.length > 0) {
      const index = Math.floor(this.#random() * this.#busy.length);
      const link = this.#busy[index]!;
      const { queue } = link;
      const end = Math.min(queue.length, link.at + 64);
      for (; link.at < end; this.carried++) queue[link.at++]!();
      if (link.at < queue.length) continue;
      queue.length = 0;
      this.#busy[index] = this.#busy.at(-1)!;
      this.#busy.pop();
    }
  }
}

/** A client at a node. */
class Placed extends Party {
  constructor(
    readonly node: number,
    readonly name: string,
    exchange: Exchange,
    ended: Map<string, number>,
  ) {
    super(exchange, name, ended);
  }
}

class World {
  readonly links: Links;
  readonly planes: MemoryBackplane[];
  readonly exchanges: Exchange[];
  readonly parties = new Set<Placed>();
  readonly cut = new Set<number>();
  readonly ended = new Map<string, number>();
  readonly askers = new Map<string, Placed>();
  readonly #random: () => number;
  #asked = 0;
  #seconds = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.links = new Links(random);
    const engine = new MemoryEngine({
      carry: (deliver, link) => this.links.carry(deliver, link),
    });
    this.planes = Array.from({ length: NODES }, (_, i) => engine.node(`n${i}`));
    this.exchanges = this.planes.map((backplane) =>
      new Exchange({ backplane })
    );
  }

  pick(most: number): number {
    return Math.floor(this.#random() * most);
  }

  join(name: number): void {
    const node = this.pick(NODES);
    const exchange = this.exchanges[node]!;
    this.parties.add(
      new Placed(node, `"bot ${name}"`, exchange, this.ended),
    );
  }

  leave(all: readonly Placed[]): void {
    const party = all[this.pick(all.length)]!;
    if (!this.parties.has(party)) return;
    this.parties.delete(party);
    party.exchange.leave(party.member);
  }

  /** Somebody asks somebody, wherever that is. */
  ask(all: readonly Placed[]): void {
    const party = all[this.pick(all.length)]!;
    const { exchange, member } = party;
    if (!member.active) return;
    const to = exchange.find(`"bot ${this.pick(NAMES)}"`);
    if (!to || to === member) return;
    const uuid = `"q${++this.#asked}"`;
    const refusal = exchange.ask(member, to, uuid, "request", {
      ...CONTENT,
      data: uuid,
    });
    if (refusal) return;
    if (!this.ended.has(uuid)) this.ended.set(uuid, 0);
    this.askers.set(uuid, party);
  }

  answer(all: Iterable<Placed>): void {
    for (const party of all) party.reply();
  }

  cutOff(node: number): void {
    if (this.cut.has(node)) return;
    this.cut.add(node);
    this.planes[node]!.cut();
  }

  heal(): void {
    for (const node of this.cut) this.planes[node]!.heal();
    this.cut.clear();
  }

  async tick(time: FakeTime, seconds: number): Promise<void> {
    for (let n = 0; n < seconds; n++) {
      this.#seconds++;
      for (const each of this.exchanges) each.tick(this.#seconds * 1_000);
      this.links.settle();
      await time.tick(1_000);
      this.links.settle();
      this.answer(this.parties);
      this.links.settle();
    }
  }

  /** Fails if a name has two owners, none, or one that others do not know. */
  check(): void {
    const wanted = new Set<string>();
    const owners = new Map<string, number>();
    for (const { name, node, member } of this.parties) {
      if (this.cut.has(node)) continue;
      wanted.add(name);
      if (!member.active) continue;
      assert(!owners.has(name), `${name} has two owners`);
      owners.set(name, node);
    }
    for (const name of wanted) {
      assert(owners.has(name), `${name} has no owner, and is wanted`);
    }
    for (let n = 0; n < WITNESSES; n++) {
      const node = this.pick(NODES);
      if (this.cut.has(node)) continue;
      const { names } = this.planes[node]!.status();
      for (const [name, owner] of owners) {
        const known = owner === node ? undefined : this.planes[owner]!.id;
        assertEquals(names.get(name), known, `${name} at node ${node}`);
      }
    }
  }
}

Deno.test("A thousand nodes agree on a hundred thousand names while they are cut off, die and come back, and each question ends once", async () => {
  using time = new FakeTime();
  const seed = Number(Deno.env.get("SEED")) ||
    crypto.getRandomValues(new Uint32Array(1))[0]!;
  say(`SEED=${seed}`);
  const world = new World(randomFrom(seed));
  for (let name = 0; name < NAMES; name++) world.join(name);
  for (let n = 0; n < CONTESTS; n++) world.join(world.pick(NAMES));
  world.links.settle();
  world.check();
  for (let round = 0; round < ROUNDS; round++) {
    // A rack, or nodes here and there.
    const first = world.pick(NODES - CUTS);
    for (let n = 0; n < CUTS; n++) {
      world.cutOff(round % 2 ? first + n : world.pick(NODES));
    }
    const before = [...world.parties];
    for (let n = 0; n < CHANGES; n++) {
      if (n % 2) world.leave(before);
      else world.join(world.pick(NAMES));
    }
    const all = [...world.parties];
    for (let n = 0; n < QUESTIONS; n++) world.ask(all);
    world.links.settle();
    if (round % 3) world.answer(all);
    world.links.settle();
    world.check();
    if (round % 2) world.heal();
    world.links.settle();
    world.check();
  }
  world.heal();
  world.links.settle();
  // Names whose nodes may be back are waited for.
  await world.tick(time, 12);
  world.check();
  for (const [uuid, ended] of world.ended) {
    // A participant that has left hears of nothing that it had asked.
    const isHere = world.parties.has(world.askers.get(uuid)!);
    assert(isHere ? ended === 1 : ended <= 1, `${uuid} ended ${ended} times`);
  }
  for (const exchange of world.exchanges) {
    assertEquals(exchange.openQuestions, 0);
  }
  say(
    `${world.parties.size} clients, ${world.ended.size} questions, ` +
      `${world.links.carried} messages`,
  );
});

Deno.test("Three nodes agree on a hundred thousand names, which two take over when the third dies", () => {
  const names = Number(Deno.env.get("NAMES_OF_THREE") ?? 100_000);
  const sent: (() => void)[] = [];
  const engine = new MemoryEngine({ carry: (deliver) => sent.push(deliver) });
  const settle = () => {
    for (let n = 0; n < sent.length; n++) sent[n]!();
    sent.length = 0;
  };
  const won = [new Set<string>(), new Set<string>(), new Set<string>()];
  const planes = won.map((mine, n) => {
    const plane = engine.node(`n${n}`);
    plane.onMessage(receiver({
      won: (name) => {
        assert(!mine.has(name), `${name} was won twice`);
        mine.add(name);
      },
      lost: (name) => void mine.delete(name),
    }));
    return plane;
  });
  const start = performance.now();
  // Each name is wanted by two; a third of them have the first node as owner.
  for (let n = 0; n < names; n++) {
    planes[n % 3]!.claim(`"client-${n}"`);
    planes[n % 3 === 0 ? 1 + n % 2 : 0]!.claim(`"client-${n}"`);
  }
  settle();
  const sizes = () => won.map(({ size }) => size);
  const share = (n: number) => Math.ceil((names - n) / 3);
  assertEquals(sizes(), [share(0), share(1), share(2)]);
  planes[0]!.cut();
  settle();
  const [, one, two] = won as [Set<string>, Set<string>, Set<string>];
  assertEquals(one.size + two.size, names);
  for (let n = 0; n < names; n++) {
    const name = `"client-${n}"`;
    const isOne = one.has(name);
    assert(isOne !== two.has(name), `${name} has two owners, or none`);
    const owner = planes[isOne ? 2 : 1]!.status().names.get(name);
    assertEquals(owner, planes[isOne ? 1 : 2]!.id);
  }
  say(`${names} names, ${((performance.now() - start) / 1_000).toFixed(1)} s`);
});

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`  ${line}\n`));
}
