// Copyright 2026 the Wirekit authors. MIT license.

/** `JSON` of Deno, with what TypeScript does not know yet. */
interface ExactJson {
  parse(
    text: string,
    reviver: (
      key: string,
      value: unknown,
      context: { source: string },
    ) => unknown,
  ): unknown;
  rawJSON(text: string): object;
}

const { parse, rawJSON } = JSON as unknown as ExactJson;

/**
 * Reads a value that a user typed: JSON, or otherwise text.
 *
 * @param text What was typed.
 * @param longInteger As for {@linkcode parseExactly}.
 * @returns The value.
 */
export function valueOf(
  text: string,
  longInteger?: (digits: string) => unknown,
): unknown {
  try {
    return parseExactly(text, longInteger);
  } catch {
    return text;
  }
}

/**
 * Parses JSON whose numbers keep all that is written of them, such as `1.0`: for
 * `JSON.stringify()`.
 *
 * @param text The text.
 * @param longInteger Makes an integer that a number cannot hold.
 * @returns The value.
 * @throws {SyntaxError} If it is not JSON.
 */
export function parseExactly(
  text: string,
  longInteger: (digits: string) => unknown = rawJSON,
): unknown {
  return parse(text, (_key, value, { source }) => {
    if (typeof value !== "number" || String(value) === source) return value;
    // A caller that makes integers itself says itself that 1e400 is too large.
    if (!Number.isFinite(value) && longInteger !== rawJSON) return value;
    return (/^-?\d+$/.test(source) ? longInteger : rawJSON)(source);
  });
}

/**
 * Writes a value as JSON, a `bigint` as an integer.
 *
 * @param value The value.
 * @param space How far to indent; none is one line.
 * @returns The text; empty for values that JSON does not have.
 * @throws {RangeError} If the value is nested more than thousands of levels deep.
 */
export function toJson(value: unknown, space?: number): string {
  const exact = (_key: string, value: unknown) =>
    typeof value === "bigint" ? rawJSON(`${value}`) : value;
  try {
    return JSON.stringify(value, exact, space) ?? "";
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError("The value is nested too deeply to be written");
  }
}
