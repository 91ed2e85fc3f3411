// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Splitting of a stream of bytes into OpenWebNet frames.
 *
 * A frame starts with `*`, ends with the first `##` and contains only digits,
 * `*` and `#`.
 *
 * ```ts
 * import { FrameScanner } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const scanner = new FrameScanner();
 * const bytes = new TextEncoder().encode("*1*1*11##\r\n*#*1##*#4*1");
 * assertEquals(scanner.decode(bytes), ["*1*1*11##", "*#*1##"]);
 * ```
 *
 * @module
 */

import type { Framer } from "@wirekit/transport/stream";

/**
 * Bytes that are not part of a frame: see
 * {@linkcode FrameScannerOptions.onJunk}.
 *
 * @category Frames and messages
 */
export interface Junk {
  /**
   * - `"junk"`: bytes between two frames.
   * - `"foreign"`: a frame with a character that no frame may contain.
   * - `"long"`: a frame over the limit.
   */
  reason: "junk" | "foreign" | "long";
  /** How many bytes were dropped since the last report. */
  bytes: number;
}

/**
 * Options of {@linkcode FrameScanner}.
 *
 * @category Frames and messages
 */
export interface FrameScannerOptions {
  /**
   * Maximum length of a frame, in characters. The longest that a gateway is
   * known to send has 261.
   *
   * @default {1024}
   */
  maxFrameLength?: number;
  /** Called for each run of bytes that was dropped, without the bytes. */
  onJunk?: (junk: Junk) => void;
}

const STAR = 0x2a;
const HASH = 0x23;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

const UTF8 = new TextDecoder();
const LATIN1 = new TextDecoder("latin1");

// The states of the scanner: where in the stream the next byte is.
/** Between two frames. */
const BETWEEN = 0;
/** Inside a frame, after something that is not a `#`. */
const FRAME = 1;
/** Inside a frame, after a `#`. */
const FRAME_HASH = 2;
/** Inside a frame that is being dropped, after something that is not a `#`. */
const DROP = 3;
/** Inside a frame that is being dropped, after a `#`. */
const DROP_HASH = 4;

/**
 * Splits bytes into frames, and writes frames as bytes.
 *
 * It never throws and never gives up: anything that is not a frame is dropped
 * and reported.
 * A bad character or a length over the limit drops everything up to the next
 * `##`, so that the rest of a damaged frame is never taken for another frame.
 * Time is linear in the bytes; memory is bounded by the longest frame.
 *
 * A frame is a slice of the text of its chunk: copy it to keep it for long.
 *
 * @category Frames and messages
 * @example Any chunking gives the same frames
 * ```ts
 * import { FrameScanner } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const scanner = new FrameScanner();
 * const bytes = new TextEncoder().encode("*1*1*12##");
 * assertEquals(scanner.decode(bytes.subarray(0, 8)), []);
 * assertEquals(scanner.pending, 8);
 * assertEquals(scanner.decode(bytes.subarray(8)), ["*1*1*12##"]);
 * ```
 */
export class FrameScanner implements Framer<string> {
  readonly #maxFrameLength: number;
  readonly #onJunk: ((junk: Junk) => void) | undefined;
  #state: number = BETWEEN;
  /** The part of the unfinished frame that came in earlier chunks. */
  #head = "";
  /** Bytes of the frame that is being dropped. */
  #dropped = 0;
  #reason: "foreign" | "long" = "foreign";

  /**
   * Creates a scanner for one connection.
   *
   * @param options The limit, and what to call for junk.
   * @throws {RangeError} If the limit is not a positive integer.
   */
  constructor(options: FrameScannerOptions = {}) {
    const { maxFrameLength = 1024, onJunk } = options;
    if (!Number.isSafeInteger(maxFrameLength) || maxFrameLength < 1) {
      throw new RangeError(
        `maxFrameLength must be a positive integer: received ${maxFrameLength}`,
      );
    }
    this.#maxFrameLength = maxFrameLength;
    this.#onJunk = onJunk;
  }

  /** The number of bytes of the unfinished frame so far. */
  get pending(): number {
    return this.#head.length + this.#dropped;
  }

