// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { LimitError } from "@wirekit/internal/errors";
import { Outbox } from "@wirekit/internal/limits";
import type { Transport } from "@wirekit/transport/transport";

/** Sends texts, and checks at times whether the carrier keeps up. */
export class Sender {
  readonly #transport: Transport;
  readonly #maxSentBytes: number;
  readonly #outbox: Outbox;

  /**
   * Makes a sender; calls `onRoom` when the carrier has taken what was sent.
   */
  constructor(
    transport: Transport,
    maxSentBytes: number,
    onRoom: () => void,
  ) {
    this.#transport = transport;
    this.#maxSentBytes = maxSentBytes;
    this.#outbox = new Outbox(onRoom);
  }

  /** Whether too much waits to be sent for another handler to start. */
  get isBlocked(): boolean {
    return this.#outbox.isBlocked;
  }

  /** Sends a text. Throws a `LimitError` if it is too large. */
  send(text: string): Promise<void> {
    const limit = this.#maxSentBytes;
    if (text.length * 3 > limit && bytesOf(text) > limit) {
      throw new LimitError(`Message is larger than ${limit} bytes`);
    }
    const sent = this.#transport.send(text);
    this.#outbox.sent(text, sent);
    return sent;
  }

  /**
   * Sends a text that the other end does not wait for. Throws a `LimitError`
   * if it is too large, or too much waits already.
   */
  offer(text: string): Promise<void> {
    if (this.#outbox.hasRoom(text)) return this.send(text);
    throw new LimitError(
      "Cannot send: too much waits already that the other end has not read",
    );
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
