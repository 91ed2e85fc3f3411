// Copyright 2026 the Wirekit authors. MIT license.

/** What a hub says is wrong, and what to do about it. */

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { Backplane } from "../../cluster/backplane.ts";
import { MemoryEngine } from "../../cluster/memory.ts";
import { Hub } from "../../hub.ts";
import type {
  About,
  Content,
  Member,
  Participant,
  Question,
} from "../../exchange/participant.ts";
import type { HubReport } from "../reports/hub.ts";

const LOCAL = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
};

const QUESTION: Content = {
  route: '"r"',
  data: "{}",
  traceback: "null",
  pseudoObject: "null",
};

/** What is known of a client that does not read. */
const SLOW: About = {
  protocol: "winerp",
  carrier: "TCP",
  address: "",
  flow: {
    messagesIn: 0,
    bytesIn: 0,
    messagesOut: 0,
    bytesOut: 0,
    outboxBytes: 9_000_000,
    outboxPeak: 9_000_000,
    slowed: 0,
    lastSeen: 0,
  },
};

/** Takes everything, and never answers by itself. */
class Peer implements Participant {
  readonly questions: Question[] = [];

  ask(question: Question): undefined {
    this.questions.push(question);
  }

  answer(): undefined {}
  fail(): void {}
  tell(): undefined {}
  admit(): void {}
  end(): void {}
}

/** A hub that somebody looks at, so that its clock runs. */
class Scene implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly hub: Hub;
  #body: ReadableStream | null = null;

  constructor(backplane?: Backplane) {
    const logger = { warn: (line: string) => void this.lines.push(line) };
    this.hub = new Hub({ logger, ...(backplane && { backplane }) });
  }

  async look(): Promise<HubReport> {
    const get = (path: string) =>
      this.hub.fetch(new Request(`http://127.0.0.1${path}`), LOCAL);
    this.#body ??= (await get("/api/events")).body;
    return await (await get("/api/report")).json();
  }

  enter(name: string, peer = new Peer(), about?: About) {
    const member = this.hub.exchange.enter(peer, about);
    this.hub.exchange.claim(member, JSON.stringify(name));
    return member;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#body?.cancel();
    await this.hub.close();
  }
}

Deno.test("A hub says that names are waited for, who does not answer, and who does not read", async () => {
  using time = new FakeTime();
  await using scene = new Scene();
  const { exchange } = scene.hub;
  assertEquals((await scene.look()).health, "good");
  await time.tick(2_000);
  const bot = new Peer();
  const shop = scene.enter("shop", bot);
  scene.enter("shop");
  scene.enter("shop");
  const slow = scene.enter("slow", new Peer(), SLOW);
  exchange.ask(slow, shop, '"u"', "request", QUESTION);
  await time.tick(30_000);
  const early = (await scene.look()).problems.map(({ text }) => text);
  assertEquals(early, ['"slow" reads too slowly: 9000000 bytes wait for it.']);
  await time.tick(90_000);
  const { problems, health } = await scene.look();
  assertEquals(health, "warning");
  assertEquals(problems.map(({ text }) => text).sort(), [
    '"shop" has not answered a request for 2 min.',
    '"slow" reads too slowly: 9000000 bytes wait for it.',
    '2 clients wait for the name "shop", which another client has.',
  ]);
  assert(problems.every(({ cure }) => cure.endsWith(".")));
  // Each is in the log once, with its cure.
  assertEquals(scene.lines.length, 3);
  assert(
    scene.lines.every((line) => line.includes(": ") || line.includes(". ")),
  );

  exchange.answer(bot.questions[0]!, "response", QUESTION);
  exchange.leave(slow);
  exchange.leave(shop);
  await time.tick(2_000);
  const left = (await scene.look()).problems.map(({ text }) => text);
  assertEquals(left, [
    '1 client waits for the name "shop", which another client has.',
  ]);
});

