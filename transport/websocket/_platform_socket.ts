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

/** Options of a {@linkcode PlatformSocket}. */
export interface PlatformSocketOptions<F extends Format> extends Limits {
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
export type Outlet =
  & Pick<WebSocket, "bufferedAmount" | "close" | "protocol" | "readyState">
  & { send(data: Data): void };

/** The options that always have a value. */
type Settled = Required<
  Pick<PlatformSocketOptions<Format>, "codeFor" | "otherFrames" | keyof Limits>
>;

/**
 * A transport over the platform's `WebSocket`, which is open.
 *
 * All peculiarities of that class are handled here.
 */
export class PlatformSocket<F extends Format>
  implements WebSocketTransport<MessageOf<F>> {
  readonly #socket: WebSocket;
  readonly #outlet: Outlet;
  readonly #options: Settled & PlatformSocketOptions<F>;
  readonly #inbox = new Inbox<MessageOf<F>>();
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  #closing: Promise<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #poll: Timer | undefined;
  #failure: unknown;

  /** Takes over the socket: nothing else may listen to it or use it. */
  constructor(
    socket: WebSocket,
    options: PlatformSocketOptions<F>,
    outlet: Outlet = socket,
  ) {
    this.#socket = socket;
    this.#outlet = outlet;
    const {
      otherFrames = "refuse",
      maxMessageBytes = MAX_MESSAGE_BYTES,
      maxInboxBytes = MAX_INBOX_BYTES,
      maxOutboxBytes = MAX_OUTBOX_BYTES,
      codeFor = clientCode,
    } = options;
    const limits = { maxMessageBytes, maxInboxBytes, maxOutboxBytes };
    this.#options = { ...options, ...limits, otherFrames, codeFor };
    socket.binaryType = "arraybuffer"; // A Deno client's default is "blob".
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onerror = (event) => this.#failure = failureOf(event);
    socket.onclose = (event) => this.#onClose(event);
  }

  /** See {@linkcode WebSocketTransport}. */
  get protocol(): string {
    return this.#outlet.protocol;
  }

  /** See {@linkcode Transport.send}. */
  send(message: MessageOf<F>): Promise<void> {
    const { ended } = this.#inbox;
    if (ended) return refuse(ended);
    const outlet = this.#outlet;
    const { format, maxOutboxBytes } = this.#options;
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
    const waiting = outlet.bufferedAmount + data.length;
    if (waiting > maxOutboxBytes) {
      const error = new CloseError(1013, { reason: "outbox is full" });
      this.close(error);
      return refuse(error);
    }
    if (outlet.readyState !== WebSocket.OPEN) {
      // Once the peer has closed, the platform drops what is sent.
      return refuse(new CloseError(1006, { reason: "closing" }));
    }
    outlet.send(data);
    if (waiting < HIGH_WATER_MARK) return READY;
    return outlet.bufferedAmount < HIGH_WATER_MARK ? READY : this.#drained();
  }

  /** See {@linkcode Transport.close}. */
  close(error?: Error): Promise<void> {
    return this.#closing ??= this.#leave(toCloseError(error));
  }

  /** See {@linkcode Transport}. */
  [Symbol.asyncIterator](): AsyncIterator<MessageOf<F>, undefined> {
    return this.#inbox;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends the reading. The first call decides. */
  #end(error: CloseError): void {
    if (this.#inbox.ended) return;
    this.#inbox.end(error);
    this.#poll?.stop();
    this.#room?.reject(error);
    if (this.#socket.readyState === WebSocket.CLOSED) this.#closed.resolve();
  }

  #onMessage(data: string | ArrayBuffer): void {
    if (this.#inbox.ended) return;
    const { farewell, maxInboxBytes } = this.#options;
    try {
      const message = this.#read(data);
      if (message !== undefined) this.#inbox.push(message as MessageOf<F>);
      if (this.#inbox.bytes > maxInboxBytes) {
        throw new CloseError(1013, { reason: "inbox is full" });
      }
    } catch (error) {
      if (farewell !== undefined) void this.send(farewell);
      void this.close(error as CloseError);
    }
  }

  /** Makes a message of a frame; `undefined` if it is to be ignored. */
  #read(data: string | ArrayBuffer): Data | undefined {
    const { format, otherFrames, maxMessageBytes } = this.#options;
    const isText = typeof data === "string";
    const isOther = format === (isText ? "binary" : "text");
    if (isOther && otherFrames === "ignore") return undefined;
    if (
      isText
        ? exceeds(data, maxMessageBytes)
        : data.byteLength > maxMessageBytes
    ) throw tooLarge(maxMessageBytes);
    if (isOther && otherFrames === "refuse") {
      const kinds = ["binary, expected text", "text, expected binary"];
      throw new CloseError(1003, { reason: kinds[+isText]! });
    }
    if (isText) return format === "text" ? data : encodeText(data);
    const bytes = new Uint8Array(data);
    if (format === "binary") return bytes;
    // A stock winerp client takes text in binary frames too, so peers send it.
    const text = decodeText(bytes);
    return format === "text" ? text : bytes;
  }

  /**
   * After an idle timeout Deno reports the close twice: the first one counts.
   */
  #onClose({ code, reason, wasClean }: CloseEvent): void {
    const isLost = !wasClean || code === 0;
    this.#end(
      isLost ? this.#lost(code, reason) : new CloseError(code, { reason }),
    );
    this.#closed.resolve();
    this.#options.onGone?.();
  }

  /**
   * Makes the error of an end without a close frame, which comes with code 0,
   * 1001 or 1006.
   */
  #lost(code: number, reason: string): CloseError {
    const cause = this.#failure;
    // The platform itself refuses messages from 64 MiB on.
    if (cause instanceof Error && cause.message.includes("Frame too large")) {
      return tooLarge(this.#options.maxMessageBytes);
    }
    return new CloseError(isClean(code) || code === 0 ? 1006 : code, {
      reason,
      ...(cause !== undefined && { cause }),
    });
  }

  async #leave(error: CloseError): Promise<void> {
    const { codeFor, onGone } = this.#options;
    this.#end(error);
    this.#outlet.close(codeFor(error.code), cutReason(error.reason));
    await settled(this.#closed.promise, CLOSE_TIMEOUT);
    onGone?.();
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
      if (this.#outlet.bufferedAmount >= HIGH_WATER_MARK) {
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
