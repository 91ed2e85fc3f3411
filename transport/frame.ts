// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The framing of WebSocket (RFC 6455), apart from any connection.
 *
 * ```ts
 * import { FrameParser, Opcode } from "@wirekit/transport/frame";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new FrameParser({ masked: false, maxMessageBytes: 1_024 });
 * parser.push(new Uint8Array([0x81, 2, 104, 105]));
 * assertEquals(parser.next(), true);
 * assertEquals(parser.opcode, Opcode.Text);
 * assertEquals(new TextDecoder().decode(parser.payload), "hi");
 * assertEquals(parser.next(), false);
 * ```
 *
 * @module
 */

/** What a frame is (RFC 6455, section 5.2). */
export const Opcode = {
  /** More of a message. */
  Continuation: 0,
  /** Text, or its first part. */
  Text: 1,
  /** Bytes, or their first part. */
  Binary: 2,
  /** The farewell. */
  Close: 8,
  /** A question whether the peer is there. */
  Ping: 9,
  /** The answer. */
  Pong: 10,
} as const;

/** A close code and its reason. */
export interface CloseReason {
  /** The code (RFC 6455, section 7.4). */
  code: number;
  /** Why, in words. */
  reason: string;
}

/** Options of {@linkcode FrameParser}. */
export interface FrameParserOptions {
  /** Whether frames have to be masked: those of a client are, no others. */
  masked: boolean;
  /** Largest message, in bytes. A larger one fails with code 1009. */
  maxMessageBytes: number;
}

/** Most bytes of a control frame's payload. */
const MAX_CONTROL_BYTES = 125;

/** Messages up to here get their room at once; larger ones as they come. */
const TRUSTED_BYTES = 1_048_576;

/** Payloads below this are unmasked byte by byte: a view of words costs more. */
const WORDWISE = 16;

const EMPTY = new Uint8Array();
const NO_WORDS = new Int32Array();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses frames of one direction of one connection.
 *
 * Fragments are joined, control frames between them come out first. Invalid
 * UTF-8 in text that comes in pieces fails as soon as it shows. Limits are
 * checked before anything is allocated; between messages nothing is kept.
 *
 * @example Read all that a chunk completes
 * ```ts
 * import { FrameParser } from "@wirekit/transport/frame";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new FrameParser({ masked: false, maxMessageBytes: 1_024 });
 * const lengths: number[] = [];
 * for (const chunk of [[0x81, 1, 97, 0x82], [2, 1, 2, 0xff, 0]]) {
 *   parser.push(new Uint8Array(chunk));
 *   while (parser.next()) lengths.push(parser.payload.length);
 * }
 * assertEquals(lengths, [1, 2]);
 * assertEquals(parser.failure?.code, 1002);
 * ```
 */
export class FrameParser {
  /** What was found: text, binary, close, ping or pong. */
  opcode: 1 | 2 | 8 | 9 | 10 = Opcode.Text;
  /** Where the payload is: from {@linkcode start} to {@linkcode end} of it. */
  bytes: Uint8Array<ArrayBuffer> = EMPTY;
  /** Where the payload starts. */
  start = 0;
  /** Where the payload ends. */
  end = 0;
  /**
   * Whether the payload is known to be UTF-8. If not, it still may be; text
   * that is not fails with code 1007, which is left to the caller.
   */
  isText = false;
  /** Whether the payload is known to be ASCII. */
  isAscii = false;
  /** Whether the payload is the caller's, and not a part of the chunk. */
  isOwn = false;
  /** The peer's code and reason, of a close frame; 1005 if it gave none. */
  farewell: CloseReason | undefined;
  /** Why this peer cannot be understood any more. */
  failure: CloseReason | undefined;
  /**
   * How many frames may be started before {@linkcode next} returns `false` and
   * leaves the {@linkcode rest} of the chunk. It counts down.
   */
  allowance: number = Infinity;
  /** Frames in which nothing comes: control frames and empty fragments. */
  idleFrames: number = 0;