Deno.test("A hub says which names are asked for again and again, and that nobody has them", async () => {
  using time = new FakeTime();
  await using scene = new Scene();
  const { exchange } = scene.hub;
  const ask = (from: Member, name: string, times: number) => {
    for (let i = 0; i < times; i++) {
      const text = "Destination not found.";
      exchange.unsent(from, name, `"${i}"`, "request", QUESTION, text);
    }
  };
  const absent = async () =>
    (await scene.look()).problems
      .filter(({ id }) => id.startsWith("absent:"))
      .map(({ text, cure }) => `${text} ${cure}`);
  await scene.look();
  const [web, bot] = [scene.enter("web"), scene.enter("bot")];
  ask(web, '"shop"', 100);
  ask(bot, '"typo"', 3);
  await time.tick(6_000);
  assertEquals(await absent(), [], "It may have had the name until now");
  ask(web, '"shop"', 11);
  ask(bot, '"shop"', 1);
  ask(bot, '"typo"', 3);
  await time.tick(6_000);
  const shop = '"shop" was asked 12 times, and nobody has that name. ' +
    "Start its program, or stop the calls of web and 1 more.";
  assertEquals(await absent(), [shop]);
  assertEquals(scene.lines, [], "The log shows no name that a client made up");

  // Who had asked for it before may leave.
  exchange.leave(web);
  await time.tick(6_000);
  ask(bot, '"shop"', 20);
  await time.tick(6_000);
  const [still = ""] = await absent();
  assert(still.startsWith('"shop" was asked 32 times'), still);

  // Any number of names is told as few.
  for (let i = 0; i < 100; i++) ask(bot, `"no ${i}"`, 1);
  await time.tick(6_000);
  for (let i = 0; i < 100; i++) ask(bot, `"no ${i}"`, 10 + i);
  await time.tick(6_000);
  assertEquals((await absent()).length, 10);

  // Whoever comes is no problem any more.
  const server = scene.enter("shop");
  await time.tick(6_000);
  assertEquals((await absent()).filter((text) => text.includes("shop")), []);
  exchange.leave(server);
  await time.tick(6_000);
  assertEquals((await absent()).filter((text) => text.includes("shop")), []);

  // Nor one that nobody has asked for since.
  await time.tick(70_000);
  assertEquals(await absent(), []);
});

Deno.test("A hub of a cluster says whose name nobody can decide about, and not that another has it", async () => {
  using time = new FakeTime();
  const engine = new MemoryEngine();
  const planes = ["one", "two"].map((label) => engine.node(label));
  await using scene = new Scene(planes[0]);
  await using other = new Scene(planes[1]);
  await scene.look();
  other.enter("shop");
  await time.tick(2_000);
  scene.enter("shop");
  planes[0]!.cut();
  scene.enter("late");
  await time.tick(90_000);
  const texts = async () => {
    const { problems } = await scene.look();
    return problems.map(({ id, text }) => id.startsWith("held:") ? [text] : [])
      .flat().sort();
  };
  assertEquals(await texts(), [
    '1 client waits for the name "late": nobody can say now whether it is free.',
    '1 client waits for the name "shop", which another client has.',
  ]);
  planes[0]!.heal();
  await time.tick(2_000);
  assertEquals(await texts(), [
    '1 client waits for the name "shop", which another client has.',
  ]);
});

Deno.test("What the servers of its cluster do not decide is a problem, and no line of the log: the cluster writes that, and when it is over", async () => {
  using time = new FakeTime();
  const plane = new MemoryEngine().node("one");
  const status = plane.status.bind(plane);
  await using scene = new Scene(plane);
  await time.tick(2_000);
  plane.status = () => ({ ...status(), reason: "Nobody decides." });
  await time.tick(2_000);
  const { problems } = await scene.look();
  const text = "Nobody decides. New clients get no names.";
  assertEquals(problems.map((problem) => problem.text), [text]);
  assertEquals(scene.lines, []);
});

