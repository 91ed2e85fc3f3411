// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later, settled, type Timer } from "@wirekit/internal/clock";
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

/** Options of {@linkcode platformTransport}. */
export interface PlatformOptions<F extends Format> extends Limits {
  /** What a message is. */
  format: F;
  /** What to do with frames of the other kind. */
  otherFrames?: "refuse" | "ignore" | "take";
  /** The last message to send before this end closes by itself. */
  farewell?: MessageOf<F> | undefined;
  /**
   * Returns the code that a close frame of this end carries for another. By
   * default that of a client of the platform, which may send no code below 3000
   * except 1000.
   */
  codeFor?: (code: number) => number;
  /** Called when nothing is left of the connection, perhaps twice. */
  onGone?: () => void;
}

/** Bytes or text, as the platform sends them. */
export type Data = string | Uint8Array<ArrayBuffer>;

/** What messages are sent with: a `WebSocket`, or what stands for one. */
export interface Outlet {
  readonly bufferedAmount: number;
  readonly protocol: string;
  readonly readyState: number;
  send(data: Data): void;
  close(code: number, reason: string): void;
}

/**
 * Makes a transport over the platform's `WebSocket`, which is open. Nothing else
 * may listen to the socket or use it.
 *
 * All peculiarities of that class are handled here.
 */
export function platformTransport<F extends Format>(
  socket: WebSocket,
  options: PlatformOptions<F>,
  outlet: Outlet = socket,
  inbox: Inbox<MessageOf<F>> = new Inbox(),
): WebSocketTransport<MessageOf<F>> {
  return new PlatformTransport(socket, options, outlet, inbox);
}

