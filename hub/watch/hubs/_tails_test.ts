// Copyright 2026 the Wirekit authors. MIT license.

/** Messages of all hubs of a cluster, at whichever hub one watches. */

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { Client } from "../../client.ts";
import { serve } from "../../serve.ts";
import type { TailBatch, TailReport } from "../reports/tail.ts";
import { Subscribers } from "../_subscribers.ts";
import type { OtherHubs } from "./_other_hubs.ts";
import { readWords } from "./_peer_words.ts";
import { Tails } from "./_tails.ts";
import { Scene, until } from "./testdata/scene.ts";

/** What somebody who watches is told. */
class Told {
  readonly rows: TailReport[] = [];
  left = 0;
  readonly silent: string[] = [];

  constructor(client: Client, own = client.name) {
    client.addEventListener("information", ({ detail }) => {
      const { tail } = detail.data as unknown as { tail?: TailBatch };
      if (!tail) return;
      this.left += tail.left;
      this.rows.push(...tail.rows.filter(({ from }) => from !== own));
      if (tail.silent) this.silent.push(tail.silent.join());
    });
  }

  get lines(): string[] {
    return this.rows.map(({ node, toNode, from, to, kind, receivers, route }) =>
      `[${node}${toNode === undefined ? "" : ` → ${toNode}`}] ${from} → ${
        to ?? receivers
      } ${kind === "inform" ? kind : route}`
    ).sort();
  }
}

Deno.test("Whoever watches messages sees those of all hubs, each once, with where it is", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const told = new Told(me);
  const one = await scene.client("one", 0);
  const two = await scene.client("two", 1);
  const three = await scene.client("three", 2);
  await scene.client("four", 2);
  await me.request("@hub", "watch", { tail: true, presence: false });
  await one.request("two", "echo", {});
  await two.request("three", "echo", {});
  await two.request("one", "echo", {});
  await three.request("four", "echo", {});
  await three.request("nobody", "echo", {}).catch(() => {});
  await three.inform({ a: 1 });
  await three.inform({ a: 1 }, ["two"]);
  await until(() => told.rows.length >= 7);
  await new Promise((done) => setTimeout(done, 500));
  assertEquals(told.lines, [
    "[attic → cellar] one → two echo",
    "[cellar → attic] two → one echo",
    "[cellar → hall] two → three echo",
    "[hall → cellar] three → two inform",
    "[hall] three → 4 inform",
    "[hall] three → four echo",
    "[hall] three → nobody echo",
  ]);
  assertEquals(told.left, 0);
  const ids = told.rows.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  assert(told.rows.every(({ data }) => data === undefined));
});

Deno.test("All that one client asks and answers is shown, wherever it is", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const told = new Told(me);
  const bot = await scene.client("bot", 1);
  const far = await scene.client("far", 2);
  const near = await scene.client("near", 0);
  await me.request("@hub", "watch", { name: "bot", payload: true });
  await far.request("bot", "echo", { n: 1 });
  await near.request("bot", "echo", { n: 2 });
  await bot.request("near", "echo", { n: 3 });
  await far.request("near", "echo", { n: 4 });
  await far.inform({ n: 5 }, ["bot"]);
  await until(() => told.rows.length >= 4);
  await bot.close();
  const { exchange } = scene.servers[2]!.hub;
  await until(() => !exchange.has('"bot"'));
  await far.request("bot", "echo", { n: 6 }).catch(() => {});
  await until(() => told.rows.length >= 5);
  await new Promise((done) => setTimeout(done, 300));
  assertEquals(told.lines, [
    "[attic → cellar] near → bot echo",
    "[cellar → attic] bot → near echo",
    "[hall → cellar] far → bot echo",
    "[hall → cellar] far → bot inform",
    "[hall] far → bot echo",
  ]);
  assertEquals(
    told.rows.map(({ data }) => data).sort(),
    [1, 2, 3, 5, 6].map((n) => `{"n":${n}}`),
  );
});

Deno.test("A hub that does not tell of its messages is named, and once it does again", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const told = new Told(me);
  const [, , plane] = scene.planes;
  const { publish } = plane!;
  plane!.publish = () => undefined;
  await me.request("@hub", "watch", { tail: true });
  await until(() => told.silent.length === 1);
  plane!.publish = publish;
  await until(() => told.silent.length === 2);
  assertEquals(told.silent, ["hall", ""]);
  // One that has just come is asked as well.
  const backplane = scene.engine.node("porch");
  await using late = await serve({ port: 0, backplane });
  await using guest = new Client("guest", { url: late.urls[0] });
  await guest.connect();
  await guest.request("me", "echo", {});
  await until(() => told.rows.length > 0);
  assertEquals(told.lines, ["[porch → attic] guest → me echo"]);
});

