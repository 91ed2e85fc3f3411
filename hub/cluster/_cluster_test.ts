// Copyright 2026 the Wirekit authors. MIT license.
import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { Router } from "../winerp/_router.ts";
import { Client } from "../client.ts";
import { serve } from "../serve.ts";
import { MemoryEngine } from "./memory.ts";

/** Two nodes, and what is on the way between them. */
class Pair {
  #queue: (() => void)[] = [];
  readonly engine = new MemoryEngine({
    carry: (deliver) => void this.#queue.push(deliver),
  });
  readonly planes = [this.engine.node("one"), this.engine.node("two")];
  /** What became of names, as a log tells it. */
  readonly events: string[] = [];
  readonly warnings: string[] = [];
  readonly routers = this.planes.map((backplane) =>
    new Router({
      backplane,
      onName: (event, name) => this.events.push(`${event} ${name}`),
      onWarning: (text) => this.warnings.push(text),
    })
  );
  /** Whether messages get lost on the way. */
  deaf = false;
  /** How many signs of life each node has had of the other. */
  signs = 0;

  constructor() {
    for (const plane of this.planes) {
      const publish = plane.publish.bind(plane);
      plane.publish = (...message) =>
        this.deaf ? undefined : publish(...message);
      const status = plane.status.bind(plane);
      plane.status = () => {
        const all = status();
        const { signs } = this;
        return { ...all, nodes: all.nodes.map((node) => ({ ...node, signs })) };
      };
    }
  }

  settle(): void {
    while (this.#queue.length > 0) this.#queue.shift()!();
  }

  tick(seconds: number): void {
    for (let n = 0; n < seconds; n++) {
      this.routers.forEach((router) => router.tick(n * 1_000));
      this.settle();
    }
  }

  /** A winerp client at a node; `received` has what came since it was asked. */
  client(node: number, name: string) {
    const received: Record<string, unknown>[] = [];
    const connected = this.routers[node]!.connect({
      send: (bytes) =>
        received.push(JSON.parse(new TextDecoder().decode(bytes))),
      close: (error) => received.push({ closed: error.code }),
    });
    const say = (message: unknown) => {
      connected.receive(new TextEncoder().encode(JSON.stringify(message)));
      this.settle();
    };
    const take = () => received.splice(0);
    const texts = () => take().map(({ data }) => data);
    say({ type: 1, id: name, uuid: "v" });
    return {
      say,
      take,
      texts,
      connected,
      leave: () => {
        connected.leave();
        this.settle();
      },
    };
  }
}

const AWAY = "This hub is cut off from the other hubs.";
const WARNING = "Node two is there, but does not answer: look whether all " +
  "servers of the engine reach each other";
const LEFT = "The destination disconnected before it answered.";

Deno.test("A cluster tells a client what a hub tells it of its name, with the members that it sent", () => {
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "a");
  const third = pair.client(1, "a");
  assertEquals(one.take(), [{
    id: "a",
    type: 0,
    route: null,
    data: "Authorized.",
    traceback: null,
    uuid: "v",
    destination: null,
    pseudo_object: null,
  }]);
  const held = {
    id: "a",
    type: 4,
    route: null,
    data: "Already authorized.",
    traceback: "Already authorized.",
    uuid: null,
    destination: null,
    pseudo_object: null,
  };
  assertEquals(two.take(), [held]);
  assertEquals(third.take(), [held]);
  one.leave();
  assertEquals([two.texts(), third.texts()], [["Authorized."], []]);
  two.leave();
  assertEquals(third.texts(), ["Authorized."]);
});

Deno.test("A name that is given up before the cluster has answered goes to nobody", () => {
  const pair = new Pair();
  const { routers: [router], settle } = pair;
  const heard: string[] = [];
  const receiver = {
    send: (bytes: Uint8Array) =>
      heard.push(JSON.parse(new TextDecoder().decode(bytes)).data),
    close() {},
  };
  const utf8 = new TextEncoder();
  const verification = () => utf8.encode('{"type":1,"id":"a"}');
  const early = router!.connect(receiver);
  early.receive(verification());
  early.leave();
  const late = router!.connect(receiver);
  late.receive(verification());
  settle.call(pair);
  assertEquals(heard, ["Authorized."]);
  late.leave();
  pair.settle();
  assertEquals(pair.client(1, "a").texts(), ["Authorized."]);
});