  /**
   * Takes the next bytes of the stream and keeps the unfinished tail.
   *
   * @param chunk The bytes. They are not kept beyond the call.
   * @returns The frames that `chunk` completes, terminators included.
   */
  decode(chunk: Uint8Array): string[] {
    const frames: string[] = [];
    const length = chunk.length;
    const max = this.#maxFrameLength;
    let text = "";
    let state: number = this.#state;
    let junk = 0;
    // The unfinished frame starts here; negative if it began in an earlier
    // chunk.
    let start = -this.#head.length;
    for (let i = 0; i < length; i++) {
      const byte = chunk[i]!;
      switch (state) {
        case BETWEEN:
          if (byte === STAR) {
            if (junk > 0) this.#report("junk", junk);
            junk = 0;
            const end = endOf(chunk, i, max);
            if (end > 0) {
              text ||= toText(chunk);
              // V8 compiles this into the loop, and calls `push()`.
              frames[frames.length] = text.slice(i, end);
              i = end - 1;
            } else {
              start = i;
              state = FRAME;
            }
          } else {
            junk++;
          }
          break;
        case FRAME:
        case FRAME_HASH:
          if (i - start >= max) {
            this.#drop("long", i - start + 1);
            if (byte !== HASH) {
              state = DROP;
            } else if (state === FRAME) {
              state = DROP_HASH;
            } else {
              state = this.#dropEnd();
            }
          } else if (byte === HASH) {
            if (state === FRAME) {
              state = FRAME_HASH;
            } else {
              text ||= toText(chunk);
              frames.push(
                start < 0
                  ? this.#head + text.slice(0, i + 1)
                  : text.slice(start, i + 1),
              );
              this.#head = "";
              state = BETWEEN;
            }
          } else if (byte === STAR || (byte >= DIGIT_0 && byte <= DIGIT_9)) {
            state = FRAME;
          } else {
            this.#drop("foreign", i - start + 1);
            state = DROP;
          }
          break;
        default:
          this.#dropped++;
          if (byte !== HASH) {
            state = DROP;
          } else if (state === DROP) {
            state = DROP_HASH;
          } else {
            state = this.#dropEnd();
          }
      }
    }
    if (junk > 0) this.#report("junk", junk);
    if (state === FRAME || state === FRAME_HASH) {
      text ||= toText(chunk);
      this.#head = start < 0 ? this.#head + text : text.slice(start);
    }
    this.#state = state;
    return frames;
  }

  /**
   * Returns a frame as it goes on the wire.
   *
   * @param message The frame.
   * @returns Its bytes.
   * @throws {TypeError} If it is not exactly one frame.
   */
  encode(message: string): Uint8Array<ArrayBuffer> {
    if (!isFrame(message)) {
      throw new TypeError(
        `Cannot send ${
          JSON.stringify(message.slice(0, 64))
        }: it is not a frame`,
      );
    }
    return new TextEncoder().encode(message);
  }

  #drop(reason: "foreign" | "long", bytes: number): void {
    this.#reason = reason;
    this.#dropped = bytes;
    this.#head = "";
  }

  #dropEnd(): typeof BETWEEN {
    this.#report(this.#reason, this.#dropped);
    this.#dropped = 0;
    return BETWEEN;
  }

  #report(reason: Junk["reason"], bytes: number): void {
    this.#onJunk?.({ reason, bytes });
  }
}

/**
 * Finds the end of a frame that a chunk contains as a whole, as most are. The
 * loop takes a few instructions per byte.
 *
 * @returns The index after its `##`; 0 if it is cut, too long or not a frame.
 */
function endOf(chunk: Uint8Array, start: number, max: number): number {
  const stop = Math.min(chunk.length, start + max) - 1;
  for (let i = start + 1; i < stop; i++) {
    const byte = chunk[i]!;
    if (byte >= DIGIT_0) {
      if (byte > DIGIT_9) return 0;
    } else if (byte === HASH) {
      if (chunk[i + 1] === HASH) return i + 2;
    } else if (byte !== STAR) {
      return 0;
    }
  }
  return 0;
}

/** Returns a text with one character for each byte, the same if it is ASCII. */
function toText(chunk: Uint8Array): string {
  const text = UTF8.decode(chunk);
  // Much faster than Latin-1. If the length is the same, no two bytes became
  // one character.
  return text.length === chunk.length ? text : LATIN1.decode(chunk);
}

/**
 * Tells whether a text is exactly one frame: a `*`, fields of digits and `#`
 * separated by `*`, and the first `##` at its end.
 *
 * @category Frames and messages
 * @param text The text.
 * @returns Whether it is one frame.
 *
 * @example Check a frame
 * ```ts
 * import { isFrame } from "@wirekit/openwebnet";
 * import { assert } from "@std/assert";
 *
 * assert(isFrame("*1*1*12##"));
 * assert(!isFrame("*1*1*12"));
 * assert(!isFrame("*1*1*12##*1*0*12##"));
 * ```
 */
export function isFrame(text: string): boolean {
  const last = text.length - 1;
  if (last < 2 || text.charCodeAt(0) !== STAR) return false;
  for (let i = 1; i <= last; i++) {
    const code = text.charCodeAt(i);
    if (code === HASH) {
      if (text.charCodeAt(i - 1) === HASH) return i === last;
    } else if (code !== STAR && (code < DIGIT_0 || code > DIGIT_9)) {
      return false;
    }
  }
  return false;
}
