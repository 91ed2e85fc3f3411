// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Two connected transports in one process: for tests, and for a peer in the
 * same program.
 *
 * ```ts
 * import { pair } from "@wirekit/transport/pair";
 *
 * const [near, far] = pair();
 * await near.send("hello");
 * for await (const message of far) {
 *   await far.send(message.toUpperCase());
 *   break; // Leaves the loop, not the transport.
 * }
 * await near.close();
 * ```
 *
 * @module
 */

import {
  HIGH_WATER_MARK,
  MAX_MESSAGE_BYTES,
  MAX_OUTBOX_BYTES,
  peerError,
  READY,
  refuse,
  toCloseError,
  tooLarge,
} from "./_close.ts";
import { BoundedInbox } from "./reading/_bounded_inbox.ts";
import { exceeds } from "./_utf8.ts";
import { CloseError, type Limits, type Transport } from "./transport.ts";
import { checkLimits } from "@wirekit/internal/limits";

/**
 * Options of {@linkcode pair}.
 *
 * @category Other carriers
 */
export interface PairOptions
  extends Pick<Limits, "maxMessageBytes" | "maxOutboxBytes"> {
  /**
   * Number of bytes waiting for a reader above which its peer's `send` waits.
   * Each message counts as in {@linkcode Limits.maxInboxBytes}.
   *
   * @default {1048576} 1 MiB
   */
  highWaterMark?: number;
}

/**
 * Makes two transports that are connected to each other in memory. Messages are
 * handed over as they are: do not change bytes after sending them.
 *
 * @typeParam T What a message is.
 * @param options The limits, the same for both.
 * @returns The two ends.
 *
 * @example Send from one to the other
 * ```ts
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await near.send("one");
 * await near.send("two");
 * await near.close();
 *
 * assertEquals(await Array.fromAsync(far), ["one", "two"]);
 * ```
 *
 * @category Other carriers
 */
export function pair<T extends string | Uint8Array = string>(
  options: PairOptions = {},
): [Transport<T>, Transport<T>] {
  const near = new PairEnd<T>(options);
  const far = new PairEnd<T>(options);
  near.peer = far;
  far.peer = near;
  return [near, far];
}

class PairEnd<T extends string | Uint8Array> implements Transport<T> {
  peer!: PairEnd<T>;
  readonly inbox: BoundedInbox<T>;
  readonly #maxMessageBytes: number;
  readonly #maxOutboxBytes: number;

  constructor(options: PairOptions) {
    this.inbox = new BoundedInbox(options.highWaterMark ?? HIGH_WATER_MARK);
    checkLimits(options);
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    this.#maxOutboxBytes = options.maxOutboxBytes ?? MAX_OUTBOX_BYTES;
  }

  send(message: T): Promise<void> {
    if (this.inbox.ended) return refuse(this.inbox.ended);
    const outbox = this.peer.inbox;
    const large = typeof message === "string"
      ? exceeds(message, this.#maxMessageBytes)
      : message.length > this.#maxMessageBytes;
    if (large) return this.#fail(tooLarge(this.#maxMessageBytes));
    if (outbox.bytes + message.length > this.#maxOutboxBytes) {
      return this.#fail(new CloseError(1013, { reason: "outbox is full" }));
    }
    outbox.push(typeof message === "string" ? message : message.slice() as T);
    return outbox.full ? outbox.room() : READY;
  }

  close(error?: Error): Promise<void> {
    const ended = toCloseError(error);
    this.inbox.end(ended);
    this.peer.inbox.end(peerError(ended));
    return READY;
  }

  #fail(error: CloseError): Promise<never> {
    this.close(error);
    return refuse(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.inbox;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
