// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The connections of the load generator and its loop, which waits for nothing
 * but the kernel. All that a turn produces for a connection leaves in one write.
 */

import { type Framing, Reader } from "./frames.ts";
import { EPOLLIN, EPOLLOUT, hangUp, Poll, receive, transmit } from "./libc.ts";

/** The size of a read, and of what a turn writes at first. */
export const CHUNK = 1 << 18;

/** How long to wait for the last answers, in milliseconds. */
export const DRAIN_MS = 10_000;

const decoder = new TextDecoder();
export const poll = new Poll();
export const connections = new Map<number, Connection>();
const input = new Uint8Array(CHUNK);
let output = new Uint8Array(CHUNK);
export let outputLength = 0;

export type OnMessage = (
  connection: Connection,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
) => void;

/** One connection to the server. */
export class Connection {
  readonly fd: number;
  readonly framing: Framing;
  onMessage: OnMessage = () => {};
  onPong: () => void = () => {};
  /** Whether what comes is left where it is. */
  isMute = false;
  /** Where the uuid starts, before the end of a message. */
  uuidBeforeEnd = 0;
  readonly #reader = new Reader();
  #partial = new Uint8Array();
  #partialLength = 0;
  #rest: Uint8Array<ArrayBuffer> | undefined;

  constructor(fd: number, framing: Framing) {
    this.fd = fd;
    this.framing = framing;
    connections.set(fd, this);
  }

  get isBlocked(): boolean {
    return this.#rest !== undefined;
  }

  /** Reads what is there, and tells of each message. */
  read(now: number): void {
    currentTime = now;
    let bytes = input;
    let length = 0;
    if (this.#partialLength > 0) {
      bytes = this.#partial;
      length = this.#partialLength;
    }
    const got = receive(this.fd, length ? bytes.subarray(length) : bytes);
    if (got < 0) return;
    if (got === 0) throw new Error("The server has closed a connection");
    length += got;
    const reader = this.#reader;
    reader.at = 0;
    while (reader.next(bytes, length, this.framing)) {
      if (this.framing === "ws" && reader.opcode !== 1) {
        this.#control(bytes);
        continue;
      }
      this.onMessage(this, bytes, reader.start, reader.end);
    }
    this.#keep(bytes, length);
    if (outputLength > 0) this.flush();
  }

  /** Keeps the start of a message that is not complete. */
  #keep(bytes: Uint8Array<ArrayBuffer>, length: number): void {
    const reader = this.#reader;
    const left = length - reader.at;
    if (left === 0) {
      this.#partialLength = 0;
      if (this.#partial.length > CHUNK) this.#partial = new Uint8Array();
      return;
    }
    const need = Math.max(2 * CHUNK, reader.wanted + CHUNK, 2 * left);
    if (this.#partial.length < need || bytes !== this.#partial) {
      const larger = this.#partial.length < need
        ? new Uint8Array(need)
        : this.#partial;
      larger.set(bytes.subarray(reader.at, length));
      this.#partial = larger;
    } else if (reader.at > 0) {
      bytes.copyWithin(0, reader.at, length);
    }
    this.#partialLength = left;
  }

  #control(bytes: Uint8Array): void {
    const reader = this.#reader;
    if (reader.opcode === 8) {
      const why = decoder.decode(bytes.subarray(reader.start + 2, reader.end));
      throw new Error(`The server says goodbye: ${why}`);
    }
    if (reader.opcode === 10) this.onPong();
    if (reader.opcode !== 9) return;
    const size = reader.end - reader.start;
    const pong = new Uint8Array(6 + size);
    pong[0] = 0x8a;
    pong[1] = 0x80 | size;
    pong.set(bytes.subarray(reader.start, reader.end), 6);
    append(pong);
  }

  /** Sends what the turn produced. */
  flush(): void {
    const length = outputLength;
    outputLength = 0;
    if (this.#rest) {
      const rest = new Uint8Array(this.#rest.length + length);
      rest.set(this.#rest);
      rest.set(output.subarray(0, length), this.#rest.length);
      this.#rest = rest;
      return;
    }
    const sent = transmit(this.fd, output, length);
    if (sent === length) return;
    this.#rest = output.slice(sent, length);
    poll.watch(this.fd, EPOLLIN | EPOLLOUT);
  }

  /** Sends what there was no room for. */
  write(): void {
    const rest = this.#rest;
    if (!rest) return;
    const sent = transmit(this.fd, rest, rest.length);
    if (sent < rest.length) {
      this.#rest = rest.subarray(sent);
      return;
    }
    this.#rest = undefined;
    poll.watch(this.fd, this.isMute ? 0 : EPOLLIN);
  }

  close(): void {
    connections.delete(this.fd);
    hangUp(this.fd);
  }
}

export let currentTime = 0;

export function append(bytes: Uint8Array): void {
  const end = outputLength + bytes.length;
  if (end > output.length) {
    const larger = new Uint8Array(2 * end);
    larger.set(output.subarray(0, outputLength));
    output = larger;
  }
  output.set(bytes, outputLength);
  outputLength = end;
}

/** Turns the loop until there is nothing more to do. */
export function turn(
  until: () => boolean,
  deadline: number,
  arrive?: () => number,
) {
  while (!until()) {
    let timeout = 20;
    if (arrive) timeout = arrive();
    beside?.();
    const count = poll.wait(beside ? 0 : timeout);
    const now = performance.now();
    if (now > deadline) throw new Error("The server answers no more");
    for (let i = 0; i < count; i++) {
      const connection = connections.get(poll.ready[i]!);
      if (!connection) continue;
      if (poll.what[i]! & EPOLLOUT) connection.write();
      if (!connection.isMute && poll.what[i]! & ~EPOLLOUT) connection.read(now);
    }
  }
}

/** Forgets what was to be sent. */
export function discard(): void {
  outputLength = 0;
}

let beside: (() => void) | undefined;

/** Has something done in each turn, until it is told otherwise. */
export function doBeside(work: (() => void) | undefined): void {
  beside = work;
}
