// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { keep, SLAB_BYTES } from "@wirekit/internal/bytes";
import type { Transport } from "@wirekit/transport/transport";

/**
 * The number of bytes after which it asks the transport whether there is room.
 * Asking after each message would cost a promise each.
 */
const UNASKED_BYTES = 65_536;

/**
 * Holds messages for one client, so that a slow client blocks no other.
 *
 * The transport holds the messages that it has accepted; this holds the rest,
 * and counts its bytes.
 */
export class Outbox {
  readonly #transport: Transport<Uint8Array<ArrayBuffer>>;
  #queue: Uint8Array<ArrayBuffer>[] | undefined;
  /** The first of the queue. */
  #at = 0;
  #bytes = 0;
  #unasked = 0;
  #waits = false;
  #progress = 0;

  constructor(transport: Transport<Uint8Array<ArrayBuffer>>) {
    this.#transport = transport;
  }

  /** The number of bytes that the transport has not accepted yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Grows each time the client makes room for waiting messages. */
  get progress(): number {
    return this.#progress;
  }

  /** Sends a message after all others. */
  push(message: Uint8Array<ArrayBuffer>): void {
    if (!this.#waits) return this.#send(message);
    this.#queue ??= [];
    const isPart = message.buffer.byteLength > 2 * message.length;
    this.#queue.push(
      isPart && this.#bytes > SLAB_BYTES ? message.slice() : message,
    );
    this.#bytes += message.length;
  }

  #send(message: Uint8Array<ArrayBuffer>): void {
    if (message.length >= SLAB_BYTES && !("keepsNothing" in this.#transport)) {
      keep(message);
    }
    const sent = this.#transport.send(message);
    this.#unasked += message.length;
    if (this.#unasked < UNASKED_BYTES) return;
    this.#unasked = 0;
    this.#waits = true;
    this.#waitFor(sent);
  }

  /** A method of its own: a function that makes closures costs memory each time. */
  #waitFor(sent: Promise<void>): void {
    // Closed: the reader of the transport sees it too, and cleans up.
    sent.then(() => this.#resume(), () => this.#drop());
  }

  #resume(): void {
    if (this.#bytes > 0) this.#progress++;
    this.#waits = false;
    const queue = this.#queue ?? [];
    while (!this.#waits && this.#at < queue.length) {
      const message = queue[this.#at++]!;
      this.#bytes -= message.length;
      this.#send(message);
    }
    if (this.#at < queue.length) return;
    this.#queue = undefined;
    this.#at = 0;
  }

  #drop(): void {
    this.#waits = false;
    this.#queue = undefined;
    this.#at = 0;
    this.#bytes = 0;
  }
}
