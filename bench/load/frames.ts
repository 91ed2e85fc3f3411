// Copyright 2026 the Wirekit authors. MIT license.

/** Messages as they go on the wire, built beforehand. */

/** How messages are told apart: frames of a WebSocket, or lines. */
export type Framing = "ws" | "line";

/** Not zero, so that the server has to unmask as for any client. */
const MASK = [0x37, 0xfa, 0x21, 0x3d];

const ENCODER = new TextEncoder();

const NEWLINE = 10;
/** How a message begins and ends. */
const [OPEN, CLOSE] = ENCODER.encode("{}");

/** A message ready to send, some of whose bytes can be changed. */
export class Frame {
  /** All bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #start: number;
  readonly #mask: readonly number[];

  /**
   * Frames a message.
   *
   * @param text The message.
   * @param framing How.
   */
  constructor(text: string, framing: Framing) {
    const payload = ENCODER.encode(text);
    const { length } = payload;
    if (framing === "line") {
      this.#start = 0;
      this.#mask = [0, 0, 0, 0];
      this.bytes = new Uint8Array(length + 1);
      this.bytes[length] = 10;
    } else {
      const extra = length < 126 ? 0 : length < 65536 ? 2 : 8;
      this.#start = 6 + extra;
      this.#mask = MASK;
      this.bytes = new Uint8Array(this.#start + length);
      const view = new DataView(this.bytes.buffer);
      this.bytes[0] = 0x81;
      this.bytes[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
      if (extra === 2) view.setUint16(2, length);
      if (extra === 8) view.setBigUint64(2, BigInt(length));
      this.bytes.set(MASK, 2 + extra);
    }
    this.patch(0, payload, 0, length);
  }

  /**
   * Replaces bytes of the message.
   *
   * @param at Where in the message.
   * @param from Holds the bytes.
   * @param start Where they start.
   * @param length How many.
   */
  patch(at: number, from: Uint8Array, start: number, length: number): void {
    const { bytes } = this;
    const mask = this.#mask;
    const begin = this.#start + at;
    for (let i = 0; i < length; i++) {
      bytes[begin + i] = from[start + i]! ^ mask[(at + i) & 3]!;
    }
  }
}

/** A message of a stock winerp client, with its keys in its order. */
export interface Message {
  /** The sender. */
  id: string;
  /** What it is. */
  type: number;
  /** The route, or the receivers. */
  route?: string | string[] | null;
  /** What it carries. */
  data?: unknown;
  /** What the answer will carry too. */
  uuid?: string | null;
  /** The receiver. */
  destination?: string | null;
}

/**
 * Writes a message as stock winerp clients do.
 *
 * @param message The message.
 * @returns It, as JSON.
 */
export function compose(
  { id, type, route = null, data = {}, uuid = null, destination = null }:
    Message,
): string {
  return JSON.stringify({
    id,
    type,
    route,
    traceback: null,
    data,
    uuid,
    destination,
    pseudo_object: null,
  });
}

/**
 * Writes a call of JSON-RPC.
 *
 * @param id What the answer will carry too.
 * @returns It, as JSON.
 */
export function composeCall(id: string): string {
  return JSON.stringify({ jsonrpc: "2.0", method: "sum", params: [1, 2], id });
}

/** Takes what a server sends apart. Fragments are not expected. */
export class Reader {
  /** Where the message starts that {@linkcode Reader.next} found. */
  start = 0;
  /** Where it ends. */
  end = 0;
  /** Where what was not looked at yet starts. */
  at = 0;
  /** How many bytes the message that is not complete takes, if that is known. */
  wanted = 0;
  /** What it is: 1 for text. */
  opcode = 1;
  /** The length of the last line: the next one is mostly as long. */
  #line = 0;

  /**
   * Finds the next message.
   *
   * @param bytes Holds it.
   * @param length Where what was received ends.
   * @param framing How messages are told apart.
   * @returns Whether there is one.
   */
  next(bytes: Uint8Array, length: number, framing: Framing): boolean {
    const { at } = this;
    if (framing === "line") return this.#nextLine(bytes, length);
    this.wanted = 0;
    if (length - at < 2) return false;
    let size = bytes[at + 1]!;
    let start = at + 2;
    if (size === 126) {
      if (length - at < 4) return false;
      size = bytes[at + 2]! << 8 | bytes[at + 3]!;
      start += 2;
    } else if (size === 127) {
      if (length - at < 10) return false;
      size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 6);
      start += 8;
    }
    this.wanted = start + size - at;
    if (start + size > length) return false;
    this.opcode = bytes[at]! & 15;
    this.start = start;
    this.end = start + size;
    this.at = this.end;
    return true;
  }

  /**
   * Finds the next line. It looks where the last one would end, or else through
   * all bytes, once they end a line: a native client would search at more than
   * ten times the speed of JavaScript, and a frame tells its length.
   */
  #nextLine(bytes: Uint8Array, length: number): boolean {
    const { at } = this;
    let end = at + this.#line;
    const isAsLong = end < length && bytes[end] === NEWLINE &&
      bytes[at] === OPEN && bytes[end - 1] === CLOSE &&
      (end + 1 === length || bytes[end + 1] === OPEN);
    if (!isAsLong) {
      if (at === length || end >= length && bytes[length - 1] !== NEWLINE) {
        return false;
      }
      const found = bytes.subarray(at, length).indexOf(NEWLINE);
      if (found < 0) return false;
      end = at + found;
    }
    this.#line = end - at;
    this.start = at;
    this.end = end;
    this.at = end + 1;
    return true;
  }
}