Deno.test("A question to a name that nobody has fails at once, at any node", () => {
  const pair = new Pair();
  const one = pair.client(0, "a");
  one.take();
  one.say({ type: 2, route: "r", data: {}, uuid: "u", destination: "b" });
  const [answer] = one.take();
  assertEquals(answer, {
    id: "a",
    type: 4,
    route: null,
    data: "Destination not found.",
    traceback: "Destination not found.",
    uuid: "u",
    destination: "b",
    pseudo_object: null,
  });
  one.say({ type: 7, data: {}, uuid: "u", destination: "b" });
  assertEquals(one.texts(), ["The data requester is no longer connected"]);
  one.say({ type: 5, uuid: "p", destination: "b" });
  assertEquals(one.take().map(({ data, uuid }) => [data, uuid]), [
    [{ success: false }, "p"],
  ]);
  pair.client(1, "b");
  one.say({ type: 5, uuid: "p", destination: "b" });
  assertEquals(one.texts(), [{ success: true }]);
});

Deno.test("A question across nodes ends when its responder leaves, its node is cut off, or the question is lost", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const ask = (uuid: string) =>
    one.say({ type: 2, route: "r", data: {}, uuid, destination: "b" });

  const first = pair.client(1, "b");
  ask("1");
  one.take();
  first.leave();
  assertEquals(one.texts(), [LEFT]);

  const second = pair.client(1, "b");
  pair.deaf = true;
  ask("2");
  pair.deaf = false;
  assertEquals([one.texts(), second.texts()], [[], ["Authorized."]]);
  pair.tick(8);
  assertEquals(one.texts(), [
    "The answer was lost on the way between two hubs.",
  ]);

  ask("3");
  pair.planes[1]!.cut();
  pair.settle();
  assertEquals(one.texts(), [LEFT]);
  ask("4");
  assertEquals(one.texts(), ["Destination not found."]);
  second.say({ type: 3, data: 1, uuid: "3", destination: "a" });
  pair.tick(5);
  assertEquals(one.texts(), []);
});

Deno.test("A question to a node that is there and does not answer fails; one to a node that gives no sign of life waits", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "b");
  const ask = (uuid: string) =>
    one.say({ type: 2, route: "r", data: {}, uuid, destination: "b" });
  const answer = (uuid: string) =>
    two.say({ type: 3, data: uuid, uuid, destination: "a" });
  one.take();
  for (const uuid of ["hanging", "hanging again"]) {
    ask(uuid);
    pair.deaf = true;
    pair.tick(20);
    pair.deaf = false;
    assertEquals(one.texts(), []);
    answer(uuid);
    assertEquals(one.texts(), [uuid]);
  }
  for (const uuid of ["cut off", "cut off again"]) {
    pair.deaf = true;
    ask(uuid);
    let seconds = 0;
    let said: unknown[] = [];
    while (said.length === 0 && ++seconds < 20) {
      pair.signs++;
      pair.tick(1);
      said = one.texts();
    }
    assertEquals(said, ["The other hub is there, but does not answer."]);
    assert(seconds > 3 && seconds < 9, `${seconds}`);
    pair.deaf = false;
    ask("healed");
    answer("healed");
    assertEquals(one.texts(), ["healed"]);
    pair.tick(1);
  }
  assertEquals(pair.warnings, [WARNING, WARNING]);
});

