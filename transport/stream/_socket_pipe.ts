// Copyright 2026 the Wirekit authors. MIT license.

import type { Socket } from "node:net";
import { now } from "@wirekit/internal/clock";
import type { BytePipe, PipeListener } from "./_byte_pipe.ts";
import { readDirectly } from "./_direct_read.ts";
import { canWriteDirectly, writeDirectly } from "./_direct_write.ts";
import { SHARED } from "./_read_buffer.ts";

/**
 * The size of one write: large enough to be fast, small enough to see progress.
 */
const PIECE_BYTES = 262_144;

/**
 * How long a write of a TLS socket takes, in milliseconds, that had to wait for
 * room: it tells of none that it is done at once.
 */
const WAITED = 100;

/** What systems take of one connection before its peer has read any of it. */
const HELD_BYTES = 4_194_304;

/** A handle that can be told to read. */
interface Readable {
  readStart(): unknown;
  readStop(): unknown;
}

const EMPTY = new Uint8Array();

/**
 * A socket of `node:net` or `node:tls`, read and written past its stream where
 * the runtime lets one. Most writes finish at once.
 */
export class SocketPipe implements BytePipe {
  readonly #socket: Socket;
  readonly #isTls: boolean;
  /** See {@linkcode BytePipe}. */
  progress = 0;
  /** See {@linkcode BytePipe}. */
  busyUntil = 0;

  /** Takes over the socket. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#isTls = "encrypted" in socket;
    socket.setTimeout(0);
    // Those of the handshake, with a table that has grown; TLS needs its own.
    if (!this.#isTls) socket.removeAllListeners();
  }

  /** See {@linkcode BytePipe}. */
  start(listener: PipeListener): void {
    const socket = this.#socket as Listened;
    socket[LISTENER] = listener;
    socket.on("end", onEnd).on("error", onEnd).on("close", onEnd);
    if (socket.readableEnded) queueMicrotask(() => listener.onEnd());
    // Bytes that came while nothing listened.
    for (let chunk; (chunk = socket.read()) !== null;) listener.onChunk(chunk);
    if (readInto(socket, SHARED, listener)) {
      socket.resume();
      if (!this.#isTls) readDirectly(socket, listener);
    } else {
      socket.on(
        "data",
        (chunk) => listener.onChunk(chunk as Uint8Array<ArrayBuffer>),
      );
    }
  }

  /** See {@linkcode BytePipe}. */
  pause(): void {
    this.#socket.pause();
    this.#below?.readStop();
  }

  /** See {@linkcode BytePipe}. */
  resume(): void {
    this.#below?.readStart();
    this.#socket.resume();
  }

  /**
   * What TLS reads from, on Deno: a pause of a TLS socket of Deno 2.9 does not
   * reach it, and all that comes is read and kept. None once it is closed.
   */
  get #below(): Readable | undefined {
    if (!this.#isTls || !("Deno" in globalThis)) return undefined;
    const { _handle } = this.#socket as unknown as {
      _handle?: { _parent?: Partial<Readable> } | null;
    };
    const below = _handle?._parent;
    return below?.readStop && below.readStart ? below as Readable : undefined;
  }

  /** See {@linkcode BytePipe}. */
  write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> | undefined {
    let size = 0;
    for (const part of parts) size += part.length;
    if (size > PIECE_BYTES) return this.#writePieces(parts);
    return this.#writePiece(parts, size);
  }

