// Copyright 2026 the Wirekit authors. MIT license.

import { afterTurn, Buffer, isUtf8, setImmediate } from "../_node.ts";
import {
  CLOSE_TIMEOUT,
  cutReason,
  HIGH_WATER_MARK,
  MAX_MESSAGE_BYTES,
  MAX_OUTBOX_BYTES,
  READY,
  refuse,
  settled,
  toCloseError,
} from "../_close.ts";
import {
  type ConnectionGroup,
  LARGE_BYTES,
  LOOKS,
  type Member,
  type OutBuffer,
} from "./_connection_group.ts";
import { now } from "@wirekit/internal/clock";
import { Inbox } from "../_inbox.ts";
import { allocate } from "@wirekit/internal/allocate";
import {
  type CloseReason,
  headLength,
  isCloseCode,
  Opcode,
  writeHead,
} from "./_frame.ts";
import { FrameParser } from "./_frame_parser.ts";
import { applyMask } from "./_mask.ts";
import {
  CloseError,
  type Format,
  type Limits,
  type MessageOf,
  type WebSocketTransport,
} from "../transport.ts";

/**
 * Number of bytes read ahead of the reader above which the peer has to wait.
 */
const READ_AHEAD = 65_536;

/** From this size on, a server writes a payload without copying it. */
const UNCOPIED_BYTES = 16_384;

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

const EMPTY = new Uint8Array();
const ENCODER = new TextEncoder();

// Five times as fast as a TextDecoder, for a part of any Uint8Array.
const { latin1Slice, utf8Slice } = Buffer?.prototype ?? {};

/** A stream of bytes below a connection. */
export interface BytePipe {
  /**
   * Starts to read. A chunk belongs to the receiver until it returns. At the
   * end `onEnd` is called, with the error if there is one.
   */
  start(
    onChunk: (chunk: Uint8Array<ArrayBuffer>) => void,
    onEnd: (error?: unknown) => void,
  ): void;
  /** Pauses reading. A chunk that is under way may still come. */
  pause(): void;
  /** Resumes reading. */
  resume(): void;
  /**
   * Writes all bytes after those written before. Returns nothing if they were
   * written at once; otherwise resolves when they are written, and they must
   * not change until then.
   */
  write(parts: Uint8Array<ArrayBuffer>[]): Promise<void> | undefined;
  /** Grows each time that the peer makes room for what had to wait. */
  readonly progress: number;
  /** Until when the peer has to read, at its speed, what has left already. */
  readonly busyUntil: number;
  /** Ends our direction, once all is written. */
  end(): void;
  /** Releases everything. Never throws. */
  destroy(): void;
}

/** Options of a {@linkcode WebSocketConnection}. */
export interface WebSocketConnectionOptions<F extends Format>
  extends Omit<Limits, "maxInboxBytes"> {
  /** What a message is. */
  format: F;
  /** What to do with frames of the other kind. */
  otherFrames?: "refuse" | "ignore" | "take";
  /** The last message to send before this end closes by itself. */
  farewell?: MessageOf<F> | undefined;
  /** The subprotocol, if one was agreed upon. */
  protocol?: string;
  /** Which side this is: a client masks. */
  role: "client" | "server";
  /** Called once, when nothing is left of the connection. */
  onGone?: () => void;
}