Deno.test("A node that could not be reached can be again though its answers take longer than a second", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "b");
  const ask = (uuid: string) =>
    one.say({ type: 2, route: "r", data: {}, uuid, destination: "b" });
  const tick = () => {
    pair.signs++;
    pair.tick(1);
  };
  one.take();
  pair.deaf = true;
  ask("cut off");
  for (let n = 0; n < 10; n++) tick();
  assertEquals(one.texts(), ["The other hub is there, but does not answer."]);
  pair.deaf = false;
  const plane = pair.planes[1]!;
  const publish = plane.publish.bind(plane);
  const late: (() => void)[][] = [[], []];
  plane.publish = (...message) => {
    late[1]!.push(() => void publish(...message));
    return undefined;
  };
  const tickLate = () => {
    tick();
    for (const send of late.shift()!) send();
    late.push([]);
    pair.settle();
  };
  for (let n = 0; n < 5; n++) tickLate();
  ask("slow");
  for (let n = 0; n < 4; n++) tickLate();
  assertEquals(one.texts(), []);
  two.say({ type: 3, data: "slow", uuid: "slow", destination: "a" });
  for (let n = 0; n < 2; n++) tickLate();
  assertEquals(one.texts(), ["slow"]);
});

Deno.test("A question that the engine did not deliver, and that got lost when it was sent again, fails too", async () => {
  using time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "b");
  for (const each of [one, two]) each.take();
  const [plane] = pair.planes;
  const publish = plane!.publish;
  let times = 0;
  plane!.publish = (to, message, ref) => {
    if (message[0] !== "q") return publish(to, message, ref);
    if (++times > 1) return undefined;
    return publish({ name: '"nobody"' }, message, ref);
  };
  one.say({ type: 2, route: "r", data: {}, uuid: "1", destination: "b" });
  await time.tick(20);
  pair.settle();
  assertEquals([times, one.texts(), two.take()], [2, [], []]);
  pair.tick(8);
  assertEquals(one.texts(), [
    "The answer was lost on the way between two hubs.",
  ]);
});

Deno.test("What is sent to a name after a question that is sent again comes after it", async () => {
  using time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "b");
  for (const each of [one, two]) each.take();
  const [plane] = pair.planes;
  const publish = plane!.publish;
  let isBack = false;
  plane!.publish = (to, message, ref) =>
    isBack || message[0] !== "q"
      ? publish(to, message, ref)
      : publish({ name: '"nobody"' }, message, ref);
  const ask = (uuid: string) =>
    one.say({ type: 2, data: { n: uuid }, uuid, destination: "b" });
  const tell = (n: string) => one.say({ type: 6, data: { n }, route: ["b"] });
  ask("1");
  await time.tick(5);
  ask("2");
  await time.tick(5); // All are sent, and come back.
  pair.settle();
  ask("3");
  await time.tick(1);
  isBack = true;
  ask("4");
  tell("5");
  ask("6");
  assertEquals([one.take(), two.take()], [[], []]);
  await time.tick(20);
  pair.settle();
  tell("7");
  ask("8");
  const texts = two.texts().map((data) => (data as { n: string }).n);
  assertEquals(texts, ["1", "2", "3", "4", "5", "6", "7", "8"]);
  for (const uuid of ["1", "2", "3", "4", "6", "8"]) {
    two.say({ type: 3, data: uuid, uuid, destination: "a" });
  }
  assertEquals(one.texts(), ["1", "2", "3", "4", "6", "8"]);
});

Deno.test("What is sent while a hub is about to be back arrives in order, and none of it fails, whenever it is back", async () => {
  for (let missed = 1; missed <= 12; missed++) {
    using time = new FakeTime();
    const pair = new Pair();
    const one = pair.client(0, "a");
    const two = pair.client(1, "b");
    for (const each of [one, two]) each.take();
    const [plane] = pair.planes;
    const publish = plane!.publish;
    let left = missed;
    plane!.publish = (to, message, ref) =>
      typeof to === "object" && "name" in to && left-- > 0
        ? publish({ name: '"nobody"' }, message, ref)
        : publish(to, message, ref);
    const sent: string[] = [];
    const asked: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      for (let n = 0; n < 3; n++) {
        const uuid = `${turn}.${n}`;
        sent.push(uuid);
        const isQuestion = turn === 0 || n < 2;
        if (isQuestion) asked.push(uuid);
        one.say(
          isQuestion
            ? { type: 2, data: { uuid }, uuid, destination: "b" }
            : { type: 6, data: { uuid }, route: ["b"] },
        );
      }
      await time.tick(20);
      pair.settle();
    }
    for (let n = 0; n < 50; n++) {
      await time.tick(20);
      pair.settle();
    }
    const got = two.texts().map((data) => (data as { uuid: string }).uuid);
    assertEquals([got, one.take()], [sent, []], `${missed} missed`);
    for (const uuid of asked) {
      two.say({ type: 3, data: uuid, uuid, destination: "a" });
    }
    assertEquals(one.texts(), asked);
  }
});

