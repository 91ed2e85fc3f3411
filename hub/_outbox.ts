// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { SLAB_BYTES } from "@wirekit/transport/allocate";
import type { Transport } from "@wirekit/transport/transport";

/**
 * What waits to be sent to one client, so that a slow one blocks nobody.
 *
 * The transport holds what it has accepted; this holds the rest, and counts its
 * bytes.
 */
export class Outbox {
  readonly #transport: Transport<Uint8Array<ArrayBuffer>>;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #sending = false;

  constructor(transport: Transport<Uint8Array<ArrayBuffer>>) {
    this.#transport = transport;
  }

  /** Bytes that the transport has not accepted yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sends a message after all others. */
  push(message: Uint8Array<ArrayBuffer>): void {
    this.#queue.push(this.#bytes > SLAB_BYTES ? message.slice() : message);
    this.#bytes += message.length;
    if (!this.#sending) this.#drain();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    try {
      while (this.#queue.length > 0) {
        const queue = this.#queue;
        this.#queue = [];
        for (const message of queue) {
          const sent = this.#transport.send(message);
          this.#bytes -= message.length;
          await sent;
        }
      }
    } catch {
      // Closed: whoever reads the transport sees it too, and cleans up.
      this.#queue = [];
      this.#bytes = 0;
    } finally {
      this.#sending = false;
    }
  }
}
