// Copyright 2026 the Wirekit authors. MIT license.

import { fingerprint, isSame, secret } from "@wirekit/transport/pages";

/** The most addresses that have not been opened. */
const MAX_TOKENS = 100;

/** The tokens in addresses that were printed, each of which lets in once. */
export class Tokens {
  readonly #fingerprints: Uint8Array[] = [];

  /** Makes one; the oldest of too many is forgotten. */
  make(): string {
    const token = secret();
    this.#fingerprints.push(fingerprint(token));
    if (this.#fingerprints.length > MAX_TOKENS) this.#fingerprints.shift();
    return token;
  }

  /** Takes the first of some texts that is a token; returns whether one is. */
  take(texts: readonly string[]): boolean {
    const given = texts.map(fingerprint);
    const at = this.#fingerprints.findIndex((token) =>
      given.some((each) => isSame(each, token))
    );
    if (at >= 0) this.#fingerprints.splice(at, 1);
    return at >= 0;
  }
}