Deno.test("What waits for a hub that is not back within seconds fails, and so does what comes later", async () => {
  using time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "b");
  for (const each of [one, two]) each.take();
  const [plane] = pair.planes;
  const publish = plane!.publish;
  plane!.publish = (to, message, ref) =>
    typeof to === "object" && "name" in to
      ? publish({ name: '"nobody"' }, message, ref)
      : publish(to, message, ref);
  for (let n = 0; n < 200; n++) {
    one.say({ type: 2, data: {}, uuid: `${n}`, destination: "b" });
    one.say({ type: 6, data: {}, route: ["b"] });
    await time.tick(20);
    pair.settle();
  }
  for (let n = 0; n < 100; n++) {
    await time.tick(20);
    pair.settle();
  }
  plane!.publish = publish;
  const failed = one.take();
  assertEquals(
    failed.map(({ uuid }) => uuid),
    [...Array(200).keys()].map(String),
  );
  for (const { data } of failed) {
    assertEquals(data, "The hub of the destination cannot be reached.");
  }
  one.say({ type: 2, data: { now: 1 }, uuid: "u", destination: "b" });
  assertEquals(two.texts(), [{ now: 1 }]);
});

Deno.test("A question that nobody took ends if the next message of its hub to that name was taken", async () => {
  for (const next of ["question", "information"]) {
    using time = new FakeTime();
    const pair = new Pair();
    const one = pair.client(0, "a");
    const two = pair.client(1, "b");
    for (const each of [one, two]) each.take();
    const [plane] = pair.planes;
    const publish = plane!.publish;
    plane!.publish = (_to, message, ref) => {
      plane!.publish = publish;
      const refusal = publish({ name: '"nobody"' }, message, ref);
      // Before that one is back.
      const data = { n: 2 };
      one.connected.receive(new TextEncoder().encode(JSON.stringify(
        next === "question"
          ? { type: 2, data, uuid: "2", destination: "b" }
          : { type: 6, data, route: ["b"] },
      )));
      return refusal;
    };
    one.say({ type: 2, data: { n: 1 }, uuid: "1", destination: "b" });
    await time.tick(1_000);
    pair.settle();
    assertEquals(two.texts(), [{ n: 2 }]);
    assertEquals(one.texts(), [
      "The hub of the destination was not there for a moment: ask again.",
    ]);
  }
});

Deno.test("What waits behind a question that is sent again ends with its requester, or when the hub is cut off", async () => {
  for (const isCut of [false, true]) {
    using time = new FakeTime();
    const pair = new Pair();
    const one = pair.client(0, "a");
    const two = pair.client(1, "b");
    for (const each of [one, two]) each.take();
    const [plane] = pair.planes;
    const publish = plane!.publish;
    plane!.publish = (_to, message, ref) =>
      publish({ name: '"nobody"' }, message, ref);
    one.say({ type: 2, data: {}, uuid: "1", destination: "b" });
    one.say({ type: 2, data: {}, uuid: "2", destination: "b" });
    plane!.publish = publish;
    if (isCut) plane!.cut();
    else one.leave();
    assertEquals(one.texts(), isCut ? [AWAY, AWAY] : []);
    if (isCut) plane!.heal();
    pair.settle();
    await time.tick(1_000);
    pair.settle();
    assertEquals(two.texts(), []);
  }
});

