// Copyright 2026 the Wirekit authors. MIT license.

const SPACE = 0x20;
const RETURN = 0x0d;
const LINE_FEED = 0x0a;
const ZERO = 0x30;
const H = 0x48;
const M = 0x4d;

/** The longest line that is waited for: a server's greeting has some KiB. */
const MAX_LINE = 1024 * 1024;
/** More than a server may pass on. */
const MAX_SIZE = 128 * 1024 * 1024;

/**
 * Takes a message.
 *
 * @param message The message, valid until it returns.
 * @param reply The subject that its sender gave for answers, as bytes.
 */
export type Taker = (message: Uint8Array, reply: Uint8Array) => void;

/** What lines begin with: INFO, PING and PONG, +OK, -ERR; and messages. */
const BEGINNINGS = new Set(Array.from("IP+-MH", (char) => char.charCodeAt(0)));

const NO_BYTES = new Uint8Array();

/**
 * Takes what a server sends apart. Messages to the subscriptions of a hub's mail
 * go to whoever takes them, without a copy; the client of NATS gets all else. It
 * needs a third of a hub's time for them.
 */
export class Splitter {
  readonly #takers: ReadonlyMap<number, Taker>;
  readonly #rest: (bytes: Uint8Array) => void;
  readonly #broken: () => void;
  /** Whether something came that no server sends: nothing is read after that. */
  #isBroken = false;
  /** The beginning of what has not come whole yet. */
  #begun = NO_BYTES;
  #length = 0;

  /**
   * @param takers By the number of the subscription.
   * @param rest Takes all else, in whole lines and messages.
   * @param broken Is told that something came that no server sends.
   */
  constructor(
    takers: ReadonlyMap<number, Taker>,
    rest: (bytes: Uint8Array) => void,
    broken: () => void,
  ) {
    this.#takers = takers;
    this.#rest = rest;
    this.#broken = broken;
  }

  /** Takes the next bytes. */
  push(chunk: Uint8Array): void {
    if (this.#isBroken) return;
    let from = 0;
    while (this.#length > 0 && from < chunk.length) {
      from = this.#complete(chunk, from);
    }
    if (from < chunk.length) this.#split(chunk, from);
  }

  /** Adds to what has begun; returns how far that needed the chunk. */
  #complete(chunk: Uint8Array, from: number): number {
    const begun = this.#begun;
    const room = begun.length - this.#length;
    if (room === 0) {
      // A line has begun, and nobody knows yet how long it is.
      const bytes = new Uint8Array(this.#length + chunk.length - from);
      bytes.set(begun);
      bytes.set(chunk.subarray(from), this.#length);
      this.#length = 0;
      this.#split(bytes, 0);
      return chunk.length;
    }
    const some = chunk.subarray(from, from + room);
    begun.set(some, this.#length);
    this.#length += some.length;
    if (some.length === room) {
      this.#length = 0;
      this.#split(begun, 0);
    }
    return from + some.length;
  }

  #split(bytes: Uint8Array, from: number): void {
    const { length } = bytes;
    /** Where that begins which is for the client of NATS. */
    let rest = from;
    let at = from;
    while (at < length) {
      const line = bytes.indexOf(LINE_FEED, at) + 1;
      if (line === 0) {
        if (length - at > MAX_LINE) return this.#break();
        this.#begin(bytes, at, length - at);
        break;
      }
      const first = bytes[at]!;
      if (!BEGINNINGS.has(first)) return this.#break();
      if (first !== M && first !== H) {
        at = line;
        continue;
      }
      let i = line - (bytes[line - 2] === RETURN ? 2 : 1);
      const head = i;
      while (bytes[i - 1]! !== SPACE && i > at) i--;
      const size = numberIn(bytes, i, head);
      if (size > MAX_SIZE) return this.#break();
      const end = line + size + 2;
      if (end > length) {
        this.#begin(bytes, at, end - at);
        break;
      }
      const taker = first === M &&
        this.#takerOf(bytes, at + 4, i);
      if (!taker) {
        at = end;
        continue;
      }
      if (rest < at) this.#rest(bytes.subarray(rest, at));
      const reply = bytes.subarray(this.#reply, i - 1);
      at = rest = end;
      taker(bytes.subarray(line, end - 2), reply);
    }
    if (rest < at) this.#rest(bytes.subarray(rest, at));
  }

  /** Where the reply begins of the message whose taker was looked for last. */
  #reply = 0;

  /** Finds who takes a message, of `subject sid [reply] ` before its length. */
  #takerOf(bytes: Uint8Array, from: number, to: number): Taker | undefined {
    let i = bytes.indexOf(SPACE, from) + 1;
    const start = i;
    while (i < to && bytes[i] !== SPACE) i++;
    this.#reply = Math.min(i + 1, to - 1);
    return this.#takers.get(numberIn(bytes, start, i));
  }

  #break(): void {
    this.#isBroken = true;
    this.#length = 0;
    this.#broken();
  }

  #begin(bytes: Uint8Array, at: number, size: number): void {
    this.#begun = new Uint8Array(size);
    const there = bytes.subarray(at);
    this.#begun.set(there);
    this.#length = there.length;
  }
}

/** Reads a number; `Infinity` if it is none. */
function numberIn(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return Infinity;
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = bytes[i]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Infinity;
    number = number * 10 + digit;
  }
  return number;
}
