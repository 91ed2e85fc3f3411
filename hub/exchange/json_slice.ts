// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Reads JSON messages without parsing them, so that what is passed on stays the
 * text that came in.
 *
 * @module
 */
import {
  isWhite,
  Scanner,
  skipLoosely,
  standsAt,
  textOf,
  unexpected,
} from "./scan/_scan.ts";

// Marked, so that a bundle drops it from a page that has only a client.
const scanner = /* @__PURE__ */ new Scanner();

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const SPACE = 0x20;

const NO_BYTES = /* @__PURE__ */ new Uint8Array();

/**
 * The kinds of JSON value.
 *
 * @category Participants and doors
 */
export type JsonKind = "object" | "array" | "string" | "other";

/**
 * A JSON value in a message. Its parts can be read as the texts that they are,
 * digit by digit.
 *
 * It is as strict as the hub: a lone surrogate, a number beyond a double and
 * more than 250 levels of nesting are errors, since they would end the receive
 * loop of a stock winerp client.
 *
 * @example Take a member as it came
 * ```ts
 * import { JsonSlice } from "@wirekit/hub";
 * import { assertEquals } from "@std/assert";
 *
 * const text = '{"id": 1, "data": {"n": 18446744073709551615, "x": 1.0}}';
 * const message = JsonSlice.of(new TextEncoder().encode(text));
 * const data = message.members().get("data");
 * assertEquals(data?.text, '{"n": 18446744073709551615, "x": 1.0}');
 * ```
 *
 * @category Participants and doors
 */
export class JsonSlice {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  readonly #depth: number;
  #text: string | undefined;

