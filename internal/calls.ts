// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The calls of a connection that wait for their outcome.
 *
 * ```ts
 * import { Call, Calls } from "@wirekit/internal/calls";
 * import { TimeoutError } from "@wirekit/internal/errors";
 * import { assertEquals } from "@std/assert";
 *
 * const calls = new Calls<Call>({
 *   late: (call) => call.reject(new TimeoutError("No answer in time")),
 * });
 *
 * const call = new Call();
 * call.number = calls.next(); // Goes out with the question.
 * calls.open(call, 60_000);
 *
 * calls.take(calls.get(call.number)!); // The answer has come.
 * call.resolve("pong");
 * assertEquals(await call.promise, "pong");
 * calls.rest();
 * ```
 *
 * @module
 */
import { later, now, type Timer } from "./clock.ts";

/** The number of slots of a table at its first call: a power of two. */
const MIN_SLOTS = 16;

/** The slots of a table without calls so far; they are never written to. */
const NO_SLOTS: undefined[] = [undefined];

// One function for all promises: one for each call shows in the profile.
let resolve: (result: unknown) => void;
let reject: (reason: unknown) => void;
const keep: ConstructorParameters<typeof Promise<unknown>>[0] = (a, b) => {
  resolve = a;
  reject = b;
};

/**
 * A call that waits for its outcome. A protocol extends it with what it needs
 * to know about a call.
 */
export class Call {
  // Declared, and set in the constructor: half the price of initializers.
  /** The promise that the caller waits for. */
  declare readonly promise: Promise<unknown>;
  /** Ends the call with a result, once it is taken out of its table. */
  declare readonly resolve: (result: unknown) => void;
  /** Ends the call with an error, once it is taken out of its table. */
  declare readonly reject: (reason: unknown) => void;
  /**
   * Identifies it among the calls of its table: from {@linkcode Calls.next}.
   */
  declare number: number;
  /**
   * The time at which it ends, on the clock of `now()`. It may be moved to a
   * later time, not to an earlier one.
   */
  declare deadline: number;
  /** Stops listening to the caller's signal. */
  declare release: (() => void) | undefined;

  /** Makes a call that is in no table yet. */
  constructor() {
    this.promise = new Promise<unknown>(keep);
    this.resolve = resolve;
    this.reject = reject;
    this.number = 0;
    this.deadline = Infinity;
    this.release = undefined;
  }
}

/** What a table has to know of a call, which need not be a {@linkcode Call}. */
export interface Entry {
  /**
   * Identifies it among the calls of its table: from {@linkcode Calls.next}.
   */
  number: number;
  /** The time at which it ends, on the clock of `now()`. */
  deadline: number;
  /** Stops listening to the caller's signal. */
  release: (() => void) | undefined;
  /** Ends it with an error: only one with a signal has to have this. */
  reject?(reason: unknown): void;
}

/**
 * What to do with calls that are not answered.
 *
 * @typeParam C The type of a call.
 */
export interface CallsOptions<C extends Entry> {
  /**
   * Ends a call whose time is up. It is no longer in the table.
   *
   * @param call The call.
   */
  late(call: C): void;
  /**
   * Decides what becomes of a call that its signal aborted. It is still in the
   * table.
   *
   * @param call The call.
   * @param reason The signal's reason.
   * @default The call is taken out, and rejects with the reason.
   */
  aborted?(call: C, reason: unknown): void;
}

/**
 * The calls of one connection. A call is in the table from
 * {@linkcode Calls.open} until it is taken out, by its answer, its deadline,
 * its signal or the end of all. The code that takes it out ends it, so it ends
 * once.
 *
 * One timer serves all deadlines: a timer for each would be the larger part of
 * what a call costs. Calls are found by number in an array: a `Map` that grows
 * and shrinks makes a new table of its own every so often, and each old table
 * keeps the next from being collected, with all calls that it ever had.
 *
 * The table has no limit of its own: check {@linkcode Calls.size} before
 * opening a call.
 *
 * @typeParam C The type of a call.
 */
export class Calls<C extends Entry> {
  readonly #options: CallsOptions<C>;
  /**
   * The slot of a call is given by the last bits of its number; half of the
   * slots are always free.
   */
  #slots: (C | undefined)[] = NO_SLOTS;
  #size = 0;
  #last: number;
  #timer: Timer | undefined;
  #wakeAt = Infinity;