/** An open WebSocket over a stream of bytes. */
export class WebSocketConnection<F extends Format>
  implements WebSocketTransport<MessageOf<F>>, Member {
  /** See {@linkcode WebSocketTransport}. */
  readonly protocol: string;
  readonly #pipe: BytePipe;
  readonly #group: ConnectionGroup;
  readonly #format: F;
  readonly #otherFrames: "refuse" | "ignore" | "take";
  readonly #farewell: MessageOf<F> | undefined;
  readonly #isClient: boolean;
  readonly #maxOutboxBytes: number;
  readonly #onGone: (() => void) | undefined;
  readonly #parser: FrameParser;
  readonly #inbox = new Inbox<MessageOf<F>>(READ_AHEAD);
  /** Whether what is read is a copy, of which messages may be parts. */
  #ownsChunk = false;
  #paused = false;
  /** What is left of the turn's budget, and bytes that have to wait for more. */
  #budget = TURN_BUDGET;
  /** The turn in which a budget was used up last. */
  #busyTurn = -1;
  #rest: Uint8Array<ArrayBuffer>[] = [];
  /** What to do once those bytes are read. */
  #ending: (() => void) | undefined;
  /** When frames without content were last counted. */
  #countedAt = 0;
  /** How many checks for a sign of life were in vain. */
  #silence = 0;
  /** The pipe's progress at the last check. */
  #progress = 0;
  /** The output: full buffers, and one that is being filled. */
  #queue: OutBuffer[] | undefined;
  #out: OutBuffer | undefined;
  /** Bytes in these, and those that the pipe still has. */
  #waiting = 0;
  #scheduled = false;
  #writing = false;
  #endsOutput = false;
  /** Whether input is ignored from now on. */
  #deaf = false;
  #broken: CloseError | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #closing: Promise<void> | undefined;
  /** Resolves when the pipe has ended, if somebody waits for that. */
  #ended: PromiseWithResolvers<void> | undefined;
  #gone = false;

  /** Takes over the pipe, and reads what follows `head`. */
  constructor(
    pipe: BytePipe,
    group: ConnectionGroup,
    options: WebSocketConnectionOptions<F>,
    head: Uint8Array<ArrayBuffer> = EMPTY,
  ) {
    this.protocol = options.protocol ?? "";
    this.#pipe = pipe;
    this.#group = group;
    this.#format = options.format;
    this.#otherFrames = options.otherFrames ?? "refuse";
    this.#farewell = options.farewell;
    this.#isClient = options.role === "client";
    this.#maxOutboxBytes = options.maxOutboxBytes ?? MAX_OUTBOX_BYTES;
    this.#onGone = options.onGone;
    this.#parser = new FrameParser({
      masked: !this.#isClient,
      maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    });
    group.add(this);
    if (head.length > 0) this.#read(head);
    pipe.start((chunk) => this.#read(chunk), (error) => this.#onEnd(error));
    if (this.#paused) pipe.pause();
  }

  /** See {@linkcode Transport.send}. */
  send(message: MessageOf<F>): Promise<void> {
    const ended = this.#inbox.ended ?? this.#broken;
    if (ended) return refuse(ended);
    if (this.#waiting + message.length > this.#maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      this.#sayFarewell();
      this.close(error);
      return refuse(error);
    }
    let kept: boolean | undefined = false;
    if (typeof message === "string") this.#writeText(message);
    else if (this.#format === "binary") {
      kept = this.#writeBytes(Opcode.Binary, message);
    } else kept = this.#writeBytes(Opcode.Text, message);
    if (kept === undefined) {
      return refuse(new TypeError("Cannot send message: not valid UTF-8"));
    }
    if (!kept && this.#waiting < HIGH_WATER_MARK) return READY;
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      this.#room.promise.catch(() => {});
    }
    return this.#room.promise;
  }

  /** See {@linkcode Transport.close}. */
  close(error?: Error): Promise<void> {
    const ended = toCloseError(error);
    const { code } = ended;
    const coded = isCloseCode(code) ? code : code === 1005 ? 1000 : 1011;
    return this.#closing ?? this.#leave(ended, coded);
  }

  /** See {@linkcode Transport}. */
  [Symbol.asyncIterator](): AsyncIterator<MessageOf<F>, undefined> {
    return this.#inbox;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Writes everything that was sent in this turn. */
  flush(): void {
    this.#scheduled = false;
    if (!this.#writing && this.#out) this.#write(EMPTY);
  }

  /**
   * Asks a silent peer for a sign of life; without one, the connection ends.
   * This counts checks, not time: a process that was suspended reads before it
   * decides.
   */
  look(): void {
    // Nothing is heard while a slow reader keeps us from listening.
    if (this.#paused || this.#closing) return;
    const { progress, busyUntil } = this.#pipe;
    if (progress !== this.#progress) this.#silence = 0;
    this.#progress = progress;
    // The ping comes after what is on its way, and so does its answer.
    if (busyUntil > now()) return;
    this.#silence++;
    if (this.#silence === LOOKS / 2) {
      // Before the ping: a peer that wakes up after the end may fail to answer
      // that one, and read no further.
      this.#sayFarewell();
      this.#writeBytes(Opcode.Ping, EMPTY);
    }
    if (this.#silence < LOOKS) return;
    const cause = new Error("No answer to a ping");
    const error = new CloseError(1006, { cause });
    if (this.#farewell === undefined) return this.#lose(error);
    // It may read this later: a program can stand still for a long time.
    this.#sayFarewell();
    void this.#leave(error, 1011);
  }

  #read(chunk: Uint8Array<ArrayBuffer>, isRest = false): void {
    if (this.#deaf) return this.#discard(chunk);
    // On Deno a pause takes effect after many more reads.
    if (!isRest && this.#rest.length > 0) {
      this.#rest.push(chunk.slice());
      return;
    }
    this.#silence = 0;
    if (this.#inbox.full && !this.#inbox.ended) this.#pause();
    if (!isRest) this.#budget -= 1 + (chunk.length >> 12);
    const parser = this.#parser;
    this.#ownsChunk = this.#format !== "text" && chunk.length < BULK_BYTES &&
      parser.pending === 0;
    parser.push(this.#ownsChunk ? copyOf(chunk) : chunk);
    parser.allowance = Math.max(this.#budget, 0);
    let pings = 0;
    let ping: Uint8Array<ArrayBuffer> | undefined;
    do {
      while (parser.next()) {
        switch (parser.opcode) {
          case Opcode.Text:
          case Opcode.Binary:
            if (!this.#inbox.ended) this.#receive();
            if (this.#deaf) return;
            break;
          case Opcode.Ping:
            if (++pings <= PONGS) this.#answer(parser.payload);
            else ping = copyOf(parser.payload);
            break;
          case Opcode.Close:
            return this.#onFarewell(parser.farewell!);
        }
      }
    } while (parser.allowance === 0 && this.#mayGoOn());
    if (ping) this.#answer(ping);
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

  /** Discards bytes that nobody reads, as slowly as if they were read. */
  #discard(chunk: Uint8Array<ArrayBuffer>): void {
    this.#budget -= 1 + (chunk.length >> 10);
    if (this.#budget > 0 || this.#paused) return;
    this.#paused = true;
    this.#pipe.pause();
    afterTurn(() => {
      this.#paused = false;
      this.#budget = TURN_BUDGET;
      this.#pipe.resume();
    });
  }

  /** Returns whether there is a new budget: there is only one in a turn. */
  #mayGoOn(): boolean {
    const group = this.#group;
    if (this.#busyTurn === group.turn) return false;
    this.#busyTurn = group.turn;
    this.#parser.allowance = TURN_BUDGET;
    group.countTurn();
    return true;
  }

  /**
   * Answers a ping, unless the peer sends pings without reading the answers.
   */
  #answer(ping: Uint8Array<ArrayBuffer>): void {
    if (this.#waiting < HIGH_WATER_MARK && !this.#closing) {
      this.#writeBytes(Opcode.Pong, ping);
    }
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
  #receive(): void {
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
      message = parser.isOwn || this.#ownsChunk ? payload : copyOf(payload);
    }
    this.#inbox.push(message as MessageOf<F>);
  }

  /**
   * Gives other connections their turn, and a slow reader as many turns as it
   * needs.
   */
  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#pipe.pause();
    const resume = () => this.#resume();
    const wait = () => this.#inbox.room().then(resume, resume);
    if (this.#budget > 0) wait();
    else afterTurn(wait);
  }

  #resume(): void {
    this.#paused = false;
    // One that needs pauses gets less, and only once a turn.
    this.#budget = TURN_BUDGET / 2;
    this.#busyTurn = this.#group.turn;
    this.#group.countTurn();
    for (let rest; !this.#paused && (rest = this.#rest.shift());) {
      this.#read(rest, true);
    }
    if (this.#paused) return;
    if (this.#ending) this.#ending();
    else this.#pipe.resume();
  }

  #writeText(text: string): void {
    const mask = this.#isClient ? this.#group.mask() : undefined;
    let head = headLength(text.length, this.#isClient);
    const out = this.#reserve(14 + 3 * text.length);
    const { bytes, length: start } = out;
    const at = start + head;
    const { written } = ENCODER.encodeInto(text, bytes.subarray(at));
    head = headLength(written, this.#isClient);
    if (start + head !== at) {
      bytes.copyWithin(start + head, at, at + written);
    }
    writeHead(bytes, start, Opcode.Text, written, mask);
    this.#append(out, start + head, written, mask);
  }

  /**
   * Returns whether the payload must not change until there is room;
   * `undefined` if it is not the text that it has to be.
   */
  #writeBytes(
    opcode: number,
    payload: Uint8Array<ArrayBuffer>,
  ): boolean | undefined {
    const { length } = payload;
    const isText = opcode === Opcode.Text;
    const mask = this.#isClient ? this.#group.mask() : undefined;
    const uncopied = length >= UNCOPIED_BYTES && !this.#isClient &&
      !this.#writing;
    if (uncopied && isText && !isUtf8(payload)) return undefined;
    const out = this.#reserve(14 + (uncopied ? 0 : length));
    if (uncopied && this.#writing) return this.#writeBytes(opcode, payload);
    const { bytes, words } = out;
    const start = writeHead(bytes, out.length, opcode, length, mask);
    if (uncopied) {
      this.#append(out, start, 0, undefined);
      return this.#write(payload);
    }
    bytes.set(payload, start);
    // A third of what `isUtf8()` takes for a short text.
    const isAscii = isText &&
      applyMask(bytes, words, start, start + length, 0) < 0x80;
    if (isText && !isAscii && !isUtf8(payload)) return undefined;
    this.#append(out, start, length, mask);
    return false;
  }

  /** Counts what was written to the buffer: a header and its payload. */
  #append(
    out: OutBuffer,
    start: number,
    length: number,
    mask: number | undefined,
  ): void {
    const end = start + length;
    if (mask !== undefined) applyMask(out.bytes, out.words, start, end, mask);
    this.#waiting += end - out.length;
    out.length = end;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#group.schedule(this);
  }

  /**
   * Returns a buffer with enough room. The first one of a turn is small and is
   * sent as soon as it is full, so that the peer has something to do meanwhile.
   */
  #reserve(size: number): OutBuffer {
    const out = this.#out;
    if (!out) return this.#out = this.#group.lend(size);
    if (out.length + size <= out.bytes.length) return out;
    if (this.#writing) (this.#queue ??= []).push(out);
    else this.#write(EMPTY);
    return this.#out = this.#group.lend(Math.max(size, LARGE_BYTES));
  }

  /**
   * Writes all output and then `last`; returns whether a write is under way.
   */
  #write(last: Uint8Array<ArrayBuffer>): boolean {
    const buffers = this.#queue ?? [];
    if (this.#out) buffers.push(this.#out);
    this.#queue = this.#out = undefined;
    const parts = buffers.map(({ bytes, length }) => bytes.subarray(0, length));
    if (last.length > 0) {
      parts.push(last);
      this.#waiting += last.length;
    }
    const size = this.#waiting;
    const writing = this.#pipe.write(parts);
    if (!writing) {
      this.#onWritten(buffers, size);
      return false;
    }
    this.#writing = true;
    writing.then(() => {
      this.#writing = false;
      this.#onWritten(buffers, size);
      if (this.#out && !this.#gone) this.#write(EMPTY);
    }, (cause) => this.#break(new CloseError(1006, { cause })));
    return true;
  }

  #onWritten(buffers: OutBuffer[], size: number): void {
    for (const buffer of buffers) this.#group.giveBack(buffer);
    this.#waiting -= size;
    if (this.#endsOutput && !this.#out) this.#pipe.end();
    if (!this.#room || this.#waiting >= HIGH_WATER_MARK) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  /** Stops sending, but reads what the peer has still sent. */
  #break(error: CloseError): void {
    this.#broken = error;
    this.#room?.reject(error);
    if (this.#closing) return this.#ended?.resolve();
    this.#ended = Promise.withResolvers();
    settled(this.#ended.promise).then(() => this.#lose(error));
  }

  #onFarewell({ code, reason }: CloseReason): void {
    this.#part(code, reason, this.#isClient ? "wait" : "end");
  }

  #fail(code: number, reason: string): void {
    this.#part(code, reason, "end", this.#farewell);
  }

  /** Ends after this turn, so that received messages can still be answered. */
  #part(
    code: number,
    reason: string,
    then: "wait" | "end",
    farewell?: MessageOf<F>,
  ): void {
    this.#deaf = true;
    setImmediate(() => {
      if (!this.#closing) {
        if (farewell !== undefined) this.#sayFarewell();
        this.#leave(new CloseError(code, { reason }), code, then);
      } else if (then === "end") this.#endOutput();
    });
  }

  #onEnd(cause?: unknown): void {
    if (this.#rest.length > 0 && !this.#deaf) {
      this.#ending ??= () => this.#onEnd(cause);
      return;
    }
    if (this.#deaf) this.#ended ??= Promise.withResolvers();
    if (this.#ended) return this.#ended.resolve();
    this.#lose(
      new CloseError(1006, { ...(cause !== undefined && { cause }) }),
    );
  }

  /** Sends the close frame, and waits for the end of the peer's direction. */
  #leave(
    error: CloseError,
    code: number,
    then: "wait" | "end" = "wait",
  ): Promise<void> {
    const ended = this.#ended ??= Promise.withResolvers();
    this.#closing = settled(ended.promise, CLOSE_TIMEOUT).then(() =>
      this.#release()
    );
    this.#inbox.end(error);
    this.#room?.reject(error);
    const reason = code === 1005
      ? EMPTY
      : ENCODER.encode(cutReason(error.reason));
    const payload = new Uint8Array(code === 1005 ? 0 : 2 + reason.length);
    payload.set([code >> 8, code & 0xff].slice(0, payload.length));
    payload.set(reason, payload.length - reason.length);
    this.#writeBytes(Opcode.Close, payload);
    if (then === "end") this.#endOutput();
    this.flush();
    return this.#closing;
  }

  #sayFarewell(): void {
    const message = this.#farewell;
    if (typeof message === "string") this.#writeText(message);
    else if (message) {
      const isBinary = this.#format === "binary";
      this.#writeBytes(isBinary ? Opcode.Binary : Opcode.Text, message);
    }
  }

  #endOutput(): void {
    if (this.#endsOutput) return;
    this.#endsOutput = true;
    if (!this.#writing && !this.#out) this.#pipe.end();
  }

  #lose(error: CloseError): void {
    if (this.#closing) return;
    this.#closing = READY;
    this.#inbox.end(error);
    this.#room?.reject(error);
    this.#release();
  }

  #release(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#pipe.destroy();
    this.#group.delete(this);
    this.#onGone?.();
  }
}

function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = allocate(bytes.length);
  copy.set(bytes);
  return copy;
}