Deno.test("A question that a frozen hub has taken, whose name nobody has any more, fails in seconds", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  one.take();
  const [plane] = pair.planes;
  const publish = plane!.publish;
  // The engine has somebody to give it to, and nobody answers.
  plane!.publish = (to, message, ref) =>
    typeof to === "object" && "name" in to
      ? undefined
      : publish(to, message, ref);
  one.say({ type: 2, route: "r", data: {}, uuid: "1", destination: "b" });
  assertEquals(one.texts(), []);
  pair.tick(5);
  assertEquals(one.texts(), [LEFT]);
  // One that hangs for less than its lease may still answer.
  plane!.publish = publish;
  pair.client(1, "b");
  plane!.publish = () => undefined;
  one.say({ type: 2, route: "r", data: {}, uuid: "2", destination: "b" });
  pair.tick(20);
  assertEquals(one.texts(), []);
});

Deno.test("A hub that answers slowly is asked for what got lost all the same, and is not taken for silent", () => {
  using _time = new FakeTime();
  for (const seconds of [1, 3, 5]) {
    const pair = new Pair();
    const one = pair.client(0, "a");
    const two = pair.client(1, "b");
    one.take();
    const [plane, slow] = pair.planes;
    const publish = plane!.publish;
    for (const uuid of ["lost", "open"]) {
      if (uuid === "lost") plane!.publish = () => undefined;
      one.say({ type: 2, route: "r", data: {}, uuid, destination: "b" });
      plane!.publish = publish;
    }
    // What it sends comes seconds later.
    const send = slow!.publish.bind(slow);
    const late: (() => void)[][] = Array.from({ length: seconds }, () => []);
    slow!.publish = (...message) =>
      void late.at(-1)!.push(() => send(...message));
    for (let n = 0; n < 30; n++) {
      late.push([]);
      late.shift()!.forEach((say) => say());
      pair.settle();
      if (n % 3 === 0) pair.signs++;
      pair.tick(1);
    }
    const said = one.take().map(({ uuid, data }) => [uuid, data]);
    const lost = "The answer was lost on the way between two hubs.";
    assertEquals(said, [["lost", lost]], `${seconds} s`);
    assertEquals(pair.warnings, []);
    slow!.publish = send;
    two.say({ type: 3, data: 1, uuid: "open", destination: "a" });
    assertEquals(one.take().map(({ uuid }) => uuid), ["open"]);
  }
});

Deno.test("An audit leaves alone what is still open", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "b");
  one.take();
  for (const uuid of ["1", "2"]) {
    one.say({ type: 2, route: "r", data: {}, uuid, destination: "b" });
  }
  pair.tick(20);
  assertEquals(one.take(), []);
  two.say({ type: 3, data: 1, uuid: "2", destination: "a" });
  two.say({ type: 3, data: 1, uuid: "1", destination: "a" });
  assertEquals(one.take().map(({ uuid }) => uuid), ["2", "1"]);
});

Deno.test("A node that is cut off goes on by itself, fails what is elsewhere, and gives up what others took", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const [plane] = pair.planes;
  const one = pair.client(0, "a");
  const beside = pair.client(0, "c");
  const elsewhere = pair.client(1, "b");
  const waits = pair.client(1, "a");
  one.texts();
  one.say({ type: 2, data: {}, uuid: "1", destination: "b" });
  beside.say({ type: 2, data: {}, uuid: "2", destination: "a" });
  one.take();
  elsewhere.take();
  beside.take();
  plane!.cut();
  pair.settle();
  assertEquals(one.texts(), [AWAY]);
  assertEquals(waits.texts(), ["Already authorized.", "Authorized."]);
  one.say({ type: 2, data: {}, uuid: "3", destination: "b" });
  assertEquals(one.texts(), [AWAY]);
  one.say({ type: 2, data: {}, uuid: "4", destination: "c" });
  assertEquals(beside.take().map(({ uuid }) => uuid), ["4"]);
  plane!.heal();
  pair.settle();
  // What it had asked fails, and so does what it was asked.
  assertEquals(
    one.take().map(({ data, closed }) => data ?? closed),
    ["Another node of the cluster has the name.", 1012],
  );
  assertEquals(beside.texts(), [LEFT]);
  const again = pair.client(0, "a");
  assertEquals(again.texts(), ["Already authorized."]);
  waits.leave();
  assertEquals(again.texts(), ["Authorized."]);
});

