// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { borrow, giveBackUsed, lastUse } from "@wirekit/internal/bytes";
import {
  Scanner,
  skipLoosely,
  standsAt,
  textOf,
  unexpected,
} from "../exchange/scan/_scan.ts";
import { assemble, type MemberName, MEMBERS, NULL } from "./_compose.ts";
import { readInOrder } from "./_in_order.ts";
import { canonicalName } from "../exchange/_spelling.ts";
import type { Content, Span } from "../exchange/participant.ts";

/**
 * Our clients' secret, in a verification over a carrier without an HTTP upgrade.
 * It is read and never written: a message that has it is written again.
 */
const TOKEN = MEMBERS.length;
/** The bits of all members but the token. */
const ALL = (1 << MEMBERS.length) - 1;
/** Where each member stands in {@linkcode MEMBERS}. */
const INDEX = {
  id: 0,
  type: 1,
  route: 2,
  data: 3,
  traceback: 4,
  uuid: 5,
  destination: 6,
  pseudo_object: 7,
  token: TOKEN,
} as const;
const ID = INDEX.id;
const TYPE = INDEX.type;
const ROUTE = INDEX.route;
const UUID = INDEX.uuid;
const DESTINATION = INDEX.destination;

/** The members that matter in a message that cannot be relayed. */
const LOOSE: ReadonlySet<number> = new Set([
  ID,
  TYPE,
  ROUTE,
  INDEX.uuid,
  DESTINATION,
]);

/** The longest member that the hub repeats in its own answers. */
const MAX_REPEATED_BYTES = 1_024;

const encoder = new TextEncoder();
const NAMES = [...MEMBERS, "token"].map((name) => encoder.encode(name));
/**
 * Reads the envelope of one message after another: it holds the last message
 * and where the members stand in it, so one instance serves a whole hub.
 */
export class Envelope implements Content {
  #bytes: Uint8Array<ArrayBuffer> = NULL;
  /** Where each member's value starts; 0 if there is none. */
  readonly #starts = new Int32Array(NAMES.length);
  readonly #ends = new Int32Array(NAMES.length);
  #type = -1;
  readonly #scanner = new Scanner();
  /** Whether it is one line with the eight members once each: fit to splice. */
  #canonical = false;
  /** Whether somebody else may have its bytes by now. */
  #isShared = false;
  /** A text that `uuid` was found to be, letter by letter. */
  #uuid: string | undefined;
  /** Where the data stands; one for all messages. */
  readonly #span = { bytes: NULL, start: 0, end: 0 };

  /** The value of `type`, or -1 if that is missing or no number. */
  get type(): number {
    return this.#type;
  }

  /** The length of the message, in bytes. */
  get length(): number {
    return this.#bytes.length;
  }

  /**
   * Takes a message.
   *
   * @param bytes The message, valid UTF-8. It is held until the next call.
   * @throws {SyntaxError} If it is not a JSON object, or is one on which a
   * stock client would fail: a lone surrogate, a number beyond a double, or
   * more than 250 levels of nesting.
   */
  read(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = NULL;
    this.#isShared = false;
    this.#type = -1;
    this.#uuid = undefined;
    this.#scanner.sawLineBreak = false;
    const isInOrder = readInOrder(
      bytes,
      this.#scanner,
      this.#starts,
      this.#ends,
    );
    const members = isInOrder ? ALL : this.#readInAnyOrder(bytes);
    this.#bytes = bytes;
    this.#canonical = members === ALL && !this.#scanner.sawLineBreak;
    this.#type = this.#readType();
  }

  /** Returns the bits of the members; -1 if one is unknown or comes twice. */
  #readInAnyOrder(bytes: Uint8Array): number {
    const scanner = this.#scanner;
    this.#starts.fill(0);
    let seen = 0;
    let odd = false;
    let i = scanner.skipWhite(bytes, 0);
    if (bytes[i] !== 0x7b) throw unexpected(bytes, i);
    i = scanner.skipWhite(bytes, i + 1);
    for (let first = true; bytes[i] !== 0x7d || !first; first = false) {
      const nameEnd = scanner.skipString(bytes, i);
      const start = scanner.skipColon(bytes, nameEnd);
      const end = scanner.skipValue(bytes, start, 1);
      const member = memberAt(bytes, i + 1, nameEnd - 1);
      if (member < 0 || this.#starts[member] !== 0) odd = true;
      if (member >= 0) {
        this.#starts[member] = start;
        this.#ends[member] = end;
        seen |= 1 << member;
      }
      i = scanner.skipWhite(bytes, end);
      if (bytes[i] === 0x7d) break;
      if (bytes[i] !== 0x2c) throw unexpected(bytes, i);
      i = scanner.skipWhite(bytes, i + 1);
    }
    i = scanner.skipWhite(bytes, i + 1);
    if (i !== bytes.length) throw unexpected(bytes, i);
    return odd ? -1 : seen;
  }

