// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Messages that go to one subject in one turn are one message of NATS, a packet:
 * `+`, their lengths in bytes with commas between them, NUL, and the messages,
 * one behind the other. One alone goes as it is: none begins with `+`.
 */

import type { QuickTaker } from "../_quick.ts";
import type { Outgoing } from "../_whole.ts";
import { Growing } from "./_growing.ts";

/** The largest packet, in bytes: others get their turn after it. */
const MAX_PACKET = 64 * 1024;
/** How many messages a packet has at most. */
const MAX_PARTS = 1_000;

const PLUS = 0x2b;
const COMMA = 0x2c;
const ZERO = 0x30;

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What is to go to one subject. */
export class Packet {
  /** Where to; nothing if there is nothing to send. */
  subject = "";
  readonly #sizes = new Growing();
  readonly #body = new Growing();
  /** How many messages. */
  count = 0;
  /** The numbers of those messages that have one. */
  refs: number[] = [];

  /** Whether another message may go with those that are there. */
  fits(subject: string, size: number, max: number): boolean {
    if (subject !== this.subject || this.count === MAX_PARTS) return false;
    // Each length takes seven bytes at most, with its comma.
    const header = this.#sizes.length + 8;
    const least = Math.min(max, MAX_PACKET);
    return header + this.#body.length + size <= least;
  }

  /** Adds a message of so many bytes. */
  add(message: Outgoing, size: number, ref: number | undefined): void {
    const body = this.#body;
    if (typeof message === "string") body.text(message, size);
    else {
      body.reserve(size);
      message.writeInto(body.bytes, body.length);
      body.length += size;
    }
    const sizes = this.#sizes;
    // Before the first one, it is what a packet begins with.
    sizes.ascii(this.count++ === 0 ? "+" : ",");
    sizes.digits(size);
    if (ref !== undefined) this.refs.push(ref);
  }

  /**
   * Writes it as a command of NATS, and is empty.
   *
   * @param out Where to.
   * @param own The subject for what comes back.
   * @param number The number that is behind it then, if there is one.
   */
  writeTo(out: Growing, own: string, number: number | undefined): void {
    const sizes = this.#sizes;
    const body = this.#body;
    const isOne = this.count === 1;
    const size = body.length + (isOne ? 0 : sizes.length + 1);
    out.append(this.#headTo(own));
    if (number !== undefined) {
      out.ascii(isOne ? "." : ".p");
      out.digits(number);
    }
    out.ascii(" ");
    out.digits(size);
    out.ascii("\r\n");
    if (!isOne) {
      out.append(sizes.written);
      out.ascii("\0");
    }
    out.append(body.written);
    out.ascii("\r\n");
    this.clear();
  }

  /** How the command begins, which is mostly the same as last time. */
  #headTo(own: string): Uint8Array {
    const { subject } = this;
    if (subject !== this.#headSubject || own !== this.#headOwn) {
      this.#headSubject = subject;
      this.#headOwn = own;
      this.#head = encoder.encode(`PUB ${subject} ${own}`);
    }
    return this.#head;
  }

  #head = NO_BYTES;
  #headSubject = "";
  #headOwn = "";

  /** Forgets what is in it. */
  clear(): void {
    this.subject = "";
    this.#sizes.clear();
    this.#body.clear();
    this.count = 0;
    this.refs = [];
  }
}

/** Takes a message, and its text if that is known. */
export type PartTaker = (message: Uint8Array, text?: string) => void;

/**
 * Takes what has come apart.
 *
 * @param bytes A packet, or a message alone.
 * @param take Takes each message, in order.
 * @param quick May take it before that.
 * @returns Whether it is what a hub sends. If not, nothing is taken.
 */
export function unpack(
  bytes: Uint8Array,
  take: PartTaker,
  quick?: QuickTaker,
): boolean {
  if (bytes[0] !== PLUS) {
    if (!quick?.take(0, bytes.length)) take(bytes);
    return true;
  }
  const sizes = sizesOf(bytes);
  if (!sizes) return false;
  let text: string | undefined;
  let at = sizes.pop()!;
  for (const size of sizes) {
    const end = at + size;
    if (!quick?.take(at, end)) {
      text ??= decoder.decode(bytes);
      const part = bytes.subarray(at, end);
      // If each byte is a character.
      const isShort = text.length === bytes.length;
      if (isShort) take(part, text.slice(at, end));
      else take(part);
    }
    at = end;
  }
  return true;
}

/**
 * Reads the lengths of the messages of a packet, and where the first one begins.
 */
function sizesOf(bytes: Uint8Array): number[] | undefined {
  const { length } = bytes;
  if (length > MAX_PACKET) return undefined;
  const sizes: number[] = [];
  let sum = 0;
  let size = 0;
  for (let i = 1; i < length; i++) {
    const byte = bytes[i]!;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      size = size * 10 + digit;
      if (size === 0 || size > length) return undefined;
      continue;
    }
    if (size === 0) return undefined;
    sum += size;
    sizes.push(size);
    size = 0;
    if (byte === 0) {
      const isWhole = sum === length - i - 1 && sizes.length > 1;
      return isWhole ? (sizes.push(i + 1), sizes) : undefined;
    }
    if (byte !== COMMA || sizes.length === MAX_PARTS) return undefined;
  }
  return undefined;
}
