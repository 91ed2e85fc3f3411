// Copyright 2026 the Wirekit authors. MIT license.

import { allocate } from "@wirekit/internal/allocate";
import { now } from "@wirekit/internal/clock";
import { MAX_MESSAGE_BYTES } from "../_close.ts";
import { BoundedInbox } from "../_bounded_inbox.ts";
import { Buffer, isUtf8 } from "../_node.ts";
import { afterTurn, currentTurn } from "../_turn.ts";
import type { Format, MessageOf } from "../transport.ts";
import type { BytePipe } from "./_byte_pipe.ts";
import { type CloseReason, Opcode } from "./_frame.ts";
import { FrameParser } from "./_frame_parser.ts";

/**
 * Number of bytes read ahead of the reader above which the peer has to wait.
 */
const READ_AHEAD = 65_536;

/**
 * A read below this is copied as a whole, and its messages are parts of the
 * copy; a larger one is mostly a part of one large message.
 */
const BULK_BYTES = 65_536;

/**
 * What a connection may do at once, and once more in the same turn, before the
 * others have theirs: in frames, of which each read counts as one, and each 4 KiB.
 */
const TURN_BUDGET = 512;

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

/**
 * What a connection receives: bytes become messages, with a budget of work for
 * each turn of the event loop, and the peer waits while the reader is slow.
 */
export class Input<F extends Format> {
  /** The messages that wait for the reader. */
  readonly inbox: BoundedInbox<MessageOf<F>> = new BoundedInbox(READ_AHEAD);
  /** How many checks for a sign of life were in vain since the last read. */
  silence = 0;
  /** Whether reading is paused. */
  paused = false;
  readonly #pipe: BytePipe;
  readonly #listener: InputListener;
  readonly #format: F;
  readonly #otherFrames: "refuse" | "ignore" | "take";
  readonly #parser: FrameParser;
  /** Whether input is ignored from now on. */
  #deaf = false;
  /** What is left of the turn's budget, and bytes that have to wait for more. */
  #budget = TURN_BUDGET;
  /** The turn in which a budget was used up last. */
  #busyTurn = -1;
  #rest: Uint8Array<ArrayBuffer>[] = [];
  /** What to do once those bytes are read. */
  #onEnd: (() => void) | undefined;
  /** When frames without content were last counted. */
  #countedAt = 0;