  /**
   * Takes a message that {@linkcode read} refused. Members that are not JSON, or
   * that a stock client could not read, count as missing, and `data` does.
   *
   * @param bytes The message. It is held until the next call.
   * @returns Whether its members could be told apart.
   */
  readLoosely(bytes: Uint8Array<ArrayBuffer>): boolean {
    this.#bytes = NULL;
    this.#isShared = false;
    this.#type = -1;
    this.#uuid = undefined;
    this.#canonical = false;
    if (!this.#readMembersLoosely(bytes)) return false;
    this.#bytes = bytes;
    this.#type = this.#readType();
    return true;
  }

  #readMembersLoosely(bytes: Uint8Array): boolean {
    const scanner = this.#scanner;
    this.#starts.fill(0);
    try {
      let i = scanner.skipWhite(bytes, 0);
      if (bytes[i] !== 0x7b) return false;
      do {
        i = scanner.skipWhite(bytes, i + 1);
        const nameEnd = scanner.skipString(bytes, i);
        const start = scanner.skipColon(bytes, nameEnd);
        const end = skipLoosely(bytes, start);
        const member = memberAt(bytes, i + 1, nameEnd - 1);
        if (LOOSE.has(member) && scanner.endsAt(bytes, start, end)) {
          this.#starts[member] = start;
          this.#ends[member] = end;
        }
        i = scanner.skipWhite(bytes, end);
      } while (bytes[i] === 0x2c);
      return bytes[i] === 0x7d;
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }

  /** By value, as Python compares: `2.0` is 2; `"2"` and `true` are no type. */
  #readType(): number {
    const start = this.#starts[TYPE]!;
    const first = this.#bytes[start]!;
    if (start === 0 || (first !== 0x2d && (first < 0x30 || first > 0x39))) {
      return -1;
    }
    if (this.#ends[TYPE] === start + 1) return first - 0x30;
    return Number(textOf(this.#bytes, start, this.#ends[TYPE]!));
  }

  /**
   * Returns a member as the JSON text that came in.
   *
   * @param member The name of the member.
   * @returns Its text; `null` if it is missing.
   */
  text(member: MemberName | "token"): string {
    return this.#textAt(INDEX[member]);
  }

  #textAt(n: number): string {
    const start = this.#starts[n]!;
    return start === 0 ? "null" : textOf(this.#bytes, start, this.#ends[n]!);
  }

  /**
   * Returns how many bytes the text of a member has.
   *
   * @param member The name of the member.
   * @returns Its length in bytes; 0 if it is missing.
   */
  size(member: MemberName): number {
    const n = INDEX[member];
    return this.#starts[n] === 0 ? 0 : this.#ends[n]! - this.#starts[n]!;
  }

  /** See {@linkcode Content}. */
  get route(): string {
    return this.#textAt(ROUTE);
  }

  /** See {@linkcode Content}. */
  get data(): string {
    return this.#textAt(INDEX.data);
  }

  /** See {@linkcode Content}. */
  get span(): Span | undefined {
    if (!this.#canonical) return undefined;
    this.#isShared = true;
    const span = this.#span;
    span.bytes = this.#bytes;
    span.start = this.#starts[INDEX.data]!;
    span.end = this.#ends[INDEX.data]!;
    return span;
  }

  /** See {@linkcode Content}. */
  get traceback(): string {
    return this.#textAt(INDEX.traceback);
  }

  /** See {@linkcode Content}. */
  get pseudoObject(): string {
    return this.#textAt(INDEX.pseudo_object);
  }

  /** The name in `id`, as {@linkcode canonicalName} writes it. */
  get id(): string | undefined {
    return canonicalName(this.#textAt(ID));
  }

  /** The name in `destination`, as {@linkcode canonicalName} writes it. */
  get destination(): string | undefined {
    return canonicalName(this.#textAt(DESTINATION));
  }

  /** Whether it has all members once, and is one line. */
  get isWhole(): boolean {
    return this.#canonical;
  }

  /** The bytes of the message as it came, which may be kept. */
  get bytes(): Uint8Array<ArrayBuffer> {
    this.#isShared = true;
    return this.#bytes;
  }

  /** The whole message as it came. */
  get whole(): string {
    return textOf(this.#bytes, 0, this.#bytes.length);
  }

  /**
   * Says whether `destination` is this name, letter by letter. It is quicker
   * than to read it, and may say no to another spelling of the same name.
   *
   * @param name The JSON text of a name.
   * @returns Whether it is.
   */
  isFor(name: Uint8Array): boolean {
    return this.#starts[DESTINATION] !== 0 && equalBytes(
      this.#bytes,
      this.#starts[DESTINATION]!,
      this.#ends[DESTINATION]!,
      name,
    );
  }

  /**
   * Says whether `uuid` is this text, letter by letter. It is quicker than to
   * read it, and may say no to the same one: to another spelling, and to one
   * that is not ASCII.
   *
   * @param uuid The JSON text of a uuid.
   * @returns Whether it is.
   */
  hasUuid(uuid: string): boolean {
    if (uuid === this.#uuid) return true;
    const bytes = this.#bytes;
    const start = this.#starts[UUID]!;
    const { length } = uuid;
    if (start === 0 || this.#ends[UUID]! - start !== length) return false;
    for (let i = 0; i < length; i++) {
      const code = uuid.charCodeAt(i);
      if (code !== bytes[start + i] || code > 0x7f) return false;
    }
    this.#uuid = uuid;
    return true;
  }

  /** See {@linkcode Content}. */
  hasRoute(route: Uint8Array): boolean {
    const start = this.#starts[ROUTE]!;
    return start !== 0 &&
      equalBytes(this.#bytes, start, this.#ends[ROUTE]!, route);
  }

  /**
   * The names in `route`, for which an information is meant; `undefined` if it
   * is meant for all: an empty list, null, or nothing there.
   *
   * A string is one name; a real server would take each of its characters for a
   * name. A list in the list is read as if its names stood there: winerp's
   * client makes one of a tuple, and a real server cuts it off for that.
   */
  get targets(): string[] | undefined {
    const route = this.#textAt(ROUTE);
    if (FALSY_REGEXP.test(route)) return undefined;
    const names: string[] = [];
    this.#addNames(this.#starts[ROUTE]!, this.#ends[ROUTE]!, names);
    return names;
  }

  /** Adds the names in the value at `start` to `names`. */
  #addNames(start: number, end: number, names: string[]): void {
    const bytes = this.#bytes;
    const scanner = this.#scanner;
    if (bytes[start] !== 0x5b) {
      const name = canonicalName(textOf(bytes, start, end));
      if (name !== undefined) names.push(name);
      return;
    }
    let i = scanner.skipWhite(bytes, start + 1);
    while (bytes[i] !== 0x5d) {
      const itemEnd = scanner.skipValue(bytes, i);
      this.#addNames(i, itemEnd, names);
      i = scanner.skipWhite(bytes, itemEnd);
      if (bytes[i] === 0x2c) i = scanner.skipWhite(bytes, i + 1);
    }
  }

  /**
   * Returns the message as it goes to its receiver: `data` and all else as it
   * came, under another `id` and `destination`.
   *
   * @param id The JSON text of `id`.
   * @param destination The JSON text of `destination`.
   * @returns The message; the very same bytes if nothing had to change.
   */
  forward(id: Uint8Array, destination: Uint8Array): Uint8Array<ArrayBuffer> {
    const message = this.#address(id, destination, false);
    if (message !== this.#bytes) return lastUse(message);
    this.#isShared = true;
    return message;
  }

  /**
   * Does the same as {@linkcode forward}, in the bytes that were read if the new
   * text is as long as the old one: then they are not to be read again, and
   * nobody else may need them.
   *
   * @param id The JSON text of `id`.
   * @param destination The JSON text of `destination`.
   * @returns The message.
   */
  redirect(id: Uint8Array, destination: Uint8Array): Uint8Array<ArrayBuffer> {
    const message = this.#address(id, destination, true);
    if (message === this.#bytes) this.#isShared = true;
    return lastUse(message);
  }

  /**
   * Says that the message has been dealt with: its memory is used again, unless
   * its very bytes were passed on.
   */
  done(): void {
    if (!this.#isShared) giveBackUsed(lastUse(this.#bytes));
    this.#bytes = NULL;
  }

  #address(
    id: Uint8Array,
    destination: Uint8Array,
    inPlace: boolean,
  ): Uint8Array<ArrayBuffer> {
    if (!this.#canonical) {
      const values = MEMBERS.map((_, n) => this.#valueAt(n));
      values[ID] = id;
      values[DESTINATION] = destination;
      return assemble(values);
    }
    const idFirst = this.#starts[ID]! < this.#starts[DESTINATION]!;
    return idFirst
      ? this.#splice(ID, id, DESTINATION, destination, inPlace)
      : this.#splice(DESTINATION, destination, ID, id, inPlace);
  }

  /** Puts `a` and `b` where the members `m` and `n`, in this order, stand. */
  #splice(
    m: number,
    a: Uint8Array,
    n: number,
    b: Uint8Array,
    inPlace: boolean,
  ): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    const aStart = this.#starts[m]!;
    const aEnd = this.#ends[m]!;
    const bStart = this.#starts[n]!;
    const bEnd = this.#ends[n]!;
    if (
      equalBytes(bytes, aStart, aEnd, a) && equalBytes(bytes, bStart, bEnd, b)
    ) return bytes;
    const shift = a.length - (aEnd - aStart);
    const growth = shift + b.length - (bEnd - bStart);
    const sameBytes = inPlace && growth === 0;
    const out = sameBytes ? bytes : borrow(bytes.length + growth);
    if (growth < 0) {
      // What stands before `n` may be longer than all of the new message.
      out.set(bytes.subarray(0, aStart));
      out.set(bytes.subarray(aEnd, bStart), aStart + a.length);
    } else {
      // Few calls into the engine: each costs as much as a short message's bytes.
      if (!sameBytes) out.set(bytes);
      if (shift !== 0) out.copyWithin(aStart + a.length, aEnd, bStart);
    }
    if (growth !== 0) out.set(bytes.subarray(bEnd), bEnd + growth);
    put(out, a, aStart);
    put(out, b, bStart + shift);
    return out;
  }

  /**
   * Returns a message of the hub's own about this one: all members as they came
   * but for the changes, which is how a real server answers.
   *
   * @param changes Members by name, each as JSON text.
   * @param maxBytes The longest member to repeat; a longer one becomes null.
   * @returns The message.
   */
  answer(
    changes: Partial<Record<MemberName, string>>,
    maxBytes: number = MAX_REPEATED_BYTES,
  ): Uint8Array<ArrayBuffer> {
    return assemble(MEMBERS.map((name, n) => {
      const text = changes[name];
      if (text !== undefined) return encoder.encode(text);
      const value = this.#valueAt(n);
      return value.length > maxBytes ? NULL : value;
    }));
  }

  #valueAt(n: number): Uint8Array {
    const start = this.#starts[n]!;
    return start === 0 ? NULL : this.#bytes.subarray(start, this.#ends[n]!);
  }
}

/** Values that Python takes for "no destinations", which means everybody. */
const FALSY_REGEXP = /^(null|false|0|""|\[\s*\]|\{\s*\})$/;

/** Returns which member has the name at `start`, or -1. */
function memberAt(bytes: Uint8Array, start: number, end: number): number {
  for (let n = 0; n < NAMES.length; n++) {
    const name = NAMES[n]!;
    if (
      name[0] === bytes[start] && equalBytes(bytes, start, end, name)
    ) return n;
  }
  return -1;
}

function equalBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  other: Uint8Array,
): boolean {
  return end - start === other.length && standsAt(bytes, start, other);
}

/** Writes a short text, without a call into the engine. */
function put(out: Uint8Array, part: Uint8Array, at: number): void {
  for (let i = 0; i < part.length; i++) out[at + i] = part[i]!;
}
