// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * JSON whose integers keep all their digits: Python, for example, writes
 * integers that a number cannot hold.
 *
 * ```ts
 * import { parse, stringify } from "@wirekit/internal/json";
 * import { assertEquals } from "@std/assert";
 *
 * const value = parse('{"id":9007199254740993}');
 * assertEquals(value, { id: 9007199254740993n });
 * assertEquals(stringify(value), '{"id":9007199254740993}');
 * ```
 *
 * @module
 */

/** The largest safe integer has 16 digits, so no lossy one has fewer. */
const MIN_DIGITS = 16;

/**
 * Every string and every number. The closing quote of a string may be missing,
 * so that hostile text is scanned once, and not from each of its quotes.
 */
const TOKEN_REGEXP = /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d[\d.eE+-]*/g;

/** These, and what Python writes for numbers that JSON does not have. */
const LOOSE_TOKEN_REGEXP =
  /"[^"\\]*(?:\\.[^"\\]*)*"?|-?(?:\d[\d.eE+-]*|Infinity)|NaN/g;

/** A number that JSON does not have. */
const NO_JSON_REGEXP = /^-?[IN]/;

/** A lossy integer, of no more digits than Python itself reads. */
const LONG_INTEGER_REGEXP = /^-?[1-9]\d{15,4299}$/;

/** Decides which integers that are not safe become a `bigint`. */
export type Fits = (value: bigint) => boolean;

/**
 * Parses JSON. An integer that is not safe becomes a `bigint`, every other
 * number a `number`.
 *
 * @param text The text.
 * @param fits Decides which of them become a `bigint`; by default all do.
 * @returns The value.
 * @throws {SyntaxError} If it is not JSON.
 */
export function parse(text: string, fits: Fits = always): unknown {
  return hasLongNumber(text)
    ? parseExact(text, TOKEN_REGEXP, (token) => isLossy(token, fits), BigInt)
    : JSON.parse(text);
}

/**
 * Parses JSON as `json.dumps()` of Python writes it: with `NaN`, `Infinity` and
 * `-Infinity`.
 *
 * @param text The text.
 * @param fits As for {@linkcode parse}.
 * @returns The value.
 * @throws {SyntaxError} If it is not valid.
 */
export function parseLoose(text: string, fits: Fits = always): unknown {
  try {
    if (!hasLongNumber(text)) return JSON.parse(text);
  } catch (error) {
    if (!text.includes("NaN") && !text.includes("Infinity")) throw error;
  }
  return parseExact(
    text,
    LOOSE_TOKEN_REGEXP,
    (token) => NO_JSON_REGEXP.test(token) || isLossy(token, fits),
    (token) => NO_JSON_REGEXP.test(token) ? Number(token) : BigInt(token),
  );
}

/**
 * Writes JSON; a `bigint` becomes an integer.
 *
 * @param value The value.
 * @param check Is called with each `bigint`, and may throw.
 * @returns The text, or `undefined` where `JSON.stringify()` returns that.
 * @throws {TypeError} If it contains itself, as `JSON.stringify()` does.
 */
export function stringify(
  value: unknown,
  check?: (value: bigint) => void,
): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return stringifyExact(value, check);
  }
}

/** Checks only every 16th character: a long number cannot hide in between. */
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

/**
 * As fast as the third argument of a reviver when measured, and runs
 * everywhere.
 */
function parseExact(
  text: string,
  tokens: RegExp,
  isSpecial: (token: string) => boolean,
  valueOf: (token: string) => unknown,
): unknown {
  const mark = random(); // so nothing in `text` can imitate it
  let found = false;
  const marked = text.replace(tokens, (token) => {
    if (!isSpecial(token)) return token;
    found = true;
    return `"${mark}${token}"`;
  });
  if (!found) return JSON.parse(marked);
  return JSON.parse(
    marked,
    (_key, value) =>
      typeof value === "string" && value.startsWith(mark)
        ? valueOf(value.slice(mark.length))
        : value,
  );
}

/**
 * Makes a text that nobody can guess, such as a mark that nothing imitates. A
 * page that is not of https: has no `crypto.randomUUID()`.
 *
 * @returns Digits and hyphens.
 */
export function random(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function isLossy(token: string, fits: Fits): boolean {
  return LONG_INTEGER_REGEXP.test(token) &&
    !Number.isSafeInteger(Number(token)) && fits(BigInt(token));
}

function always(): boolean {
  return true;
}

function stringifyExact(
  value: unknown,
  check?: (value: bigint) => void,
): string | undefined {
  const mark = random();
  const marked = JSON.stringify(value, (_key, value) => {
    if (typeof value !== "bigint") return value;
    check?.(value);
    return mark + value;
  });
  return marked?.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}
