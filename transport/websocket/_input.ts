// Copyright 2026 the Wirekit authors. MIT license.

import {
  allocate,
  borrow,
  giveBack,
  noteSeen,
  TEXT,
} from "@wirekit/internal/bytes";
import { now } from "@wirekit/internal/clock";
import { MAX_MESSAGE_BYTES } from "../_close.ts";
import { ALL_TAKEN, Intake } from "../reading/_intake.ts";
import { Buffer, isUtf8 } from "../_node.ts";
import type { Format, MessageOf } from "../transport.ts";
import type { BytePipe } from "../stream/_byte_pipe.ts";
import { type CloseReason, Opcode } from "./_frame.ts";
import { FrameParser, type FrameParserOptions } from "./_frame_parser.ts";

/**
 * A read below this is copied as a whole, and its messages are parts of the
 * copy; a larger one is mostly a part of one large message.
 */
const BULK_BYTES = 65_536;

/**
 * How many pings are answered individually in a turn; of more, only the last
 * is.
 */
const PONGS = 16;

/**
 * The most frames without content within a second: no honest peer sends more.
 */
const MAX_IDLE_FRAMES = 10_000;

// Five times as fast as a TextDecoder, for a part of any Uint8Array.
const { latin1Slice, utf8Slice } = Buffer?.prototype ?? {};

/** Options of an {@linkcode Input}. */
export interface InputOptions<F extends Format> {
  /** What a message is. */
  format: F;
  /** What to do with frames of the other kind. */
  otherFrames?: "refuse" | "ignore" | "take";
  /** Which side this is: what comes from a client is masked. */
  role: "client" | "server";
  /** The size of the largest message, in bytes. */
  maxMessageBytes?: number;
}

/** What an {@linkcode Input} reports besides messages. */
export interface InputListener {
  /** Takes a ping, whose payload must be copied to be kept. */
  onPing(payload: Uint8Array<ArrayBuffer>): void;
  /** Takes the close frame of the peer, after which nothing is read. */
  onFarewell(reason: CloseReason): void;
  /** Takes what is wrong with a frame, after which nothing is read. */
  onFault(reason: CloseReason): void;
}

/** What all connections of a listener have in common. */
interface Rules<F extends Format> extends FrameParserOptions {
  readonly format: F;
  readonly otherFrames: "refuse" | "ignore" | "take";
}

/** Those of the last connection, which the next one mostly has, too. */
let lastRules: Rules<Format> | undefined;

function rulesOf<F extends Format>(
  { format, otherFrames = "refuse", role, maxMessageBytes = MAX_MESSAGE_BYTES }:
    InputOptions<F>,
): Rules<F> {
  const masked = role === "server";
  const last = lastRules;
  const isSame = last?.format === format && last.otherFrames === otherFrames &&
    last.masked === masked && last.maxMessageBytes === maxMessageBytes;
  if (isSame) return last as Rules<F>;
  const rules = { format, otherFrames, masked, maxMessageBytes };
  lastRules = rules;
  return rules;
}

/**
 * A parser that nobody needs: a connection has one only while a part of a
 * message has come, since it is larger than all else that is kept of an idle one.
 */
let spare: FrameParser | undefined;

function parserFor(rules: FrameParserOptions): FrameParser {
  const parser = spare ?? new FrameParser(rules);
  spare = undefined;
  parser.options = rules;
  return parser;
}

/** What a connection receives: its bytes are frames. */
export class Input<F extends Format> extends Intake<MessageOf<F>> {
  /** How many checks for a sign of life were in vain since the last read. */
  silence = 0;
  readonly #listener: InputListener;
  readonly #rules: Rules<F>;
  /** What has begun to read a message, and needs more bytes of it. */
  #parser: FrameParser | undefined;
  /** Frames without content, if there were any, and since when they count. */
  #idleFrames: { count: number; since: number } | undefined;

  /** Reads for one end of a connection. */
  constructor(
    pipe: BytePipe,
    options: InputOptions<F>,
    listener: InputListener,
  ) {
    super(pipe);
    this.#listener = listener;
    this.#rules = rulesOf(options);
  }

