// Copyright 2026 the Wirekit authors. MIT license.

// When something is sent decides how many writes it takes: at once, as a small
// buffer is full, at the end of a turn, or after a write that had to wait.
// Whatever it is, the bytes are those of the messages in their order.

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { setImmediate } from "../_node.ts";
import { Output } from "../websocket/_output.ts";
import { ConnectionGroup } from "../websocket/_connection_group.ts";
import { FrameParser } from "../websocket/_frame_parser.ts";
import type { BytePipe } from "./_byte_pipe.ts";
import { FramedOutput } from "./_framed_output.ts";
import { comesAlone } from "./_out_buffers.ts";
import { NewlineFramer } from "./newline_framer.ts";

const MAX = 1 << 24;

/** A pipe that is done with a write at once, or some turns later. */
class SlowPipe implements BytePipe {
  readonly #random: Random;
  readonly progress = 0;
  readonly busyUntil = 0;
  readonly written: number[] = [];
  writes = 0;
  #isWriting = false;

  constructor(random: Random) {
    this.#random = random;
  }

  start(): void {}
  pause(): void {}
  resume(): void {}
  destroy(): void {}

  end(): Promise<void> {
    assert(!this.#isWriting, "It ends before all is written");
    return Promise.resolve();
  }

  write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> | undefined {
    assert(!this.#isWriting, "Two writes at a time");
    assert(parts.length > 0 && parts.every(({ length }) => length > 0));
    this.writes++;
    if (this.#random.below(4) > 0) return this.#take(parts);
    this.#isWriting = true;
    return this.#late(parts);
  }

  async #late(parts: Uint8Array[]): Promise<void> {
    for (let turns = this.#random.below(4); turns >= 0; turns--) await turn();
    // As late as can be: a buffer that was given away too soon would show.
    this.#take(parts);
    this.#isWriting = false;
  }

  #take(parts: Uint8Array[]): undefined {
    for (const part of parts) {
      for (const byte of part) this.written.push(byte);
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A message: most are short, some fill a buffer, few are not copied. */
function message(random: Random): string {
  const length = random.pick([1, 20, 300, 300, 700, 2_040, 5_000, 17_000]);
  const character = random.pick(["a", "a", "ë", "€"]);
  return character.repeat(1 + random.below(length));
}

/** What sends messages. */
interface Sender {
  send(text: string): void;
  end(): Promise<void>;
}

/** Sends messages over several connections that share buffers and turns. */
async function play(
  random: Random,
  makeSender: (pipe: BytePipe) => Sender,
): Promise<[pipe: SlowPipe, sent: string[]][]> {
  const ends = Array.from({ length: 1 + random.below(5) }, () => {
    const pipe = new SlowPipe(random);
    return { pipe, sender: makeSender(pipe), sent: [] as string[] };
  });
  for (let n = 0; n < 60; n++) {
    for (let count = random.below(12); count > 0; count--) {
      const { sender, sent } = random.pick(ends);
      const text = message(random);
      sender.send(text);
      sent.push(text);
    }
    comesAlone(random.below(2) === 0);
    if (random.below(3) > 0) await turn();
    else await Promise.resolve();
  }
  await Promise.all(ends.map(({ sender }) => sender.end()));
  return ends.map(({ pipe, sent }) => [pipe, sent]);
}

const LISTENER = {
  onBroken(error: Error) {
    throw error;
  },
};

Deno.test("FramedOutput writes all messages in order, however a pipe takes them", async () => {
  for (let round = 0; round < 10; round++) {
    const random = new Random();
    const ends = await play(random, (pipe) => {
      // A hub sends bytes, others text.
      const options = { maxMessageBytes: MAX };
      if (random.below(2)) {
        const framer = new NewlineFramer(options);
        const output = new FramedOutput<string>(pipe, framer, LISTENER);
        return {
          send: (text) => assert(output.writeMessage(text, MAX)),
          end: () => output.end(),
        };
      }
      const framer = new NewlineFramer({ ...options, format: "utf8" });
      const output = new FramedOutput<Uint8Array<ArrayBuffer>>(
        pipe,
        framer,
        LISTENER,
      );
      return {
        send: (text) =>
          assert(output.writeMessage(new TextEncoder().encode(text), MAX)),
        end: () => output.end(),
      };
    });
    for (const [{ written, writes }, sent] of ends) {
      const text = new TextDecoder().decode(new Uint8Array(written));
      const lines = sent.map((each) => `${each}\n`).join("");
      assertEquals(text, lines, `seed ${random.seed}`);
      assert(writes <= sent.length, `seed ${random.seed}`);
    }
  }
});

for (const role of ["server", "client"] as const) {
  Deno.test(`Output of a ${role} writes all messages in order, however a pipe takes them`, async () => {
    const encoder = new TextEncoder();
    for (let round = 0; round < 10; round++) {
      const random = new Random();
      const group = new ConnectionGroup(60_000);
      const ends = await play(random, (pipe) => {
        const options = { format: "utf8" as const, role };
        const output = new Output(pipe, group, options, LISTENER);
        return {
          send(text) {
            const bytes = random.below(2) ? encoder.encode(text) : text;
            assert(output.writeMessage(bytes) !== undefined);
          },
          end: () => output.end(),
        };
      });
      for (const [{ written }, sent] of ends) {
        const masked = role === "client";
        const parser = new FrameParser({ masked, maxMessageBytes: MAX });
        parser.push(new Uint8Array(written));
        const found: string[] = [];
        while (parser.next()) {
          found.push(new TextDecoder().decode(parser.payload));
        }
        assertEquals(found, sent, `seed ${random.seed}`);
      }
    }
  });
}
