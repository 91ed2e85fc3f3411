// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { KV, KvWatchEntry } from "@nats-io/kv";
import { keyOf } from "./_keys.ts";
import type { NameKeeper } from "./_keeper.ts";
import { NatsNames } from "./_names.ts";

/** A name as the cluster has it, which is JSON. */
const BOT = '"bot"';

/** Whether it does what it is asked, and says so. */
type Answer = "given" | "lost" | "none" | "undecided";

/** A bucket whose answers may be lost, and what it is asked as well. */
class FakeBucket {
  readonly entries = new Map<string, KvWatchEntry>();
  hear: (entry: KvWatchEntry) => void = () => {};
  answers: Answer = "given";
  #revision = 0;
  /** How many changes it was asked for. */
  asked = 0;

  put(key: string, value: string, { previousSeq = 0 } = {}) {
    return this.#change(key, "PUT", value, previousSeq);
  }

  async delete(key: string, { previousSeq = 0 } = {}) {
    await this.#change(key, "DEL", "", previousSeq);
  }

  get(key: string) {
    return this.#answer(this.entries.get(key) ?? null);
  }

  #change(key: string, operation: "PUT" | "DEL", text: string, last: number) {
    this.asked++;
    if (this.answers === "none") return this.#answer(0);
    // Whoever asks all the time does not let a test go on.
    if (this.asked > 100) this.answers = "given";
    if (this.answers === "undecided") {
      return Promise.reject(Object.assign(new Error(), { code: 10164 }));
    }
    const before = this.entries.get(key)?.revision ?? 0;
    if (before !== last) {
      return Promise.reject(Object.assign(new Error(), { code: 10071 }));
    }
    const revision = ++this.#revision;
    const entry = { key, operation, revision, string: () => text };
    this.entries.set(key, entry as KvWatchEntry);
    queueMicrotask(() => this.hear(entry as KvWatchEntry));
    return this.#answer(revision);
  }

  #answer<T>(value: T): Promise<T> {
    return this.answers === "given" || this.answers === "undecided"
      ? Promise.resolve(value)
      : Promise.reject(new Error("timeout"));
  }
}

function setup() {
  const bucket = new FakeBucket();
  const won: string[] = [];
  const lost: string[] = [];
  const held: string[] = [];
  const keeper: NameKeeper & { ready: boolean } = {
    id: "me",
    ready: true,
    isThere: () => Promise.resolve(true),
    suspect() {},
    open: () => Promise.resolve(),
    shut() {},
    won: (name) => void won.push(name),
    held: (name) => void held.push(name),
    lost: (name) => void lost.push(name),
    left() {},
    failed() {},
  };
  const names = new NatsNames(bucket as unknown as KV, keeper);
  bucket.hear = (entry) => names.hear(entry);
  const operation = () => bucket.entries.get(keyOf(BOT))?.operation;
  return { bucket, keeper, names, won, lost, held, operation };
}

Deno.test("NatsNames gives up a name that it got without hearing of it", async () => {
  using time = new FakeTime();
  const { bucket, names, operation } = setup();
  bucket.answers = "lost";
  names.claims.add(BOT);
  await time.tick(100);
  assertEquals(operation(), "PUT");
  names.claims.release(BOT);
  await time.tick(2_000);
  bucket.answers = "given";
  await time.tick(2_000);
  assertEquals(operation(), "DEL");
});

Deno.test("NatsNames takes a name that it gave up while nobody answered", async () => {
  using time = new FakeTime();
  const { bucket, names, won, operation } = setup();
  bucket.answers = "lost";
  names.claims.add(BOT);
  await time.tick(100);
  names.claims.release(BOT);
  await time.tick(2_000);
  names.claims.add(BOT);
  bucket.answers = "given";
  await time.tick(2_000);
  assertEquals(won, [BOT]);
  assertEquals(operation(), "PUT");
  names.claims.release(BOT);
  await time.tick(2_000);
  assertEquals(operation(), "DEL");
});

Deno.test("NatsNames waits on hold, and asks seldom, while a change of a name is not decided", async () => {
  using time = new FakeTime();
  const { bucket, names, won, held } = setup();
  bucket.answers = "undecided";
  names.claims.add(BOT);
  await time.tick(30);
  assertEquals(held, [BOT]);
  await time.tick(3_000);
  assert(bucket.asked <= 11, `${bucket.asked}`);
  bucket.answers = "given";
  await time.tick(400);
  assertEquals(won, [BOT]);
});

