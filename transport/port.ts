// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A transport over a `MessagePort`, a `Worker`, or a worker's own `self`.
 *
 * ```ts
 * import { PortTransport } from "@wirekit/transport/port";
 * import { assertEquals } from "@std/assert";
 *
 * const { port1, port2 } = new MessageChannel();
 * await using near = new PortTransport(port1);
 * await using far = new PortTransport(port2);
 * await near.send("hello");
 * for await (const message of far) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * ```
 *
 * @module
 */

import {
  MAX_INBOX_BYTES,
  MAX_MESSAGE_BYTES,
  peerError,
  READY,
  refuse,
  toCloseError,
  tooLarge,
} from "./_close.ts";
import { Inbox } from "./reading/_inbox.ts";
import { checkText, toBytes } from "./reading/_message_bytes.ts";
import { exceeds } from "./_utf8.ts";
import {
  CloseError,
  type Format,
  type Limits,
  type MessageOf,
  type Transport,
} from "./transport.ts";
import { checkLimits } from "@wirekit/internal/limits";

/**
 * What `MessagePort`, `Worker` and a worker's `self` have in common.
 *
 * @category Other carriers
 */
export interface Port extends EventTarget {
  /** Posts a value to the other end. */
  postMessage(value: unknown): void;
}

/**
 * Options of {@linkcode PortTransport}.
 *
 * @typeParam F What a message is.
 *
 * @category Other carriers
 */
export interface PortTransportOptions<F extends Format = "text">
  extends Pick<Limits, "maxMessageBytes" | "maxInboxBytes"> {
  /**
   * What a message is. `"text"` posts strings; the others post bytes, which are
   * copied.
   *
   * @default {"text"}
   */
  format?: F;
}

/**
 * The value with which one end tells the other that it closes. No message looks
 * like it.
 */
interface Farewell {
  close: { code: number; reason: string };
}

/**
 * A transport between two ends of a message channel, each with one of these.
 *
 * A port cannot slow its peer down, and on Deno it does not report a peer that
 * is gone without a close. Closing closes a `MessagePort`, but terminates no
 * worker.
 *
 * @typeParam F What a message is.
 *
 * @example Talk to a worker
 * ```ts
 * import { PortTransport } from "@wirekit/transport/port";
 * import { assertEquals } from "@std/assert";
 *
 * const script = `self.onmessage = ({ data }) => self.postMessage(data);`;
 * const url = `data:application/javascript,${encodeURIComponent(script)}`;
 * const worker = new Worker(url, { type: "module" });
 *
 * const transport = new PortTransport(worker);
 * await transport.send("hello");
 * for await (const message of transport) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * await transport.close();
 * worker.terminate();
 * ```
 *
 * @category Other carriers
 */
export class PortTransport<F extends Format = "text">
  implements Transport<MessageOf<F>> {
  readonly #port: Port;
  readonly #format: F;
  readonly #maxMessageBytes: number;
  readonly #maxInboxBytes: number;
  readonly #inbox: Inbox<MessageOf<F>>;
  readonly #listening = new AbortController();

  /**
   * Takes over a port and starts to listen. In a worker, do this before the
   * first `await`, or messages that came earlier are lost.
   *
   * @param port The port. Nothing else may use it.
   * @param options The format and the limits.
   */
  constructor(port: Port, options: PortTransportOptions<F> = {}) {
    this.#port = port;
    this.#format = options.format ?? "text" as F;
    checkLimits(options);
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    this.#maxInboxBytes = options.maxInboxBytes ?? MAX_INBOX_BYTES;
    this.#inbox = new Inbox();
    const { signal } = this.#listening;
    const on = (type: string, listener: (event: Event) => void) =>
      port.addEventListener(type, listener, { signal });
    on("message", (event) => this.#onData((event as MessageEvent).data));
    on("messageerror", () => this.#refuse("a value that cannot be read"));
    on("error", (event) => {
      event.preventDefault(); // The loop reports it.
      const { error, message } = event as ErrorEvent;
      this.#end(new CloseError(1011, { cause: error ?? new Error(message) }));
    });
    on("close", () => this.#end(new CloseError(1006)));
    if (port instanceof MessagePort) port.start();
  }

  /**
   * Sends one message.
   *
   * @param message The message.
   * @returns As {@linkcode Transport.send}.
   */
  send(message: MessageOf<F>): Promise<void> {
    if (this.#inbox.ended) return refuse(this.#inbox.ended);
    try {
      if (typeof message !== "string") toBytes(message, this.#format);
      this.#port.postMessage(message);
    } catch (error) {
      return refuse(error as Error);
    }
    return READY;
  }

  /**
   * Ends both directions.
   *
   * @param error Why, as {@linkcode Transport.close}.
   * @returns Resolves at once.
   */
  close(error?: Error): Promise<void> {
    if (this.#inbox.ended) return READY;
    const ended = toCloseError(error);
    const { code, reason } = peerError(ended);
    this.#port.postMessage({ close: { code, reason } } satisfies Farewell);
    this.#end(ended);
    return READY;
  }

  /**
   * Reads the messages, as {@linkcode Transport} says.
   *
   * @returns The iterator of the only reader.
   */
  [Symbol.asyncIterator](): AsyncIterator<MessageOf<F>, undefined> {
    return this.#inbox;
  }

  /**
   * Closes it.
   *
   * @returns Resolves at once.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #onData(data: unknown): void {
    if (isFarewell(data)) {
      const { code, reason } = data.close;
      return this.#end(new CloseError(code, { reason }));
    }
    const expected = this.#format === "text"
      ? typeof data === "string"
      : data instanceof Uint8Array;
    if (!expected) return this.#refuse(`a message that is not ${this.#format}`);
    const message = data as MessageOf<F>;
    const max = this.#maxMessageBytes;
    const large = typeof message === "string"
      ? exceeds(message, max)
      : message.length > max;
    if (large) return void this.close(tooLarge(max));
    try {
      if (this.#format === "utf8") checkText(message as Uint8Array);
    } catch (error) {
      return void this.close(error as CloseError);
    }
    this.#inbox.push(message);
    if (this.#inbox.bytes > this.#maxInboxBytes) {
      this.close(new CloseError(1013, { reason: "inbox is full" }));
    }
  }

  #refuse(reason: string): void {
    this.close(new CloseError(1003, { reason }));
  }

  #end(error: CloseError): void {
    this.#inbox.end(error);
    this.#listening.abort();
    // Not a worker's `self`, whose `close()` ends the worker.
    if (this.#port instanceof MessagePort) this.#port.close();
  }
}

function isFarewell(data: unknown): data is Farewell {
  const close = (data as Partial<Farewell> | null)?.close;
  return typeof close?.code === "number" && typeof close.reason === "string";
}
