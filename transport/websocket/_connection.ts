// Copyright 2026 the Wirekit authors. MIT license.

import type { KeepsNothing } from "@wirekit/internal/bytes";
import { now } from "@wirekit/internal/clock";
import {
  CLOSE_TIMEOUT,
  cutReason,
  endOfPeer,
  HIGH_WATER_MARK,
  MAX_OUTBOX_BYTES,
  READY,
  refuse,
  settled,
  toCloseError,
} from "../_close.ts";
import { setImmediate } from "../_node.ts";
import {
  CloseError,
  type Format,
  type Limits,
  type MessageOf,
  type WebSocketTransport,
} from "../transport.ts";
import type { BytePipe, PipeListener } from "../stream/_byte_pipe.ts";
import { readyForMore } from "../stream/_large_writes.ts";
import type { OutflowListener } from "../stream/_outflow.ts";
import {
  type ConnectionGroup,
  LOOKS,
  type Member,
} from "./_connection_group.ts";
import { type CloseReason, isCloseCode, Opcode } from "./_frame.ts";
import { Input, type InputListener } from "./_input.ts";
import { Output } from "./_output.ts";

const EMPTY = new Uint8Array();
const ENCODER = new TextEncoder();

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
  /** What it leaves once nothing is left of it. */
  place?: { leave(): void };
}