Deno.test("NatsNames gives up a name once what was being decided about it is decided", async () => {
  using time = new FakeTime();
  const { bucket, names, operation } = setup();
  names.claims.add(BOT);
  await time.tick(100);
  const late = JSON.stringify({ node: "me", claim: "late" });
  for (const isOrphan of [false, true]) {
    bucket.answers = "undecided";
    if (!isOrphan) names.claims.release(BOT);
    await time.tick(2_000);
    assertEquals(operation(), "PUT");
    bucket.answers = "given";
    await time.tick(400);
    assertEquals(operation(), "DEL");
    const { revision } = bucket.entries.get(keyOf(BOT))!;
    const put = bucket.put(keyOf(BOT), late, { previousSeq: revision });
    if (!isOrphan) bucket.answers = "undecided";
    await put;
  }
  await time.tick(400);
  assertEquals(operation(), "DEL");
});

Deno.test("NatsNames removes what comes into the bucket after a name was given up", async () => {
  using time = new FakeTime();
  const { bucket, operation } = setup();
  bucket.put(keyOf(BOT), JSON.stringify({ node: "me", claim: "late" }));
  bucket.answers = "none";
  await time.tick(2_000);
  assertEquals(operation(), "PUT");
  bucket.answers = "given";
  await time.tick(2_000);
  assertEquals(operation(), "DEL");
});

Deno.test("NatsNames takes names again that were removed while it was cut off, unless another has one", async () => {
  using time = new FakeTime();
  const { bucket, keeper, names, won, lost } = setup();
  const key = keyOf(BOT);
  const revision = () => bucket.entries.get(key)!.revision;
  names.claims.add(BOT);
  await time.tick(100);
  for (const heir of ["", "other"]) {
    keeper.ready = false;
    await bucket.delete(key, { previousSeq: revision() });
    if (heir) {
      const value = JSON.stringify({ node: heir, claim: "" });
      await bucket.put(key, value, { previousSeq: revision() });
    }
    await time.tick(100);
    const end = revision();
    await names.claims.renew();
    keeper.ready = true;
    await time.tick(100);
    assertEquals([revision() > end, lost], heir ? [false, [BOT]] : [true, []]);
  }
  assertEquals(won, [BOT]);
});

Deno.test("NatsNames takes names again that it took under an id that nobody has confirmed", async () => {
  using time = new FakeTime();
  const { bucket, keeper, names, lost, operation } = setup();
  const key = keyOf(BOT);
  names.claims.add(BOT);
  await time.tick(100);
  keeper.ready = false;
  let id = "me again";
  Object.defineProperty(keeper, "id", { get: () => id });
  bucket.answers = "lost";
  await assertRejects(() => names.claims.renew(), Error, "timeout");
  id = "me at last";
  keeper.isThere = () => Promise.resolve(false);
  bucket.answers = "given";
  await names.claims.renew();
  assertEquals([operation(), lost], ["PUT", []]);
  assert(bucket.entries.get(key)!.string().includes(id));
});

Deno.test("NatsNames takes news and what was there before in any order", () => {
  const { names } = setup();
  const entry = (operation: string, revision: number, node = "other") => ({
    key: keyOf(BOT),
    operation,
    revision,
    string: () => JSON.stringify({ node, claim: "" }),
  });
  // It ended while it was read.
  names.hear(entry("DEL", 7));
  names.hear(entry("PUT", 5));
  assertEquals(names.nodes.get(BOT), undefined);
  names.hear(entry("PUT", 8, "third"));
  names.hear(entry("PUT", 5));
  names.hear(entry("DEL", 7));
  assertEquals(names.nodes.get(BOT), "third");
  assertEquals(names.reading !== undefined, true);
  names.settle();
  assertEquals(names.reading, undefined);
  assertEquals(names.nodes.get(BOT), "third");
  // All is told anew: what is not has ended.
  names.forget();
  assertEquals(names.nodes.get(BOT), "third");
  names.settle();
  assertEquals(names.nodes.get(BOT), undefined);
});

