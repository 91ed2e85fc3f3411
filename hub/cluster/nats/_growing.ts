// Copyright 2026 the Wirekit authors. MIT license.

import { countDigits, writeDigits } from "../_whole.ts";

/** The size to begin with: enough for most turns. */
const FIRST_BYTES = 16 * 1024;
/** The most memory that is kept for the next turn. */
const KEPT_BYTES = 128 * 1024;

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();

/** Bytes that are written one after the other, in memory that is used again. */
export class Growing {
  bytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  length = 0;

  /** Makes room for more bytes, which are written behind the others. */
  reserve(size: number): void {
    const { bytes, length } = this;
    if (length + size <= bytes.length) return;
    const least = Math.max(length + size, 2 * bytes.length, FIRST_BYTES);
    this.bytes = new Uint8Array(least);
    if (length > 0) this.bytes.set(bytes.subarray(0, length));
  }

  /** Adds ASCII: a loop takes less than a call of an encoder, if it is short. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes, length: at } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.length += length;
  }

  /** Adds a text of so many bytes. */
  text(text: string, size: number): void {
    this.reserve(size);
    const { bytes, length } = this;
    encoder.encodeInto(text, bytes.subarray(length, length + size));
    this.length += size;
  }

  /** Adds a whole number. */
  digits(number: number): void {
    const digits = countDigits(number);
    this.reserve(digits);
    this.length = writeDigits(number, digits, this.bytes, this.length);
  }

  /** Adds bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What was written. It is good until the next write. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** Forgets what was written. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = NO_BYTES;
  }

  /** Returns what was written, and forgets it. It is good until the next write. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.written;
    this.clear();
    return taken;
  }

  /** Leaves its memory to whoever has taken it. */
  release(): void {
    this.bytes = NO_BYTES;
    this.length = 0;
  }
}
