// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The contract that every carrier implements and every protocol relies on.
 *
 * ```ts
 * import type { Transport } from "@wirekit/transport/transport";
 *
 * export async function echo(transport: Transport): Promise<void> {
 *   for await (const message of transport) await transport.send(message);
 * }
 * ```
 *
 * @module
 */

import { thrown } from "./reading/_thrown.ts";

/**
 * A two-way, ordered channel of whole messages. Read it with `for await`.
 *
 * 1. A transport is open when you get it; its makers open it.
 * 2. The loop yields everything that was received, then ends (either side
 *    closed cleanly) or throws a {@linkcode CloseError} (anything else). An end
 *    of the stream inside a message is not clean. A peer over a stream of bytes
 *    can end its direction alone: a loop that goes on can still answer it.
 * 3. There is one reader. Leaving the loop does not close the transport, so
 *    that a handshake may read two messages and hand the transport on;
 *    `await using` closes it.
 * 4. {@linkcode Transport.send} never throws synchronously and keeps the order.
 *    Awaiting it is the backpressure. After the close it rejects.
 * 5. Every carrier bounds the size of a message and the bytes waiting for the
 *    reader ({@linkcode Limits}). Over a limit it closes with a
 *    {@linkcode CloseError} that says so; it never drops a message silently.
 * 6. Received bytes belong to the reader, which may change them. They may be
 *    part of a larger buffer of up to 64 KiB: to keep a few bytes for long,
 *    keep a copy.
 *
 * @typeParam T What a message is: see {@linkcode Format}.
 *
 * @example Echo
 * ```ts
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await near.send("hello");
 * await near.close();
 *
 * const received: string[] = [];
 * for await (const message of far) received.push(message);
 * assertEquals(received, ["hello"]);
 * ```
 *
 * @category Transports
 */
export interface Transport<T = string>
  extends AsyncIterable<T>, AsyncDisposable {
  /**
   * Sends one message.
   *
   * @param message The message.
   * @returns Resolves when there is room for another message (not when this one
   * has arrived); rejects with a {@linkcode CloseError} once closed, and with a
   * `TypeError` if the carrier cannot carry this message. A rejection that
   * nobody awaits is not reported as unhandled, because the loop reports the
   * end too.
   */
  send(message: T): Promise<void>;

  /**
   * Ends both directions, within a second even if the peer is frozen. May be
   * called twice: the first call decides. Never rejects.
   *
   * Messages sent before are delivered first if the peer reads them in time.
   *
   * @param error The reason, if this is not a clean end. The peer's loop throws
   * too, if the carrier can carry it: a {@linkcode CloseError} arrives with its
   * code and reason, any other error as code 1011 without its text.
   */
  close(error?: Error): Promise<void>;
}

/**
 * Takes what a transport receives.
 *
 * @typeParam T What a message is.
 *
 * @category Transports
 */
export interface MessageReceiver<T> {
  /**
   * Takes a message.
   *
   * @param message The message.
   * @returns What the next one has to wait for, if anything.
   */
  receive(message: T): Promise<void> | void;
  /**
   * Is told that no more comes, but that the peer may still read: it has ended
   * its direction of a stream of bytes, and not the other one. Who has this says
   * what is left to say, and closes the transport; `ended` comes after that. A
   * transport to which nothing is sent for a minute closes itself, as all do at
   * once whose receiver does not have this.
   */
  finish?(): void;
  /**
   * Is told the end, once.
   *
   * @param error Nothing after a clean end; a {@linkcode CloseError} after any
   * other, and the error of `receive` if that has thrown or rejected.
   */
  ended(error?: unknown): void;
}

/** What iterates a transport that can hand its messages over itself. */
interface Delivering<T> extends AsyncIterator<T, undefined> {
  deliver?(receiver: MessageReceiver<T>): void;
}

/**
 * Reads a transport to its end, as `for await` does, and does the same in less
 * time where many small messages come: most carriers of this package hand each
 * over as it is read, without a promise.
 *
 * @typeParam T What a message is.
 * @param transport The transport, of which this is the one reader.
 * @param receive Takes each message. The next one waits for the promise that it
 * returns, if it returns one.
 * @returns Resolves after a clean end; rejects with a {@linkcode CloseError}
 * after any other, and with the error of `receive` if that throws or rejects.
 * Then nothing more is read.
 *
 * @example Read all messages
 * ```ts
 * import { forEachMessage } from "@wirekit/transport/transport";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await near.send("hello");
 * await near.close();
 *
 * const received: string[] = [];
 * await forEachMessage(far, (message) => void received.push(message));
 * assertEquals(received, ["hello"]);
 * ```
 *
 * @category Transports
 */
export function forEachMessage<T>(
  transport: Transport<T>,
  receive: (message: T) => Promise<void> | void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = (error?: unknown) =>
      error === undefined ? resolve() : reject(error);
    deliverMessages(transport, { receive, ended });
  });
}

