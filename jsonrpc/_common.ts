// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

const RESPONSE = '{"jsonrpc":"2.0","id":';
const RESULT = ',"result":';
const CALL = '{"jsonrpc":"2.0","method":"';
const ID = '","id":';
const PARAMS = ',"params":';

/** What is longer is left to `JSON.parse`, which is as fast there. */
const MAX_LENGTH = 256;

/** The same of a batch. */
const MAX_BATCH_LENGTH = 65_536;

/** Digits that any number can have and be exact. */
const MAX_DIGITS = 15;

/** Where the text is read: one variable is cheaper than a reader for each. */
let at = 0;

/**
 * Reads a message of the most common shape, or a batch of them, as `JSON.parse`
 * would, in half the time: as this package writes it, with whole numbers and
 * short strings alone. Returns `undefined` for any other text.
 */
export function decodeCommon(text: string): unknown {
  const isBatch = text[0] === "[";
  if (text.length > (isBatch ? MAX_BATCH_LENGTH : MAX_LENGTH)) return undefined;
  at = 0;
  const value = isBatch ? batch(text) : message(text);
  return at === text.length ? value : undefined;
}

function batch(text: string): unknown[] | undefined {
  const messages: unknown[] = [];
  do {
    at++;
    const item = message(text);
    if (item === undefined) return undefined;
    messages.push(item);
  } while (text[at] === ",");
  return text[at++] === "]" ? messages : undefined;
}

function message(text: string): unknown {
  const begin = at;
  if (follows(text, RESPONSE)) return response(text);
  at = begin;
  return follows(text, CALL) ? call(text) : undefined;
}

function response(text: string): unknown {
  const id = integer(text);
  if (id < 0 || !follows(text, RESULT)) return undefined;
  const result = integer(text);
  return result >= 0 && text[at++] === "}"
    ? { jsonrpc: "2.0", id, result }
    : undefined;
}

function call(text: string): unknown {
  const method = string(text);
  if (method === undefined || !follows(text, ID)) return undefined;
  const id = integer(text);
  if (id < 0) return undefined;
  if (text[at] === "}") {
    at++;
    return { jsonrpc: "2.0", method, id };
  }
  if (!follows(text, PARAMS)) return undefined;
  const params = array(text);
  return params && text[at++] === "}"
    ? { jsonrpc: "2.0", method, id, params }
    : undefined;
}

/** Reads `[…]`. */
function array(text: string): unknown[] | undefined {
  if (text[at++] !== "[") return undefined;
  const items: unknown[] = [];
  for (;;) {
    if (text[at] === '"') {
      at++;
      const item = string(text);
      if (item === undefined) return undefined;
      items.push(item);
      at++;
    } else {
      const item = integer(text);
      if (item < 0) return undefined;
      items.push(item);
    }
    const next = text[at++];
    if (next === "]") return items;
    if (next !== ",") return undefined;
  }
}

/** Reads up to the closing quote, if nothing is escaped. */
function string(text: string): string | undefined {
  const begin = at;
  for (;; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return text.slice(begin, at);
    // A backslash, a control character, or the end of the text.
    if (code === 0x5c || !(code >= 0x20)) return undefined;
  }
}

/** Reads a whole number; returns -1 if there is none. */
function integer(text: string): number {
  const begin = at;
  let value = 0;
  for (let digit; (digit = text.charCodeAt(at) - 0x30) >= 0; at++) {
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  const length = at - begin;
  const hasZeros = length > 1 && text[begin] === "0";
  return length === 0 || length > MAX_DIGITS || hasZeros ? -1 : value;
}

function follows(text: string, part: string): boolean {
  const begin = at;
  at += part.length;
  return text.slice(begin, at) === part;
}
