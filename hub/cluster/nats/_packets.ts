// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Messages that go to one subject in one turn are one message of NATS, a packet:
 * `+`, their lengths in bytes with commas between them, NUL, and the messages,
 * one behind the other. One alone goes as it is: none begins with `+`.
 */

/** The largest packet, in bytes: others get their turn after it. */
const MAX_PACKET = 64 * 1024;
/** How many messages a packet has at most. */
const MAX_PARTS = 1_000;

const PLUS = 0x2b;
const COMMA = 0x2c;
const ZERO = 0x30;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What is to go to one subject. */
export class Packet {
  /** Where to; nothing if there is nothing to send. */
  subject = "";
  #sizes = "";
  #body = "";
  #bytes = 0;
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
    return header + this.#bytes + size <= least;
  }

  /** Adds a message of so many bytes. */
  add(message: string, size: number, ref: number | undefined): void {
    this.#sizes += this.count++ === 0 ? `${size}` : `,${size}`;
    this.#body += message;
    this.#bytes += size;
    if (ref !== undefined) this.refs.push(ref);
  }

  /** Returns it as a command of NATS, and is empty. */
  take(reply: string): string {
    const { subject } = this;
    let size = this.#bytes;
    let header = "";
    if (this.count > 1) {
      header = `+${this.#sizes}\0`;
      size += header.length;
    }
    const command =
      `PUB ${subject} ${reply} ${size}\r\n${header}${this.#body}\r\n`;
    this.clear();
    return command;
  }

  /** Forgets what is in it. */
  clear(): void {
    this.subject = this.#sizes = this.#body = "";
    this.#bytes = this.count = 0;
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
 * @returns Whether it is what a hub sends. If not, nothing is taken.
 */
export function unpack(bytes: Uint8Array, take: PartTaker): boolean {
  if (bytes[0] !== PLUS) {
    take(bytes);
    return true;
  }
  const sizes = sizesOf(bytes);
  if (!sizes) return false;
  const text = decoder.decode(bytes);
  // Then each byte is a character.
  const isShort = text.length === bytes.length;
  let at = sizes.pop()!;
  for (const size of sizes) {
    const end = at + size;
    const part = bytes.subarray(at, end);
    if (isShort) take(part, text.slice(at, end));
    else take(part);
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
