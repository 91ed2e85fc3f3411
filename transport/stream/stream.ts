// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A transport over any two-way stream of bytes: a child process, this program's
 * standard input and output, or a connection that something else opened.
 *
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/newline-framer";
 * import { StreamTransport } from "@wirekit/transport/stream";
 * import { assertEquals } from "@std/assert";
 *
 * const echo = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
 * await using transport = new StreamTransport(echo, new NewlineFramer());
 * await transport.send("hello");
 * for await (const message of transport) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * ```
 *
 * @module
 */

import {
  HIGH_WATER_MARK,
  MAX_OUTBOX_BYTES,
  READY,
  refuse,
  settled,
  toCloseError,
} from "../_close.ts";
import { BoundedInbox } from "../_bounded_inbox.ts";
import { currentTurn, nextTurn } from "../_turn.ts";
import { openPipe, type Pipe } from "./_pipe.ts";
import type { Framer } from "./framer.ts";
import { CloseError, type Limits, type Transport } from "../transport.ts";
import { checkLimits } from "@wirekit/internal/limits";

export type { Framer };

/**
 * Number of bytes read ahead of the reader above which the peer has to wait.
 */
const READ_AHEAD = 65_536;

/** Bytes that are worth a write of their own. */
const GATHER_BYTES = 65_536;

/** Most messages of one write: putting them together takes time. */
const MAX_GATHERED = 4_096;

/** What a waiting message costs besides its bytes. */
const MESSAGE_BYTES = 64;

/**
 * What is read at once, and once more in the same turn, before other connections
 * have theirs: in messages, of which each read counts as one, and each KiB.
 */
const TURN_BUDGET = 256;

/** Microtasks without another message after which a turn is over. */
const QUIET_TICKS = 4;

/** Both directions of a stream of bytes, such as `Deno.Conn`. */
export interface ByteStream {
  /** What comes in. */
  readable: ReadableStream<Uint8Array>;
  /** What goes out. */
  writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/** Options of {@linkcode StreamTransport}. */
export type StreamTransportOptions = Pick<Limits, "maxOutboxBytes">;

/**
 * A transport over a stream of bytes. A framer splits the stream into messages
 * and limits their size.
 *
 * It owns the stream. All messages sent in one turn go out in one write. A slow
 * reader stops the peer, and a slow peer stops the sender. A stream has no
 * close codes: the peer sees a clean end, whatever the error was.
 *
 * @typeParam T What a message is.
 *
 * @example Talk to a child process
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/newline-framer";
 * import { StreamTransport } from "@wirekit/transport/stream";
 * import { assertEquals } from "@std/assert";
 *
 * const script = "Deno.stdin.readable.pipeTo(Deno.stdout.writable)";
 * const child = new Deno.Command(Deno.execPath(), {
 *   args: ["eval", script],
 *   stdin: "piped",
 *   stdout: "piped",
 * }).spawn();
 * const transport = new StreamTransport(
 *   { readable: child.stdout, writable: child.stdin },
 *   new NewlineFramer(),
 * );
 * await transport.send("hello");
 * for await (const message of transport) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * await transport.close();
 * await child.status;
 * ```
 */