Deno.test("NatsNames asks for the owner of a name, for each once and not for all at once", async () => {
  const { bucket, names } = setup();
  let asked = 0;
  const get = bucket.get.bind(bucket);
  bucket.get = (key: string) => {
    asked++;
    return get(key);
  };
  bucket.put(keyOf(BOT), JSON.stringify({ node: "other", claim: "" }));
  bucket.put(keyOf('"own"'), JSON.stringify({ node: "me", claim: "" }));
  bucket.hear = () => {};
  const { reading } = names;
  const owners = await Promise.all([
    reading!.ownerOf(BOT),
    reading!.ownerOf(BOT),
    reading!.ownerOf('"own"'),
    reading!.ownerOf('"nobody"'),
  ]);
  assertEquals(owners, ["other", "other", undefined, undefined]);
  assertEquals(asked, 3);
  assertEquals(await reading!.ownerOf(BOT), "other");
  assertEquals(asked, 3);
  const many = Array.from(
    { length: 500 },
    (_, n) => reading!.ownerOf(`"n${n}"`),
  );
  assertEquals(asked, 3 + 64);
  const answers = await Promise.allSettled(many);
  const rejected = answers.filter(({ status }) => status === "rejected");
  assertEquals(rejected.length, 500 - 64);
});

Deno.test("NatsNames takes a name that becomes free at any moment of its claim", async () => {
  using time = new FakeTime();
  for (let moment = 0; moment < 40; moment++) {
    const { bucket, names, won, held } = setup();
    const key = keyOf(BOT);
    const other = JSON.stringify({ node: "other", claim: "" });
    const previousSeq = await bucket.put(key, other);
    names.claims.add(BOT);
    for (let i = 0; i < moment; i++) await Promise.resolve();
    await bucket.delete(key, { previousSeq });
    await time.tick(100);
    assertEquals(won, [BOT], `${moment} microtasks after the claim`);
    assert(held.length <= 1);
  }
});

Deno.test("NatsNames takes a name again that is taken from it at any moment of its claim", async () => {
  using time = new FakeTime();
  for (let moment = 0; moment < 40; moment++) {
    const { bucket, names, won, lost, operation } = setup();
    const key = keyOf(BOT);
    names.claims.add(BOT);
    for (let i = 0; i < moment; i++) await Promise.resolve();
    const previousSeq = bucket.entries.get(key)?.revision;
    if (previousSeq !== undefined) await bucket.delete(key, { previousSeq });
    await time.tick(100);
    const when = `${moment} microtasks after the claim`;
    assertEquals(operation(), "PUT", when);
    assertEquals(won.length - lost.length, 1, when);
  }
});

Deno.test("NatsNames takes the messages to a name that was given up and claimed again at any moment", async () => {
  using time = new FakeTime();
  for (let moment = 0; moment < 40; moment++) {
    const { keeper, names, won } = setup();
    let isOpen = false;
    keeper.open = () => {
      isOpen = true;
      return Promise.resolve();
    };
    keeper.shut = () => isOpen = false;
    names.claims.add(BOT);
    for (let i = 0; i < moment; i++) await Promise.resolve();
    names.claims.release(BOT);
    names.claims.add(BOT);
    await time.tick(1_000);
    assertEquals(isOpen, true, `${moment} microtasks after the claim`);
    assertEquals(won.at(-1), BOT);
  }
});

Deno.test("NatsNames takes no messages to a name that is given up while it takes those to others again", async () => {
  using time = new FakeTime();
  const { keeper, names } = setup();
  const open = new Set<string>();
  keeper.open = (name) => {
    open.add(name);
    return Promise.resolve();
  };
  keeper.shut = (name) => void open.delete(name);
  const all = Array.from({ length: 200 }, (_, n) => `"n${n}"`);
  for (const name of all) names.claims.add(name);
  await time.tick(100);
  open.clear();
  const opened = names.claims.open();
  names.claims.release(all[199]!);
  await opened;
  assertEquals([...open], all.slice(0, 199));
  open.clear();
  keeper.ready = false; // It may have none of them any more.
  await names.claims.open();
  assertEquals(open.size, 0);
});

Deno.test("NatsNames brings back no name that ended while it was asked for", async () => {
  for (const isTold of [true, false]) {
    const { bucket, keeper, names } = setup();
    const key = keyOf(BOT);
    const other = JSON.stringify({ node: "other", claim: "" });
    const { hear } = bucket;
    bucket.hear = () => {};
    const previousSeq = await bucket.put(key, other);
    bucket.hear = hear;
    const there = Promise.withResolvers<boolean>();
    keeper.isThere = () => there.promise;
    const asked = names.reading!.ownerOf(BOT);
    await bucket.delete(key, { previousSeq });
    if (isTold) names.settle();
    else names.forget();
    there.resolve(true);
    await asked;
    if (!isTold) names.settle();
    assertEquals(names.nodes.get(BOT), undefined);
  }
});