  readonly #masked: boolean;
  readonly #max: number;
  #chunk: Uint8Array<ArrayBuffer> = EMPTY;
  #words = NO_WORDS;
  #at = 0;
  /** The start of a header that came in pieces. */
  #head: Uint8Array<ArrayBuffer> | undefined;
  #headLength = 0;
  /** The frame under way, if `#inFrame`. */
  #inFrame = false;
  #frameOpcode = 0;
  #final = false;
  #mask = 0;
  #left = 0;
  /** The opcode of the message under way; 0 if there is none. */
  #messageOpcode: 0 | 1 | 2 = 0;
  #message: Uint8Array<ArrayBuffer> = EMPTY;
  #length = 0;
  #bits = 0;
  #utf8 = 0;
  #control: Uint8Array<ArrayBuffer> | undefined;
  #controlLength = 0;

  /**
   * Makes a parser.
   *
   * @param options Who sends, and the limit.
   */
  constructor(options: FrameParserOptions) {
    this.#masked = options.masked;
    this.#max = options.maxMessageBytes;
  }

  /** Bytes of the unfinished message that were taken so far. */
  get pending(): number {
    return this.#length;
  }

  /** What is left of the chunk where the {@linkcode allowance} was used up. */
  get rest(): Uint8Array<ArrayBuffer> {
    return this.#chunk.subarray(this.#at);
  }

