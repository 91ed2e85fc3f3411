// Copyright 2026 the Wirekit authors. MIT license.

const TOKEN_REGEXP =
  /"[^"\\]*(?:\\.[^"\\]*)*"?|-?(?:\d[\d.eE+-]*|Infinity)|NaN/g;

/** Reads JSON of Python: integers keep their digits, `NaN` is a number. */
export function parse(text: string): unknown {
  const mark = crypto.randomUUID();
  const marked = text.replace(TOKEN_REGEXP, (token) => {
    if (token.endsWith("Infinity")) return token.replace("Infinity", "1e999");
    const lossy = /^-?\d{16,4300}$/.test(token) &&
      !Number.isSafeInteger(Number(token));
    return lossy || token === "NaN" ? `"${mark}${token}"` : token;
  });
  return JSON.parse(marked, (_key, value) => {
    if (typeof value !== "string" || !value.startsWith(mark)) return value;
    const token = value.slice(mark.length);
    return token === "NaN" ? NaN : BigInt(token);
  });
}

/** Writes JSON; a `bigint` becomes an integer. */
export function stringify(value: unknown): string {
  const mark = crypto.randomUUID();
  const text = JSON.stringify(
    value,
    (_key, value) => typeof value === "bigint" ? mark + value : value,
  );
  return text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}
