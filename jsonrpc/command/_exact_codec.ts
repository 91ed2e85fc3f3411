// Copyright 2026 the Wirekit authors. MIT license.

import { parseExactly } from "@wirekit/internal/command";
import { parse } from "@wirekit/internal/json";
import { type Codec, jsonCodec } from "../wire/codec.ts";

/** Matches any text with a number that JavaScript would write otherwise. */
const OTHERWISE_REGEXP = /\.\d*0(?!\d)|\d[eE]|-0(?![.\d])|\.0{6}|[\d.]{16}/;

/** What was received, with its numbers as they were written. */
const asWritten = new WeakMap<object, unknown>();

/** JSON whose numbers keep all that was written, because people look at them. */
export const exactCodec: Codec = {
  ...jsonCodec,
  decode(text) {
    const value = parse(text);
    if (!OTHERWISE_REGEXP.test(text)) return value;
    try {
      const written = parseExactly(text);
      note(value, written);
      const messages = [value].flat();
      for (const [i, each] of [written].flat().entries()) {
        keepResult(messages[i], each);
      }
    } catch {
      // It is nested too deeply to be shown.
    }
    return value;
  },
};

/** Notes how the numbers in each part of a value were written. */
function note(value: unknown, written: unknown): void {
  if (typeof value !== "object" || value === null) return;
  asWritten.set(value, written);
  for (const [name, part] of Object.entries(value)) {
    note(part, (written as Record<string, unknown>)[name]);
  }
}

/** Puts what was written in place of a result that is a lone number. */
function keepResult(message: unknown, written: unknown): void {
  const { result } = Object(message);
  if (typeof result !== "number") return;
  (message as { result: unknown }).result = Object(written).result;
}

/**
 * Returns a value as it was written when it came, to be shown.
 *
 * @param value What a message had in it.
 * @returns The same for `toJson()`, with numbers such as `1.0` and `1e400`.
 */
export function exactly(value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? asWritten.get(value) ?? value
    : value;
}
