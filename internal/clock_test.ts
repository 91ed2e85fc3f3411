// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  checkTime,
  every,
  later,
  now,
  settled,
  sleep,
  within,
} from "./clock.ts";
import { TimeoutError } from "./errors.ts";
import { FakeTime } from "./testing.ts";

const DAY = 86_400_000;

for (const ms of [NaN, -1, -Infinity, 0, "5" as unknown as number]) {
  Deno.test(`checkTime() refuses ${ms} (${typeof ms}), and names the option`, () => {
    assertThrows(
      () => checkTime("idleTimeout", ms),
      RangeError,
      `idleTimeout must be more than 0 milliseconds, or Infinity: got ${ms}`,
    );
  });
}

for (const ms of [0.5, 1, 2 ** 31, 2 ** 32, Infinity]) {
  Deno.test(`checkTime() takes ${ms}`, () => {
    assertEquals(checkTime("timeout", ms), ms);
  });
}

Deno.test("checkTime() takes 0 only where it means something", () => {
  assertEquals(checkTime("delay", 0, { zero: true }), 0);
  assertThrows(() => checkTime("delay", -1, { zero: true }), RangeError);
});

for (const ms of [1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 100 * DAY]) {
  Deno.test(`later() calls back after ${ms} ms, not before, and once`, async () => {
    using time = new FakeTime();
    let calls = 0;
    later(ms, () => calls++);
    await time.tick(ms - 1);
    assertEquals(calls, 0);
    await time.tick(1);
    assertEquals(calls, 1);
    assertEquals(time.timers, 0);
  });

  Deno.test(`every() calls back each ${ms} ms`, async () => {
    using time = new FakeTime();
    let calls = 0;
    const timer = every(ms, () => calls++);
    await time.tick(ms - 1);
    assertEquals(calls, 0);
    await time.tick(1);
    assertEquals(calls, 1);
    await time.tick(2 * ms);
    assertEquals(calls, 3);
    timer.stop();
    assertEquals(time.timers, 0);
  });

  Deno.test(`later() of ${ms} ms can be stopped, twice`, async () => {
    using time = new FakeTime();
    const timer = later(ms, () => {
      throw new Error("It was stopped");
    });
    await time.tick(ms / 2);
    timer.stop();
    timer.stop();
    await time.tick(ms);
    assertEquals(time.timers, 0);
  });
}

Deno.test("Infinity arms nothing", async () => {
  using time = new FakeTime();
  const fail = () => {
    throw new Error("Never is now");
  };
  later(Infinity, fail).stop();
  every(Infinity, fail).stop();
  const done = within(Promise.resolve(1), Infinity, () => new Error());
  assertEquals(time.timers, 0);
  assertEquals(await done, 1);
});

Deno.test("sleep() waits, and ends by its signal with the reason", async () => {
  using time = new FakeTime();
  const reason = new Error("enough");
  const stop = new AbortController();
  const slept = sleep(2 ** 32);
  const stopped = assertRejects(
    () => sleep(2 ** 32, { signal: stop.signal }),
    Error,
    "enough",
  );
  await time.tick(10);
  stop.abort(reason);
  await stopped;
  await assertRejects(() => sleep(1, { signal: stop.signal }), Error, "enough");
  await time.tick(2 ** 32);
  await slept;
  assertEquals(time.timers, 0);
});

Deno.test("within() gives what the promise gives, in time", async () => {
  using time = new FakeTime();
  const late = () => new TimeoutError("too late");
  assertEquals(await within(Promise.resolve(5), 10, late), 5);
  await assertRejects(
    () => within(Promise.reject(new Error("no")), 10, late),
    Error,
    "no",
  );
  const waiting = within(new Promise(() => {}), 10, late);
  const rejected = assertRejects(() => waiting, TimeoutError, "too late");
  await time.tick(10);
  await rejected;
  const stop = new AbortController();
  const given = within(new Promise(() => {}), 10, late, stop);
  const refused = assertRejects(() => given, Error, "given up");
  stop.abort(new Error("given up"));
  await refused;
  assertEquals(time.timers, 0);
});

Deno.test("settled() says whether it is, and never rejects", async () => {
  using time = new FakeTime();
  assertEquals(await settled(Promise.reject(new Error("no")), 10), true);
  const waiting = settled(new Promise(() => {}), 10);
  await time.tick(10);
  assertEquals(await waiting, false);
  assertEquals(time.timers, 0);
});

Deno.test("now() never goes back, and keeps within a millisecond or so", async () => {
  let last = now();
  for (let i = 0; i < 1_000; i++) {
    const time = now();
    assert(time >= last);
    last = time;
  }
  await sleep(5);
  const [before, at] = [performance.now(), now()];
  assert(before - at < 20 && at <= performance.now(), `${at} at ${before}`);
});
