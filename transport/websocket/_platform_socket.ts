// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later, type Timer } from "@wirekit/internal/clock";
import {
  CLOSE_TIMEOUT,
  cutReason,
  HIGH_WATER_MARK,
  isClean,
  MAX_INBOX_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_OUTBOX_BYTES,
  READY,
  refuse,
  settled,
  toCloseError,
  tooLarge,
} from "../_close.ts";
import { Inbox } from "../reading/_inbox.ts";
import { decodeText, encodeText, exceeds } from "../_utf8.ts";
import {
  CloseError,
  type Format,
  type Limits,
  type MessageOf,
  type WebSocketTransport,
} from "../transport.ts";

/**
 * The longest pause between two checks of `bufferedAmount`, in milliseconds.
 */
const MAX_POLL_DELAY = 32;

/** Options of a {@linkcode PlatformSocket}. */
export interface PlatformSocketOptions<F extends Format> extends Limits {
  /** What a message is. */
  format: F;
  /** What to do with frames of the other kind. */
  otherFrames?: "refuse" | "ignore" | "take";
}

/** Bytes or text, as the platform sends them. */
export type Data = string | Uint8Array<ArrayBuffer>;

/**
 * A transport over the platform's `WebSocket`, which is open.
 *
 * All peculiarities of that class are handled here.
 */