  /** Reads for one end of a connection. */
  constructor(
    pipe: BytePipe,
    options: InputOptions<F>,
    listener: InputListener,
  ) {
    this.#pipe = pipe;
    this.#listener = listener;
    this.#format = options.format;
    this.#otherFrames = options.otherFrames ?? "refuse";
    this.#parser = new FrameParser({
      masked: options.role === "server",
      maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    });
  }

  /** Reads bytes without keeping them; `isRest` if they have waited here. */
  read(chunk: Uint8Array<ArrayBuffer>, isRest = false): void {
    if (this.#deaf) return this.#discard(chunk);
    // On Deno a pause takes effect after many more reads.
    if (!isRest && this.#rest.length > 0) {
      this.#rest.push(chunk.slice());
      return;
    }
    this.silence = 0;
    if (this.inbox.full && !this.inbox.ended) this.#pause();
    if (!isRest) this.#budget -= 1 + (chunk.length >> 12);
    const parser = this.#parser;
    // Messages may be parts of a copy.
    const isCopy = this.#format !== "text" && chunk.length < BULK_BYTES &&
      parser.pending === 0;
    parser.push(isCopy ? copyOf(chunk) : chunk);
    parser.allowance = Math.max(this.#budget, 0);
    let pings = 0;
    let ping: Uint8Array<ArrayBuffer> | undefined;
    do {
      while (parser.next()) {
        switch (parser.opcode) {
          case Opcode.Text:
          case Opcode.Binary:
            if (!this.inbox.ended) this.#receive(isCopy);
            if (this.#deaf) return;
            break;
          case Opcode.Ping:
            if (++pings <= PONGS) this.#listener.onPing(parser.payload);
            else ping = copyOf(parser.payload);
            break;
          case Opcode.Close:
            this.#deaf = true;
            return this.#listener.onFarewell(parser.farewell!);
        }
      }
    } while (parser.allowance === 0 && this.#mayGoOn());
    if (ping) this.#listener.onPing(ping);
    if (parser.failure) {
      return this.#fail(parser.failure.code, parser.failure.reason);
    }
    if (parser.idleFrames >= MAX_IDLE_FRAMES && this.#isFlood()) {
      return this.#fail(1008, "too many frames without content");
    }
    this.#budget = parser.allowance;
    if (this.#budget > 0) return;
    const { rest } = parser;
    // What has waited is a copy already; a copy in each turn would be too slow.
    if (rest.length > 0) this.#rest.unshift(isRest ? rest : rest.slice());
    this.#pause();
  }

  /** Calls back once everything that came before the end is read. */
  end(onEnd: () => void): void {
    if (this.#rest.length === 0 || this.#deaf) return onEnd();
    this.#onEnd ??= onEnd;
  }

  /** Discards bytes that nobody reads, as slowly as if they were read. */
  #discard(chunk: Uint8Array<ArrayBuffer>): void {
    this.#budget -= 1 + (chunk.length >> 10);
    if (this.#budget > 0 || this.paused) return;
    this.paused = true;
    this.#pipe.pause();
    afterTurn(() => {
      this.paused = false;
      this.#budget = TURN_BUDGET;
      this.#pipe.resume();
    });
  }

  /** Returns whether there is a new budget: there is only one in a turn. */
  #mayGoOn(): boolean {
    const turn = currentTurn();
    if (this.#busyTurn === turn) return false;
    this.#busyTurn = turn;
    this.#parser.allowance = TURN_BUDGET;
    return true;
  }

  /** Returns whether too many frames without content came within a second. */
  #isFlood(): boolean {
    const time = now();
    const elapsed = time - this.#countedAt;
    this.#countedAt = time;
    this.#parser.idleFrames = 0;
    return elapsed < 1_000;
  }

  /** Passes the parser's message to the reader. */
  #receive(isCopy: boolean): void {
    const parser = this.#parser;
    const isBinary = parser.opcode === Opcode.Binary;
    const isOther = this.#format === (isBinary ? "text" : "binary");
    if (isOther && this.#otherFrames !== "take") {
      if (this.#otherFrames === "ignore") return;
      const [got, expected] = isBinary
        ? ["binary", "text"]
        : ["text", "binary"];
      return this.#fail(1003, `${got}, expected ${expected}`);
    }
    // As utf8, text in binary frames counts: a stock winerp client takes it
    // too, so peers send it.
    if (this.#format !== "binary" && !parser.isText) {
      if (!isUtf8(parser.payload)) return this.#fail(1007, "not valid UTF-8");
    }
    const { bytes, start, end } = parser;
    let message: string | Uint8Array;
    if (this.#format === "text") {
      const slice = parser.isAscii ? latin1Slice : utf8Slice;
      message = slice.call(bytes, start, end);
    } else {
      const { payload } = parser;
      message = parser.isOwn || isCopy ? payload : copyOf(payload);
    }
    this.inbox.push(message as MessageOf<F>);
  }

  /**
   * Gives other connections their turn, and a slow reader as many turns as it
   * needs.
   */
  #pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.#pipe.pause();
    const resume = () => this.#resume();
    const wait = () => this.inbox.room().then(resume, resume);
    if (this.#budget > 0) wait();
    else afterTurn(wait);
  }

  #resume(): void {
    this.paused = false;
    // One that needs pauses gets less, and only once a turn.
    this.#budget = TURN_BUDGET / 2;
    this.#busyTurn = currentTurn();
    for (let rest; !this.paused && (rest = this.#rest.shift());) {
      this.read(rest, true);
    }
    if (this.paused) return;
    if (this.#onEnd) this.#onEnd();
    else this.#pipe.resume();
  }

  #fail(code: number, reason: string): void {
    this.#deaf = true;
    this.#listener.onFault({ code, reason });
  }
}

function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = allocate(bytes.length);
  copy.set(bytes);
  return copy;
}
