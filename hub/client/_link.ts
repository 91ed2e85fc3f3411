// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later, type Timer } from "@wirekit/internal/clock";
import { forEachMessage, type Transport } from "@wirekit/transport/transport";
import { LimitError } from "@wirekit/internal/errors";
import { Outbox } from "@wirekit/internal/limits";

/** One connection of a client to the hub, from its opening to its end. */
export class Link {
  /** Why this end closed it, if it did. */
  dropped: Error | undefined;
  /** The number of received messages. */
  received = 0;
  /** Whether it has ended. */
  ended = false;
  /** Fires at the end of the connection. */
  readonly signal: AbortSignal;
  readonly #transport: Transport;
  readonly #maxSentBytes: number;
  readonly #outbox = new Outbox();
  readonly #gone = new AbortController();
  #timer: Timer | undefined;

  /** Takes over an open transport. */
  constructor(transport: Transport, maxSentBytes: number) {
    this.#transport = transport;
    this.#maxSentBytes = maxSentBytes;
    this.signal = this.#gone.signal;
  }

  /** Reads all messages. Resolves at the end, with the reason if it was bad. */
  async read(receive: (text: string) => void): Promise<Error | undefined> {
    try {
      await forEachMessage(this.#transport, (text) => {
        this.received++;
        receive(text);
      });
    } catch (error) {
      return this.dropped ?? error as Error;
    }
    return this.dropped;
  }

  /** Throws if a message is larger than peers accept. */
  check(text: string): void {
    const limit = this.#maxSentBytes;
    if (text.length * 3 <= limit) return;
    if (new TextEncoder().encode(text).length > limit) {
      throw new LimitError(`Message is larger than ${limit} bytes`);
    }
  }

  /** Throws also if more waits than the carrier keeps. */
  checkRoom(text: string): void {
    this.check(text);
    if (this.#outbox.hasRoom(text)) return;
    throw new LimitError(
      "Cannot send: too much waits already that the hub has not read",
    );
  }

  /** Sends a message that was checked. Rejects if the connection is lost. */
  send(text: string): Promise<void> {
    const sent = this.#transport.send(text);
    this.#outbox.sent(text, sent);
    return sent;
  }

  /**
   * Sends a message for which nothing waits: if it fails, the connection has
   * ended.
   */
  post(text: string): void {
    // A transport does not report a rejection that nobody awaits.
    void this.send(text);
  }

  /** Closes the connection unless {@linkcode keep} is called within `ms`. */
  expire(ms: number, makeError: () => Error): void {
    this.keep();
    this.#timer = later(ms, () => this.drop(makeError()));
  }

  /** Stops the timer of {@linkcode expire}. */
  keep(): void {
    this.#timer?.stop();
  }

  /** Closes the connection, because of `error` or on request. */
  drop(error?: Error): Promise<void> {
    this.dropped ??= error;
    return this.#transport.close();
  }

  /** Tells all who listen to {@linkcode signal} that it has ended. */
  end(reason: Error): void {
    this.keep();
    this.ended = true;
    this.#gone.abort(reason);
  }
}