export class PlatformSocket<F extends Format>
  implements WebSocketTransport<MessageOf<F>> {
  /** The `WebSocket`. */
  protected readonly socket: WebSocket;
  readonly #format: F;
  readonly #otherFrames: "refuse" | "ignore" | "take";
  readonly #maxMessageBytes: number;
  readonly #maxInboxBytes: number;
  readonly #maxOutboxBytes: number;
  readonly #inbox = new Inbox<MessageOf<F>>();
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  #closing: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #poll: Timer | undefined;
  #failure: unknown;

  /** Takes over the socket: nothing else may listen to it or use it. */
  constructor(socket: WebSocket, options: PlatformSocketOptions<F>) {
    const {
      format,
      otherFrames = "refuse",
      maxMessageBytes = MAX_MESSAGE_BYTES,
      maxInboxBytes = MAX_INBOX_BYTES,
      maxOutboxBytes = MAX_OUTBOX_BYTES,
    } = options;
    this.socket = socket;
    this.#format = format;
    this.#otherFrames = otherFrames;
    this.#maxMessageBytes = maxMessageBytes;
    this.#maxInboxBytes = maxInboxBytes;
    this.#maxOutboxBytes = maxOutboxBytes;
    socket.binaryType = "arraybuffer"; // A Deno client's default is "blob".
    socket.onmessage = (event) => this.#onMessage(event.data);
    socket.onerror = (event) => this.#failure = failureOf(event);
    socket.onclose = (event) => this.#onClose(event);
  }

  /** See {@linkcode WebSocketTransport}. */
  get protocol(): string {
    return this.socket.protocol;
  }

  /** See {@linkcode Transport.send}. */
  send(message: MessageOf<F>): Promise<void> {
    if (this.#inbox.ended) return refuse(this.#inbox.ended);
    let data: Data = message;
    if (this.#format === "utf8") {
      try {
        data = decodeText(message as Uint8Array);
      } catch (cause) {
        return refuse(
          new TypeError("Cannot send message: not valid UTF-8", { cause }),
        );
      }
    }
    const waiting = this.buffered;
    if (waiting + data.length > this.#maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      this.close(error);
      return refuse(error);
    }
    if (!this.transmit(data)) {
      return refuse(new CloseError(1006, { reason: "closing" }));
    }
    if (waiting + data.length < HIGH_WATER_MARK) return READY;
    return this.buffered < HIGH_WATER_MARK ? READY : this.#drained();
  }

  /** See {@linkcode Transport.close}. */
  close(error?: Error): Promise<void> {
    if (this.#closing) return this.#closing;
    const ended = toCloseError(error);
    this.end(ended);
    return this.#closing = this.#leave(ended);
  }

  /** See {@linkcode Transport}. */
  [Symbol.asyncIterator](): AsyncIterator<MessageOf<F>, undefined> {
    return this.#inbox;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The number of bytes that wait to be sent. */
  protected get buffered(): number {
    return this.socket.bufferedAmount;
  }

  /**
   * Sends data; returns whether it could. Once the peer has closed, the platform
   * drops what is sent.
   */
  protected transmit(data: Data): boolean {
    const isOpen = this.socket.readyState === WebSocket.OPEN;
    if (isOpen) this.socket.send(data);
    return isOpen;
  }

  /** Sends the close frame. */
  protected sendClose({ code, reason }: CloseError): void {
    this.socket.close(this.wireCode(code), cutReason(reason));
  }

  /**
   * Returns the code that a close frame of this end carries for `code`: a client
   * of the platform may send no code below 3000 except 1000.
   */
  protected wireCode(code: number): number {
    const sent = sendable(code);
    if (sent >= 3000) return sent;
    return isClean(sent) ? 1000 : sent + 3000;
  }

  /** Ends the reading because of what came in, and closes. */
  protected giveUp(error: CloseError): void {
    void this.close(error);
  }

  /** Ends the reading. The first call decides. */
  protected end(error: CloseError): void {
    if (this.#inbox.ended) return;
    this.#inbox.end(error);
    this.#poll?.stop();
    this.#room?.reject(error);
    if (this.socket.readyState === WebSocket.CLOSED) this.#closed.resolve();
  }

  /** Is called when nothing is left of the connection, perhaps twice. */
  protected gone(): void {}

  /**
   * Makes the error of an end without a close frame, which comes with code 0,
   * 1001 or 1006.
   */
  protected lost(event: Pick<CloseEvent, "code" | "reason">): CloseError {
    const cause = this.#failure;
    // The platform itself refuses messages from 64 MiB on.
    if (cause instanceof Error && cause.message.includes("Frame too large")) {
      return tooLarge(this.#maxMessageBytes);
    }
    const code = isClean(event.code) || event.code === 0 ? 1006 : event.code;
    return new CloseError(code, {
      reason: event.reason,
      ...(cause !== undefined && { cause }),
    });
  }

  #onMessage(data: string | ArrayBuffer): void {
    if (this.#inbox.ended) return;
    if (this.#otherFrames === "ignore" && this.#isOther(data)) return;
    const max = this.#maxMessageBytes;
    const large = typeof data === "string"
      ? exceeds(data, max)
      : data.byteLength > max;
    if (large) return this.giveUp(tooLarge(max));
    try {
      this.#inbox.push(this.#message(data) as MessageOf<F>);
    } catch (error) {
      return this.giveUp(error as CloseError);
    }
    if (this.#inbox.bytes > this.#maxInboxBytes) {
      this.giveUp(new CloseError(1013, { reason: "inbox is full" }));
    }
  }

  #isOther(data: string | ArrayBuffer): boolean {
    return this.#format === (typeof data === "string" ? "binary" : "text");
  }

  #message(data: string | ArrayBuffer): Data {
    if (this.#otherFrames === "refuse" && this.#isOther(data)) {
      const kinds = ["text, expected binary", "binary, expected text"];
      const reason = kinds[typeof data === "string" ? 0 : 1]!;
      throw new CloseError(1003, { reason });
    }
    if (typeof data === "string") {
      return this.#format === "text" ? data : encodeText(data);
    }
    const bytes = new Uint8Array(data);
    if (this.#format === "binary") return bytes;
    // A stock winerp client takes text in binary frames too, so peers send it.
    const text = decodeText(bytes);
    return this.#format === "text" ? text : bytes;
  }

  /**
   * After an idle timeout Deno reports the close twice: the first one counts.
   */
  #onClose(event: CloseEvent): void {
    const { code, reason, wasClean } = event;
    const isLost = !wasClean || code === 0;
    this.end(isLost ? this.lost(event) : new CloseError(code, { reason }));
    this.#closed.resolve();
    this.gone();
  }

  async #leave(error: CloseError): Promise<void> {
    this.sendClose(error);
    await settled(this.#closed.promise, CLOSE_TIMEOUT);
    this.gone();
  }

  #drained(): Promise<void> {
    if (!this.#room) {
      this.#room = Promise.withResolvers();
      this.#room.promise.catch(() => {});
      this.#watch(1);
    }
    return this.#room.promise;
  }

  /** Checks at growing intervals, because there is no event for it. */
  #watch(delay: number): void {
    this.#poll = later(delay, () => {
      if (this.buffered >= HIGH_WATER_MARK) {
        return this.#watch(Math.min(delay * 2, MAX_POLL_DELAY));
      }
      this.#room?.resolve();
      this.#room = undefined;
    });
  }
}

/** Returns what an event says about a failure, if it says anything. */
export function failureOf(event: Event): unknown {
  const { error, message } = event as ErrorEvent;
  return error ?? (message ? new Error(message) : undefined);
}

/** Returns the code that a close frame may carry for `code` (RFC 6455, 7.4). */
export function sendable(code: number): number {
  const allowed = (code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
  return allowed ? code : code === 1005 ? 1000 : 1011;
}
