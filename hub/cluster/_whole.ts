// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { Fault } from "../exchange/fault.ts";
import type {
  AnswerKind,
  Content,
  QuestionKind,
} from "../exchange/participant.ts";
import { Envelope } from "../winerp/_envelope.ts";
import { typeOf } from "../winerp/_type_of.ts";
import { Kind } from "./_messages.ts";
import type { Address } from "./backplane.ts";

const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
const ZERO = 0x30;
/** Digits of smaller numbers are made without floating point. */
const SMALL = 1e8;

/** A backplane that takes bytes as well as texts. */
export interface BytesPlane {
  /** Does what `publish()` does with the text of the message. */
  publishBytes(to: Address, message: Whole, ref?: number): Fault | undefined;
}

/** What a message may be that is sent to other hubs. */
export type Outgoing = string | Whole;

/**
 * A question or an answer on its way to another hub, with the message of a
 * winerp client as it came: the other hub then has no more to do for it than for
 * one of its own clients. Its bytes are written once, where they leave; until
 * then, and as long as it may have to be sent again, they must not change.
 */
export class Whole {
  readonly #kind: number;
  readonly #ref: number;
  readonly #digits: number;
  readonly #fields: Uint8Array;
  readonly #message: Uint8Array;
  /** How many bytes it has. */
  readonly size: number;

  /**
   * @param kind Its first byte.
   * @param ref The number of the question.
   * @param fields What stands between that and the message, with the NULs.
   * @param message The message.
   */
  constructor(
    kind: number,
    ref: number,
    fields: Uint8Array,
    message: Uint8Array,
  ) {
    this.#kind = kind;
    this.#ref = ref;
    this.#digits = countDigits(ref);
    this.#fields = fields;
    this.#message = message;
    this.size = 2 + this.#digits + fields.length + message.length;
  }

  /** Writes it into other bytes, in which there is room. */
  writeInto(out: Uint8Array, at: number): void {
    const fields = this.#fields;
    out[at++] = this.#kind;
    out[at++] = 0;
    at = writeDigits(this.#ref, this.#digits, out, at);
    for (let i = 0; i < fields.length; i++) out[at + i] = fields[i]!;
    out.set(this.#message, at + fields.length);
  }

  /** The same as a text. */
  get text(): string {
    const bytes = new Uint8Array(this.size);
    this.writeInto(bytes, 0);
    return decoder.decode(bytes);
  }
}

/** Returns what is sent as a text. */
export function textOf(message: Outgoing): string {
  return typeof message === "string" ? message : message.text;
}

/**
 * Makes a question or an answer of the message of a winerp client.
 *
 * @param kind What it is.
 * @param ref The number of the question.
 * @param fields What stands between that and the message, with the NULs.
 * @param uuid The uuid of the question.
 * @param content What it says.
 * @returns Nothing if its content has to be written anew.
 */
export function wholeOf(
  kind: QuestionKind | AnswerKind,
  ref: number,
  fields: Uint8Array,
  uuid: string,
  content: Content,
): Whole | undefined {
  const isIt = content instanceof Envelope && content.isWhole &&
    content.type === typeOf(kind) && content.hasUuid(uuid);
  return isIt
    ? new Whole(KIND_BYTES[kind], ref, fields, content.bytes)
    : undefined;
}

/** What each of these messages begins with. */
export const KIND_BYTES = /* @__PURE__ */ bytesOf(Kind);

function bytesOf(kinds: typeof Kind) {
  return {
    request: kinds.wholeRequest.charCodeAt(0),
    functionCall: kinds.wholeCall.charCodeAt(0),
    response: kinds.wholeResponse.charCodeAt(0),
    error: kinds.wholeError.charCodeAt(0),
  };
}

/** Returns how many digits a whole number has. */
export function countDigits(number: number): number {
  let digits = 1;
  for (let limit = 10; number >= limit; limit *= 10) digits++;
  return digits;
}

/** Writes a whole number; returns where it ends. */
export function writeDigits(
  number: number,
  digits: number,
  out: Uint8Array,
  at: number,
): number {
  const end = at + digits;
  let i = end;
  if (number >= SMALL) {
    const high = Math.floor(number / SMALL);
    const start = end - 8;
    writeSmall((number - high * SMALL) | 0, out, start, end);
    number = high;
    i = start;
  }
  writeSmall(number | 0, out, at, i);
  return end;
}

function writeSmall(
  number: number,
  out: Uint8Array,
  from: number,
  to: number,
): void {
  for (let i = to - 1; i >= from; i--) {
    const tenth = (number / 10) | 0;
    out[i] = ZERO + number - 10 * tenth;
    number = tenth;
  }
}
