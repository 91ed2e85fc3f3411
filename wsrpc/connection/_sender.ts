// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { LimitError } from "@wirekit/internal/errors";
import type { Transport } from "@wirekit/transport/transport";

/** How much is sent between two checks whether the carrier keeps up. */
const LOOK_BYTES = 64 * 1024;

/** How much may wait to be sent before no further handler starts. */
const HIGH_WATER_MARK = 1024 * 1024;

/** Sends texts, and checks at times whether the carrier keeps up. */
export class Sender {
  readonly #transport: Transport;
  readonly #maxSentBytes: number;
  readonly #onRoom: () => void;
  #unlooked = 0;
  #looking = false;

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
    this.#onRoom = onRoom;
  }

  /** Whether too much waits to be sent for another handler to start. */
  get isBlocked(): boolean {
    return this.#looking && this.#unlooked > HIGH_WATER_MARK;
  }

  /** Sends a text. Throws a `LimitError` if it is too large. */
  send(text: string): Promise<void> {
    const limit = this.#maxSentBytes;
    if (text.length * 3 > limit && bytesOf(text) > limit) {
      throw new LimitError(`Message is larger than ${limit} bytes`);
    }
    const sent = this.#transport.send(text);
    this.#unlooked += text.length;
    if (!this.#looking && this.#unlooked > LOOK_BYTES) this.#look(sent);
    return sent;
  }

  #look(sent: Promise<void>): void {
    this.#looking = true;
    const go = () => {
      this.#looking = false;
      this.#unlooked = 0;
      this.#onRoom();
    };
    sent.then(go, go);
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
