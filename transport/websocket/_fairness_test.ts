// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionGroup } from "./_connection_group.ts";
import { nextTurn } from "../_turn.ts";
import type { BytePipe, PipeListener } from "../stream/_byte_pipe.ts";
import { WebSocketConnection } from "./_connection.ts";
import { NewlineFramer } from "../stream/newline_framer.ts";
import { StreamTransport } from "../stream/stream.ts";
import { CloseError } from "../transport.ts";

/** A pipe by hand, which keeps what is written. */
class FakePipe implements BytePipe {
  readonly progress = 0;
  readonly busyUntil = 0;
  paused = false;
  read: (chunk: Uint8Array<ArrayBuffer>) => void = () => {};
  end: () => Promise<void> = () => Promise.resolve();
  lose: (error?: unknown) => void = () => {};
  written: number[] = [];
  start(listener: PipeListener): void {
    this.read = (chunk) => listener.onChunk(chunk);
    this.lose = (error) => listener.onEnd(error);
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  write(parts: Uint8Array<ArrayBuffer>[]): undefined {
    for (const part of parts) this.written.push(...part);
  }
  destroy(): void {}
}

function connect() {
  const pipe = new FakePipe();
  const transport = new WebSocketConnection(pipe, new ConnectionGroup(0), {
    format: "text",
    role: "server",
  });
  return { pipe, transport };
}

function frame(first: number, text = ""): number[] {
  const payload = [...new TextEncoder().encode(text)];
  return [first, 0x80 | payload.length, 0, 0, 0, 0, ...payload];
}

function times(count: number, bytes: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Array.from({ length: count }, () => bytes).flat());
}

const FLOODS: [string, number[]][] = [
  ["pings", frame(0x89, "1234")],
  ["pongs", frame(0x8a)],
  ["empty messages", frame(0x81)],
  ["empty fragments", frame(0x00)],
  ["small messages", frame(0x81, "a")],
];

for (const [name, bytes] of FLOODS) {
  Deno.test(`a flood of ${name} leaves each turn to the others`, async () => {
    const { pipe, transport } = connect();
    const received: string[] = [];
    const reading = (async () => {
      for await (const message of transport) received.push(message);
    })();
    if (name === "empty fragments") {
      pipe.read(new Uint8Array(frame(0x01)));
    }
    pipe.read(times(2_000, bytes));
    pipe.read(times(2_000, bytes)); // It was under way.
    let turns = 0;
    while (pipe.paused) {
      await nextTurn();
      turns++;
    }
    assert(turns >= 10, `${turns} turns`);
    if (name === "empty fragments") pipe.read(new Uint8Array(frame(0x80)));
    pipe.read(new Uint8Array(frame(0x81, "last")));
    pipe.read(new Uint8Array(frame(0x88)));
    await reading;
    assertEquals(received.at(-1), "last");
    const messages = { "empty messages": 4_000, "small messages": 4_000 }[name];
    assertEquals(
      received.length,
      1 + (messages ?? (name === "empty fragments" ? 1 : 0)),
    );
    await transport.close();
  });
}

Deno.test("a few pings are answered one by one, of a flood the last of each turn", async () => {
  const { pipe, transport } = connect();
  pipe.read(times(10, frame(0x89, "few")));
  await nextTurn();
  assertEquals(pipe.written.length, 10 * 5);
  pipe.written = [];
  pipe.read(
    new Uint8Array([
      ...times(400, frame(0x89, "many")),
      ...frame(0x89, "last"),
    ]),
  );
  await nextTurn();
  const text = String.fromCharCode(...pipe.written);
  assertEquals(text.match(/many/g)?.length, 16);
  assert(text.endsWith("last"));
  pipe.lose();
  await transport.close();
});

Deno.test("more idle frames than anybody means end the connection with 1008", async () => {
  for (const bytes of [frame(0x89, "x"), frame(0x8a), frame(0x00)]) {
    const { pipe, transport } = connect();
    pipe.read(new Uint8Array(frame(0x01)));
    const reading = assertRejects(
      () => Array.fromAsync(transport),
      CloseError,
      "too many frames without content",
    );
    for (let i = 0; i < 100 && !pipe.paused; i++) {
      pipe.read(times(500, bytes));
      while (pipe.paused) await nextTurn();
      await nextTurn();
    }
    assertEquals((await reading).code, 1008);
    pipe.lose();
    await transport.close();
  }
});

Deno.test("what was read before the loss is still received", async () => {
  const { pipe, transport } = connect();
  pipe.read(times(3_000, frame(0x81, "a")));
  assert(pipe.paused);
  pipe.lose(new Error("reset"));
  const received: string[] = [];
  await assertRejects(async () => {
    for await (const message of transport) received.push(message);
  }, CloseError);
  assertEquals(received.length, 3_000);
});

Deno.test("a connection is gone at once when its peer ends while much comes after the farewell", async () => {
  const pipe = new FakePipe();
  let gone = false;
  const transport = new WebSocketConnection(pipe, new ConnectionGroup(0), {
    format: "text",
    role: "server",
    place: { leave: () => void (gone = true) },
  });
  pipe.read(times(2_000, frame(0x81, "a")));
  pipe.read(new Uint8Array(frame(0x88)));
  for (let i = 0; i < 16; i++) pipe.read(new Uint8Array(65_536));
  pipe.lose();
  let count = 0;
  for await (const _ of transport) count++;
  assertEquals(count, 2_000);
  const start = performance.now();
  while (!gone) await nextTurn();
  const elapsed = performance.now() - start;
  assert(elapsed < 500, `${elapsed} ms`);
});

for (const line of ["", "a", "\r"]) {
  Deno.test(`a flood of lines "${JSON.stringify(line)}" leaves each turn to the others`, async () => {
    const { readable, writable } = new TransformStream<
      Uint8Array,
      Uint8Array<ArrayBuffer>
    >();
    const transport = new StreamTransport(
      { readable, writable: new WritableStream() },
      new NewlineFramer(),
    );
    const writer = writable.getWriter();
    const bytes = new TextEncoder().encode(`${line}\n`.repeat(4_000));
    const written = writer.write(bytes);
    let count = 0;
    const reading = (async () => {
      for await (const _ of transport) count++;
    })();
    let turns = 0;
    while (count < 4_000) {
      const before = count;
      await nextTurn();
      turns++;
      assert(count - before <= 1_024, `${count - before} in a turn`);
    }
    assert(turns > 4, `${turns} turns`);
    await written;
    await writer.close();
    await reading;
    await transport.close();
  });
}
