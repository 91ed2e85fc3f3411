// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The arithmetic of OpenWebNet passwords.
 *
 * ```ts
 * import { openAnswer } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(openAnswer("12345", "603356072"), "25280520");
 * ```
 *
 * @module
 */

/**
 * The hash of an HMAC handshake: `*98*1##` and `*98*2##`.
 *
 * @category Sessions and passwords
 */
export type HmacAlgorithm = "sha1" | "sha256";

/**
 * The input for both proofs of an HMAC handshake.
 *
 * @category Sessions and passwords
 */
export interface HmacInput {
  /** The hash. */
  algorithm: HmacAlgorithm;
  /** The password. */
  password: string;
  /** The number that the gateway chose: 20 or 32 bytes. */
  serverNonce: Uint8Array;
  /** The number that the client chose: 20 or 32 bytes. */
  clientNonce: Uint8Array;
}

/**
 * The two proofs of an HMAC handshake.
 *
 * @category Sessions and passwords
 */
export interface HmacProofs {
  /** The proof of the client. */
  client: Uint8Array<ArrayBuffer>;
  /** The proof of the gateway. */
  server: Uint8Array<ArrayBuffer>;
}

const HASHES = { sha1: "SHA-1", sha256: "SHA-256" } as const;
const HASH_BYTES = { sha1: 20, sha256: 32 } as const;

// The client's proof contains both, exactly as here. The document calls them
// "copen" and "sopen"; the bytes are "sope>" and "cope>".
const A = "736F70653E";
const B = "636F70653E";

/**
 * Answers the nonce of an OPEN handshake.
 *
 * @category Sessions and passwords
 * @param password The password in digits, used as a 32-bit number, so leading
 * zeros do not count.
 * @param nonce The digits of the nonce.
 * @returns The digits of the answer.
 * @throws {RangeError} If the password is not a 32-bit number, or the nonce is
 * not digits.
 *
 * @example Answer a nonce
 * ```ts
 * import { openAnswer } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(openAnswer("12345", "392005583"), "4022796255");
 * ```
 */
export function openAnswer(password: string, nonce: string): string {
  const key = isDigits(password) ? Number(password) : NaN;
  if (!(key <= 0xffffffff)) {
    throw new RangeError(
      "The OPEN password must be digits, at most 4294967295",
    );
  }
  if (!isDigits(nonce)) throw new RangeError("The nonce must be digits");
  let word = 0;
  let loaded = false;
  for (let i = 0; i < nonce.length; i++) {
    const digit = nonce.charCodeAt(i) - 0x30;
    if (digit !== 0 && !loaded) {
      loaded = true;
      word = key;
    }
    word = step(word, digit);
  }
  return `${word}`;
}

/** Applies a digit of the nonce to the 32 bits. */
function step(word: number, digit: number): number {
  switch (digit) {
    case 1:
      return rotateLeft(word, 25);
    case 2:
      return rotateLeft(word, 28);
    case 3:
      return rotateLeft(word, 29);
    case 4:
      return rotateLeft(word, 1);
    case 5:
      return rotateLeft(word, 5);
    case 6:
      return rotateLeft(word, 12);
    case 7: // Bytes a b c d become d a c b.
      return ((word << 24) | ((word >>> 8) & 0xff0000) | (word & 0xff00) |
        ((word >>> 16) & 0xff)) >>> 0;
    case 8: // Bytes a b c d become c d b a.
      return ((word << 16) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
    case 9:
      return ~word >>> 0;
    default:
      return word;
  }
}

function rotateLeft(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0;
}

/**
 * Computes both proofs of an HMAC handshake. Despite its name, a proof is a
 * plain hash of the hexadecimal texts of the two nonces and of the hashed
 * password.
 *
 * @category Sessions and passwords
 * @param input The hash, the password and the nonces.
 * @returns The proofs.
 * @throws {RangeError} If a nonce does not have as many bytes as the hash.
 *
 * @example Compute the proofs
 * ```ts
 * import { hmacProofs } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const { client, server } = await hmacProofs({
 *   algorithm: "sha256",
 *   password: "0123456789abcdefghijABCDEFGHIJ",
 *   serverNonce: new Uint8Array(32),
 *   clientNonce: new Uint8Array(32).fill(0xff),
 * });
 * assertEquals([client[0], server[0]], [0x06, 0x80]);
 * ```
 */
export async function hmacProofs(input: HmacInput): Promise<HmacProofs> {
  const { algorithm, password, serverNonce, clientNonce } = input;
  const bytes = HASH_BYTES[algorithm];
  if (serverNonce.length !== bytes || clientNonce.length !== bytes) {
    throw new RangeError(`A nonce for ${HASHES[algorithm]} has ${bytes} bytes`);
  }
  const key = toHex(await hash(algorithm, password));
  const nonces = toHex(serverNonce) + toHex(clientNonce);
  return {
    client: await hash(algorithm, nonces + A + B + key),
    server: await hash(algorithm, nonces + key),
  };
}

/**
 * Creates a nonce of the length that an algorithm needs.
 *
 * @param algorithm The hash.
 * @returns Random bytes.
 */
export function makeNonce(algorithm: HmacAlgorithm): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(HASH_BYTES[algorithm]));
}

/**
 * Writes bytes as the digits of an HMAC handshake: each half of a byte as two
 * decimal digits, `00` to `15`.
 *
 * @param bytes The bytes.
 * @returns Four digits for each byte.
 */
export function toDigits(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes) {
    digits += twoDigits(byte >> 4) + twoDigits(byte & 15);
  }
  return digits;
}

/**
 * Reads the digits of an HMAC handshake.
 *
 * @param digits The digits.
 * @param algorithm The hash, which determines how many there must be.
 * @returns The bytes.
 * @throws {SyntaxError} If their number is wrong, or a pair is over 15.
 */
export function fromDigits(
  digits: string,
  algorithm: HmacAlgorithm,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HASH_BYTES[algorithm]);
  if (digits.length !== bytes.length * 4 || !isDigits(digits)) {
    throw new SyntaxError(
      `Cannot parse a number of the handshake: expected ${
        bytes.length * 4
      } digits for ${HASHES[algorithm]}`,
    );
  }
  for (let i = 0; i < bytes.length; i++) {
    const high = Number(digits.slice(i * 4, i * 4 + 2));
    const low = Number(digits.slice(i * 4 + 2, i * 4 + 4));
    if (high > 15 || low > 15) {
      throw new SyntaxError(
        "Cannot parse a number of the handshake: a pair of digits is over 15",
      );
    }
    bytes[i] = high << 4 | low;
  }
  return bytes;
}

/**
 * Compares two proofs in a time that does not reveal where they differ.
 *
 * @param a One proof.
 * @param b The other proof.
 * @returns Whether they are the same.
 */
export function sameProof(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}

async function hash(
  algorithm: HmacAlgorithm,
  text: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest(HASHES[algorithm], bytes));
}

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text !== "";
}