Deno.test("Nothing is sent between hubs once nobody watches", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const told = new Told(me);
  const two = await scene.client("two", 1);
  const three = await scene.client("three", 1);
  await me.request("@hub", "watch", { tail: true });
  await two.request("three", "echo", {});
  await three.request("two", "echo", {});
  await until(() => told.rows.length === 2);
  await me.request("@hub", "unwatch");
  let sent = 0;
  for (const plane of scene.planes) {
    const { publish } = plane;
    plane.publish = (...message) => {
      sent++;
      return publish.apply(plane, message);
    };
  }
  for (let n = 0; n < 100; n++) await three.request("two", "echo", {});
  await new Promise((done) => setTimeout(done, 500));
  assertEquals(sent, 0);
  assertEquals(told.rows.length, 2);
});

Deno.test("A busy hub tells another as much as it may, and counts the rest", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const told = new Told(me);
  const two = await scene.client("two", 1);
  await scene.client("three", 1);
  await me.request("@hub", "watch", { tail: true });
  const count = 1_000;
  await Promise.all(
    Array.from({ length: count }, () => two.request("three", "echo", {})),
  );
  await until(() => told.rows.length + told.left >= count);
  await new Promise((done) => setTimeout(done, 500));
  assertEquals(told.rows.length + told.left, count);
  assert(told.rows.length >= 20 && told.rows.length < count);
});

/** One hub that is asked by another, or asks it. */
function setup() {
  const sent: TailBatch[] = [];
  const exchange = { endedHere: 0, members: [] };
  const subscribers = new Subscribers(exchange, () => () => {});
  const asked: unknown[] = [];
  const others = {
    ids: ["me", "other"],
    labelOf: (id: string) => id,
    tell: (_node: string, _wants: unknown, batch: TailBatch) =>
      sent.push(batch),
    ask: (_node: string, _route: string, order: unknown) => {
      asked.push(order);
      return Promise.resolve({});
    },
    order: (_route: string, order: unknown) => void asked.push(order),
  };
  const tails = new Tails(others as unknown as OtherHubs, subscribers);
  subscribers.wanted = (wanted) => tails.want(wanted.tails);
  return { sent, asked, subscribers, tails };
}

const ROW: TailReport = {
  id: 1,
  at: 0,
  kind: "request",
  from: "a",
  to: "b",
  route: "r",
  bytes: 1,
};

Deno.test("Who asked for messages of a hub and no longer says so is told nothing more", async () => {
  using time = new FakeTime();
  const { sent, subscribers, tails } = setup();
  const order = { wants: [{ payload: false }], rows: 50 };
  tails.answer("other", order);
  for (let n = 0; n < 10; n++) {
    await time.tick(5_000);
    tails.answer("other", order);
  }
  subscribers.row(ROW, undefined, undefined);
  await time.tick(1_000);
  assertEquals(sent.length, 1);
  await time.tick(20_000);
  assertEquals(time.timers, 0);
  subscribers.row(ROW, undefined, undefined);
  await time.tick(1_000);
  assertEquals(sent.length, 1);
});

Deno.test("Hubs are asked while somebody watches here, and not for what another hub asked", async () => {
  using time = new FakeTime();
  const { asked, subscribers, tails } = setup();
  tails.answer("other", { wants: [{ payload: false }], rows: 50 });
  assertEquals(asked, []);
  const owner = {};
  const wants = { presence: false, tail: true, payload: true, name: "bot" };
  subscribers.add({ owner, ...wants, send: () => true });
  await time.tick(11_000);
  assertEquals(asked.length, 3);
  subscribers.drop(owner);
  assertEquals(asked.at(-1), { wants: [] });
  tails.close();
  assertEquals(time.timers, 0);
});

Deno.test("What is told at once fits into a message of the engine", async () => {
  using time = new FakeTime();
  const { sent, subscribers, tails } = setup();
  tails.answer("other", { wants: [{ payload: true }], rows: 50 });
  const data = JSON.stringify('"'.repeat(30_000));
  for (let n = 0; n < 60; n++) {
    subscribers.row(ROW, { data, answer: data }, undefined);
  }
  subscribers.row({ ...ROW, route: "x".repeat(400_000) }, undefined, undefined);
  await time.tick(1_000);
  const [batch] = sent;
  assert(JSON.stringify(batch).length < 400_000);
  assert(batch!.rows.some((row) => row.data !== undefined));
  assert(batch!.rows.length >= 45);
  tails.close();
});

Deno.test("What no hub says of messages is refused", () => {
  const words = (row: object, ...rest: unknown[]) =>
    readWords(
      JSON.stringify(["tail", null, false, { rows: [row], left: 0 }, ...rest]),
    );
  assert(words(ROW));
  for (
    const wrong of [
      { from: 1 },
      { at: "now" },
      { kind: "answer" },
      { outcome: "fine" },
      { node: {} },
      { data: 1 },
      { took: "long" },
      { receivers: null },
    ]
  ) assertEquals(words({ ...ROW, ...wrong }), undefined, JSON.stringify(wrong));
  for (
    const text of [
      '["tail"]',
      '["tail",1,false,{"rows":[],"left":0}]',
      '["tail",null,"no",{"rows":[],"left":0}]',
      '["tail",null,false,{"rows":{},"left":0}]',
      '["tail",null,false,{"rows":[null],"left":0}]',
    ]
  ) assertEquals(readWords(text), undefined, text);
});