/**
 * Does what {@linkcode forEachMessage} does, for an object in place of a
 * function and a promise, which would take 300 bytes of each connection.
 *
 * @typeParam T What a message is.
 * @param transport The transport, of which this is the one reader.
 * @param receiver Takes each message, and is told the end.
 *
 * @example Read all messages
 * ```ts
 * import { deliverMessages } from "@wirekit/transport/transport";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await near.send("hello");
 * await near.close();
 *
 * const received: string[] = [];
 * await new Promise<unknown>((ended) => {
 *   const receive = (message: string) => void received.push(message);
 *   deliverMessages(far, { receive, ended });
 * });
 * assertEquals(received, ["hello"]);
 * ```
 *
 * @category Transports
 */
export function deliverMessages<T>(
  transport: Transport<T>,
  receiver: MessageReceiver<T>,
): void {
  const iterator: Delivering<T> = transport[Symbol.asyncIterator]();
  if (iterator.deliver) iterator.deliver(receiver);
  else void iterate(iterator, receiver);
}

async function iterate<T>(
  iterator: AsyncIterator<T, undefined>,
  receiver: MessageReceiver<T>,
): Promise<void> {
  try {
    for await (const message of { [Symbol.asyncIterator]: () => iterator }) {
      const waits = receiver.receive(message);
      if (waits) await waits;
    }
  } catch (error) {
    return receiver.ended(thrown(error));
  }
  receiver.ended();
}

/**
 * A {@linkcode Transport} over WebSocket.
 *
 * @typeParam T What a message is: see {@linkcode Format}.
 *
 * @category Transports
 */
export interface WebSocketTransport<T = string> extends Transport<T> {
  /** The subprotocol that both ends agreed on; empty if there is none. */
  readonly protocol: string;
}

/**
 * Which servers a client trusts over TLS, and the certificate that it presents.
 *
 * @category Transports
 */
export interface ClientTls {
  /** Certificates to trust in addition to the system's, in PEM. */
  ca?: string;
  /** The certificate chain of this client, in PEM, with its `key`. */
  cert?: string;
  /** The private key of this client, in PEM. */
  key?: string;
}

/**
 * What a message is, chosen when a transport is made:
 *
 * - `"text"`: a `string`.
 * - `"utf8"`: the same text as `Uint8Array`, for a relay that does not parse
 *   it. Received bytes are valid UTF-8; bytes to send must be.
 * - `"binary"`: any bytes as `Uint8Array`.
 *
 * @category Transports
 */
export type Format = "text" | "utf8" | "binary";

/**
 * The type of a message in a {@linkcode Format}.
 *
 * @typeParam F The format.
 *
 * @category Transports
 */
export type MessageOf<F extends Format> = F extends "text" ? string
  : Uint8Array<ArrayBuffer>;

/**
 * The limits of every transport.
 *
 * @category Transports
 */
export interface Limits {
  /**
   * The largest message to receive, in encoded bytes. A larger one closes the
   * transport with code 1009.
   *
   * @default {16777216} 16 MiB
   */
  maxMessageBytes?: number;
  /**
   * The most bytes that are received and not yet read, on a carrier that cannot
   * slow its peer down. More close the transport with code 1013. Each message
   * counts some bytes more than its length (16 as text, 128 as bytes), so that
   * empty messages are limited too.
   *
   * @default {16777216} 16 MiB
   */
  maxInboxBytes?: number;
  /**
   * The most bytes that are sent and not yet taken by the carrier, where that
   * is known. A sender that awaits {@linkcode Transport.send} stays near 1 MiB;
   * one that does not, and sends more than this, closes the transport with code
   * 1013.
   *
   * @default {67108864} 64 MiB
   */
  maxOutboxBytes?: number;
}

/**
 * Options of {@linkcode CloseError}.
 *
 * @category Transports
 */
export interface CloseErrorOptions extends ErrorOptions {
  /**
   * The reason, which the peer may see. At most 123 bytes of UTF-8 reach it.
   *
   * @default {""}
   */
  reason?: string;
}

/**
 * Reports that a transport did not end cleanly.
 *
 * The codes are those of WebSocket (RFC 6455, section 7.4) on every carrier:
 * 1002 protocol error, 1003 not the agreed format, 1006 lost without a close,
 * 1007 invalid UTF-8, 1008 refused, 1009 message too large, 1011 failure, 1012
 * restarting, 1013 try again later.
 *
 * @example Close with a reason that the peer sees
 * ```ts
 * import { CloseError } from "@wirekit/transport/transport";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertRejects } from "@std/assert";
 *
 * const [near, far] = pair();
 * await near.close(new CloseError(1012, { reason: "restarting" }));
 *
 * await assertRejects(
 *   async () => {
 *     for await (const _ of far);
 *   },
 *   CloseError,
 *   "restarting",
 * );
 * ```
 *
 * @category Transports
 */
export class CloseError extends Error {
  /** The name of the class. */
  override readonly name = "CloseError";
  /** The close code, as of WebSocket. */
  readonly code: number;
  /** The reason, which the peer may have written; empty if there is none. */
  readonly reason: string;

  /**
   * Makes the error.
   *
   * @param code The close code, as of WebSocket.
   * @param options The reason, and the `cause`.
   */
  constructor(code: number, options: CloseErrorOptions = {}) {
    const { reason = "", ...rest } = options;
    super(
      `Transport closed with code ${code}${reason && `: ${reason}`}`,
      rest,
    );
    this.code = code;
    this.reason = reason;
  }
}
