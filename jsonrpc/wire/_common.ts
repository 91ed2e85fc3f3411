// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

const RESPONSE = '{"jsonrpc":"2.0","id":';
const RESULT = ',"result":';
const CALL = '{"jsonrpc":"2.0","method":"';
const ID = '","id":';
const PARAMS = ',"params":';

/** The longest message to read by hand; for longer ones `JSON.parse` is as fast. */
const MAX_LENGTH = 256;

/** As `MAX_LENGTH`, for a batch. */
const MAX_BATCH_LENGTH = 65_536;

/** Up to so many digits every whole number is exact. */
const MAX_DIGITS = 15;

/** The position in the text: one variable is cheaper than an object per text. */
let at = 0;

/**
 * Reads a call or a result, or a batch of them, in the exact form in which this
 * package writes it. Params and results of whole numbers and plain strings are
 * read by hand, in half the time of `JSON.parse`; other values of a single
 * message are handed to `JSON.parse`. Returns `undefined` for any other text,
 * which may still be JSON.
 */
export function decodeCommon(text: string): unknown {
  return decode(text, message);
}

/** Reads a result, or a batch of them, as {@linkcode decodeCommon} does. */
export function decodeResults(text: string): unknown {
  return decode(text, resultOnly);
}

/** Reads a message, which ends with the text if it is the `only` one. */
type Read = (text: string, only: boolean) => unknown;

function decode(text: string, read: Read): unknown {
  const isBatch = text[0] === "[";
  if (text.length > (isBatch ? MAX_BATCH_LENGTH : MAX_LENGTH)) return undefined;
  at = 0;
  const value = isBatch ? batch(text, read) : read(text, true);
  return at === text.length ? value : undefined;
}

function batch(text: string, read: Read): unknown[] | undefined {
  const messages: unknown[] = [];
  do {
    at++;
    const item = read(text, false);
    if (item === undefined) return undefined;
    messages.push(item);
  } while (text[at] === ",");
  return text[at++] === "]" ? messages : undefined;
}

function message(text: string, only: boolean): unknown {
  const begin = at;
  if (follows(text, RESPONSE)) return response(text, only);
  at = begin;
  return follows(text, CALL) ? call(text, only) : undefined;
}

function resultOnly(text: string, only: boolean): unknown {
  return follows(text, RESPONSE) ? response(text, only) : undefined;
}

function response(text: string, only: boolean): unknown {
  const id = integer(text);
  if (id < 0 || !follows(text, RESULT)) return undefined;
  const begin = at;
  let result: unknown = integer(text);
  if (result === -1 || text[at++] !== "}") {
    if (!only) return undefined;
    result = rest(text, begin);
    if (result === undefined) return undefined;
  }
  return { jsonrpc: "2.0", id, result };
}

function call(text: string, only: boolean): unknown {
  const method = string(text);
  if (method === undefined || !follows(text, ID)) return undefined;
  const id = integer(text);
  if (id < 0) return undefined;
  if (text[at] === "}") {
    at++;
    return { jsonrpc: "2.0", method, id };
  }
  if (!follows(text, PARAMS)) return undefined;
  const begin = at;
  let params: unknown = array(text);
  if (params === undefined || text[at++] !== "}") {
    if (!only) return undefined;
    params = rest(text, begin);
    if (params === undefined) return undefined;
  }
  return { jsonrpc: "2.0", method, id, params };
}

/** Reads the value that fills the text from `begin` up to the last brace. */
function rest(text: string, begin: number): unknown {
  if (text.at(-1) !== "}") return undefined;
  at = text.length;
  try {
    return JSON.parse(text.slice(begin, -1));
  } catch {
    return undefined; // There are more members, or it is no JSON.
  }
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
