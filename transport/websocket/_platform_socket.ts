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
import { Inbox } from "../_inbox.ts";
import { checkText, decodeText, encodeText, exceeds } from "../_utf8.ts";
import {
  CloseError,
  type Format,
  type Limits,
  type MessageOf,
  type WebSocketTransport,
} from "../transport.ts";
import { checkLimits } from "@wirekit/internal/limits";

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
  /** The last message to send before this end closes by itself. */
  farewell?: MessageOf<F> | undefined;
  /**
   * Which side this is: the platform lets a client close only with some codes.
   */
  role: "client" | "server";
  /** When to give up opening, in milliseconds. */
  timeout: number;
  /** The subprotocol, if the platform does not know it. */
  protocol?: string | undefined;
  /** Called when nothing is left of the connection, perhaps twice. */
  onGone?: () => void;
}

/**
 * A transport over the platform's `WebSocket`, which may still be connecting.
 *
 * All peculiarities of that class are handled here.
 */
export class PlatformSocket<F extends Format>
  implements WebSocketTransport<MessageOf<F>> {
  /**
   * Resolves when it is open; rejects with a {@linkcode CloseError} if it does
   * not open.
   */
  readonly opened: Promise<void>;
  readonly #socket: WebSocket;
  readonly #format: F;
  readonly #otherFrames: "refuse" | "ignore" | "take";
  readonly #lastMessage: MessageOf<F> | undefined;
  readonly #role: "client" | "server";
  readonly #onGone: (() => void) | undefined;
  readonly #protocol: string | undefined;
  readonly #maxMessageBytes: number;
  readonly #maxInboxBytes: number;
  readonly #maxOutboxBytes: number;
  readonly #inbox: Inbox<MessageOf<F>>;
  readonly #open: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #openTimer: Timer;
  #closing: Promise<void> | undefined;
  /** Sent before the socket was open; `undefined` since. */
  #early: (string | Uint8Array<ArrayBuffer>)[] | undefined = [];
  #earlyBytes = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #poll: Timer | undefined;
  #failure: unknown;

  /** Takes over the socket: nothing else may listen to it or use it. */
  constructor(socket: WebSocket, options: PlatformSocketOptions<F>) {
    this.#socket = socket;
    this.#format = options.format;
    this.#otherFrames = options.otherFrames ?? "refuse";
    this.#lastMessage = options.farewell;
    this.#role = options.role;
    this.#onGone = options.onGone;
    this.#protocol = options.protocol;
    checkLimits(options);
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    this.#maxInboxBytes = options.maxInboxBytes ?? MAX_INBOX_BYTES;
    this.#maxOutboxBytes = options.maxOutboxBytes ?? MAX_OUTBOX_BYTES;
    this.#inbox = new Inbox(this.#maxInboxBytes);
    this.opened = this.#open.promise;
    this.opened.catch(() => {});
    this.#openTimer = later(options.timeout, () => {
      this.close(new CloseError(1006, { reason: "no handshake in time" }));
    });
    socket.binaryType = "arraybuffer"; // A Deno client's default is "blob".
    socket.onopen = () => this.#onOpen();
    socket.onmessage = (event) => this.#onMessage(event.data);
    socket.onerror = (event) => {
      const { error, message } = event as ErrorEvent;
      this.#failure = error ?? (message ? new Error(message) : undefined);
      // Node reports no close of a socket that never opened.
      if (this.#early) this.#end(this.#lost({ code: 0, reason: "" }));
    };
    socket.onclose = (event) => this.#onClose(event);
  }

  /** See {@linkcode WebSocketTransport}. */
  get protocol(): string {
    return this.#protocol ?? this.#socket.protocol;
  }

  /** See {@linkcode Transport.send}. */
  send(message: MessageOf<F>): Promise<void> {
    if (this.#inbox.ended) return refuse(this.#inbox.ended);
    let data: string | Uint8Array<ArrayBuffer> = message;
    if (this.#format === "utf8") {
      try {
        data = decodeText(message as Uint8Array);
      } catch (cause) {
        return refuse(
          new TypeError("Cannot send message: not valid UTF-8", { cause }),
        );
      }
    }
    const waiting = this.#buffered();
    if (waiting + data.length > this.#maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      this.close(error);
      return refuse(error);
    }
    if (this.#early) {
      this.#early.push(data);
      this.#earlyBytes += data.length;
    } else {
      // Once the peer has closed, the platform drops what is sent.
      if (this.#socket.readyState !== WebSocket.OPEN) {
        return refuse(new CloseError(1006, { reason: "closing" }));
      }
      this.#socket.send(data);
    }
    if (waiting + data.length < HIGH_WATER_MARK) return READY;
    return this.#buffered() < HIGH_WATER_MARK ? READY : this.#drained();
  }

  /** See {@linkcode Transport.close}. */
  close(error?: Error): Promise<void> {
    if (this.#closing) return this.#closing;
    const ended = toCloseError(error);
    this.#end(ended);
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

  #onOpen(): void {
    this.#openTimer.stop();
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#earlyBytes = 0;
    for (const data of early) this.#socket.send(data);
    this.#open.resolve();
  }

  #onMessage(data: string | ArrayBuffer): void {
    if (this.#inbox.ended) return;
    if (this.#otherFrames === "ignore" && this.#isOther(data)) return;
    const max = this.#maxMessageBytes;
    const large = typeof data === "string"
      ? exceeds(data, max)
      : data.byteLength > max;
    if (large) return this.#giveUp(tooLarge(max));
    try {
      this.#inbox.push(this.#message(data));
    } catch (error) {
      return this.#giveUp(error as CloseError);
    }
    if (this.#inbox.bytes > this.#maxInboxBytes) {
      this.#giveUp(new CloseError(1013, { reason: "inbox is full" }));
    }
  }

  /** Closes because of what came in. */
  #giveUp(error: CloseError): void {
    if (this.#lastMessage !== undefined) void this.send(this.#lastMessage);
    void this.close(error);
  }

  #isOther(data: string | ArrayBuffer): boolean {
    return this.#format === (typeof data === "string" ? "binary" : "text");
  }

  #message(data: string | ArrayBuffer): MessageOf<F> {
    let message: string | Uint8Array<ArrayBuffer>;
    if (typeof data === "string") {
      if (this.#format === "binary" && this.#otherFrames === "refuse") {
        throw new CloseError(1003, { reason: "text, expected binary" });
      }
      message = this.#format === "text" ? data : encodeText(data);
    } else {
      message = new Uint8Array(data);
      if (this.#format === "text") {
        if (this.#otherFrames === "take") {
          return decodeText(message) as MessageOf<F>;
        }
        throw new CloseError(1003, { reason: "binary, expected text" });
      }
      // A stock winerp client takes text in binary frames too, so peers send it.
      if (this.#format === "utf8") checkText(message);
    }
    return message as MessageOf<F>;
  }

  /**
   * After an idle timeout Deno reports the close twice: the first one counts.
   */
  #onClose(event: CloseEvent): void {
    if (!event.wasClean || event.code === 0) this.#end(this.#lost(event));
    else this.#end(new CloseError(event.code, { reason: event.reason }));
    this.#closed.resolve();
    this.#onGone?.();
  }

  /**
   * Handles an end without a close frame, which comes with code 0, 1001 or
   * 1006.
   */
  #lost(event: Pick<CloseEvent, "code" | "reason">): CloseError {
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

  #end(error: CloseError): void {
    if (this.#inbox.ended) return;
    this.#inbox.end(error);
    this.#openTimer.stop();
    this.#poll?.stop();
    this.#open.reject(error);
    this.#room?.reject(error);
    if (this.#socket.readyState === WebSocket.CLOSED) this.#closed.resolve();
  }

  async #leave(error: CloseError): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState === WebSocket.CONNECTING && this.#role === "server") {
      // Deno neither tells the peer nor us of a close before the open.
      socket.onopen = () => {
        this.#onOpen();
        this.#farewell(error);
      };
    } else this.#farewell(error);
    await settled(this.#closed.promise, CLOSE_TIMEOUT);
    this.#onGone?.();
  }

  #farewell(error: CloseError): void {
    const code = wireCode(error.code, this.#role);
    this.#socket.close(code, cutReason(error.reason));
  }

  #buffered(): number {
    return this.#early ? this.#earlyBytes : this.#socket.bufferedAmount;
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
      if (this.#buffered() >= HIGH_WATER_MARK) {
        return this.#watch(Math.min(delay * 2, MAX_POLL_DELAY));
      }
      this.#room?.resolve();
      this.#room = undefined;
    });
  }
}

/** Returns the code that a close frame may carry for `code`. */
function wireCode(code: number, role: "client" | "server"): number {
  const allowed = (code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
  const sent = allowed ? code : code === 1005 ? 1000 : 1011;
  if (role === "server" || sent >= 3000) return sent;
  // A browser-style client may send no code below 3000 except 1000.
  return isClean(sent) ? 1000 : sent + 3000;
}