  /**
   * Makes a table without calls.
   *
   * @param options What to do with calls that are not answered.
   * @param last The number before the first one, if this table follows another.
   */
  constructor(options: CallsOptions<C>, last = 0) {
    this.#options = options;
    this.#last = last;
  }

  /** The number of calls that wait. */
  get size(): number {
    return this.#size;
  }

  /** The number that {@linkcode Calls.next} last returned. */
  get last(): number {
    return this.#last;
  }

  /**
   * Makes the next number.
   *
   * @returns A number that no call has had, larger than all before, usually by
   * 1.
   */
  next(): number {
    do this.#last++; while (this.#slots[this.#slotOf(this.#last)]);
    return this.#last;
  }

  /**
   * Puts a call into the table.
   *
   * @param call The call, with a number from {@linkcode Calls.next}.
   * @param timeout When to give up, in milliseconds; `Infinity` means never.
   * @param signal Aborts the call: at once, if it is aborted already.
   * @returns The current time, on the clock of `now()`.
   */
  open(call: C, timeout: number, signal?: AbortSignal): number {
    while (
      this.#size * 2 >= this.#slots.length - 1 ||
      this.#slots[this.#slotOf(call.number)]
    ) this.#grow();
    this.#slots[this.#slotOf(call.number)] = call;
    this.#size++;
    const time = now();
    call.deadline = time + timeout;
    if (call.deadline < this.#wakeAt) this.#wake(call.deadline);
    if (signal) this.#listen(call, signal);
    return time;
  }

  /**
   * Finds a call.
   *
   * @param number Its number, which may be anything that a stranger sent.
   * @returns The call, if it is in the table.
   */
  get(number: number): C | undefined {
    const call = this.#slots[this.#slotOf(number)];
    return call?.number === number ? call : undefined;
  }

  /**
   * Takes a call out of the table, so that the caller of this method can end
   * it.
   *
   * @param call The call.
   * @returns Whether it was there; if not, it has ended already.
   */
  take(call: C): boolean {
    const slot = this.#slotOf(call.number);
    if (this.#slots[slot] !== call) return false;
    this.#slots[slot] = undefined;
    this.#size--;
    if (call.release) call.release();
    return true;
  }

  /** All calls that wait, in the order of their numbers. */
  get all(): C[] {
    return this.#slots.filter((call) => call !== undefined)
      .sort((one, other) => one.number - other.number);
  }

  /**
   * Takes all calls out, and stops the timer.
   *
   * @param end Ends each of them, in the order of their numbers.
   */
  endAll(end: (call: C) => void): void {
    const calls = this.all;
    for (const call of calls) this.take(call);
    this.rest();
    for (const call of calls) end(call);
  }

  /**
   * Stops the timer if no call waits, so that an unused table does not keep the
   * process alive.
   */
  rest(): void {
    if (this.#size > 0) return;
    this.#timer?.stop();
    this.#wakeAt = Infinity;
    this.#slots = NO_SLOTS;
  }

  #grow(): void {
    const calls = this.all;
    const length = Math.max(2 * this.#slots.length, MIN_SLOTS);
    this.#slots = new Array(length).fill(undefined);
    for (const call of calls) this.#slots[this.#slotOf(call.number)] = call;
  }

  #slotOf(number: number): number {
    return number & (this.#slots.length - 1);
  }

  #listen(call: C, signal: AbortSignal): void {
    const abort = () => {
      const { aborted } = this.#options;
      if (aborted) aborted(call, signal.reason);
      else if (this.take(call)) call.reject?.(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    call.release = () => signal.removeEventListener("abort", abort);
  }

  #wake(at: number): void {
    this.#timer?.stop();
    this.#wakeAt = at;
    const delay = Math.max(Math.ceil(at - performance.now()), 0);
    this.#timer = later(delay, () => this.#sweep());
  }

  /** Ends the calls whose time is up, and sets the timer for the next one. */
  #sweep(): void {
    const time = performance.now();
    const calls = this.all;
    let next = Infinity;
    for (const { deadline } of calls) {
      if (deadline > time && deadline < next) next = deadline;
    }
    this.#wakeAt = Infinity;
    if (next < Infinity) this.#wake(next);
    for (const call of calls) {
      if (call.deadline <= time && this.take(call)) this.#options.late(call);
    }
    this.rest();
  }
}
