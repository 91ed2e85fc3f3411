// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  parse as parseExact,
  stringify as stringifyExact,
} from "@wirekit/internal/json";

/**
 * The deepest nesting of arrays and objects that is sent. orjson, with which
 * winerp reads, fails at slightly more, and a winerp server then disconnects
 * the sender.
 */
export const MAX_DEPTH = 250;

/** The bits of an integer that orjson, with which winerp reads, takes. */
const MAX_BITS = 64;

/**
 * The escape of a lone surrogate, or any other escape, which is skipped as a
 * whole.
 */
const ESCAPE_REGEXP = /\\(ud...|.)/g;

/**
 * Parses JSON. An integer of up to 64 bits that is not safe becomes a `bigint`,
 * every other number a `number`.
 */
export function parse(text: string): unknown {
  return parseExact(text, fits);
}

/**
 * Writes a value as JSON that every winerp peer can read. A `bigint` becomes an
 * integer, `undefined` becomes null, a lone surrogate U+FFFD.
 */
export function stringify(value: unknown): string {
  let text = stringifyExact(value, checkBits) ?? "null";
  // JSON.stringify writes NaN and the infinities as null.
  if (text.includes("null")) JSON.stringify(value, refuseNonFinite);
  if (text.includes("\\ud")) text = text.replace(ESCAPE_REGEXP, wellFormed);
  if (text.length > 2 * MAX_DEPTH) checkDepth(text);
  return text;
}

/** Returns the text of an error, as which others may send anything. */
export function textOf(data: unknown): string {
  try {
    return typeof data === "string" ? data : stringify(data);
  } catch {
    return "unreadable error"; // It is nested too deeply.
  }
}

/** Writes a name as JSON. */
export function quote(name: string): string {
  return JSON.stringify(name.toWellFormed());
}

/** Returns whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns whether orjson takes an integer, with or without a sign. */
function fits(value: bigint): boolean {
  return BigInt.asIntN(MAX_BITS, value) === value ||
    BigInt.asUintN(MAX_BITS, value) === value;
}

function checkBits(value: bigint): void {
  if (fits(value)) return;
  throw new RangeError(
    `Cannot send ${value}: it has more than ${MAX_BITS} bits`,
  );
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

function checkDepth(json: string): void {
  const parts = json.split("[", MAX_DEPTH).length +
    json.split("{", MAX_DEPTH).length;
  if (parts <= MAX_DEPTH) return; // It has too few brackets.
  const text = json.replace(ESCAPE_REGEXP, ""); // A quote ends or begins a string.
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    // With this bit, "[" is "{", and "]" is "}".
    const code = text.charCodeAt(i) | 0x20;
    if (code === 0x22) i = text.indexOf('"', i + 1);
    depth += +(code === 0x7b) - +(code === 0x7d);
    if (depth > MAX_DEPTH) {
      throw new RangeError(
        `Cannot send data: it has more than ${MAX_DEPTH} levels`,
      );
    }
  }
}
