// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertThrows } from "@std/assert";
import { Heartbeat } from "./heartbeat.ts";
import { FakeTime } from "./testing.ts";

/** A connection whose other end answers pings or not. */
class FakeLink {
  count = 0;
  pings = 0;
  losses = 0;
  alive = true;
  received = () => this.count;
  ping = () => {
    this.pings++;
    if (this.alive) this.count++;
  };
  lost = () => void this.losses++;
}

Deno.test("Heartbeat asks after an interval of silence, and goes on while it is answered", async () => {
  using time = new FakeTime();
  const link = new FakeLink();
  const heartbeat = new Heartbeat({ interval: 30, timeout: 10 }, link);
  heartbeat.start();
  await time.tick(29);
  assertEquals(link.pings, 0);
  await time.tick(1);
  assertEquals(link.pings, 1);
  await time.tick(40);
  assertEquals(link.pings, 2);
  assertEquals(link.losses, 0);
  heartbeat.stop();
  assertEquals(time.timers, 0);
});

Deno.test("Heartbeat does not ask while messages come", async () => {
  using time = new FakeTime();
  const link = new FakeLink();
  const heartbeat = new Heartbeat({ interval: 30, timeout: 10 }, link);
  heartbeat.start();
  for (let i = 0; i < 20; i++) {
    await time.tick(10);
    link.count++;
  }
  assertEquals(link.pings, 0);
  heartbeat.stop();
});

Deno.test("Heartbeat gives up a silent end once", async () => {
  using time = new FakeTime();
  const link = new FakeLink();
  link.alive = false;
  const heartbeat = new Heartbeat({ interval: 30, timeout: 10 }, link);
  heartbeat.start();
  await time.tick(40);
  assertEquals([link.pings, link.losses], [1, 1]);
  await time.tick(1_000);
  assertEquals([link.pings, link.losses], [1, 1]);
  assertEquals(time.timers, 0);
});

Deno.test("Heartbeat takes anything for life, not only an answer to the ping", async () => {
  using time = new FakeTime();
  const link = new FakeLink();
  link.alive = false;
  const heartbeat = new Heartbeat({ interval: 30, timeout: 10 }, link);
  heartbeat.start();
  await time.tick(35);
  link.count++;
  await time.tick(5);
  assertEquals(link.losses, 0);
  heartbeat.stop();
});

Deno.test("Heartbeat with an interval of Infinity never asks", async () => {
  using time = new FakeTime();
  const link = new FakeLink();
  new Heartbeat({ interval: Infinity, timeout: 10 }, link).start();
  assertEquals(time.timers, 0);
  await time.tick(1_000);
  assertEquals(link.pings, 0);
});

for (const ms of [NaN, -1, 0]) {
  Deno.test(`Heartbeat refuses a time of ${ms}, and names it`, () => {
    const link = new FakeLink();
    assertThrows(
      () => new Heartbeat({ interval: ms, timeout: 1 }, link),
      RangeError,
      "heartbeat.interval",
    );
    assertThrows(
      () => new Heartbeat({ interval: 1, timeout: ms }, link),
      RangeError,
      "heartbeat.timeout",
    );
  });
}