Deno.test("A client that loses its name to another node is not said to wait for it once it is dropped", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const waits = pair.client(1, "a");
  assertEquals(pair.events.splice(0), ['join "a"', 'hold "a"']);
  pair.planes[0]!.cut();
  pair.settle();
  pair.planes[0]!.heal();
  pair.settle();
  assertEquals(one.take().at(-1), { closed: 1012 });
  assertEquals(waits.texts(), ["Already authorized.", "Authorized."]);
  assertEquals(pair.events, ['join "a"', 'leave "a"']);
});

Deno.test("Equal uuids of two requesters on two nodes stay apart", () => {
  const pair = new Pair();
  const one = pair.client(0, "a");
  const two = pair.client(1, "b");
  const three = pair.client(1, "c");
  for (const each of [one, two, three]) each.take();
  one.say({ type: 2, data: {}, uuid: "1", destination: "c" });
  two.say({ type: 2, data: {}, uuid: "1", destination: "c" });
  three.say({ type: 3, data: "for b", uuid: "1", destination: "b" });
  three.say({ type: 3, data: "for a", uuid: "1", destination: "a" });
  assertEquals([one.texts(), two.texts()], [["for a"], ["for b"]]);
});

Deno.test("A requester that leaves takes its questions with it", () => {
  const pair = new Pair();
  const { exchange } = pair.routers[1]!;
  const one = pair.client(0, "a");
  const forgotten: string[] = [];
  const member = exchange.enter({
    ask: () => undefined,
    answer: () => undefined,
    fail() {},
    cancel: ({ uuid }) => forgotten.push(uuid),
    tell: () => undefined,
    admit() {},
    end() {},
  });
  exchange.claim(member, '"b"');
  pair.settle();
  assert(member.active);
  one.say({ type: 2, data: {}, uuid: "1", destination: "b" });
  one.say({ type: 2, data: {}, uuid: "2", destination: "b" });
  one.leave();
  assertEquals(forgotten, ['"1"', '"2"']);
});

Deno.test("Clients of two hubs call each other, and wait for names, over real sockets", async () => {
  const engine = new MemoryEngine();
  await using one = await serve({ port: 0, backplane: engine.node("one") });
  await using two = await serve({ port: 0, backplane: engine.node("two") });
  await using bot = new Client("bot", { url: one.urls[0] });
  bot.route("add", ({ a, b }: { a: bigint; b: number }) => a + BigInt(b));
  await bot.connect();
  await using spare = new Client("bot", { url: two.urls[0] });
  spare.route("add", () => "spare");
  const held = Promise.withResolvers<void>();
  spare.addEventListener("hold", () => held.resolve());
  const waiting = spare.connect({ timeout: Infinity });
  await held.promise;
  await using me = new Client("me", { url: two.urls[0] });
  await me.connect();
  const data = { a: 2n ** 63n, b: 1 };
  assertEquals(await me.request("bot", "add", data), 2n ** 63n + 1n);
  assert(await me.ping("bot"));
  assert(!await me.ping("nobody"));
  await bot.close();
  await waiting;
  assertEquals(await me.request("bot", "add", data), "spare");
});

Deno.test("Questions to names that nobody has leave nothing behind", () => {
  using _time = new FakeTime();
  const pair = new Pair();
  const one = pair.client(0, "a");
  const { exchange } = pair.routers[0]!;
  for (let n = 0; n < 3_000; n++) {
    one.say({ type: 2, data: {}, uuid: "u", destination: `nobody ${n}` });
    one.say({ type: 3, data: {}, uuid: "u", destination: `nobody ${n}` });
    exchange.find(`"never asked ${n}"`);
  }
  pair.tick(5);
  for (let n = 0; n < 3_000; n++) {
    assertEquals(exchange.known(`"nobody ${n}"`), undefined);
    assertEquals(exchange.known(`"never asked ${n}"`), undefined);
  }
});
