// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The text that is appended to every key (RFC 6455, section 1.3). */
export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Returns the answer of a server to the key of a client. */
export function acceptKey(key: string): string {
  return btoa(String.fromCharCode(...sha1(key + GUID)));
}

/**
 * Hashes a text of ASCII with SHA-1 (RFC 3174). A handshake has two blocks, for
 * which `crypto.subtle` takes thirty times as long: it works on another thread.
 */
function sha1(text: string): Uint8Array {
  const { length } = text;
  const blocks = new DataView(new ArrayBuffer((length + 72) & ~63));
  for (let i = 0; i < length; i++) blocks.setUint8(i, text.charCodeAt(i));
  blocks.setUint8(length, 0x80);
  blocks.setUint32(blocks.byteLength - 4, 8 * length);
  const hash = Int32Array.of(
    0x67452301,
    0xefcdab89,
    0x98badcfe,
    0x10325476,
    0xc3d2e1f0,
  );
  for (let at = 0; at < blocks.byteLength; at += 64) digest(blocks, at, hash);
  const bytes = new DataView(new ArrayBuffer(20));
  hash.forEach((word, i) => bytes.setInt32(4 * i, word));
  return new Uint8Array(bytes.buffer);
}

const WORDS = new Int32Array(80);

/** Mixes one block into a hash. */
function digest(blocks: DataView, at: number, hash: Int32Array): void {
  for (let i = 0; i < 16; i++) WORDS[i] = blocks.getInt32(at + 4 * i);
  for (let i = 16; i < 80; i++) {
    WORDS[i] = turn(
      WORDS[i - 3]! ^ WORDS[i - 8]! ^ WORDS[i - 14]! ^ WORDS[i - 16]!,
      1,
    );
  }
  let [a, b, c, d, e] = hash as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < 80; i++) {
    const mixed = i < 20
      ? ((b & c) | (~b & d)) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (turn(a, 5) + mixed + e + WORDS[i]!) | 0;
    e = d;
    d = c;
    c = turn(b, 30);
    b = a;
    a = next;
  }
  [a, b, c, d, e].forEach((word, i) => hash[i]! += word);
}

/** Rotates a word to the left. */
function turn(word: number, bits: number): number {
  return word << bits | word >>> (32 - bits);
}
