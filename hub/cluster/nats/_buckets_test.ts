// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { KV } from "@nats-io/kv";
import { listen } from "./_buckets.ts";

Deno.test("listen() has been told all with the last entry, however many the server says are left", async () => {
  using time = new FakeTime();
  // An entry that is replaced while it is on its way stays counted.
  const told = [[5, 2], [6, 1], [8, 1], [9, 1]];
  const entries = told.map(([revision, delta]) => ({
    ...{ key: "node", operation: "PUT", revision, delta },
  }));
  const stop = new AbortController();
  const watch = async function* () {
    yield* entries;
    await new Promise<void>((resolve) => {
      stop.signal.addEventListener("abort", () => resolve());
    });
  };
  const bucket = {
    status: () =>
      Promise.resolve({ values: 3, streamInfo: { state: { last_seq: 7 } } }),
    watch: () => Promise.resolve(Object.assign(watch(), { stop() {} })),
  };
  const heard: number[] = [];
  let isTold = false;
  listen(bucket as unknown as KV, {
    signal: stop.signal,
    hear: ({ revision }) => void heard.push(revision),
    ended() {},
  }).then(() => isTold = true);
  await time.tick(100);
  assertEquals(heard, [5, 6, 8, 9]);
  assertEquals(isTold, true);
  stop.abort();
});
