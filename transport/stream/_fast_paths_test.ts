// Copyright 2026 the Wirekit authors. MIT license.

/** Reads into given memory and writes past the stream: as a stream does. */

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { createServer, type Socket } from "node:net";
import type { BytePipe, PipeListener } from "./_byte_pipe.ts";
import { SocketPipe } from "./_socket_pipe.ts";

/** What a socket does by itself. */
class PlainPipe implements BytePipe {
  readonly progress = 0;
  readonly busyUntil = 0;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  start(listener: PipeListener): void {
    const ended = (error?: unknown) =>
      listener.onEnd(error instanceof Error ? error : undefined);
    this.#socket.on("end", ended).on("error", ended).on("close", ended)
      .on("data", (chunk) => listener.onChunk(new Uint8Array(chunk)));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const last = parts.at(-1)!;
      for (const part of parts.slice(0, -1)) this.#socket.write(part);
      this.#socket.write(last, (error) => error ? reject(error) : resolve());
    });
  }

  end(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(() => resolve()));
  }

  destroy(): void {
    this.#socket.on("error", () => {}).destroy();
  }
}

/** Numbers from 0 to 1, the same for a seed. */
function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_761 >>> 0;
  return () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return state / 2 ** 32;
  };
}

/** A stream of bytes that repeats itself. */
const PATTERN = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);

/** The bytes of it from one place on. */
function counting(from: number, length: number): Uint8Array<ArrayBuffer> {
  return PATTERN.slice(from % 251, from % 251 + length);
}

function assertCounting(bytes: Uint8Array, from: number): void {
  const isSame = Buffer.compare(bytes, counting(from, bytes.length)) === 0;
  assert(isSame, `other bytes from ${from} on`);
}

/** How the connection ends, once half of the writes are done or all of them. */
type Ending = "both end" | "the peer closes" | "we close";

/** What is seen of a connection, apart from when. */
interface Seen {
  /** Whether all that was sent has come, each way. */
  isWhole: [there: boolean, back: boolean];
  /** Whether a write failed. */
  hasFailed: boolean;
}

const WRITES = 40;

async function play(
  make: (socket: Socket) => BytePipe,
  seed: number,
  ending: Ending,
): Promise<Seen> {
  const random = randomFrom(seed);
  /** Mostly small, at times more than a system takes at once. */
  const size = () => Math.ceil(2 ** (18 * random()));
  const pause = async (isOften: boolean) => {
    if (random() > (isOften ? 0.4 : 0.1)) return;
    await new Promise((resolve) => setTimeout(resolve, 4 * random()));
  };
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, accepted.resolve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const pipe = make(await accepted.promise);

  let [sent, got, sentBack, gotBack] = [0, 0, 0, 0];
  let failure: string | undefined;
  const isSlow = seed % 2 === 0;
  const resumed: Promise<void>[] = [];
  const ended = Promise.withResolvers<void>();
  pipe.start({
    onChunk(chunk) {
      assertCounting(chunk, gotBack);
      gotBack += chunk.length;
      if (random() > 0.1) return;
      pipe.pause();
      const { promise, resolve } = Promise.withResolvers<void>();
      resumed.push(promise);
      setTimeout(() => {
        pipe.resume();
        resolve();
      }, 3 * random());
    },
    onEnd: () => ended.resolve(),
  });
  const write = async () => {
    for (let n = 0; n < WRITES; n++) {
      if (n === WRITES / 2 && ending === "the peer closes") conn.close();
      if (n === WRITES / 2 && ending === "we close") return pipe.destroy();
      const parts: Uint8Array<ArrayBuffer>[] = [];
      do {
        parts.push(counting(sent, size()));
        sent += parts.at(-1)!.length;
      } while (random() < 0.3);
      const waits = pipe.write(parts);
      if (waits) await waits;
      else for (const part of parts) part.fill(255); // It is ours again.
      await pause(false);
    }
    // What comes after a peer is gone is refused sooner or later.
    while (ending === "the peer closes") {
      const waits = pipe.write([new Uint8Array(100_000)]);
      await (waits ?? new Promise((resolve) => setTimeout(resolve, 1)));
    }
    await pipe.end();
  };
  const read = async () => {
    const buffer = new Uint8Array(isSlow ? 3_000 : 100_000);
    for (let count; (count = await conn.read(buffer)) !== null;) {
      assertCounting(buffer.subarray(0, count), got);
      got += count;
      await pause(isSlow);
    }
  };
  const writeBack = async () => {
    for (let n = 0; n < WRITES; n++) {
      const bytes = counting(sentBack, size());
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await conn.write(rest));
      }
      sentBack += bytes.length;
      await pause(false);
    }
    await conn.closeWrite();
  };
  const gone = (error: unknown) => {
    if (ending === "both end" || !(error instanceof Error)) throw error;
    assert(error.name !== "AssertionError", error.message);
  };
  await Promise.all([
    write().catch((error) => {
      gone(error);
      failure = String(error.code);
    }),
    read().catch(gone),
    writeBack().catch(gone),
    ended.promise,
  ]);
  await Promise.all(resumed);
  // Which of them it is depends on what is heard of the peer first.
  assertMatch(failure ?? "EPIPE", /^(EPIPE|ECONNRESET|ERR_STREAM_DESTROYED)$/);
  assertGreater(sent, 0);
  assert(got <= sent);
  pipe.destroy();
  try {
    conn.close();
  } catch {
    // It was closed already.
  }
  await new Promise((closed) => server.close(closed));
  return {
    isWhole: [got === sent, gotBack === sentBack],
    hasFailed: failure !== undefined,
  };
}

const ENDINGS: Ending[] = ["both end", "the peer closes", "we close"];

for (const ending of ENDINGS) {
  Deno.test(`SocketPipe is as the stream of its socket, whatever is sent: ${ending}`, async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const seen = await play((socket) => new SocketPipe(socket), seed, ending);
      const plain = await play((socket) => new PlainPipe(socket), seed, ending);
      if (ending === "both end") {
        assertEquals(seen, { isWhole: [true, true], hasFailed: false });
        assertEquals(seen, plain);
      } else assertEquals(seen.hasFailed, plain.hasFailed, `seed ${seed}`);
    }
  });
}
