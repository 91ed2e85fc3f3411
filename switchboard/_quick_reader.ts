// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Reads calls and results as most programs write them, and passes on what they
 * carry from where it stands. What it does not take is read in the plain way.
 */

import { type Content, JsonMembers, type Span } from "@wirekit/hub/hub";
import type { Id } from "./_splice.ts";

const JSONRPC = 0;
const ID = 1;
const METHOD = 2;
const PARAMS = 3;
const RESULT = 4;
const ERROR = 5;

/** The last message that was read. */
const members = new JsonMembers([
  "jsonrpc",
  "id",
  "method",
  "params",
  "result",
  "error",
]);

/** Whole numbers of so many digits are exact. */
const MAX_DIGITS = 15;

/** The longest method that is remembered, and the longest id, in bytes. */
const MAX_LENGTH = 256;

/** How many methods of a client are remembered: a power of two. */
const PLACES = 8;

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

const VERSION = new TextEncoder().encode('"2.0"');

const decoder = new TextDecoder();

/** Whom a method is for, and what it is there. */
export interface Target {
  /** The name, as JSON text. */
  readonly name: string;
  /** The route. */
  readonly route: string;
  /** The route, as JSON text. */
  readonly json: string;
}

/** A method, as it came, with its quotes. */
interface Known extends Target {
  readonly method: Uint8Array;
}

/** Who sends the messages. */
interface Sender {
  /** Asks another; returns whether it could. */
  asks(target: Target, id: Id, content: Content): boolean;
  /** Answers the question that was sent with this id. */
  answers(id: number, content: Content): void;
}

/** What is different in each protocol. */
export interface Reading {
  /** What stands between a name and a route. */
  readonly separator: string;
  /** Whether a call has to say that it is JSON-RPC 2.0. */
  readonly versioned: boolean;
}

/** Reads the messages of one client. */
export class QuickReader {
  readonly #sender: Sender;
  readonly #reading: Reading;
  readonly #maxBytes: number;
  /** What its methods mean: it calls a few again and again. */
  #known: (Known | undefined)[] | undefined;

  constructor(sender: Sender, maxBytes: number, reading: Reading) {
    this.#sender = sender;
    this.#maxBytes = maxBytes;
    this.#reading = reading;
  }

  /** Takes a message; returns whether it did, or it is still to be read. */
  read(message: Uint8Array): boolean {
    if (message.length > this.#maxBytes || !members.read(message)) return false;
    if (!members.has(ID) || members.has(ERROR)) return false;
    const isAnswer = members.has(RESULT);
    if (members.has(METHOD)) return !isAnswer && this.#call(message);
    return isAnswer && this.#answer(message);
  }

  #call(message: Uint8Array): boolean {
    if (
      !members.has(PARAMS) || this.#reading.versioned && !isVersioned(message)
    ) {
      return false;
    }
    if (!isRecord(message[members.start(PARAMS)])) return false;
    const id = idIn(message);
    const target = id === undefined ? undefined : this.#target(message);
    if (!target) return false;
    passage.set(message, PARAMS, target.json);
    return this.#sender.asks(target, id!, passage);
  }

  #answer(message: Uint8Array): boolean {
    const id = wholeIn(message);
    if (id < 0) return false;
    passage.set(message, RESULT, "null");
    this.#sender.answers(id, passage);
    return true;
  }

  /** Finds out what the method means; nothing if that is not plain. */
  #target(message: Uint8Array): Target | undefined {
    const start = members.start(METHOD);
    const end = members.end(METHOD);
    const length = end - start;
    if (message[start] !== QUOTE || length > MAX_LENGTH) return undefined;
    const place = (length + 31 * message[end - 2]! + message[end - 3]!) &
      (PLACES - 1);
    const known = this.#known?.[place];
    if (known && stands(message, start, end, known.method)) return known;
    const method = message.slice(start, end);
    const target = this.#read(JSON.parse(decoder.decode(method)));
    if (!target) return undefined;
    this.#known ??= new Array(PLACES).fill(undefined);
    this.#known[place] = { ...target, method };
    return target;
  }

  #read(method: string): Target | undefined {
    const at = method.indexOf(this.#reading.separator);
    const name = method.slice(0, Math.max(at, 0));
    // The hub's own methods, and what is percent-encoded.
    if (name === "" || name === "$" || name === "hub" || name.includes("%")) {
      return undefined;
    }
    const route = method.slice(at + 1);
    return { name: JSON.stringify(name), route, json: JSON.stringify(route) };
  }
}

/** What the last message carries. It is passed on at once, or not at all. */
class Passage implements Content, Span {
  route = "null";
  readonly traceback = "null";
  readonly pseudoObject = "null";
  bytes: Uint8Array = VERSION;
  start = 0;
  end = 0;
  #member = 0;

  get span(): Span {
    return this;
  }

  get data(): string {
    return members.text(this.#member);
  }

  set(message: Uint8Array, member: number, route: string): void {
    this.route = route;
    this.bytes = message;
    this.start = members.start(member);
    this.end = members.end(member);
    this.#member = member;
  }
}

const passage = new Passage();

function isVersioned(message: Uint8Array): boolean {
  return members.has(JSONRPC) &&
    stands(message, members.start(JSONRPC), members.end(JSONRPC), VERSION);
}

/** Whether an object or an array begins with this byte. */
export function isRecord(first: number | undefined): boolean {
  return first === OPEN_BRACE || first === OPEN_BRACKET;
}

/** Returns the id of a call, if it is one that is simply written again. */
function idIn(message: Uint8Array): Id | undefined {
  const whole = wholeIn(message);
  if (whole >= 0) return whole;
  const start = members.start(ID);
  const length = members.end(ID) - start;
  const first = message[start]!;
  if (first !== QUOTE && first !== MINUS && !isDigit(first)) return undefined;
  if (length > MAX_LENGTH) return undefined;
  const text = members.text(ID);
  // Otherwise there is more than ASCII in it.
  return text.length === length ? text : undefined;
}

/** Returns the id if it is a whole number, else -1. */
function wholeIn(message: Uint8Array): number {
  const end = members.end(ID);
  let i = members.start(ID);
  if (end - i > MAX_DIGITS) return -1;
  let whole = 0;
  for (; i < end; i++) {
    const byte = message[i]!;
    if (!isDigit(byte)) return -1;
    whole = 10 * whole + byte - ZERO;
  }
  return whole;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Whether `part` is what stands between `start` and `end`. */
function stands(
  bytes: Uint8Array,
  start: number,
  end: number,
  part: Uint8Array,
): boolean {
  if (end - start !== part.length) return false;
  for (let i = 0; i < part.length; i++) {
    if (bytes[start + i] !== part[i]) return false;
  }
  return true;
}
