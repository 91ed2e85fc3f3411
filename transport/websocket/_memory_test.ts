// Copyright 2026 the Wirekit authors. MIT license.

import { lastUse } from "@wirekit/internal/bytes";
import { Random } from "@wirekit/internal/testing";
import { assert, assertEquals } from "@std/assert";
import type { BytePipe, PipeListener } from "../stream/_byte_pipe.ts";
import { nextTurn } from "../_turn.ts";
import { CloseError } from "../transport.ts";
import { WebSocketConnection } from "./_connection.ts";
import { ConnectionGroup } from "./_connection_group.ts";
import { FrameParser, type FrameParserOptions } from "./_frame_parser.ts";
import { Opcode, writeHead } from "./_frame.ts";
import { applyMask } from "./_mask.ts";
import { wordsOf } from "../stream/_words.ts";

/** A pipe by hand, whose writes are done at once or wait for it. */
class SlowPipe implements BytePipe {
  readonly progress = 0;
  readonly busyUntil = 0;
  listener!: PipeListener;
  /** The bytes that were given to it, which it copies as late as it may. */
  readonly sent: Uint8Array<ArrayBuffer>[] = [];
  finish: (() => void) | undefined;
  readonly #isSlow: () => boolean;

  constructor(isSlow: () => boolean) {
    this.#isSlow = isSlow;
  }
  start(listener: PipeListener): void {
    this.listener = listener;
  }
  pause(): void {}
  resume(): void {}
  write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> | undefined {
    const copy = () => parts.forEach((part) => this.sent.push(part.slice()));
    if (!this.#isSlow()) return void copy();
    return new Promise((resolve) => {
      this.finish = () => {
        this.finish = undefined;
        copy();
        resolve();
      };
    });
  }
  end(): Promise<void> {
    return Promise.resolve();
  }
  destroy(): void {}
}

function frameOf(bytes: Uint8Array, mask: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(14 + bytes.length);
  const start = writeHead(frame, 0, Opcode.Binary, bytes.length, mask);
  frame.set(bytes, start);
  applyMask(frame, wordsOf(frame), start, start + bytes.length, mask);
  return frame.subarray(0, start + bytes.length);
}

function parse(
  chunks: Uint8Array<ArrayBuffer>[],
  options: FrameParserOptions,
): Uint8Array[] {
  const parser = new FrameParser(options);
  const payloads: Uint8Array[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    while (parser.next()) {
      payloads.push(parser.payload.slice());
    }
  }
  return payloads;
}

/** Returns whether the bytes of a message are what the first of them is. */
function isIntact(bytes: Uint8Array): boolean {
  const mark = bytes[0]!;
  for (let at = 0; at < bytes.length; at += 37) {
    if (bytes[at] !== mark) return false;
  }
  return bytes.at(-1) === mark;
}

for (const format of ["utf8", "binary"] as const) {
  const numbers = new Random();
  Deno.test(`a message of format ${format} is overwritten only once it was sent for the last time (seed ${numbers.seed})`, async () => {
    const random = (limit: number) => numbers.below(limit);
    const group = new ConnectionGroup(0);
    const ends = Array.from({ length: 4 }, () => {
      const pipe = new SlowPipe(() => random(3) === 0);
      const transport = new WebSocketConnection(pipe, group, {
        format,
        role: "server",
        maxOutboxBytes: Infinity,
      });
      return { pipe, transport, expected: [] as number[] };
    });
    const kept: Uint8Array[] = [];
    const readers: Promise<void>[] = [];
    const memory = new Set<ArrayBufferLike>();
    let again = 0;
    for (const [n, { transport }] of ends.entries()) {
      const next = ends[(n + 1) % ends.length]!;
      const other = ends[(n + 2) % ends.length]!;
      readers.push((async () => {
        for await (const message of transport) {
          assert(isIntact(message));
          if (memory.has(message.buffer)) again++;
          memory.add(message.buffer);
          const isLast = random(3) > 0;
          next.expected.push(message[0]!);
          if (isLast) next.transport.send(lastUse(message));
          else {
            kept.push(message);
            next.transport.send(message);
            other.expected.push(message[0]!);
            other.transport.send(message);
          }
        }
      })());
    }
    const read = new Uint8Array(131_072);
    for (let turn = 0; turn < 1_000; turn++) {
      const { pipe } = ends[random(ends.length)]!;
      const size = random(4) ? 15_000 + random(60_000) : 1 + random(3_000);
      const mark = 1 + random(120);
      const frame = frameOf(new Uint8Array(size).fill(mark), random(2 ** 31));
      // It comes in one or several reads, into memory that all of them share.
      for (let at = 0; at < frame.length;) {
        const part = frame.subarray(at, at + 1 + random(2 * size));
        read.set(part);
        pipe.listener.onChunk(read.subarray(0, part.length));
        at += part.length;
      }
      if (random(2)) await nextTurn();
      if (random(3) === 0) ends[random(ends.length)]!.pipe.finish?.();
    }
    for (let left = 200; left > 0; left--) {
      for (const { pipe } of ends) pipe.finish?.();
      await nextTurn();
    }
    assert(again > 50, `memory used again: ${again}`);
    assert(kept.length > 50);
    assert(kept.every(isIntact));
    for (const { pipe, expected } of ends) {
      const payloads = parse(pipe.sent, {
        masked: false,
        maxMessageBytes: Infinity,
      });
      assert(payloads.every(isIntact));
      assertEquals(payloads.map((bytes) => bytes[0]), expected);
      pipe.listener.onEnd();
    }
    for (
      const { reason } of await Promise.allSettled(readers) as {
        reason: unknown;
      }[]
    ) {
      assert(reason instanceof CloseError);
    }
  });
}
