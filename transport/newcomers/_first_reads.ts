// Copyright 2026 the Wirekit authors. MIT license.

import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { later, type Timer } from "@wirekit/internal/clock";
import { Buffer } from "../_node.ts";
import { SHARED } from "../stream/_read_buffer.ts";
import { readInto } from "../stream/_socket_pipe.ts";
import type { Awaited } from "../server/_awaited.ts";
import { hasTurn, inTurn } from "./_turns.ts";
import { readUpgradeHead, type UpgradeMessage } from "./_upgrade_head.ts";

/** How to read first. */
export interface FirstReadsOptions {
  /** The connections whose clients have to say something. */
  awaited: Awaited;
  /** The largest head of a request, in bytes. */
  maxHeaderBytes: number;
  /**
   * After how long, or twice that, a silent client is left to `node:http`,
   * in milliseconds: it knows how long one may take.
   */
  patience: number;
  /** Takes a request for a WebSocket, and what came after it. */
  onUpgrade(
    message: UpgradeMessage,
    socket: Socket,
    head: Uint8Array<ArrayBuffer>,
  ): void;
}

type PlainListener = (this: Server, socket: Socket) => void;

/** Somebody who has said nothing yet; without a socket once that is over. */
interface Waiting {
  socket: Socket | undefined;
}

/**
 * Reads what clients say first, before `node:http` of Deno 2.9, whose parser
 * and objects for a request cost more than the rest of a handshake. A client
 * that asks for a WebSocket in the usual way needs none of them. All others get
 * them, with what was read.
 */
export class FirstReads {
  readonly #server: Server;
  readonly #options: FirstReadsOptions;
  /** Lets `node:http` have a socket. */
  readonly #plain: PlainListener;
  /** Those who came since the last look, and those who came before it. */
  #young: Waiting[] = [];
  #old: Waiting[] = [];
  #timer: Timer | undefined;
  /** Gives the errors of what answers a request their stack. */
  #onRequest: ((response?: ServerResponse) => void) | undefined;

  private constructor(
    server: Server,
    options: FirstReadsOptions,
    plain: PlainListener,
  ) {
    this.#server = server;
    this.#options = options;
    this.#plain = plain;
  }

  /**
   * Comes before `node:http` at a server without TLS that has just been made.
   * Returns nothing on other platforms, where this was not measured.
   */
  static of(
    server: Server,
    options: FirstReadsOptions,
  ): FirstReads | undefined {
    if (!("Deno" in globalThis)) return undefined;
    const listeners = server.listeners("connection") as PlainListener[];
    const [plain] = listeners;
    if (!plain || listeners.length > 1) return undefined;
    const reads = new FirstReads(server, options, plain);
    server.off("connection", plain);
    server.on("connection", (socket) => reads.#begin(socket));
    server.prependListener(
      "request",
      (_request, response) => reads.#onRequest?.(response),
    );
    return reads;
  }

  /** Ends the connections of those who have said nothing. */
  close(): void {
    this.#timer?.stop();
    for (const { socket } of [...this.#young, ...this.#old]) socket?.destroy();
    this.#young = this.#old = [];
  }

  #begin(socket: Socket): void {
    const waiting: Waiting = { socket };
    const onChunk = (chunk: Uint8Array<ArrayBuffer>) =>
      waiting.socket
        ? this.#read(waiting, chunk)
        : socket.push(Buffer.from(chunk));
    if (!readInto(socket, SHARED, { onChunk })) {
      return this.#plain.call(this.#server, socket);
    }
    socket.on("error", ignore).on("end", endToo);
    this.#young.push(waiting);
    this.#timer ??= later(this.#options.patience, () => this.#look());
  }

  /** Reads what somebody says first, or keeps it until it is its turn. */
  #read(waiting: Waiting, chunk: Uint8Array<ArrayBuffer>): void {
    const socket = waiting.socket!;
    waiting.socket = undefined;
    if (hasTurn()) return this.#answer(socket, chunk);
    const copy = chunk.slice();
    this.#options.awaited.delete(socket);
    // A client that says no more meanwhile is answered all the same. If
    // node:http has it, that ends it as it ends a silent one.
    socket.off("end", endToo);
    inTurn(() => {
      if (!socket.destroyed) this.#answer(socket, copy);
    });
  }

  #answer(socket: Socket, chunk: Uint8Array<ArrayBuffer>): void {
    const { awaited, maxHeaderBytes, onUpgrade } = this.#options;
    const head = readUpgradeHead(chunk, maxHeaderBytes);
    if (!head) {
      awaited.add(socket);
      return this.#leave(socket, Buffer.from(chunk));
    }
    awaited.forget(socket);
    socket.off("end", endToo);
    onUpgrade(head, socket, chunk.slice(head.length));
  }

  /** Leaves a socket to `node:http`, with what was read of it. */
  #leave(socket: Socket, chunk?: Uint8Array): void {
    socket.off("end", endToo).off("error", ignore);
    if (socket.destroyed) return;
    this.#plain.call(this.#server, socket);
    if (chunk) this.#give(socket, chunk);
  }

  /**
   * Gives what was read to `node:http`, whose error about what is no HTTP has no
   * stack. It reads that stack, for which Deno 2.9 opens its copies of these files;
   * without a descriptor left it compiles them again, and panics.
   */
  #give(socket: Socket, chunk: Uint8Array): void {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    // It heard no end that came before it had the socket.
    const isLast = socket.readableEnded;
    this.#onRequest = (response) => {
      Error.stackTraceLimit = stackTraceLimit;
      if (response && isLast) response.shouldKeepAlive = false;
    };
    try {
      socket.emit("data", chunk);
    } finally {
      this.#onRequest();
      this.#onRequest = undefined;
    }
  }

  /** Leaves those to `node:http` who have said nothing for too long. */
  #look(): void {
    for (const waiting of this.#old) {
      const { socket } = waiting;
      waiting.socket = undefined;
      if (socket) this.#leave(socket);
    }
    this.#old = this.#young;
    this.#young = [];
    this.#timer = this.#old.length === 0
      ? undefined
      : later(this.#options.patience, () => this.#look());
  }
}

/** A reset says nothing that a close does not. */
function ignore(): void {}

function endToo(this: Socket): void {
  this.end();
}
