// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Deepest nesting of arrays and objects in what is sent. orjson, with which
 * winerp reads, fails a little over this, and a winerp server then cuts the
 * sender.
 */
export const MAX_DEPTH = 250;

/** The largest safe integer has 16 digits, so no lossy one has less. */
const MIN_DIGITS = 16;

/** Every string and every number of a JSON text. */
const TOKEN_REGEXP = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** An integer that may be lossy as a number and may fit in 64 bits. */
const LONG_INTEGER_REGEXP = /^-?[1-9]\d{15,19}$/;

/** The escape of a lone surrogate; or any other, to step over it as a whole. */
const ESCAPE_REGEXP = /\\(ud[89a-f][0-9a-f]{2}|.)/g;

/**
 * Parses JSON. An integer of up to 64 bits that is no safe integer becomes a
 * `bigint`, every other number a `number`.
 */
export function parse(text: string): unknown {
  return hasLongNumber(text) ? parseExact(text) : JSON.parse(text);
}

/**
 * Writes a value as JSON that every winerp peer can read. A `bigint` becomes an
 * integer, `undefined` becomes null, a lone surrogate U+FFFD.
 */
export function stringify(value: unknown): string {
  let text = stringifyPlain(value);
  // JSON.stringify writes NaN and the infinities as null.
  if (text.includes("null")) JSON.stringify(value, refuseNonFinite);
  if (text.includes("\\ud")) text = text.replace(ESCAPE_REGEXP, wellFormed);
  if (text.length > 2 * MAX_DEPTH) checkDepth(text);
  return text;
}

/** Writes a name as JSON. */
export function quote(name: string): string {
  return JSON.stringify(name.toWellFormed());
}

/** Whether a value is what JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Looks at every 16th character only: a long number cannot hide in between. */
function hasLongNumber(text: string): boolean {
  for (let i = MIN_DIGITS - 1; i < text.length; i += MIN_DIGITS) {
    if (!isDigit(text, i)) continue;
    let start = i;
    while (isDigit(text, start - 1)) start--;
    let end = i + 1;
    while (isDigit(text, end)) end++;
    if (end - start >= MIN_DIGITS) return true;
  }
  return false;
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x30 && code <= 0x39;
}

/** Measured as fast as the third argument of a reviver, and runs everywhere. */
function parseExact(text: string): unknown {
  const mark = crypto.randomUUID(); // so nothing in `text` can imitate it
  let found = false;
  const marked = text.replace(TOKEN_REGEXP, (token) => {
    if (!isLossy(token)) return token;
    found = true;
    return `"${mark}${token}"`;
  });
  if (!found) return JSON.parse(text);
  return JSON.parse(
    marked,
    (_key, value) =>
      typeof value === "string" && value.startsWith(mark)
        ? BigInt(value.slice(mark.length))
        : value,
  );
}

function isLossy(token: string): boolean {
  return LONG_INTEGER_REGEXP.test(token) &&
    !Number.isSafeInteger(Number(token)) && fits64Bits(BigInt(token));
}

function fits64Bits(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value ||
    BigInt.asUintN(64, value) === value;
}

function stringifyPlain(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return stringifyExact(value);
  }
}

function stringifyExact(value: unknown): string {
  const mark = crypto.randomUUID();
  const marked = JSON.stringify(value, (_key, value) => {
    if (typeof value !== "bigint") return value;
    if (fits64Bits(value)) return mark + value;
    throw new RangeError(`Cannot send ${value}: it has more than 64 bits`);
  });
  return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}

function refuseNonFinite(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`Cannot send ${value}: JSON has no such number`);
  }
  return typeof value === "bigint" ? 0 : value;
}

function wellFormed(escape: string, code: string): string {
  return code.length > 1 ? "\uFFFD" : escape;
}

function checkDepth(text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i = endOfString(text, i);
        break;
      case "[":
      case "{":
        if (++depth > MAX_DEPTH) {
          throw new RangeError(
            `Cannot send data: it is nested deeper than ${MAX_DEPTH} levels`,
          );
        }
        break;
      case "]":
      case "}":
        depth--;
    }
  }
}

/** Returns the index of the quote that ends the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
