// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A bounded queue between events that are pushed and a reader that may be slow.
 *
 * @module
 */

import { LimitError } from "@wirekit/internal/errors";
import { checkLimits } from "@wirekit/internal/limits";

/**
 * What happens to an event when the queue is full:
 *
 * - `"close"`: the queue ends with an {@linkcode OverflowError} after what it
 *   holds.
 * - `"dropOldest"`: the event that has waited longest is dropped.
 * - `"dropNewest"`: the event is dropped.
 * - `"wait"`: the queue takes it and asks to wait, see {@linkcode EventQueue.push}.
 *   If it comes to hold twice its limit, it ends as with `"close"`.
 *
 * @category Streams and subscriptions
 */
export type Overflow = "close" | "dropOldest" | "dropNewest" | "wait";

/**
 * Some events are missing at this place.
 *
 * @category Streams and subscriptions
 */
export interface Gap {
  /** Whether the connection was lost or the reader was too slow. */
  readonly reason: "reconnect" | "overflow";
  /** How many were dropped; `undefined` if that is not known. */
  readonly dropped?: number;
}

/**
 * Options of {@linkcode EventQueue}.
 *
 * @category Streams and subscriptions
 */
export interface EventQueueOptions {
  /**
   * How many events may wait.
   *
   * @default {1024}
   */
  maxItems?: number;
  /**
   * How many bytes of events may wait to be read, as far as their sizes are
   * known.
   *
   * @default {16777216} 16 MiB
   */
  maxInboxBytes?: number;
  /**
   * What happens to an event when the queue is full.
   *
   * @default {"close"}
   */
  overflow?: Overflow;
  /** Is called when the reader gets to the place of missing events. */
  onGap?: (gap: Gap) => void;
}

/**
 * The reader was too slow, and the policy was to end the queue.
 *
 * @example Read too late
 * ```ts
 * import { EventQueue, OverflowError } from "@wirekit/jsonrpc";
 * import { assertRejects } from "@std/assert";
 *
 * const queue = new EventQueue<number>({ maxItems: 1 });
 * for (const event of [1, 2]) queue.push(event);
 * await assertRejects(() => Array.fromAsync(queue), OverflowError);
 * ```
 *
 * @category Streams and subscriptions
 */
export class OverflowError extends LimitError {
  /** The name of the class. */
  override readonly name = "OverflowError";
}

interface Item<T> {
  readonly value?: T;
  readonly gap?: Gap;
  readonly size: number;
}

/**
 * Holds events for one reader. Leaving the reader's loop does not end it.
 *
 * @typeParam T What an event is.
 *
 * @example Keep the newest
 * ```ts
 * import { EventQueue, type Gap } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const gaps: Gap[] = [];
 * const queue = new EventQueue<string>({
 *   maxItems: 2,
 *   overflow: "dropOldest",
 *   onGap: (gap) => gaps.push(gap),
 * });
 * for (const event of ["one", "two", "three"]) queue.push(event);
 * queue.end();
 * assertEquals(await Array.fromAsync(queue), ["two", "three"]);
 * assertEquals(gaps, [{ reason: "overflow", dropped: 1 }]);
 * ```
 *
 * @category Streams and subscriptions
 */