Deno.test("What its cluster passes on is too little since a hub has found that out, however often it is cut off", async () => {
  using time = new FakeTime();
  const plane = new MemoryEngine().node("one");
  const status = plane.status.bind(plane);
  plane.status = () => ({ ...status(), maxMessageBytes: 1_000 });
  await using scene = new Scene(plane);
  const since = async () => {
    const { problems } = await scene.look();
    return problems.find(({ id }) => id === "cluster-payload")?.since;
  };
  await time.tick(2_000);
  const first = await since();
  assert(first !== undefined);
  for (let round = 0; round < 3; round++) {
    await time.tick(10_000);
    plane.cut();
    assertEquals(await since(), first);
    await time.tick(10_000);
    plane.heal();
    assertEquals(await since(), first);
  }
  const warnings = scene.lines.filter((line) => line.includes("max_payload"));
  assertEquals(warnings.length, 1);
});

Deno.test("A hub says that the clock of its machine was set", async () => {
  using time = new FakeTime();
  await using scene = new Scene();
  await scene.look();
  await time.tick(5_000);
  const { now } = Date;
  Date.now = () => now() + 90_000;
  await time.tick(6_000);
  const { problems: [problem] } = await scene.look();
  assertEquals(
    problem?.text,
    "The clock of this machine went forward by 90 s.",
  );
  await time.tick(700_000);
  assertEquals((await scene.look()).problems, []);
});

Deno.test("Pages of any number of origins leave room for the other problems", async () => {
  using time = new FakeTime();
  await using scene = new Scene();
  await scene.look();
  for (let i = 0; i < 300; i++) {
    const headers = { origin: `http://${i}.example.org` };
    const request = new Request("http://127.0.0.1/api/report", { headers });
    const { status } = await scene.hub.fetch(request, LOCAL);
    assertEquals(status, 403);
  }
  scene.enter("slow", new Peer(), SLOW);
  await time.tick(2_000);
  const texts = (await scene.look()).problems.map(({ text }) => text);
  assert(texts.includes('"slow" reads too slowly: 9000000 bytes wait for it.'));
  const last = "the last of http://299.example.org";
  assert(texts.includes(`Pages of 100 origins were refused, ${last}.`));
  assertEquals(texts.length, 2, texts.join("\n"));
  // Another one is no new problem, but the log has it.
  await time.tick(180_000); // The log says everything again.
  const lines = scene.lines.length;
  const headers = { origin: "http://another.example.org" };
  const request = new Request("http://127.0.0.1/api/report", { headers });
  await scene.hub.fetch(request, LOCAL);
  await time.tick(2_000);
  await scene.look();
  const news = scene.lines.slice(lines).filter((line) =>
    !line.startsWith("Refused") && !line.startsWith("And ")
  );
  assertEquals(news, []);
  assert(
    scene.lines.some((line) => line.includes("http://another.example.org")),
  );
});

Deno.test("One page without an origin was refused, two were", async () => {
  using time = new FakeTime();
  await using scene = new Scene();
  await scene.look();
  const texts = [];
  for (let i = 0; i < 2; i++) {
    const headers = { origin: "null" };
    const request = new Request("http://127.0.0.1/api/report", { headers });
    await scene.hub.fetch(request, LOCAL);
    await time.tick(2_000);
    texts.push((await scene.look()).problems[0]?.text);
  }
  assertEquals(texts, [
    "1 page without an origin, such as a file, was refused.",
    "2 pages without an origin, such as a file, were refused.",
  ]);
});

Deno.test("A hub says that too many pages of it are open", async () => {
  using time = new FakeTime();
  await using scene = new Scene();
  await scene.look();
  const open = () =>
    scene.hub.fetch(new Request("http://127.0.0.1/api/events"), LOCAL);
  const more = await Promise.all(Array.from({ length: 33 }, open));
  assertEquals(more.map(({ status }) => status).filter((s) => s === 503), [
    503,
    503,
  ]);
  await time.tick(6_000);
  const { problems, health } = await scene.look();
  assertEquals(health, "warning");
  assertEquals(problems.map(({ text, count }) => [text, count]), [
    ["32 pages of this hub were open: 2 more were refused.", 2],
  ]);
  assertEquals(scene.lines.length, 1);
  // When it is over, it is told for a while, and then no more.
  await Promise.all(more.map(({ body }) => body?.cancel()));
  const again = await open();
  assertEquals(again.status, 200);
  await again.body?.cancel();
  await time.tick(601_000);
  assertEquals((await scene.look()).problems, []);
});
