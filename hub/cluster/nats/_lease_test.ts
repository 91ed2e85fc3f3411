// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { KV } from "@nats-io/kv";
import { Lease } from "./_lease.ts";

/** A lease in a bucket whose answers come later, or never. */
function setup() {
  const revisions = new Map<string, number>();
  let last = 0;
  const engine = { answer: (): Promise<void> => Promise.resolve() };
  const bucket = {
    async put(key: string, _text: string, options?: { previousSeq?: number }) {
      const { answer } = engine;
      const { previousSeq = revisions.get(key) ?? 0 } = options ?? {};
      const isChanged = previousSeq !== (revisions.get(key) ?? 0);
      const revision = ++last;
      if (!isChanged) revisions.set(key, revision);
      await answer();
      if (isChanged) throw Object.assign(new Error(), { code: 10071 });
      return revision;
    },
    get: (): Promise<unknown> => Promise.resolve(undefined),
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