  async #writePieces(parts: Uint8Array<ArrayBuffer>[]): Promise<void> {
    let piece: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (const part of parts) {
      for (let at = 0; at < part.length;) {
        const some = part.subarray(at, at + PIECE_BYTES - size);
        at += some.length;
        size += some.length;
        piece.push(some);
        if (size < PIECE_BYTES) continue;
        const writing = this.#writePiece(piece, size);
        if (writing) await writing;
        piece = [];
        size = 0;
      }
    }
    if (size > 0) await this.#writePiece(piece, size);
  }

  #writePiece(
    parts: Uint8Array<ArrayBuffer>[],
    size: number,
  ): Promise<void> | undefined {
    const socket = this.#socket;
    if (this.#isTls) return this.#writeAsync(parts, size);
    if (canWriteDirectly(socket)) {
      const writing = writeDirectly(socket, parts);
      return writing && this.#watch(writing, size);
    }
    if (parts.length === 1) socket.write(parts[0]!);
    else {
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    }
    if (socket.writableLength === 0) return undefined;
    // An empty write is done when all before it are.
    return this.#writeAsync([EMPTY], size);
  }

  /**
   * Writes, and reports when it is done. Over TLS no write finishes at once or
   * is empty.
   */
  #writeAsync(parts: Uint8Array<ArrayBuffer>[], size: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const start = now();
    const last = parts.pop()!;
    for (const part of parts) this.#socket.write(part);
    this.#socket.write(last, (error) => {
      if (error) return reject(error);
      this.#onRoom(size, now() - start);
      resolve();
    });
    return promise;
  }

  /** Waits for a write that is under way. */
  async #watch(writing: Promise<void>, size: number): Promise<void> {
    const start = now();
    await writing;
    this.#onRoom(size, now() - start);
  }

  /**
   * Notes that the peer has read some, at this speed; as much again is on its
   * way.
   */
  #onRoom(size: number, elapsed: number): void {
    if (size < PIECE_BYTES && this.#isTls && elapsed < WAITED) return;
    this.progress++;
    if (size < PIECE_BYTES) return;
    this.busyUntil = now() + elapsed * HELD_BYTES / size;
  }

  /** See {@linkcode BytePipe}. */
  end(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(() => resolve()));
  }

  /** See {@linkcode BytePipe}. */
  destroy(): void {
    // Perhaps nothing listens yet, and a reset would be thrown.
    this.#socket.on("error", () => {}).destroy();
  }
}

/** Whom a socket tells: functions of its own would weigh 200 bytes. */
const LISTENER = /* @__PURE__ */ Symbol();

/** A socket that somebody listens to. */
type Listened = Socket & { [LISTENER]: Pick<PipeListener, "onEnd"> };

function onEnd(this: Socket, error?: unknown): void {
  (this as Listened)[LISTENER].onEnd(
    error instanceof Error ? error : undefined,
  );
}

/** Takes what was read. Goes on reading, unless it was paused. */
function onRead(this: Record<symbol, unknown>, length: number): boolean {
  const buffer = this[kBuffer!] as Uint8Array<ArrayBuffer>;
  const listener = this[LISTENER] as Reader;
  return listener.onChunk(buffer.subarray(0, length)) !== false;
}

/** Takes what is read. Reading stops when it returns false. */
interface Reader {
  onChunk(chunk: Uint8Array<ArrayBuffer>): unknown;
}

let kBuffer: symbol | undefined;
let kBufferCb: symbol | undefined;

function symbolOf(socket: Socket, name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(socket)
    .find(({ description }) => description === name);
}

/**
 * Does to a socket what the option `onread` of `net.connect()` does, which
 * `node:http` does not pass on: reads into `buffer`, bypassing the stream.
 * Returns whether the runtime supports this.
 */
export function readInto(
  socket: Socket,
  buffer: Uint8Array<ArrayBuffer>,
  listener: Reader,
): boolean {
  const inside = socket as unknown as Record<symbol, unknown> & {
    _handle?: { useUserBuffer?(buffer: Uint8Array): void };
  };
  const handle = inside._handle;
  if (!handle?.useUserBuffer) return false;
  kBuffer ??= symbolOf(socket, "kBuffer");
  kBufferCb ??= symbolOf(socket, "kBufferCb");
  if (!kBuffer || !kBufferCb) return false;
  try {
    handle.useUserBuffer(buffer);
  } catch {
    return false; // Deno 2.5, which Deploy runs, does not implement it.
  }
  inside[kBuffer] = buffer;
  inside[kBufferCb] = onRead;
  inside[LISTENER] = listener;
  return true;
}
