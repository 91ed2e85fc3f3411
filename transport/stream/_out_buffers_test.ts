// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { nextTick, setImmediate } from "../_node.ts";
import type { BytePipe } from "./_byte_pipe.ts";
import { FramedOutput } from "./_framed_output.ts";
import { answerAtOnce, comesAlone } from "./_out_buffers.ts";
import { NewlineFramer } from "./newline_framer.ts";

/** A pipe whose writes are done at once. */
class InstantPipe implements BytePipe {
  writes: number[] = [];
  readonly progress = 0;
  readonly busyUntil = 0;
  start(): void {}
  pause(): void {}
  resume(): void {}
  write(parts: Uint8Array<ArrayBuffer>[]): undefined {
    this.writes.push(parts.reduce((size, part) => size + part.length, 0));
  }
  end(): Promise<void> {
    return Promise.resolve();
  }
  destroy(): void {}
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}

for (
  const { length, first, rest } of [
    { length: 99, first: 1_800, rest: 3_200 },
    { length: 199, first: 3_600, rest: 6_400 },
    { length: 249, first: 7_500, rest: 5_000 },
  ]
) {
  Deno.test(`isSentFull() sends the first ${first} bytes of messages of ${length} at once, unless many outputs have something to send`, async () => {
    const pipes = Array.from({ length: 4 }, () => new InstantPipe());
    const outputs = pipes.map((pipe) =>
      new FramedOutput(pipe, new NewlineFramer(), { onBroken() {} })
    );
    const send = async (count: number, lines: number) => {
      for (const output of outputs.slice(0, count)) {
        for (let i = 0; i < lines; i++) {
          output.writeMessage("x".repeat(length), 1e6);
        }
      }
      await turn();
      return pipes.map(({ writes }) => writes.splice(0));
    };
    const early = [first, rest];
    const all = [first + rest];
    await send(1, 1);
    assertEquals(await send(1, 50), [early, [], [], []]);
    assertEquals(await send(2, 50), [early, early, [], []]);
    // The third one and the fourth of a turn do not, and nobody in the next eight.
    assertEquals(await send(4, 50), [early, early, all, all]);
    for (let n = 0; n < 8; n++) {
      assertEquals(await send(1, 50), [all, [], [], []]);
    }
    assertEquals(await send(1, 50), [early, [], [], []]);
  });
}

Deno.test("flushLater() does not wait for the end of the turn after a message that came alone, but for all that it leads to", async () => {
  const pipe = new InstantPipe();
  const output = new FramedOutput(pipe, new NewlineFramer(), { onBroken() {} });
  const line = () => output.writeMessage("x".repeat(99), 1e6);
  for (const isAlone of [true, false, true]) {
    await turn();
    let isOver = false;
    nextTick(() => isOver = true);
    comesAlone(isAlone);
    for (let n = 0; n < 5; n++) {
      line();
      await Promise.resolve();
      await Promise.resolve();
    }
    for (let n = 0; n < 9; n++) await Promise.resolve();
    assertEquals(isOver, false);
    assertEquals(pipe.writes.splice(0), isAlone ? [500] : []);
    await turn();
    assertEquals(pipe.writes.splice(0), isAlone ? [] : [500]);
  }
});

Deno.test("answerAtOnce() sends at once, unless something waited before", async () => {
  const pipe = new InstantPipe();
  const output = new FramedOutput(pipe, new NewlineFramer(), { onBroken() {} });
  const lines = (count: number) => {
    for (let i = 0; i < count; i++) output.writeMessage("x".repeat(99), 1e6);
  };
  for (const before of [0, 1, 0]) {
    lines(before);
    answerAtOnce({ handOverRead: () => lines(2) });
    assertEquals(pipe.writes.splice(0), before === 0 ? [200] : []);
    await turn();
    assertEquals(pipe.writes.splice(0), before === 0 ? [] : [300]);
    answerAtOnce({ handOverRead() {} });
    lines(1);
    assertEquals(pipe.writes, []);
    await turn();
    assertEquals(pipe.writes.splice(0), [100]);
  }
});
