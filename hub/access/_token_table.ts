// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  canHash,
  fingerprint,
  isSame,
  tokenFault,
} from "@wirekit/transport/pages";
import { isToolName, matcherOf } from "./_pattern.ts";
import { fullPass, type Pass } from "./pass.ts";
import type { Right, Token } from "./tokens.ts";

/** The most tokens of a hub: each costs a comparison for each stranger. */
export const MAX_TOKENS = 10_000;

/** Whom a token that may only watch reaches: without a name, or as a command. */
const HUB_ONLY: Pick<Pass, "mayReachAll" | "mayAsk" | "mayInform"> = {
  mayReachAll: false,
  mayAsk: (name) => name === "@hub",
  mayInform: () => false,
};

/** A token that has been read. */
interface Entry {
  readonly fingerprint: Uint8Array;
  readonly expires: number;
  readonly pass: Pass;
}

/** A pass, and what token it is of. */
export interface Grant {
  readonly pass: Pass;
  /** Tells the token from all others, also after they were read again. */
  readonly token: Uint8Array;
}

/**
 * The tokens of a hub. Each attempt costs one hash for each text, and a
 * comparison with all tokens, which takes the same time whatever was given.
 */
export class TokenTable {
  readonly #master: Entry | undefined;
  #entries: readonly Entry[] = [];
  /** When the next one ends. */
  expires = Infinity;

  /**
   * Makes a table of the one token for everything, if there is one, and others.
   *
   * @throws {TypeError} If one is not valid. The message says which.
   */
  constructor(master: string | undefined, tokens: readonly Token[] = []) {
    const fault = master === undefined ? undefined : tokenFault(master);
    if (fault) throw new TypeError(`Cannot use the token: it ${fault}`);
    this.#master = master === undefined ? undefined : {
      fingerprint: fingerprint(master),
      expires: Infinity,
      pass: fullPass("token"),
    };
    this.replace(tokens);
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** Takes other tokens instead of those before. */
  replace(tokens: readonly Token[]): void {
    const entries = tokens.map((token, at) => entryOf(token, at));
    if (this.#master) entries.push(this.#master);
    if (entries.length > MAX_TOKENS) {
      throw new TypeError(`There are more than ${MAX_TOKENS} tokens`);
    }
    this.#entries = entries;
    this.#schedule();
  }

  /** Returns what the first of some texts that is a token allows. */
  find(texts: readonly string[]): Grant | undefined {
    let found: Entry | undefined;
    for (const text of texts) {
      found = this.#entryOf(fingerprint(text)) ?? found;
    }
    return found && { pass: found.pass, token: found.fingerprint };
  }

  /** Returns what a token allows now that was found before. */
  renewed(token: Uint8Array): Pass | undefined {
    return this.#entryOf(token)?.pass;
  }

  #entryOf(token: Uint8Array): Entry | undefined {
    const time = Date.now();
    let found: Entry | undefined;
    for (const entry of this.#entries) {
      if (isSame(token, entry.fingerprint) && entry.expires > time) {
        found = entry;
      }
    }
    return found;
  }

  /** Notes when the next token ends. */
  #schedule(): void {
    const time = Date.now();
    this.expires = Math.min(
      Infinity,
      ...this.#entries.map(({ expires }) => expires).filter((at) => at > time),
    );
  }

  /** Goes on to the next end, after one of them. */
  passed(): void {
    this.#schedule();
  }
}

function entryOf(given: Token, at: number): Entry {
  const { label, token, sha256, names = [], rights = [], expires } = given;
  const where = typeof label === "string" && label !== ""
    ? `The token ${JSON.stringify(label)}`
    : `tokens[${at}]`;
  const wrong = (what: string) => new TypeError(`${where} ${what}`);
  if (typeof label !== "string" || label === "") throw wrong("has no label");
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(label)) {
    throw wrong("has a label with characters that a log cannot show");
  }
  if ((token === undefined) === (sha256 === undefined)) {
    throw wrong("must have either a token or a sha256");
  }
  if (token !== undefined && typeof token !== "string") {
    throw wrong("has a token that is not a text");
  }
  const fault = token === undefined ? undefined : tokenFault(token);
  if (fault) throw wrong(`has a token that ${fault}`);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(String(sha256))) {
    throw wrong("has a sha256 that is not 64 hexadecimal digits");
  }
  if (sha256 !== undefined && !canHash()) {
    throw wrong("has a sha256, which cannot be computed here");
  }
  if (names.length === 0 && rights.length === 0) {
    throw wrong("allows nothing: give it names or rights");
  }
  const ends = expires === undefined ? Infinity : Date.parse(expires);
  if (Number.isNaN(ends)) throw wrong("has an expires that is not a date");
  const may = (right: Right) => rights.includes(right);
  const isOwn = matcherOf(names);
  const isTool = (name: string) => rights.length > 0 && isToolName(name);
  const isOfPrograms = names.length > 0 || may("operate");
  const pass: Pass = {
    ...fullPass(label),
    ...(!isOfPrograms && HUB_ONLY),
    mayWatch: may("watch") || may("operate"),
    mayOperate: may("operate"),
    mayTake: (name) => isOwn(name) || isTool(name),
    named: (name) =>
      isOwn(name) || may("operate") ? pass : { ...pass, ...HUB_ONLY },
  };
  return {
    fingerprint: token === undefined ? bytesOf(sha256!) : fingerprint(token),
    expires: ends,
    pass,
  };
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (pair) => parseInt(pair, 16));
}