export class EventQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #maxItems: number;
  readonly #maxInboxBytes: number;
  readonly #overflow: Overflow;
  readonly #onGap: ((gap: Gap) => void) | undefined;
  readonly #items: Item<T>[] = [];
  #count = 0;
  #bytes = 0;
  #ended = false;
  #error: Error | undefined;
  #reader: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  /**
   * Makes an empty queue.
   *
   * @param options The limits.
   */
  constructor(options: EventQueueOptions = {}) {
    checkLimits(options);
    this.#maxItems = options.maxItems ?? 1_024;
    this.#maxInboxBytes = options.maxInboxBytes ?? 16_777_216;
    this.#overflow = options.overflow ?? "close";
    this.#onGap = options.onGap;
  }

  /** Whether it takes no more events. */
  get ended(): boolean {
    return this.#ended;
  }

  /** How many events wait. */
  get length(): number {
    return this.#count;
  }

  /**
   * Adds an event; does nothing after the end.
   *
   * @param value The event.
   * @param size Its size in bytes, if that is known.
   * @returns `undefined`, or with the policy `"wait"` a promise of room.
   *
   * @example Wait for the reader
   * ```ts
   * import { EventQueue } from "@wirekit/jsonrpc";
   * import { assert, assertEquals } from "@std/assert";
   *
   * const queue = new EventQueue<number>({ maxItems: 1, overflow: "wait" });
   * assertEquals(queue.push(1), undefined);
   * const room = queue.push(2);
   * assert(room instanceof Promise);
   * await queue.next();
   * await queue.next();
   * await room;
   * ```
   */
  push(value: T, size = 0): Promise<void> | undefined {
    if (this.#ended) return undefined;
    if (this.#reader) {
      this.#reader.resolve({ done: false, value });
      this.#reader = undefined;
      return undefined;
    }
    const full = this.#count >= this.#maxItems ||
      (this.#count > 0 && this.#bytes + size > this.#maxInboxBytes);
    if (full && !this.#makeRoom(size)) return undefined;
    this.#items.push({ value, size });
    this.#count++;
    this.#bytes += size;
    if (!full || this.#overflow !== "wait") return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /**
   * Notes that events are missing here.
   *
   * @param gap What is known of it.
   *
   * @example The connection was away
   * ```ts
   * import { EventQueue, type Gap } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const gaps: Gap[] = [];
   * const queue = new EventQueue<number>({ onGap: (gap) => gaps.push(gap) });
   * queue.push(1);
   * queue.gap({ reason: "reconnect" });
   * queue.push(2);
   * await queue.next();
   * assertEquals(gaps, []);
   * await queue.next();
   * assertEquals(gaps, [{ reason: "reconnect" }]);
   * ```
   */
  gap(gap: Gap): void {
    if (this.#ended) return;
    if (this.#reader) this.#onGap?.(gap);
    else this.#items.push({ gap, size: 0 });
  }

  /**
   * Ends it, after the events that it holds. The first call decides.
   *
   * @param error What the reader's loop throws; by default it ends.
   *
   * @example End with an error
   * ```ts
   * import { EventQueue } from "@wirekit/jsonrpc";
   * import { assertRejects } from "@std/assert";
   *
   * const queue = new EventQueue<number>();
   * queue.end(new Error("no more"));
   * await assertRejects(() => queue.next(), Error, "no more");
   * ```
   */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#room?.resolve();
    if (!this.#reader) return;
    const reader = this.#reader;
    this.#reader = undefined;
    this.#finish().then(reader.resolve, reader.reject);
  }

  /**
   * Takes the next event, or the end. One reader at a time.
   *
   * @returns The event.
   *
   * @example Take one
   * ```ts
   * import { EventQueue } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const queue = new EventQueue<string>();
   * queue.push("one");
   * assertEquals(await queue.next(), { done: false, value: "one" });
   * ```
   */
  next(): Promise<IteratorResult<T, undefined>> {
    while (this.#items.length > 0) {
      const { value, gap, size } = this.#items.shift()!;
      if (gap) {
        this.#onGap?.(gap);
        continue;
      }
      this.#count--;
      this.#bytes -= size;
      this.#tellRoom();
      return Promise.resolve({ done: false, value: value as T });
    }
    if (this.#ended) return this.#finish();
    if (this.#reader) {
      return Promise.reject(
        new TypeError("Cannot read queue: another reader is waiting"),
      );
    }
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /**
   * Returns itself.
   *
   * @returns The queue.
   *
   * @example Read to the end
   * ```ts
   * import { EventQueue } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const queue = new EventQueue<number>();
   * queue.push(1);
   * queue.end();
   * for await (const event of queue) assertEquals(event, 1);
   * ```
   */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether there is a place for an event of this size in the full queue. */
  #makeRoom(size: number): boolean {
    switch (this.#overflow) {
      case "wait":
        if (this.#count >= this.#maxItems * 2) return this.#endFull();
        return true;
      case "dropNewest":
        this.#noteDropped(this.#items.length);
        return false;
      case "close":
        return this.#endFull();
      case "dropOldest":
        while (
          this.#count > 0 &&
          (this.#count >= this.#maxItems ||
            this.#bytes + size > this.#maxInboxBytes)
        ) this.#dropOldest();
        return true;
    }
  }

  #endFull(): false {
    this.end(
      new OverflowError(
        `Cannot keep event: ${this.#count} are waiting for the reader`,
      ),
    );
    return false;
  }

  #dropOldest(): void {
    const at = this.#items.findIndex(({ gap }) => !gap);
    const [item] = this.#items.splice(at, 1);
    this.#count--;
    this.#bytes -= item!.size;
    this.#noteDropped(0);
  }

  /** Notes that one more was dropped at the front or at the end. */
  #noteDropped(end: number): void {
    const last = Math.max(0, end - 1);
    const before = this.#items[last]?.gap;
    const isOneMore = before?.reason === "overflow";
    const dropped = isOneMore ? before.dropped! + 1 : 1;
    const item = { gap: { reason: "overflow", dropped }, size: 0 } as const;
    if (isOneMore) this.#items[last] = item;
    else this.#items.splice(end, 0, item);
  }

  #tellRoom(): void {
    if (!this.#room || this.#count > this.#maxItems >> 1) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  #finish(): Promise<IteratorResult<T, undefined>> {
    const error = this.#error;
    this.#error = undefined;
    return error
      ? Promise.reject(error)
      : Promise.resolve({ done: true, value: undefined });
  }
}
