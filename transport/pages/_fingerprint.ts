// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type * as NodeCrypto from "node:crypto";

const encoder = new TextEncoder();

/**
 * Node's, because that of the Web answers later, and a client that speaks first
 * must not wait. A browser has none.
 */
let createHash: (typeof NodeCrypto)["createHash"] | undefined;

/**
 * Returns whether a token can be known by its SHA-256: not in a browser.
 *
 * @category Pages
 */
export function canHash(): boolean {
  if (!createHash) {
    const { process } = globalThis as {
      process?: { getBuiltinModule?(name: string): typeof NodeCrypto };
    };
    createHash = process?.getBuiltinModule?.("node:crypto").createHash;
  }
  return createHash !== undefined;
}

/**
 * Returns the SHA-256 of a token; in a browser its bytes.
 *
 * @category Pages
 */
export function fingerprint(token: string): Uint8Array {
  return canHash()
    ? createHash!("sha256").update(token).digest()
    : encoder.encode(token);
}

/**
 * Returns whether two fingerprints are equal, in a time that depends only on
 * the length of `given`.
 *
 * @category Pages
 */
export function isSame(given: Uint8Array, known: Uint8Array): boolean {
  let difference = given.length ^ known.length;
  for (let i = 0; i < given.length; i++) {
    difference |= given[i]! ^ known[i % known.length]!;
  }
  return difference === 0;
}