/** What {@linkcode platformTransport} makes. */
class PlatformTransport<F extends Format>
  implements WebSocketTransport<MessageOf<F>> {
  readonly protocol: string;
  readonly #socket: WebSocket;
  readonly #options: PlatformOptions<F>;
  readonly #outlet: Outlet;
  readonly #inbox: Inbox<MessageOf<F>>;
  readonly #maxMessageBytes: number;
  readonly #maxInboxBytes: number;
  readonly #maxOutboxBytes: number;
  readonly #closed = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #poll: Timer | undefined;
  #failure: unknown;
  /** No fewer bytes than are on their way out: to know it costs a call. */
  #waiting = 0;

  constructor(
    socket: WebSocket,
    options: PlatformOptions<F>,
    outlet: Outlet,
    inbox: Inbox<MessageOf<F>>,
  ) {
    this.protocol = outlet.protocol;
    this.#socket = socket;
    this.#options = options;
    this.#outlet = outlet;
    this.#inbox = inbox;
    const { maxMessageBytes, maxInboxBytes, maxOutboxBytes } = options;
    this.#maxMessageBytes = maxMessageBytes ?? MAX_MESSAGE_BYTES;
    this.#maxInboxBytes = maxInboxBytes ?? MAX_INBOX_BYTES;
    this.#maxOutboxBytes = maxOutboxBytes ?? MAX_OUTBOX_BYTES;
    this.#listen();
  }

  send(message: MessageOf<F>): Promise<void> {
    const { format } = this.#options;
    const outlet = this.#outlet;
    if (this.#inbox.ended) return refuse(this.#inbox.ended);
    let data: Data = message;
    if (format === "utf8") {
      try {
        data = decodeText(message as Uint8Array);
      } catch (cause) {
        return refuse(
          new TypeError("Cannot send message: not valid UTF-8", { cause }),
        );
      }
    }
    // A UTF-16 code unit has at most three bytes.
    let waiting = this.#waiting + message.length * (format === "text" ? 3 : 1);
    if (waiting >= HIGH_WATER_MARK || waiting > this.#maxOutboxBytes) {
      waiting = outlet.bufferedAmount + data.length;
    }
    this.#waiting = waiting;
    if (waiting > this.#maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      void this.close(error);
      return refuse(error);
    }
    if (outlet.readyState !== WebSocket.OPEN) {
      // Once the peer has closed, the platform drops what is sent.
      return refuse(new CloseError(1006, { reason: "closing" }));
    }
    outlet.send(data);
    return waiting < HIGH_WATER_MARK || isDrained(outlet)
      ? READY
      : this.#drained();
  }

  close(error?: Error): Promise<void> {
    return this.#closing ??= this.#leave(toCloseError(error));
  }

  [Symbol.asyncIterator](): Inbox<MessageOf<F>> {
    return this.#inbox;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.binaryType = "arraybuffer"; // A Deno client's default is "blob".
    // Deno calls a listener sooner than an `onmessage`.
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    socket.onerror = (event) => this.#failure = failureOf(event);
    socket.onclose = ({ code, reason, wasClean }) => {
      // After an idle timeout Deno reports the close twice: the first one
      // counts.
      this.#end(
        wasClean && code
          ? new CloseError(code, { reason })
          : lost(code, reason, this.#failure, this.#maxMessageBytes),
      );
      this.#closed.resolve();
      this.#options.onGone?.();
    };
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
      if (!isDrained(this.#outlet)) {
        return this.#watch(Math.min(delay * 2, MAX_POLL_DELAY));
      }
      this.#room?.resolve();
      this.#room = undefined;
    });
  }

  #receive(data: string | ArrayBuffer): void {
    const inbox = this.#inbox;
    if (inbox.ended) return;
    const { format, otherFrames = "refuse", farewell } = this.#options;
    try {
      const message = read(data, format, otherFrames, this.#maxMessageBytes);
      if (message !== undefined) inbox.push(message as MessageOf<F>);
      if (inbox.bytes > this.#maxInboxBytes) {
        throw new CloseError(1013, { reason: "inbox is full" });
      }
      inbox.flush();
    } catch (error) {
      if (farewell !== undefined) void this.send(farewell);
      void this.close(error as CloseError);
    }
  }

  /** Ends the reading. The first call decides. */
  #end(error: CloseError): void {
    if (this.#inbox.ended) return;
    this.#inbox.end(error);
    this.#poll?.stop();
    this.#room?.reject(error);
    if (this.#socket.readyState === WebSocket.CLOSED) this.#closed.resolve();
  }

  async #leave(error: CloseError): Promise<void> {
    const { codeFor = clientCode, onGone } = this.#options;
    this.#end(error);
    this.#outlet.close(codeFor(error.code), cutReason(error.reason));
    await settled(this.#closed.promise, CLOSE_TIMEOUT);
    onGone?.();
  }
}

function isDrained({ bufferedAmount }: Outlet): boolean {
  return bufferedAmount < HIGH_WATER_MARK;
}

/** Makes a message of a frame; `undefined` if it is to be ignored. */
function read(
  data: string | ArrayBuffer,
  format: Format,
  otherFrames: PlatformOptions<Format>["otherFrames"],
  maxMessageBytes: number,
): Data | undefined {
  const isText = typeof data === "string";
  const isOther = format === (isText ? "binary" : "text");
  if (isOther && otherFrames === "ignore") return undefined;
  const isTooLarge = isText
    ? exceeds(data, maxMessageBytes)
    : data.byteLength > maxMessageBytes;
  if (isTooLarge) throw tooLarge(maxMessageBytes);
  if (isOther && otherFrames === "refuse") {
    const reason = isText ? "text, expected binary" : "binary, expected text";
    throw new CloseError(1003, { reason });
  }
  if (isText) return format === "text" ? data : encodeText(data);
  const bytes = new Uint8Array(data);
  if (format === "binary") return bytes;
  // A stock winerp client takes text in binary frames too, so peers send it.
  const text = decodeText(bytes);
  return format === "text" ? text : bytes;
}

/** Makes the error of an end with code 0, 1001 or 1006, and no close frame. */
function lost(
  code: number,
  reason: string,
  failure: unknown,
  maxMessageBytes: number,
): CloseError {
  // The platform itself refuses messages from 64 MiB on.
  if (failure instanceof Error && /Frame too large/.test(failure.message)) {
    return tooLarge(maxMessageBytes);
  }
  return new CloseError(isClean(code) || code === 0 ? 1006 : code, {
    reason,
    ...(failure !== undefined && { cause: failure }),
  });
}

/** Returns what an event says about a failure, if it says anything. */
export function failureOf(event: Event): unknown {
  const { error, message } = event as ErrorEvent;
  return error ?? (message ? new Error(message) : undefined);
}

/** Returns the code that a client of the platform may send for `code`. */
function clientCode(code: number): number {
  const sent = sendable(code);
  if (sent >= 3000) return sent;
  return isClean(sent) ? 1000 : sent + 3000;
}

/** Returns the code that a close frame may carry for `code` (RFC 6455, 7.4). */
export function sendable(code: number): number {
  const allowed = (code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
  return allowed ? code : code === 1005 ? 1000 : 1011;
}
