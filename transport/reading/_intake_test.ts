// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { setImmediate } from "../_node.ts";
import { NewlineFramer } from "../stream/newline_framer.ts";
import type { BytePipe } from "../stream/_byte_pipe.ts";
import { FramedIntake } from "../stream/_framed_intake.ts";

/** A pipe that counts how often it is paused. */
class CountingPipe implements BytePipe {
  pauses = 0;
  readonly progress = 0;
  readonly busyUntil = 0;
  start(): void {}
  pause(): void {
    this.pauses++;
  }
  resume(): void {}
  write(): undefined {}
  end(): Promise<void> {
    return Promise.resolve();
  }
  destroy(): void {}
}

const LINE = new TextEncoder().encode("a line\n");

Deno.test("Intake pauses who sends much in one turn, not who sends much in many", async () => {
  const pipe = new CountingPipe();
  const intake = new FramedIntake(pipe, new NewlineFramer(), () => {});
  intake.inbox.deliver({ receive() {}, ended() {} });
  for (let i = 0; i < 3_000; i++) {
    intake.read(LINE.slice());
    await new Promise((resolve) => setImmediate(resolve));
  }
  assertEquals(pipe.pauses, 0);
  for (let i = 0; i < 3_000; i++) intake.read(LINE.slice());
  assertEquals(pipe.pauses, 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
});

Deno.test("Intake pauses a peer of whom there is always more, also if its reads are of many turns", async () => {
  const pipe = new CountingPipe();
  const intake = new FramedIntake(pipe, new NewlineFramer(), () => {});
  intake.inbox.deliver({ receive() {}, ended() {} });
  const full = new TextEncoder().encode("a".repeat(65_535) + "\n");
  let reads = 0;
  for (; pipe.pauses === 0 && reads < 100; reads++) {
    intake.read(full.slice());
    await new Promise((resolve) => setImmediate(resolve));
  }
  assertEquals(reads, 4); // 256 KiB
  await new Promise((resolve) => setTimeout(resolve, 100));
  // A shorter read is the last that there is.
  for (reads = 0; reads < 100; reads++) {
    intake.read(full.slice(1));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assertEquals(pipe.pauses, 1);
});
