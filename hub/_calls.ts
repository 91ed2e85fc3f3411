// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { now } from "./_clock.ts";
import type { Path } from "./_path.ts";
import { BEFORE_UUID } from "./_wire.ts";
import { TimeoutError } from "./errors.ts";

/** What `setTimeout` takes without wrapping around. */
const MAX_DELAY = 2 ** 31 - 1;

/** The length of a uuid. */
export const UUID_LENGTH = 36;

/** How many of its digits count the calls. */
const COUNT_LENGTH = 12;

/** How many calls there is room for at first, twice over: a power of two. */
const MIN_SLOTS = 128;

/** Every byte in hexadecimal. */
const BYTES = Array.from(
  { length: 256 },
  (_, n) => n.toString(16).padStart(2, "0"),
);

/** What a hexadecimal digit is worth, by its code; 16 if it is none. */
const DIGITS = new Uint8Array(256).fill(16);
for (let n = 0; n < 16; n++) DIGITS[n.toString(16).charCodeAt(0)] = n;

// One function for all promises, since one for each shows in the profile.
let resolve: (value: unknown) => void;
let reject: (reason: unknown) => void;
const keep: ConstructorParameters<typeof Promise<unknown>>[0] = (a, b) => {
  resolve = a;
  reject = b;
};

/** A question to the hub that waits for its answer. */
export interface Call {
  /** What its uuid ends with. */
  readonly number: number;
  /** What was asked. */
  readonly path: Path;
  /** Ends the call with its answer. */
  readonly resolve: (value: unknown) => void;
  /** Ends the call with an error. */
  readonly reject: (reason: unknown) => void;
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** Lets go of the caller's signal. */
  readonly release: (() => void) | undefined;
}

/**
 * The calls that wait for an answer. One timer serves all their deadlines: a
 * timer for each would be the larger part of what a call costs.
 *
 * They are found by number in an array. A map grows anew every so many calls,
 * and each of its old tables keeps the next one from being collected, with all
 * calls and answers that it had.
 */
export class Calls {
  /** Each call stands where the last bits of its number say. */
  #slots: (Call | undefined)[] = new Array(MIN_SLOTS).fill(undefined);
  #size = 0;
  #count = 0;
  #lead = newLead();
  /** What the uuids of 256 numbers in a row start with, and of which. */
  #start = "";
  #block = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakeAt = Infinity;

  /** The number of calls that wait. */
  get size(): number {
    return this.#size;
  }

  /** Returns an id for the next call that nobody can guess. */
  newUuid(): string {
    const mask = this.#slots.length - 1;
    do this.#count++; while (this.#slots[this.#count & mask]);
    const block = Math.floor(this.#count / 256);
    if (block !== this.#block) {
      const high = block.toString(16).padStart(COUNT_LENGTH - 2, "0");
      this.#start = this.#lead.slice(BEFORE_UUID.length) + high;
      this.#block = block;
    }
    return this.#start + BYTES[this.#count & 255];
  }

  /** Opens the call that has the last uuid; throws if it cannot be. */
  start(path: Path, timeout: number, signal?: AbortSignal): Promise<unknown> {
    checkTimeout(timeout);
    signal?.throwIfAborted();
    const promise = new Promise<unknown>(keep);
    const number = this.#count;
    const deadline = now() + timeout;
    const release = signal && this.#listen(number, signal);
    const call = { number, path, resolve, reject, deadline, release };
    this.#slots[number & (this.#slots.length - 1)] = call;
    if (++this.#size * 2 > this.#slots.length) this.#grow();
    if (deadline < this.#wakeAt) this.#wake(deadline);
    return promise;
  }

  /** Makes room, so that a free slot is always near. */
  #grow(): void {
    const calls = this.#waiting();
    const length = this.#slots.length * 2;
    this.#slots = new Array(length).fill(undefined);
    for (const call of calls) this.#slots[call.number & (length - 1)] = call;
  }

  /** Returns all calls, in the order in which they were opened. */
  #waiting(): Call[] {
    return this.#slots.filter((call) => call !== undefined)
      .sort((a, b) => a.number - b.number);
  }

  #listen(number: number, signal: AbortSignal): () => void {
    const abort = () => this.#reject(number, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  }

  /** Returns the call whose uuid ends at `end` in `text`, if it is one's. */
  find(text: string, end: number): Call | undefined {
    const start = end - COUNT_LENGTH;
    const lead = this.#lead;
    if (text.slice(start - lead.length, start) !== lead) return undefined;
    let number = 0;
    let all = 0;
    for (let i = start; i < end; i++) {
      const digit = DIGITS[text.charCodeAt(i)] ?? 16;
      all |= digit;
      number = number * 16 + digit;
    }
    return all > 15 ? undefined : this.#at(number);
  }

  #at(number: number): Call | undefined {
    const call = this.#slots[number & (this.#slots.length - 1)];
    return call?.number === number ? call : undefined;
  }

  /** Removes a call from the table, for the caller to end it. */
  take(call: Call): void {
    this.#slots[call.number & (this.#slots.length - 1)] = undefined;
    this.#size--;
    call.release?.();
  }

  /** Ends all calls. The next ones get ids that nobody has seen before. */
  endAll(error: Error): void {
    clearTimeout(this.#timer);
    this.#wakeAt = Infinity;
    this.#lead = newLead();
    this.#block = -1;
    for (const { number } of this.#waiting()) this.#reject(number, error);
  }

  #reject(number: number, reason: unknown): void {
    const call = this.#at(number);
    if (!call) return;
    this.take(call);
    call.reject(reason);
  }

  #wake(at: number): void {
    clearTimeout(this.#timer);
    this.#wakeAt = at;
    const delay = Math.min(Math.max(at - performance.now(), 0), MAX_DELAY);
    this.#timer = setTimeout(() => this.#sweep(), delay);
  }

  #sweep(): void {
    const now = performance.now();
    let next = Infinity;
    for (const { number, path, deadline } of this.#waiting()) {
      if (deadline > now) next = Math.min(next, deadline);
      else this.#reject(number, timedOut(path));
    }
    this.#wakeAt = Infinity;
    if (next < Infinity) this.#wake(next);
  }
}

/** Throws unless `timeout` is a time in milliseconds. */
export function checkTimeout(timeout: number): void {
  if (!(timeout > 0)) {
    throw new RangeError(`Timeout must be a positive number: got ${timeout}`);
  }
}

/** What stands before the part of a random UUID that counts. */
function newLead(): string {
  return BEFORE_UUID + crypto.randomUUID().slice(0, -COUNT_LENGTH);
}

function timedOut({ target, route }: Path): TimeoutError {
  const who = target === null ? "the hub" : JSON.stringify(target);
  const what = route === null ? "" : ` to ${JSON.stringify(route)}`;
  return new TimeoutError(`No answer from ${who}${what} in time`);
}
