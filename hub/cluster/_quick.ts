// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { allocate } from "@wirekit/internal/bytes";
import { standsAt } from "../exchange/scan/_scan.ts";
import type {
  AnswerKind,
  Member,
  QuestionKind,
} from "../exchange/participant.ts";
import { Envelope } from "../winerp/_envelope.ts";
import { typeOf } from "../winerp/_type_of.ts";
import type { Asked } from "./_asked.ts";
import type { Line, Origin, Remote } from "./_remote.ts";
import { KIND_BYTES } from "./_whole.ts";

const ZERO = 0x30;
/** The most digits of a number that is read exactly here. */
const MAX_DIGITS = 15;
/** How many pairs of participants are remembered: a power of two. */
const PAIRS = 256;
const PAIR_BITS = 8;
/** The longest names that are remembered, with the number of the asker. */
const MAX_FIELDS = 512;

const encoder = /* @__PURE__ */ new TextEncoder();
const NO_BYTES = /* @__PURE__ */ new Uint8Array();

/** Which message begins with a byte, if it is one of a winerp client. */
function kindOf(byte: number): QuestionKind | AnswerKind | undefined {
  switch (byte) {
    case KIND_BYTES.request:
      return "request";
    case KIND_BYTES.response:
      return "response";
    case KIND_BYTES.functionCall:
      return "functionCall";
    case KIND_BYTES.error:
      return "error";
  }
  return undefined;
}

/** Whom a question came from, and whom it was for. */
interface Pair {
  /** What stood in the message for both, with the NULs. */
  readonly fields: Uint8Array;
  readonly node: string;
  readonly asker: string;
  readonly source: Remote;
  readonly responder: Member;
  readonly to: string;
}

/** What is done with what was read, as with what `read()` reads. */
interface Acts {
  ask(
    kind: QuestionKind,
    origin: Origin,
    uuid: string,
    source: Remote,
    responder: Member,
    content: Envelope,
  ): void;
  answer(kind: AnswerKind, asked: Asked, content: Envelope): void;
}

/** What takes the messages of what has come, by where they stand in it. */
export interface QuickTaker {
  /** Takes one; returns whether it did. */
  take(start: number, end: number): boolean;
}

/** The receiver of a backplane that takes bytes as well as texts. */
export interface BytesReceiver {
  /**
   * Returns what takes messages before `message()` has to; nothing if that has
   * to take all. It is good until it is called again.
   *
   * @param bytes What has come, in UTF-8.
   * @param from The node that has sent it.
   */
  quickly(bytes: Uint8Array, from: string): QuickTaker | undefined;
}

/**
 * Reads what winerp clients ask and answer as bytes, where the same participants
 * have asked before: no texts and lists are made of it. Whatever else it finds,
 * it leaves alone, for `read()`: a test compares the two.
 */
export class Quick implements QuickTaker {
  readonly #node: Line;
  readonly #acts: Acts;
  readonly #envelope = new Envelope();
  readonly #pairs: (Pair | undefined)[] = new Array(PAIRS).fill(undefined);
  #last: Pair | undefined;
  #from = "";
  #bytes: Uint8Array = NO_BYTES;
  /** A copy of that, of which messages are parts; none if none was needed. */
  #copy: Uint8Array<ArrayBuffer> | undefined;

  constructor(node: Line, acts: Acts) {
    this.#node = node;
    this.#acts = acts;
  }

  /**
   * Begins with what has come from a node.
   *
   * @param bytes Some messages, in UTF-8.
   * @param from The node.
   */
  begin(bytes: Uint8Array, from: string): void {
    this.#bytes = bytes;
    this.#from = from;
    this.#copy = undefined;
  }

  /** See {@linkcode QuickTaker}. */
  take(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const kind = kindOf(bytes[start]!);
    if (kind === undefined || bytes[start + 1] !== 0) return false;
    let ref = 0;
    let i = start + 2;
    const most = Math.min(i + MAX_DIGITS + 1, end);
    for (; i < most; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit < 0 || digit > 9) break;
      ref = ref * 10 + digit;
    }
    if (i === start + 2 || i === most || bytes[i] !== 0) return false;
    return kind === "request" || kind === "functionCall"
      ? this.#takeQuestion(kind, ref, i, end)
      : this.#takeAnswer(kind, ref, i + 1, end);
  }

  #takeQuestion(
    kind: QuestionKind,
    ref: number,
    at: number,
    end: number,
  ): boolean {
    const pair = this.#pairAt(at, end);
    if (!pair) return false;
    const { node, asker, source, responder } = pair;
    const isAsBefore = node === this.#from && source.node === node &&
      !source.party.gone && responder.active &&
      responder.name === pair.to;
    if (!isAsBefore) return false;
    const envelope = this.#read(kind, at + pair.fields.length, end);
    if (!envelope) return false;
    source.turn = this.#node.turn;
    const origin = { node, ref, asker };
    const uuid = envelope.text("uuid");
    this.#acts.ask(kind, origin, uuid, source, responder, envelope);
    return true;
  }

  #takeAnswer(
    kind: AnswerKind,
    ref: number,
    at: number,
    end: number,
  ): boolean {
    const asked = this.#node.asked.get(ref);
    if (!asked?.question) return false;
    const envelope = this.#read(kind, at, end);
    if (!envelope?.hasUuid(asked.question.uuid)) return false;
    this.#acts.answer(kind, asked, envelope);
    return true;
  }

  /** Reads the message of a client, if it is the one that it has to be. */
  #read(
    kind: QuestionKind | AnswerKind,
    start: number,
    end: number,
  ): Envelope | undefined {
    const envelope = this.#envelope;
    try {
      // It is changed where it stands, and kept until it has been sent.
      envelope.read(this.#ownBytes().subarray(start, end));
    } catch {
      return undefined;
    }
    return envelope.type === typeOf(kind) && envelope.isWhole
      ? envelope
      : undefined;
  }

  #ownBytes(): Uint8Array<ArrayBuffer> {
    let copy = this.#copy;
    if (!copy) {
      const { length } = this.#bytes;
      copy = this.#copy = allocate(length);
      copy.set(this.#bytes);
    }
    return copy;
  }

  /** Remembers who has asked whom. */
  learn(
    node: string,
    [, , asker = "", name = "", to = ""]: readonly string[],
    source: Remote,
    responder: Member,
  ): void {
    const fields = encoder.encode(`\0${asker}\0${name}\0${to}\0`);
    if (fields.length > MAX_FIELDS) return;
    // Its very text: it is compared the quickest.
    const own = responder.name === to ? responder.name : to;
    const pair = { fields, node, asker, source, responder, to: own };
    this.#pairs[placeOf(fields, 0, fields.length)] = this.#last = pair;
  }

  /** Finds the pair whose fields stand there. */
  #pairAt(at: number, end: number): Pair | undefined {
    const bytes = this.#bytes;
    const last = this.#last;
    if (last && standsAt(bytes, at, last.fields)) return last;
    const place = placeOf(bytes, at, Math.min(end, at + MAX_FIELDS));
    const pair = this.#pairs[place];
    return pair && standsAt(bytes, at, pair.fields)
      ? this.#last = pair
      : undefined;
  }
}

/** Returns the place of what stands there, up to its fourth NUL. */
function placeOf(bytes: Uint8Array, at: number, end: number): number {
  let hash = 0;
  for (let nuls = 0; at < end && nuls < 4; at++) {
    const byte = bytes[at]!;
    if (byte === 0) nuls++;
    hash = Math.imul(hash ^ byte, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> (32 - PAIR_BITS);
}