  protected override take(
    chunk: Uint8Array<ArrayBuffer>,
    isOwn: boolean,
  ): Uint8Array<ArrayBuffer> {
    this.silence = 0;
    const parser = this.#parser ??= parserFor(this.#rules);
    // Messages may be parts of a copy; one alone is copied without its header.
    const isCopy = this.#rules.format !== "text" && chunk.length < BULK_BYTES &&
      (isOwn || parser.pending === 0 && !parser.isFrame(chunk));
    parser.push(isCopy && !isOwn ? copyOf(chunk) : chunk);
    parser.allowance = Math.max(this.budget, 0);
    let pings = 0;
    let ping: Uint8Array<ArrayBuffer> | undefined;
    do {
      while (parser.next()) {
        switch (parser.opcode) {
          case Opcode.Text:
          case Opcode.Binary:
            if (!this.inbox.ended) this.#receive(isCopy);
            if (this.deaf) return ALL_TAKEN;
            break;
          case Opcode.Ping:
            if (++pings <= PONGS) this.#listener.onPing(parser.payload);
            else ping = copyOf(parser.payload);
            break;
          case Opcode.Close:
            this.deaf = true;
            this.#listener.onFarewell(parser.farewell!);
            return ALL_TAKEN;
        }
      }
    } while (parser.allowance === 0 && this.#allowMore());
    if (ping) this.#listener.onPing(ping);
    if (parser.failure) {
      this.#fail(parser.failure.code, parser.failure.reason);
      return ALL_TAKEN;
    }
    if (parser.idleFrames > 0 && this.#isFlood(parser)) {
      this.#fail(1008, "too many frames without content");
      return ALL_TAKEN;
    }
    this.budget = parser.allowance;
    const rest = this.budget > 0 ? ALL_TAKEN : parser.rest;
    if (parser.isIdle) {
      this.#parser = undefined;
      spare = parser;
    }
    return rest;
  }

  /** Allows the parser more, if there is a new budget. */
  #allowMore(): boolean {
    const may = this.mayGoOn();
    if (may) this.#parser!.allowance = this.budget;
    return may;
  }

  /** Returns whether too many frames without content came within a second. */
  #isFlood(parser: FrameParser): boolean {
    const seen = this.#idleFrames ??= { count: 0, since: 0 };
    seen.count += parser.idleFrames;
    parser.idleFrames = 0;
    if (seen.count < MAX_IDLE_FRAMES) return false;
    const time = now();
    const elapsed = time - seen.since;
    seen.since = time;
    seen.count = 0;
    return elapsed < 1_000;
  }

  /** Passes the parser's message to the reader. */
  #receive(isCopy: boolean): void {
    const parser = this.#parser!;
    const { format, otherFrames } = this.#rules;
    const isBinary = parser.opcode === Opcode.Binary;
    const isOther = format === (isBinary ? "text" : "binary");
    if (isOther && otherFrames !== "take") {
      if (otherFrames === "ignore") return;
      const [got, expected] = isBinary
        ? ["binary", "text"]
        : ["text", "binary"];
      return this.#fail(1003, `${got}, expected ${expected}`);
    }
    // As utf8, text in binary frames counts: a stock winerp client takes it
    // too, so peers send it.
    if (format !== "binary" && !parser.isText) {
      if (!isUtf8(parser.payload)) return this.#fail(1007, "not valid UTF-8");
    }
    const { bytes, start, end } = parser;
    let message: string | Uint8Array<ArrayBuffer>;
    if (format === "text") {
      const slice = parser.isAscii ? latin1Slice : utf8Slice;
      message = slice.call(bytes, start, end);
      if (parser.isOwn) giveBack(bytes);
    } else {
      const { payload } = parser;
      message = parser.isOwn || isCopy
        ? payload
        : copyInto(borrow(payload.length), payload);
      if (format === "utf8") noteSeen(message, TEXT);
    }
    this.inbox.push(message as MessageOf<F>);
  }

  #fail(code: number, reason: string): void {
    this.deaf = true;
    this.#listener.onFault({ code, reason });
  }
}

function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return copyInto(allocate(bytes.length), bytes);
}

function copyInto(
  copy: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  copy.set(bytes);
  return copy;
}
