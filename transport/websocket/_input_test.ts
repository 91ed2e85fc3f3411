// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import type { BytePipe } from "../stream/_byte_pipe.ts";
import { headLength, Opcode, writeHead } from "./_frame.ts";
import { Input } from "./_input.ts";

const PIPE: BytePipe = {
  progress: 0,
  busyUntil: 0,
  start() {},
  pause() {},
  resume() {},
  write: () => undefined,
  end: () => Promise.resolve(),
  destroy() {},
};

const MASK = 0x21436587;

function frame(text: string, opcode: number): Uint8Array<ArrayBuffer> {
  const { length } = text;
  const bytes = new Uint8Array(headLength(length, true) + length);
  const start = writeHead(bytes, 0, opcode, length, MASK);
  new TextEncoder().encodeInto(text, bytes.subarray(start));
  for (let i = start; i < bytes.length; i++) {
    bytes[i]! ^= MASK >> 8 * (i - start & 3);
  }
  return bytes;
}

const random = new Random();

Deno.test(`Input keeps what has begun, however others are read meanwhile (seed ${random.seed})`, async () => {
  for (let round = 0; round < 50; round++) {
    const ends = Array.from({ length: 3 }, (_, n) => {
      const texts = Array.from(
        { length: 1 + random.below(8) },
        (_, i) => `${n}.${i} `.padEnd(random.below(200), "x"),
      );
      const wire = texts.flatMap((text) => [
        ...frame(text, Opcode.Text),
        ...random.next() < 0.3 ? frame("ping", Opcode.Ping) : [],
      ]);
      const pings: string[] = [];
      const faults: unknown[] = [];
      const input = new Input(PIPE, {
        format: "text",
        role: "server",
        maxMessageBytes: 1_000 + n,
      }, {
        onPing: (bytes) => pings.push(new TextDecoder().decode(bytes)),
        onFarewell: (reason) => faults.push(reason),
        onFault: (reason) => faults.push(reason),
      });
      const got: string[] = [];
      input.inbox.deliver({
        receive: (text) => void got.push(text),
        ended() {},
      });
      return { input, texts, got, faults, left: new Uint8Array(wire) };
    });
    while (ends.some(({ left }) => left.length > 0)) {
      for (const end of ends) {
        const size = random.below(120);
        end.input.read(end.left.slice(0, size));
        end.left = end.left.slice(size);
      }
    }
    // Newcomers may have to wait for their turn.
    const deadline = performance.now() + 10_000;
    while (
      ends.some(({ got, texts }) => got.length < texts.length) &&
      performance.now() < deadline
    ) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const { texts, got, faults } of ends) {
      assertEquals({ got, faults }, { got: texts, faults: [] });
    }
  }
});
