// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { borrow, giveBack } from "@wirekit/internal/bytes";
import { followUtf8 } from "./_follow_utf8.ts";
import {
  type CloseReason,
  headSize,
  isCloseCode,
  Opcode,
  readFarewell,
} from "./_frame.ts";
import { wordsOf } from "../stream/_words.ts";
import { applyMask, rotate, WORDWISE } from "./_mask.ts";

/** Options of {@linkcode FrameParser}. */
export interface FrameParserOptions {
  /** Whether frames must be masked: only those of a client are. */
  masked: boolean;
  /** The largest message, in bytes. A larger one fails with code 1009. */
  maxMessageBytes: number;
}

/** Most bytes of a control frame's payload. */
const MAX_CONTROL_BYTES = 125;

/**
 * Messages up to this size, 1 MiB and what is around it, get their memory at
 * once, which is used again; larger ones as they come.
 */
const TRUSTED_BYTES = 1_114_112;

/** More frames than come, and an integer, which takes no memory of its own. */
const UNLIMITED = 2 ** 30 - 1;

const EMPTY = new Uint8Array();

const NO_WORDS = new Int32Array();

/**
 * Parses frames of one direction of one connection.
 *
 * Fragments are joined; control frames between them come out first. Invalid
 * UTF-8 in text that comes in pieces fails as soon as it is seen. Limits are
 * checked before anything is allocated; between messages nothing is kept.
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
   * Whether the payload is known to be UTF-8. If not, the caller has to check
   * it, and fail text that is not UTF-8 with code 1007.
   */
  isText = false;
  /** Whether the payload is known to be ASCII. */
  isAscii = false;
  /**
   * Whether the payload belongs to the caller and is not a part of the chunk.
   */
  isOwn = false;
  /** The peer's code and reason, of a close frame; 1005 if it gave none. */
  farewell: CloseReason | undefined;
  /** Why the input of this peer cannot be read any further. */
  failure: CloseReason | undefined;
  /**
   * How many frames may be started before {@linkcode next} returns `false` and
   * leaves the {@linkcode rest} of the chunk. It counts down.
   */
  allowance: number = UNLIMITED;
  /**
   * The number of frames without content: control frames and empty fragments.
   */
  idleFrames: number = 0;

  /** Who sends, and the limit. Another may follow once it {@linkcode isIdle}. */
  options: FrameParserOptions;
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
    this.options = options;
  }

  /** Whether nothing is kept of what came: the next byte begins a message. */
  get isIdle(): boolean {
    return this.#chunk === EMPTY && !this.#inFrame &&
      this.#messageOpcode === 0 && this.#headLength === 0 && !this.failure;
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
   * @returns A view, valid until the next {@linkcode push} unless it
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
   * Returns whether bytes that come now would be one whole frame: that is what
   * most reads have where each message comes alone.
   */
  isFrame(chunk: Uint8Array): boolean {
    if (this.#inFrame || this.#headLength > 0 || chunk.length < 4) return false;
    const second = chunk[1]!;
    const length = second & 0x7f;
    const size = length === 126 ? chunk[2]! << 8 | chunk[3]! : length;
    return length < 127 && headSize(second) + size === chunk.length;
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
    const { masked, maxMessageBytes } = this.options;
    if (second > 0x7f !== masked) {
      return this.#fail(
        1002,
        masked ? "a frame is not masked" : "a frame is masked",
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
      // A length in more bytes than needed breaks the RFC, but does no harm.
      if (length === 126) {
        length = bytes[at]! << 8 | bytes[at + 1]!;
        at += 2;
      } else if (length === 127) {
        const high = uint32(bytes, at);
        if (high > 0x7fffffff) return this.#fail(1002, "a negative length");
        length = high * 0x100000000 + uint32(bytes, at + 4);
        at += 8;
      }
      if (length > maxMessageBytes - this.#length) {
        return this.#fail(1009, `message over ${maxMessageBytes} bytes`);
      }
    }
    this.#frameOpcode = opcode;
    this.#left = length;
    this.#mask = masked
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

  /** Allocates room for `needed` bytes, and for what else is announced. */
  #grow(needed: number): void {
    const announced = needed + this.#left;
    const least = Math.max(needed, Math.min(announced, TRUSTED_BYTES));
    const room = Math.min(
      Math.max(least, 2 * this.#length),
      this.#final ? announced : this.options.maxMessageBytes,
    );
    const message = borrow(room);
    const before = this.#message;
    if (this.#length > 0) message.set(before.subarray(0, this.#length));
    this.#message = message;
    giveBack(before);
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

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 |
    bytes[at + 3]!) >>> 0;
}
