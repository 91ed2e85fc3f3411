// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { KV } from "@nats-io/kv";
import { Lease } from "./_lease.ts";

/** A lease in a bucket whose answers come later, or never. */
function setup() {
  const revisions = new Map<string, number>();
  const texts = new Map<string, string>();
  let last = 0;
  const engine = {
    answer: (): Promise<void> => Promise.resolve(),
    /** Whether most of its servers are away: nothing changes any more. */
    isAlone: false,
  };
  const bucket = {
    async put(key: string, text: string, options?: { previousSeq?: number }) {
      const { answer } = engine;
      const { previousSeq = revisions.get(key) ?? 0 } = options ?? {};
      const isChanged = engine.isAlone ||
        previousSeq !== (revisions.get(key) ?? 0);
      const revision = ++last;
      if (!isChanged) {
        revisions.set(key, revision);
        texts.set(key, text);
      }
      await answer();
      if (isChanged) throw Object.assign(new Error(), { code: 10071 });
      return revision;
    },
    get: (key: string): Promise<unknown> =>
      Promise.resolve({
        operation: "PUT",
        revision: revisions.get(key),
        string: () => texts.get(key),
      }),
  };
  const told: string[] = [];
  const lease: Lease = new Lease(bucket as unknown as KV, 4_000, {
    describe: () => ({ id: lease.id, label: "a", since: 1, figures: {} }),
    evicted: () => void told.push("evicted"),
    failed: () => void told.push("failed"),
  });
  return { lease, engine, told };
}

Deno.test("Lease can be entered again if nobody has answered", async () => {
  using _time = new FakeTime();
  const { lease, engine } = setup();
  engine.answer = () => Promise.reject(new Error("timeout"));
  await assertRejects(() => lease.enter(), Error, "timeout");
  engine.answer = () => Promise.resolve();
  await lease.enter();
  assertEquals(lease.isKept, true);
});

Deno.test("Lease of a new id is renewed, whenever the answer about an earlier one comes", async () => {
  using time = new FakeTime();
  const { lease, engine, told } = setup();
  await lease.enter();
  const late = Promise.withResolvers<void>();
  engine.answer = () => late.promise;
  const renewed = lease.renew();
  engine.answer = () => Promise.resolve();
  lease.rename();
  await lease.enter();
  late.resolve();
  await renewed;
  for (let second = 0; second < 6; second++) {
    await time.tick(1_000);
    await lease.renew();
    assertEquals(lease.isKept, true, `after ${second} s`);
  }
  assertEquals(told, []);
});

Deno.test("Lease is not kept by a server that most others have left, though it still tells what it had before", async () => {
  using time = new FakeTime();
  const { lease, engine } = setup();
  await lease.enter();
  await time.tick(1_000);
  await lease.renew();
  engine.isAlone = true;
  for (let second = 1; second < 3.2; second++) {
    await time.tick(1_000);
    await lease.renew();
    assertEquals(lease.isKept, true, `after ${second} s`);
  }
  await time.tick(1_000);
  assertEquals(lease.isKept, false);
});

Deno.test("Lease is kept from when the first sign of life was sent of which no answer came", async () => {
  using time = new FakeTime();
  const { lease, engine } = setup();
  await lease.enter();
  engine.answer = () => Promise.reject(new Error("timeout"));
  await time.tick(1_000);
  await lease.renew();
  engine.isAlone = true;
  engine.answer = () => Promise.resolve();
  await time.tick(1_000);
  await lease.renew();
  await time.tick(2_000);
  assertEquals(lease.isKept, true, "4 s after it was entered, 3 s after that");
  await time.tick(500);
  assertEquals(lease.isKept, false);
});

Deno.test("Lease of a new id is not undecided because of what became of an earlier one", async () => {
  using _time = new FakeTime();
  const { lease, engine } = setup();
  await lease.enter();
  const late = Promise.withResolvers<void>();
  engine.answer = () => late.promise;
  const renewed = lease.renew();
  engine.answer = () => Promise.resolve();
  lease.rename();
  await lease.enter();
  late.reject(new Error("timeout"));
  await renewed;
  assertEquals(lease.isUndecided, false);
});
