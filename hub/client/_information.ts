// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { LimitError } from "@wirekit/internal/errors";
import { checkLimits } from "@wirekit/internal/limits";
import type { Information } from "./events.ts";
import type { InformationOptions } from "./options.ts";

/**
 * The interface of a loop over information.
 *
 * @category Client
 */
export type InformationLoop =
  & AsyncIterableIterator<Information, undefined>
  & AsyncDisposable;

type Result = IteratorResult<Information, undefined>;

/** The loops of a client over its information: each gets all of it. */
export class InformationLoops {
  readonly #queues = new Set<InformationQueue>();
  #ended = false;

  /** Gives every loop an information of `size` characters. */
  push(information: Information, size: number): void {
    for (const queue of this.#queues) queue.push(information, size);
  }

  /** Begins a loop. */
  begin(options: InformationOptions): InformationLoop {
    const { maxInboxBytes = 16 * 1024 * 1024, signal } = options;
    checkLimits(options);
    const abort = () => queue.end(signal!.reason);
    const queue = new InformationQueue(maxInboxBytes, () => {
      this.#queues.delete(queue);
      signal?.removeEventListener("abort", abort);
    });
    this.#queues.add(queue);
    if (this.#ended) queue.end();
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
    return queue;
  }

  /** Ends all loops, including those that have not begun. */
  end(): void {
    this.#ended = true;
    for (const queue of [...this.#queues]) queue.end();
  }
}

/**
 * The information that waits for one loop. A message over its limit ends it:
 * the loop gets everything that came before, and then an error.
 */
class InformationQueue
  implements AsyncIterableIterator<Information, undefined> {
  readonly #limit: number;
  readonly #leave: (queue: InformationQueue) => void;
  #waiting: [information: Information, size: number][] = [];
  #at = 0;
  #size = 0;
  #ended = false;
  #error: unknown;
  #readers: PromiseWithResolvers<Result>[] = [];

  /** Makes an empty queue for `limit` characters; calls `leave` at its end. */
  constructor(limit: number, leave: (queue: InformationQueue) => void) {
    this.#limit = limit;
    this.#leave = leave;
  }

  /** Adds an information of `size` characters. */
  push(information: Information, size: number): void {
    const reader = this.#readers.shift();
    if (reader) reader.resolve({ done: false, value: information });
    else if (this.#size + size > this.#limit) {
      this.end(
        new LimitError(
          `Fell behind: more than ${this.#limit} bytes of information wait`,
        ),
      );
    } else {
      this.#waiting.push([information, size]);
      this.#size += size;
    }
  }

  /** Ends the loop after what waits; with an error if there is one. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#leave(this);
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) {
      this.next().then(reader.resolve, reader.reject);
    }
  }

  /** Returns the next information. */
  next(): Promise<Result> {
    if (this.#at < this.#waiting.length) {
      const [value, size] = this.#waiting[this.#at++]!;
      this.#size -= size;
      if (this.#at * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#at);
        this.#at = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (!this.#ended) {
      const reader = Promise.withResolvers<Result>();
      this.#readers.push(reader);
      return reader.promise;
    }
    const error = this.#error;
    this.#error = undefined; // an iterator throws once
    return error === undefined
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(error);
  }

  /** Ends it and drops what waits, because the loop was left. */
  return(): Promise<Result> {
    this.#waiting = [];
    this.#at = 0;
    this.end();
    return this.next();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