/** An open WebSocket over a stream of bytes. */
export class WebSocketConnection<F extends Format>
  implements
    WebSocketTransport<MessageOf<F>>,
    Member,
    InputListener,
    OutflowListener,
    PipeListener,
    KeepsNothing {
  /** See {@linkcode WebSocketTransport}. */
  readonly protocol: string;
  readonly #pipe: BytePipe;
  readonly #group: ConnectionGroup;
  readonly #input: Input<F>;
  readonly #output: Output;
  readonly #isClient: boolean;
  readonly #farewell: MessageOf<F> | undefined;
  readonly #maxOutboxBytes: number;
  readonly #place: WebSocketConnectionOptions<F>["place"];
  /**
   * Broken: nothing can be sent, but what the peer had still said is read.
   * Closing: the close frame is sent, and the end of the peer's direction is
   * awaited.
   */
  #state: "open" | "broken" | "closing" | "gone" = "open";
  /** Why it is not open. */
  #error: CloseError | undefined;
  /** The pipe's progress at the last check. */
  #progress = 0;
  /** What `close()` returns, once it is closing or gone. */
  #closed = READY;
  /** Resolves when the pipe has ended, if somebody waits for that. */
  #ended: PromiseWithResolvers<void> | undefined;

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
    this.#isClient = options.role === "client";
    this.#farewell = options.farewell;
    this.#maxOutboxBytes = options.maxOutboxBytes ?? MAX_OUTBOX_BYTES;
    this.#place = options.place;
    this.#output = new Output(pipe, group, options, this);
    const input = this.#input = new Input(pipe, options, this);
    group.add(this);
    if (head.length > 0) input.read(head);
    pipe.start(this);
    if (input.paused) pipe.pause();
  }

  /** See {@linkcode Transport.send}. */
  send(message: MessageOf<F>): Promise<void> {
    if (this.#state !== "open") return refuse(this.#error!);
    const output = this.#output;
    if (output.waiting + message.length > this.#maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      this.#sayFarewell();
      this.close(error);
      return refuse(error);
    }
    const kept = output.writeMessage(message);
    if (kept === undefined) {
      return refuse(new TypeError("Cannot send message: not valid UTF-8"));
    }
    if (!kept && output.waiting < HIGH_WATER_MARK) return readyForMore();
    return output.room();
  }

  /** See {@linkcode Transport.close}. */
  close(error?: Error): Promise<void> {
    if (this.#isClosing) return this.#closed;
    const ended = toCloseError(error);
    const { code } = ended;
    const coded = isCloseCode(code) ? code : code === 1005 ? 1000 : 1011;
    return this.#leave(ended, coded);
  }

  /** See {@linkcode KeepsNothing}. */
  get keepsNothing(): true {
    return true;
  }

  /** See {@linkcode Transport}. */
  [Symbol.asyncIterator](): AsyncIterator<MessageOf<F>, undefined> {
    return this.#input.inbox;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Asks a silent peer for a sign of life; without one, the connection ends.
   * This counts checks, not time: a process that was suspended reads before it
   * decides.
   */
  look(): void {
    const input = this.#input;
    // Nothing is heard while a slow reader keeps us from listening.
    if (input.paused || this.#isClosing) return;
    const { progress, busyUntil } = this.#pipe;
    if (progress !== this.#progress) input.silence = 0;
    this.#progress = progress;
    // The ping comes after what is on its way, and so does its answer.
    if (busyUntil > now()) return;
    input.silence++;
    if (input.silence === LOOKS / 2) {
      // Before the ping: a peer that wakes up after the end may fail to answer
      // that one, and read no further.
      this.#sayFarewell();
      this.#output.writeFrame(Opcode.Ping, EMPTY);
    }
    if (input.silence < LOOKS) return;
    const cause = new Error("No answer to a ping");
    const error = new CloseError(1006, { cause });
    if (this.#farewell === undefined) return this.#lose(error);
    // It may read this later: a program can stand still for a long time.
    this.#sayFarewell();
    void this.#leave(error, 1011);
  }

  /**
   * Answers a ping, unless the peer sends pings without reading the answers.
   */
  onPing(payload: Uint8Array<ArrayBuffer>): void {
    if (this.#output.waiting < HIGH_WATER_MARK && !this.#isClosing) {
      this.#output.writeFrame(Opcode.Pong, payload);
    }
  }

  /** Answers the peer's close frame. */
  onFarewell(reason: CloseReason): void {
    this.#part(reason, this.#isClient ? "wait" : "end");
  }

  /** Tells the peer which rule it broke, after the farewell. */
  onFault(reason: CloseReason): void {
    this.#part(reason, "end", true);
  }

  /** Stops sending, but reads what the peer has still sent. */
  onBroken(error: CloseError): void {
    if (this.#isClosing) return this.#ended?.resolve();
    this.#state = "broken";
    this.#error = error;
    this.#ended = Promise.withResolvers();
    settled(this.#ended.promise).then(() => this.#lose(error));
  }

  get #isClosing(): boolean {
    return this.#state === "closing" || this.#state === "gone";
  }

  #sayFarewell(): void {
    const message = this.#farewell;
    if (message !== undefined) this.#output.writeMessage(message);
  }

  /** Ends after this turn, so that received messages can still be answered. */
  #part(
    { code, reason }: CloseReason,
    then: "wait" | "end",
    saysFarewell = false,
  ): void {
    this.#ended ??= Promise.withResolvers();
    setImmediate(() => {
      if (!this.#isClosing) {
        if (saysFarewell) this.#sayFarewell();
        this.#leave(new CloseError(code, { reason }), code, then);
      } else if (then === "end") this.#output.end();
    });
  }

  /** Reads what came. */
  onChunk(chunk: Uint8Array<ArrayBuffer>): void {
    this.#input.read(chunk);
  }

  /** Ends once everything that came before is read. */
  onEnd(cause?: unknown): void {
    this.#input.end(() => {
      if (this.#ended) return this.#ended.resolve();
      this.#lose(
        cause === undefined ? endOfPeer(1006) : new CloseError(1006, { cause }),
      );
    });
  }

  /** Sends the close frame, and waits for the end of the peer's direction. */
  #leave(
    error: CloseError,
    code: number,
    then: "wait" | "end" = "wait",
  ): Promise<void> {
    const ended = this.#ended ??= Promise.withResolvers();
    this.#closed = settled(ended.promise, CLOSE_TIMEOUT).then(() =>
      this.#release()
    );
    this.#shut(error);
    const reason = code === 1005
      ? EMPTY
      : ENCODER.encode(cutReason(error.reason));
    const payload = new Uint8Array(code === 1005 ? 0 : 2 + reason.length);
    payload.set([code >> 8, code & 0xff].slice(0, payload.length));
    payload.set(reason, payload.length - reason.length);
    this.#output.writeFrame(Opcode.Close, payload);
    if (then === "end") this.#output.end();
    this.#output.flush();
    return this.#closed;
  }

  #lose(error: CloseError): void {
    if (this.#isClosing) return;
    this.#shut(error);
    this.#release();
  }

  /** Ends what the reader reads and what senders wait for. */
  #shut(error: CloseError): void {
    this.#state = "closing";
    this.#error = error;
    this.#input.inbox.end(error);
    this.#output.refuseRoom(error);
  }

  #release(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#output.stop();
    this.#pipe.destroy();
    this.#group.delete(this);
    this.#place?.leave();
  }
}