  /**
   * The payload.
   *
   * @returns A view, good until the next {@linkcode push} unless it
   * {@linkcode isOwn}.
   */
  get payload(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.start, this.end);
  }

  /**
   * Takes the next bytes. Any that are left of the ones before are dropped, so
   * that is for when {@linkcode next} has returned `false`.
   *
   * @param chunk The bytes. They are unmasked in place, and not kept once
   * `next` has returned `false`.
   */
  push(chunk: Uint8Array<ArrayBuffer>): void {
    this.#chunk = chunk;
    this.#words = NO_WORDS;
    this.#at = 0;
  }

  /**
   * Goes to the next message or control frame.
   *
   * @returns Whether there is one. If not, either more bytes are needed, or
   * there is a {@linkcode failure}, or there is a {@linkcode rest}.
   */
  next(): boolean {
    while (!this.failure && (this.#inFrame || this.#readHead())) {
      const done = this.#frameOpcode < 8
        ? this.#readData()
        : this.#readControl();
      if (done) return true;
      if (this.#inFrame) break; // The chunk is used up.
    }
    if (this.failure || this.allowance > 0) this.push(EMPTY);
    this.bytes = EMPTY;
    this.start = this.end = 0;
    if (this.failure) this.#message = EMPTY;
    return false;
  }

  #fail(code: number, reason: string): false {
    this.failure = { code, reason };
    return false;
  }

  /** Reads a header; `false` if there is not yet all of it, or if it is bad. */
  #readHead(): boolean {
    if (this.allowance === 0) return false;
    const chunk = this.#chunk;
    const available = chunk.length - this.#at;
    if (this.#headLength === 0 && available >= 2) {
      const size = headSize(chunk[this.#at + 1]!);
      if (available >= size) {
        const at = this.#at;
        this.#at += size;
        return this.#parseHead(chunk, at);
      }
    }
    if (available === 0) return false;
    const head = this.#head ??= new Uint8Array(14);
    while (this.#at < chunk.length) {
      head[this.#headLength++] = chunk[this.#at++]!;
      if (this.#headLength < 2 || this.#headLength < headSize(head[1]!)) {
        continue;
      }
      this.#headLength = 0;
      this.#head = undefined;
      return this.#parseHead(head, 0);
    }
    return false;
  }

  #parseHead(bytes: Uint8Array, start: number): boolean {
    const first = bytes[start]!;
    const second = bytes[start + 1]!;
    const opcode = first & 0x0f;
    let at = start + 2;
    let length = second & 0x7f;
    if (first & 0x70) return this.#fail(1002, "reserved bits are set");
    if (second > 0x7f !== this.#masked) {
      return this.#fail(
        1002,
        this.#masked ? "a frame is not masked" : "a frame is masked",
      );
    }
    this.#final = first > 0x7f;
    this.allowance--;
    if (opcode >= 8 || length === 0 && !this.#final) this.idleFrames++;
    if (opcode >= 8) {
      if (opcode > 10) return this.#fail(1002, `unknown opcode ${opcode}`);
      if (!this.#final) {
        return this.#fail(1002, "a control frame is fragmented");
      }
      if (length > MAX_CONTROL_BYTES) {
        return this.#fail(1002, `a control frame is over 125 bytes`);
      }
    } else {
      if (opcode > 2) return this.#fail(1002, `unknown opcode ${opcode}`);
      if ((opcode === 0) === (this.#messageOpcode === 0)) {
        return this.#fail(
          1002,
          opcode === 0
            ? "a continuation of no message"
            : "a message inside another",
        );
      }
      // A length in more bytes than it needs breaks the RFC and harms nobody.
      if (length === 126) {
        length = bytes[at]! << 8 | bytes[at + 1]!;
        at += 2;
      } else if (length === 127) {
        const high = uint32(bytes, at);
        if (high > 0x7fffffff) return this.#fail(1002, "a negative length");
        length = high * 0x100000000 + uint32(bytes, at + 4);
        at += 8;
      }
      if (length > this.#max - this.#length) {
        return this.#fail(1009, `message over ${this.#max} bytes`);
      }
    }
    this.#frameOpcode = opcode;
    this.#left = length;
    this.#mask = this.#masked
      ? bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 |
        bytes[at + 3]! << 24
      : 0;
    this.#inFrame = true;
    return true;
  }

  /** Takes data; `true` once there is a whole message. */
  #readData(): boolean {
    const start = this.#at;
    const whole = this.#chunk.length - start >= this.#left;
    const end = whole ? start + this.#left : this.#chunk.length;
    const bits = this.#unmask(start, end);
    const opcode = this.#frameOpcode as 0 | 1 | 2;
    this.#at = end;
    if (whole && this.#final && opcode !== 0 && this.#messageOpcode === 0) {
      this.#inFrame = false;
      this.opcode = opcode;
      this.bytes = this.#chunk;
      this.start = start;
      this.end = end;
      this.isAscii = this.isText = bits < 0x80;
      this.isOwn = false;
      return true;
    }
    // `#messageOpcode` is also that of a frame whose rest is still to come.
    if (opcode !== 0) {
      this.#messageOpcode = opcode;
      this.#frameOpcode = 0;
    }
    this.#append(start, end, bits);
    if (!whole) return false;
    this.#inFrame = false;
    if (this.failure || !this.#final) return false;
    if (this.#messageOpcode === Opcode.Text && this.#utf8 !== 0) {
      return this.#fail(1007, "not valid UTF-8");
    }
    this.#finish();
    return true;
  }

  #append(start: number, end: number, bits: number): void {
    const size = end - start;
    this.#bits |= bits;
    this.#left -= size;
    if (this.#messageOpcode === Opcode.Text && this.#bits > 0x7f) {
      this.#utf8 = followUtf8(this.#utf8, this.#chunk, start, end);
      if (this.#utf8 < 0) return void this.#fail(1007, "not valid UTF-8");
    }
    const length = this.#length + size;
    if (length > this.#message.length) this.#grow(length);
    this.#message.set(this.#chunk.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** Gets room for `needed` bytes, and for what else is announced. */
  #grow(needed: number): void {
    const announced = needed + this.#left;
    const least = Math.max(needed, Math.min(announced, TRUSTED_BYTES));
    const room = Math.min(
      Math.max(least, 2 * this.#length),
      this.#final ? announced : this.#max,
    );
    const message = new Uint8Array(room);
    message.set(this.#message.subarray(0, this.#length));
    this.#message = message;
  }

  #finish(): void {
    this.opcode = this.#messageOpcode as 1 | 2;
    this.bytes = this.#message;
    this.start = 0;
    this.end = this.#length;
    this.isAscii = this.#bits < 0x80;
    this.isText = this.isAscii || this.opcode === Opcode.Text;
    this.isOwn = true;
    this.#messageOpcode = 0;
    this.#message = EMPTY;
    this.#length = 0;
    this.#bits = 0;
  }

  /** Takes a control frame; `true` once there is all of it. */
  #readControl(): boolean {
    const start = this.#at;
    const whole = this.#chunk.length - start >= this.#left;
    const end = whole ? start + this.#left : this.#chunk.length;
    this.#unmask(start, end);
    this.#at = end;
    this.#left -= end - start;
    this.opcode = this.#frameOpcode as 8 | 9 | 10;
    if (whole && this.#controlLength === 0) {
      this.bytes = this.#chunk;
      this.start = start;
      this.end = end;
    } else {
      const control = this.#control ??= new Uint8Array(MAX_CONTROL_BYTES);
      control.set(this.#chunk.subarray(start, end), this.#controlLength);
      this.#controlLength += end - start;
      if (!whole) return false;
      this.bytes = control;
      this.start = 0;
      this.end = this.#controlLength;
      this.#control = undefined;
      this.#controlLength = 0;
    }
    this.#inFrame = false;
    this.isOwn = this.isText = this.isAscii = false;
    if (this.opcode !== Opcode.Close) return true;
    this.farewell = readFarewell(this.payload);
    if (this.farewell) return true;
    const readable = this.end - this.start > 1 &&
      isCloseCode(this.bytes[this.start]! << 8 | this.bytes[this.start + 1]!);
    return readable
      ? this.#fail(1007, "the close reason is not valid UTF-8")
      : this.#fail(1002, "the close code is not valid");
  }

  /** Unmasks a part of the frame; returns its bits, all ORed together. */
  #unmask(start: number, end: number): number {
    const chunk = this.#chunk;
    if (end - start >= WORDWISE && this.#words.length === 0) {
      this.#words = wordsOf(chunk);
    }
    const bits = applyMask(chunk, this.#words, start, end, this.#mask);
    this.#mask = rotate(this.#mask, end - start);
    return bits;
  }
}

/**
 * Applies a mask in place: it masks what is plain, and unmasks what is masked.
 *
 * @param bytes The bytes.
 * @param words The same memory as {@linkcode wordsOf} gives it.
 * @param start Where to start.
 * @param end Where to end.
 * @param mask The mask, its first byte lowest.
 * @returns All resulting bytes ORed together, so below 128 if they are ASCII.
 *
 * @example Mask, and back
 * ```ts
 * import { applyMask, wordsOf } from "@wirekit/transport/frame";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("hello");
 * applyMask(bytes, wordsOf(bytes), 0, 5, 0x01020304);
 * assertEquals(applyMask(bytes, wordsOf(bytes), 0, 5, 0x01020304) < 128, true);
 * assertEquals(new TextDecoder().decode(bytes), "hello");
 * ```
 */
export function applyMask(
  bytes: Uint8Array,
  words: Int32Array,
  start: number,
  end: number,
  mask: number,
): number {
  let bits = 0;
  let at = start;
  let key = mask;
  if (end - start >= WORDWISE) {
    const offset = bytes.byteOffset;
    while ((offset + at) & 3) {
      bits |= bytes[at] = bytes[at]! ^ key & 0xff;
      key = key >>> 8 | key << 24;
      at++;
    }
    const last = (offset + end) >> 2;
    let i = (offset + at) >> 2;
    let all = 0;
    if (mask === 0) {
      for (; i < last; i++) all |= words[i]!;
    } else {
      for (; i + 3 < last; i += 4) {
        const a = words[i]! ^ key;
        const b = words[i + 1]! ^ key;
        const c = words[i + 2]! ^ key;
        const d = words[i + 3]! ^ key;
        words[i] = a;
        words[i + 1] = b;
        words[i + 2] = c;
        words[i + 3] = d;
        all |= a | b | c | d;
      }
      for (; i < last; i++) all |= words[i] = words[i]! ^ key;
    }
    bits |= all & 0xff | all >>> 8 & 0xff | all >>> 16 & 0xff | all >>> 24;
    at = (last << 2) - offset;
  }
  for (; at < end; at++) {
    bits |= bytes[at] = bytes[at]! ^ key & 0xff;
    key = key >>> 8 | key << 24;
  }
  return bits;
}

/**
 * Views the memory of bytes as words, for {@linkcode applyMask}. Every platform
 * that this runs on is little-endian.
 *
 * @param bytes The bytes.
 * @returns All whole words of their buffer.
 *
 * @example The words of a buffer
 * ```ts
 * import { wordsOf } from "@wirekit/transport/frame";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wordsOf(new Uint8Array(11)).length, 2);
 * ```
 */
export function wordsOf(
  bytes: Uint8Array<ArrayBuffer>,
): Int32Array<ArrayBuffer> {
  const { buffer } = bytes;
  return new Int32Array(buffer, 0, buffer.byteLength >> 2);
}

/**
 * How many bytes the header of a frame takes.
 *
 * @param length Bytes of the payload.
 * @param masked Whether the frame is masked.
 * @returns 2 to 14.
 *
 * @example Short and long
 * ```ts
 * import { headLength } from "@wirekit/transport/frame";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(headLength(125, false), 2);
 * assertEquals(headLength(65_536, true), 14);
 * ```
 */
export function headLength(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 65_536 ? 4 : 10) + (masked ? 4 : 0);
}

/**
 * Writes the header of a frame that is a whole message or a control frame.
 *
 * @param bytes Where to write.
 * @param at The index to write at.
 * @param opcode What the frame is.
 * @param length Bytes of the payload.
 * @param mask The mask, if the frame is masked. {@linkcode applyMask} masks.
 * @returns The index after the header.
 *
 * @example A ping
 * ```ts
 * import { Opcode, writeHead } from "@wirekit/transport/frame";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(2);
 * assertEquals(writeHead(bytes, 0, Opcode.Ping, 0), 2);
 * assertEquals(bytes, new Uint8Array([0x89, 0]));
 * ```
 */
export function writeHead(
  bytes: Uint8Array,
  at: number,
  opcode: number,
  length: number,
  mask?: number,
): number {
  const flag = mask === undefined ? 0 : 0x80;
  let i = at;
  bytes[i++] = 0x80 | opcode;
  if (length < 126) {
    bytes[i++] = flag | length;
  } else if (length < 65_536) {
    bytes[i++] = flag | 126;
    bytes[i++] = length >> 8;
    bytes[i++] = length;
  } else {
    const high = Math.floor(length / 0x100000000);
    bytes[i++] = flag | 127;
    for (let shift = 24; shift >= 0; shift -= 8) bytes[i++] = high >> shift;
    for (let shift = 24; shift >= 0; shift -= 8) bytes[i++] = length >> shift;
  }
  if (mask !== undefined) {
    for (let shift = 0; shift < 32; shift += 8) bytes[i++] = mask >> shift;
  }
  return i;
}

/**
 * Whether a code may travel in a close frame: 1005, 1006 and 1015 never do.
 *
 * @param code The code.
 * @returns Whether it may.
 *
 * @example Codes
 * ```ts
 * import { isCloseCode } from "@wirekit/transport/frame";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([1000, 1006, 4999].map(isCloseCode), [true, false, true]);
 * ```
 */
export function isCloseCode(code: number): boolean {
  return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 ||
    code >= 3000 && code <= 4999;
}

/** What a close frame says; `undefined` if it is not as it has to be. */
function readFarewell(payload: Uint8Array): CloseReason | undefined {
  if (payload.length === 0) return { code: 1005, reason: "" };
  if (payload.length === 1) return undefined;
  const code = payload[0]! << 8 | payload[1]!;
  if (!isCloseCode(code)) return undefined;
  try {
    return { code, reason: DECODER.decode(payload.subarray(2)) };
  } catch {
    return undefined;
  }
}

/** Bytes of a header whose second byte is this. */
function headSize(second: number): number {
  const length = second & 0x7f;
  return (length === 127 ? 10 : length === 126 ? 4 : 2) +
    (second > 0x7f ? 4 : 0);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 |
    bytes[at + 3]!) >>> 0;
}

/** The mask for what follows `count` bytes. */
function rotate(mask: number, count: number): number {
  const shift = (count & 3) * 8;
  return shift === 0 ? mask : mask >>> shift | mask << (32 - shift);
}

/**
 * Follows UTF-8 from one piece to the next. The state is 0 between characters,
 * -1 after bytes that are none, and else what the next byte has to be: how many
 * are to come, the lowest and the highest value.
 */
function followUtf8(
  state: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  let left = state & 0xff;
  let low = state >> 8 & 0xff;
  let high = state >> 16;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (left > 0) {
      if (byte < low || byte > high) return -1;
      low = 0x80;
      high = 0xbf;
      left--;
    } else if (byte > 0x7f) {
      if (byte < 0xc2 || byte > 0xf4) return -1;
      left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    }
  }
  return left === 0 ? 0 : left | low << 8 | high << 16;
}
