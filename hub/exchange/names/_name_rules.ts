// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Gauge } from "@wirekit/internal/limits";
import type { Party } from "../_party.ts";
import { type Fault, fault } from "../fault.ts";
import type { ExchangeOptions } from "../options.ts";
import { plain } from "../_verdicts.ts";

/**
 * The name of the hub itself, as JSON text: nobody can take it.
 *
 * @category Participants and doors
 */
export const HUB = '"@hub"';

const encoder = new TextEncoder();

/** What names look like, by `nameCharacters`. */
const NAME_REGEXPS = {
  any: /^/,
  // No control characters, ends of lines, halves of characters, and what cannot
  // be seen or turns text around, which lets one name look like another. Joiners
  // are part of some letters and pictures, and blanks stand between others.
  visible:
    /^(?! )(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Z}]| (?!$)|(?<=\P{ASCII})[\u200c\u200d](?=\P{ASCII}))*$/u,
  ascii: /^[A-Za-z0-9._:@/-]*$/,
} as const;

/** What a name may look like. */
export class NameRules {
  readonly maxBytes: number;
  /** How long names were. */
  readonly bytes: Gauge;
  readonly #characters: keyof typeof NAME_REGEXPS;

  constructor(
    { maxNameBytes, nameCharacters }: Required<
      Pick<ExchangeOptions, "maxNameBytes" | "nameCharacters">
    >,
  ) {
    if (!Object.hasOwn(NAME_REGEXPS, nameCharacters)) {
      throw new TypeError(
        `nameCharacters must be "any", "visible" or "ascii": got ${
          JSON.stringify(nameCharacters)
        }`,
      );
    }
    this.maxBytes = maxNameBytes;
    this.bytes = new Gauge("maxNameBytes", maxNameBytes);
    this.#characters = nameCharacters;
  }

  /** Returns why a party cannot have a name, if so. */
  check(name: string, party: Party): Fault | undefined {
    const { maxBytes } = this;
    const bytes = name.length > maxBytes
      ? Infinity
      : encoder.encode(name).length;
    if (bytes > maxBytes) {
      party.meet(this.bytes);
      const text = `The name is longer than ${maxBytes} bytes of JSON text.`;
      return fault("NameRefused", text);
    }
    if (!NAME_REGEXPS[this.#characters].test(plain(name))) {
      const text = this.#characters === "ascii"
        ? "The name has characters besides letters, digits and -_.:@/"
        : "The name has characters that cannot be seen.";
      return fault("NameRefused", text);
    }
    if (bytes > this.bytes.peak) this.bytes.peak = bytes;
    return name === HUB
      ? fault("NameRefused", `The name ${HUB} is the hub's own.`)
      : undefined;
  }
}