export class StreamTransport<T extends string | Uint8Array = string>
  implements Transport<T> {
  readonly #pipe: Pipe;
  readonly #framer: Framer<T>;
  readonly #maxOutboxBytes: number;
  readonly #inbox = new BoundedInbox<T>(READ_AHEAD);
  readonly #reading: Promise<void>;
  #outbox: Uint8Array<ArrayBuffer>[] = [];
  #outboxBytes = 0;
  #writing: Promise<void> | undefined;
  #broken: CloseError | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #closing: Promise<void> | undefined;
  /** The turn in which a budget was used up last. */
  #busyTurn = -1;
  readonly #onGone: (() => void) | undefined;

  /**
   * Takes over a stream and starts to read.
   *
   * @param stream The stream. Nobody else may use it.
   * @param framer A framer that nothing else uses.
   * @param options The limit.
   */
  constructor(
    stream: ByteStream,
    framer: Framer<T>,
    options: StreamTransportOptions = {},
  ) {
    checkLimits(options);
    this.#pipe = openPipe(stream);
    this.#framer = framer;
    this.#maxOutboxBytes = options.maxOutboxBytes ?? MAX_OUTBOX_BYTES;
    this.#onGone = (options as { onGone?: () => void }).onGone;
    this.#reading = this.#read();
    this.#reading.then(() => this.close());
  }

  /**
   * Sends one message.
   *
   * @param message The message.
   * @returns As {@linkcode Transport.send}.
   */
  send(message: T): Promise<void> {
    const ended = this.#inbox.ended ?? this.#broken;
    if (ended) return refuse(ended);
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = this.#framer.encode(message);
    } catch (error) {
      return refuse(error as Error);
    }
    const size = bytes.length + MESSAGE_BYTES;
    if (this.#outboxBytes + bytes.length > this.#maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      this.close(error);
      return refuse(error);
    }
    this.#outbox.push(bytes);
    this.#outboxBytes += size;
    this.#writing ??= this.#write();
    if (this.#outboxBytes < HIGH_WATER_MARK) return READY;
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      this.#room.promise.catch(() => {});
    }
    return this.#room.promise;
  }

  /**
   * Ends both directions.
   *
   * @param error Why, as {@linkcode Transport.close}.
   * @returns Resolves when it is closed, within a second.
   */
  close(error?: Error): Promise<void> {
    if (this.#closing) return this.#closing;
    this.#end(toCloseError(error));
    return this.#closing = settled(this.#farewell()).then(() => {
      this.#pipe.destroy();
      this.#onGone?.();
    });
  }

  /**
   * Reads the messages, as {@linkcode Transport} says.
   *
   * @returns The iterator of the only reader.
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.#inbox;
  }

  /**
   * Closes it.
   *
   * @returns Resolves when it is closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(): Promise<void> {
    let budget = TURN_BUDGET;
    try {
      let chunk: Uint8Array | undefined;
      while ((chunk = await this.#pipe.read())) {
        budget -= 1 + (chunk.length >> 10);
        if (budget <= 0) budget = await this.#newBudget();
        if (this.#inbox.ended) continue; // Only to see the end of it.
        for (const message of this.#framer.decode(chunk)) {
          this.#inbox.push(message);
          if (--budget > 0) continue;
          budget = await this.#newBudget();
          if (this.#inbox.full) await this.#inbox.room().catch(() => {});
        }
        if (this.#inbox.full) await this.#inbox.room().catch(() => {});
      }
      this.#end(
        this.#framer.pending === 0
          ? new CloseError(1000)
          : new CloseError(1006, { reason: "the stream ended in a message" }),
      );
    } catch (error) {
      this.#end(
        error instanceof CloseError
          ? error
          : new CloseError(1006, { cause: error }),
      );
    }
  }

  /** Waits for the next turn, unless this is a new one already. */
  async #newBudget(): Promise<number> {
    if (this.#busyTurn === currentTurn()) await nextTurn();
    this.#busyTurn = currentTurn();
    return TURN_BUDGET;
  }

  async #write(): Promise<void> {
    await this.#gather();
    try {
      while (this.#outbox.length > 0) {
        const parts = this.#outbox.length <= MAX_GATHERED
          ? this.#outbox
          : this.#outbox.slice(0, MAX_GATHERED);
        this.#outbox = this.#outbox.slice(parts.length);
        const bytes = join(parts);
        await this.#pipe.write(bytes);
        this.#outboxBytes -= bytes.length + parts.length * MESSAGE_BYTES;
        if (this.#outboxBytes >= HIGH_WATER_MARK) continue;
        this.#room?.resolve();
        this.#room = undefined;
      }
    } catch (cause) {
      this.#break(new CloseError(1006, { cause }));
    }
    this.#writing = undefined;
  }

  /**
   * Waits while the turn goes on sending: a loop that answers what it reads
   * comes back within a few microtasks, and each write saved is a system call.
   */
  async #gather(): Promise<void> {
    let seen = 0;
    let quiet = 0;
    while (quiet < QUIET_TICKS && seen < GATHER_BYTES) {
      quiet = this.#outboxBytes === seen ? quiet + 1 : 0;
      seen = this.#outboxBytes;
      await undefined;
    }
  }

  /** Sends no more, but reads what the peer had still said. */
  #break(error: CloseError): void {
    this.#broken = error;
    this.#outbox = [];
    this.#room?.reject(error);
    if (this.#closing) return;
    settled(this.#reading).then(() => this.close(error));
  }

  #end(error: CloseError): void {
    this.#inbox.end(error);
    this.#room?.reject(error);
  }

  /** Flushes, ends our direction and waits for the end of the peer's. */
  async #farewell(): Promise<void> {
    await this.#writing;
    await this.#pipe.closeWrite();
    await this.#reading;
  }
}

function join(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0]!;
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
