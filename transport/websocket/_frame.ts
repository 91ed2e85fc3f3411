// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What a frame is (RFC 6455, section 5.2). */
export const Opcode = {
  /** More of a message. */
  Continuation: 0,
  /** Text, or its first part. */
  Text: 1,
  /** Bytes, or their first part. */
  Binary: 2,
  /** Closes the connection. */
  Close: 8,
  /** Asks whether the peer is there. */
  Ping: 9,
  /** Answers a ping. */
  Pong: 10,
} as const;

/** A close code and its reason. */
export interface CloseReason {
  /** The code (RFC 6455, section 7.4). */
  code: number;
  /** The reason. */
  reason: string;
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Returns how many bytes the header of a frame takes.
 *
 * @param length Bytes of the payload.
 * @param masked Whether the frame is masked.
 * @returns 2 to 14.
 */
export function headLength(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 65_536 ? 4 : 10) + (masked ? 4 : 0);
}

/** Returns the size of a header by its second byte. */
export function headSize(second: number): number {
  const length = second & 0x7f;
  return (length === 127 ? 10 : length === 126 ? 4 : 2) +
    (second > 0x7f ? 4 : 0);
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
 * Returns whether a code may be sent in a close frame: 1005, 1006 and 1015
 * never are.
 *
 * @param code The code.
 * @returns Whether it may.
 */
export function isCloseCode(code: number): boolean {
  return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 ||
    code >= 3000 && code <= 4999;
}

/** Reads a close frame; returns `undefined` if it is not valid. */
export function readFarewell(payload: Uint8Array): CloseReason | undefined {
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