  private constructor(
    bytes: Uint8Array,
    start: number,
    end: number,
    depth: number,
  ) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#depth = depth;
  }

  /**
   * Takes a whole message. It is not read before its parts are.
   *
   * @param bytes The message, valid UTF-8, which must not change.
   * @returns The value, without the white space around it.
   */
  static of(bytes: Uint8Array): JsonSlice {
    const start = scanner.skipWhite(bytes, 0);
    let end = bytes.length;
    while (end > start && isWhite(bytes[end - 1]!)) end--;
    return new JsonSlice(bytes, start, end, 0);
  }

  /** What its first byte says that it is. */
  get kind(): JsonKind {
    const first = this.#bytes[this.#start];
    if (first === OPEN_BRACE) return "object";
    if (first === OPEN_BRACKET) return "array";
    return first === QUOTE ? "string" : "other";
  }

  /** Its length, in bytes. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** The text that came in. */
  get text(): string {
    return this.#text ??= textOf(this.#bytes, this.#start, this.#end);
  }

  /**
   * Checks that it is one JSON value that fits into another message.
   *
   * @returns Itself.
   * @throws {SyntaxError} If it is not.
   */
  check(): this {
    const depth = Math.max(1, this.#depth);
    const end = scanner.skipValue(this.#bytes, this.#start, depth);
    if (end !== this.#end) throw unexpected(this.#bytes, end);
    return this;
  }

  /**
   * Returns the value of a string.
   *
   * @returns The string; `undefined` if it is another kind of value.
   */
  string(): string | undefined {
    return this.kind === "string" ? stringOf(this.text) : undefined;
  }

  /**
   * Returns the members of an object. Of several with one name, the last counts,
   * as for `JSON.parse()`.
   *
   * @returns The members by name.
   * @throws {SyntaxError} If it is no object.
   */
  members(): Map<string, JsonSlice> {
    const bytes = this.#bytes;
    const found = new Map<string, JsonSlice>();
    if (bytes[this.#start] !== OPEN_BRACE) throw unexpected(bytes, this.#start);
    let i = scanner.skipWhite(bytes, this.#start + 1);
    if (bytes[i] !== CLOSE_BRACE) {
      for (;;) {
        const nameEnd = scanner.skipString(bytes, i);
        const start = scanner.skipColon(bytes, nameEnd);
        const end = scanner.skipValue(bytes, start, this.#depth + 1);
        found.set(stringOf(textOf(bytes, i, nameEnd)), this.#part(start, end));
        i = scanner.skipWhite(bytes, end);
        if (bytes[i] === CLOSE_BRACE) break;
        if (bytes[i] !== COMMA) throw unexpected(bytes, i);
        i = scanner.skipWhite(bytes, i + 1);
      }
    }
    if (i + 1 !== this.#end) throw unexpected(bytes, i + 1);
    return found;
  }

  /**
   * Returns the items of an array.
   *
   * @returns The items.
   * @throws {SyntaxError} If it is no array.
   */
  items(): JsonSlice[] {
    const bytes = this.#bytes;
    const found: JsonSlice[] = [];
    if (bytes[this.#start] !== OPEN_BRACKET) {
      throw unexpected(bytes, this.#start);
    }
    let i = scanner.skipWhite(bytes, this.#start + 1);
    if (bytes[i] !== CLOSE_BRACKET) {
      for (;;) {
        const end = scanner.skipValue(bytes, i, this.#depth + 1);
        found.push(this.#part(i, end));
        i = scanner.skipWhite(bytes, end);
        if (bytes[i] === CLOSE_BRACKET) break;
        if (bytes[i] !== COMMA) throw unexpected(bytes, i);
        i = scanner.skipWhite(bytes, i + 1);
      }
    }
    if (i + 1 !== this.#end) throw unexpected(bytes, i + 1);
    return found;
  }

  /**
   * Returns the members of an object that cannot be read whole: those that are
   * JSON, as far as they can be told apart. So a message that cannot be passed
   * on still says what it would have answered.
   *
   * @returns The members by name; none if they cannot be told apart.
   */
  looseMembers(): Map<string, JsonSlice> {
    const bytes = this.#bytes;
    const found = new Map<string, JsonSlice>();
    try {
      let i = this.#start;
      if (bytes[i] !== OPEN_BRACE) return found;
      do {
        i = scanner.skipWhite(bytes, i + 1);
        const nameEnd = scanner.skipString(bytes, i);
        const start = scanner.skipColon(bytes, nameEnd);
        const end = skipLoosely(bytes, start);
        if (scanner.endsAt(bytes, start, end)) {
          found.set(
            stringOf(textOf(bytes, i, nameEnd)),
            this.#part(start, end),
          );
        }
        i = scanner.skipWhite(bytes, end);
      } while (bytes[i] === COMMA);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    return found;
  }

  #part(start: number, end: number): JsonSlice {
    return new JsonSlice(this.#bytes, start, end, this.#depth + 1);
  }
}

/**
 * Reads one message after another as most programs write it: an object on one
 * line, with members of known names, each once. It says where they stand and
 * makes nothing of them, in a fifth of the time of {@linkcode JsonSlice.members}.
 * What it does not take may be a message all the same.
 *
 * @example Find a member
 * ```ts
 * import { JsonMembers } from "@wirekit/hub";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const [ID, DATA] = [0, 1];
 * const members = new JsonMembers(["id", "data"]);
 * const text = '{"id":1,"data":{"n":18446744073709551615}}';
 * assert(members.read(new TextEncoder().encode(text)));
 * assert(members.has(ID));
 * assertEquals(members.text(DATA), '{"n":18446744073709551615}');
 * ```
 *
 * @category Participants and doors
 */
export class JsonMembers {
  /** The names, each as it stands after its first quote. */
  readonly #names: readonly Uint8Array[];
  /** Which name begins with a letter. */
  readonly #byLetter: Int8Array = new Int8Array(256).fill(-1);
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #scanner = new Scanner();
  #bytes: Uint8Array = NO_BYTES;
  #seen = 0;

  /**
   * Makes a reader.
   *
   * @param names The names: plain letters, of which no two begin alike.
   */
  constructor(names: readonly string[]) {
    const encoder = new TextEncoder();
    this.#names = names.map((name) => encoder.encode(`${name}":`));
    this.#names.forEach((name, n) => this.#byLetter[name[0]!] = n);
    this.#starts = new Int32Array(names.length);
    this.#ends = new Int32Array(names.length);
  }

  /**
   * Takes a message.
   *
   * @param bytes The message, valid UTF-8. It is held until the next call.
   * @returns Whether it is such a message, and one that {@linkcode JsonSlice}
   * reads alike. If not, there are no members.
   */
  read(bytes: Uint8Array): boolean {
    this.#bytes = bytes;
    this.#seen = 0;
    try {
      const isWhole = this.#read(bytes);
      if (!isWhole) this.#seen = 0;
      return isWhole;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#seen = 0;
      return false;
    }
  }

  #read(bytes: Uint8Array): boolean {
    const scanner = this.#scanner;
    scanner.sawLineBreak = false;
    if (bytes[0] !== OPEN_BRACE) return false;
    let i = 1;
    for (;;) {
      if (bytes[i] !== QUOTE) return false;
      const n = this.#byLetter[bytes[i + 1] ?? 0]!;
      const bit = 1 << n;
      if (n < 0 || this.#seen & bit) return false;
      const name = this.#names[n]!;
      if (!standsAt(bytes, i + 1, name)) return false;
      i += name.length + 1;
      if (bytes[i] === SPACE) i++; // Python writes one.
      this.#starts[n] = i;
      i = scanner.skipValue(bytes, i, 1);
      this.#ends[n] = i;
      this.#seen |= bit;
      if (bytes[i] !== COMMA) break;
      i++;
      if (bytes[i] === SPACE) i++;
    }
    return bytes[i] === CLOSE_BRACE && i + 1 === bytes.length &&
      !scanner.sawLineBreak;
  }

  /**
   * Returns whether a member is there.
   *
   * @param n Its place among the names.
   */
  has(n: number): boolean {
    return (this.#seen >> n & 1) === 1;
  }

  /**
   * Returns where the value of a member starts, if it is there.
   *
   * @param n Its place among the names.
   */
  start(n: number): number {
    return this.#starts[n]!;
  }

  /**
   * Returns where the value of a member ends, if it is there.
   *
   * @param n Its place among the names.
   */
  end(n: number): number {
    return this.#ends[n]!;
  }

  /**
   * Returns the value of a member as the text that came in, if it is there.
   *
   * @param n Its place among the names.
   */
  text(n: number): string {
    return textOf(this.#bytes, this.#starts[n]!, this.#ends[n]!);
  }
}

/** Returns the value of a JSON string that was checked. */
function stringOf(text: string): string {
  return text.includes("\\") ? JSON.parse(text) : text.slice(1, -1);
}
