// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Latency } from "../reports/figures.ts";

/** Eight slots for each power of two: a value is wrong by 1/16 at most. */
const SLOTS = 240;
const MAX = 2 ** 32 - 1;

/** Counts times in slots that grow with them, in a fixed amount of memory. */
export class Histogram {
  readonly #counts = new Uint32Array(SLOTS);
  #count = 0;
  #sum = 0;

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** The sum of all, in microseconds. */
  get sum(): number {
    return this.#sum;
  }

  /**
   * Adds a time, in microseconds, which stands for `weight` of them. Times over
   * an hour are an hour.
   */
  add(us: number, weight: number): void {
    const value = Math.min(Math.max(Math.round(us), 0), MAX);
    this.#counts[slotOf(value)]! += weight;
    this.#count += weight;
    this.#sum += weight * value;
  }

  /** Adds all of another. */
  merge(other: Histogram): void {
    for (let i = 0; i < SLOTS; i++) this.#counts[i]! += other.#counts[i]!;
    this.#count += other.#count;
    this.#sum += other.#sum;
  }

  /** Lets what came so far count half. */
  halve(): void {
    this.#count = 0;
    this.#sum /= 2;
    for (let i = 0; i < SLOTS; i++) {
      this.#count += this.#counts[i]! >>>= 1;
    }
  }

  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sum = 0;
  }

  /** How many took no longer than a time, in microseconds. */
  upTo(us: number): number {
    let count = 0;
    for (let i = 0; i < SLOTS && start(i + 1) <= us + 1; i++) {
      count += this.#counts[i]!;
    }
    return count;
  }

  /** The time than which a share took no longer, in microseconds. */
  quantile(share: number): number {
    if (this.#count === 0) return 0;
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    let i = 0;
    while (i < SLOTS - 1 && (seen += this.#counts[i]!) < wanted) i++;
    return (start(i) + start(i + 1) - 1) / 2;
  }

  /** What a report says of it. */
  report(): Latency {
    const ms = (share: number) => Math.round(this.quantile(share)) / 1000;
    return { count: this.#count, p50: ms(0.5), p95: ms(0.95), p99: ms(0.99) };
  }
}

/** The last ten seconds, in pieces of two. */
export class RecentHistogram {
  #pieces = Array.from({ length: 5 }, () => new Histogram());

  add(us: number, weight: number): void {
    this.#pieces[0]!.add(us, weight);
  }

  /** Forgets the oldest two seconds. */
  turn(): void {
    const oldest = this.#pieces.pop()!;
    oldest.clear();
    this.#pieces.unshift(oldest);
  }

  report(): Latency {
    const all = new Histogram();
    for (const piece of this.#pieces) all.merge(piece);
    return all.report();
  }
}

function slotOf(value: number): number {
  if (value < 8) return value;
  const shift = 28 - Math.clz32(value);
  return 8 * shift + (value >>> shift);
}

/** The least value of a slot. */
function start(slot: number): number {
  if (slot < 8) return slot;
  return (8 + slot % 8) * 2 ** (Math.floor(slot / 8) - 1);
}
