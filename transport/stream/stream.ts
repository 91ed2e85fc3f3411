// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A transport over any two-way stream of bytes: a child process, this program's
 * standard input and output, or a connection that something else opened.
 *
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { StreamTransport } from "@wirekit/transport/stream";
 * import { assertEquals } from "@std/assert";
 *
 * const echo = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
 * await using transport = new StreamTransport(echo, new NewlineFramer());
 * await transport.send("hello");
 * for await (const message of transport) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * ```
 *
 * @module
 */

import type { Limits, Transport } from "../transport.ts";
import { PipeTransport } from "./_pipe_transport.ts";
import { StreamPipe } from "./_stream_pipe.ts";
import type { Framer } from "./framer.ts";

export type { Framer };

/**
 * Both directions of a stream of bytes, such as `Deno.Conn`.
 *
 * @category Other carriers
 */
export interface ByteStream {
  /** What comes in. */
  readable: ReadableStream<Uint8Array>;
  /** What goes out. */
  writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Options of {@linkcode StreamTransport}.
 *
 * @category Other carriers
 */
export type StreamTransportOptions = Pick<Limits, "maxOutboxBytes">;

/**
 * A transport over a stream of bytes. A framer splits the stream into messages
 * and limits their size.
 *
 * It owns the stream. All messages sent in one turn go out in one write. A slow
 * reader stops the peer, and a slow peer stops the sender. A stream has no
 * close codes: the peer sees a clean end, whatever the error was.
 *
 * @typeParam T What a message is.
 *
 * @example Talk to a child process
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { StreamTransport } from "@wirekit/transport/stream";
 * import { assertEquals } from "@std/assert";
 *
 * const script = "Deno.stdin.readable.pipeTo(Deno.stdout.writable)";
 * const child = new Deno.Command(Deno.execPath(), {
 *   args: ["eval", script],
 *   stdin: "piped",
 *   stdout: "piped",
 * }).spawn();
 * const transport = new StreamTransport(
 *   { readable: child.stdout, writable: child.stdin },
 *   new NewlineFramer(),
 * );
 * await transport.send("hello");
 * for await (const message of transport) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * await transport.close();
 * await child.status;
 * ```
 *
 * @category Other carriers
 */
export class StreamTransport<T extends string | Uint8Array = string>
  implements Transport<T> {
  readonly #transport: PipeTransport<T>;

  /**
   * Takes over a stream and starts to read.
   *
   * @param stream The stream. Nothing else may use it.
   * @param framer A framer that nothing else uses.
   * @param options The limit.
   */
  constructor(
    stream: ByteStream,
    framer: Framer<T>,
    options: StreamTransportOptions = {},
  ) {
    const pipe = new StreamPipe(stream.readable, stream.writable);
    this.#transport = new PipeTransport(pipe, framer, options);
  }

  /**
   * Sends one message.
   *
   * @param message The message.
   * @returns As {@linkcode Transport.send}.
   */
  send(message: T): Promise<void> {
    return this.#transport.send(message);
  }

  /**
   * Ends both directions.
   *
   * @param error Why, as {@linkcode Transport.close}.
   * @returns Resolves when it is closed, within a second.
   */
  close(error?: Error): Promise<void> {
    return this.#transport.close(error);
  }

  /**
   * Reads the messages, as {@linkcode Transport} says.
   *
   * @returns The iterator of the only reader.
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.#transport[Symbol.asyncIterator]();
  }

  /**
   * Closes it.
   *
   * @returns Resolves when it is closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
