// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The most origins whose refusals are counted. */
const MAX_COUNTED = 100;

/** The origins whose pages may connect, and those that were refused. */
export class Origins {
  readonly #allowed: ReadonlySet<string>;
  readonly #refused = new Map<string, number>();

  /** Throws if one of them is no origin. */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed.map(toOrigin));
  }

  /** How often each was refused: of the last that were. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** Returns whether pages of an origin may come in. */
  allows(origin: string): boolean {
    return this.#allowed.has("*") || this.#allowed.has(origin);
  }

  /** Counts a refusal; the first of an origin returns what to log. */
  refuse(origin: string): string | undefined {
    const refused = this.#refused;
    const key = origin.slice(0, 200);
    const before = refused.get(key);
    if (before !== undefined) {
      refused.set(key, before + 1);
      return undefined;
    }
    if (refused.size >= MAX_COUNTED) {
      const [oldest = ""] = refused.keys();
      refused.delete(oldest);
    }
    refused.set(key, 1);
    // "null" stands for every file and every sandboxed frame at once.
    return origin === "" || origin === "null"
      ? "its page has no origin, such as a file or a sandboxed frame"
      : `its page is of ${key}. To let the pages of this origin in, set ` +
        `allowedOrigins: [${JSON.stringify(key)}], or --allow-origin for a ` +
        "command";
  }
}

/** Writes an origin as a browser does; throws if it is not an origin. */
function toOrigin(text: string): string {
  if (text === "*") return text;
  const url = URL.parse(text);
  const isBare = url && /^\/?$/.test(url.pathname) && url.host !== "" &&
    !/[*@?#\\]/.test(text);
  if (isBare && !/^wss?:$/.test(url.protocol)) {
    return `${url.protocol}//${url.host}`;
  }
  throw new TypeError(
    `allowedOrigins has "${text}", which is not an origin. An origin is the scheme, ` +
      'the name and the port of a page, such as "https://example.org" or ' +
      '"http://localhost:8080"; "*" stands for all',
  );
}
