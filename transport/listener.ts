// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What listens for connections and hands out transports.
 *
 * @module
 */

import type { Transport } from "./transport.ts";

/** Where something listens for TCP or WebSocket, as `Deno.NetAddr` says it. */
export interface NetAddr {
  /** The kind of address. */
  transport: "tcp" | "udp";
  /** The address of the machine. */
  hostname: string;
  /** The port. */
  port: number;
}

/** Where something listens for Unix sockets, as `Deno.UnixAddr` says it. */
export interface UnixAddr {
  /** The kind of address. */
  transport: "unix" | "unixpacket";
  /** The path of the socket. */
  path: string;
}

/**
 * Listens for connections: iterate it for their transports. Leaving the loop
 * does not close it, and no bad connection ends it. Closing it does not close
 * the transports that it gave.
 *
 * @typeParam T What a message is.
 * @typeParam A What an address is.
 *
 * @example Serve one client after another
 * ```ts
 * import { connectTcp, listenTcp } from "@wirekit/transport/tcp";
 * import { NewlineFramer } from "@wirekit/transport/newline-framer";
 * import { assertEquals } from "@std/assert";
 *
 * await using listener = listenTcp({ port: 0 }, () => new NewlineFramer());
 * const { port } = listener.addr;
 * await using client = await connectTcp({ port }, new NewlineFramer());
 * for await (const transport of listener) {
 *   await transport.send("hello");
 *   await transport.close();
 *   break;
 * }
 * assertEquals(await Array.fromAsync(client), ["hello"]);
 * ```
 */
export interface TransportListener<T, A = NetAddr | UnixAddr>
  extends AsyncIterable<Transport<T>>, AsyncDisposable {
  /** Where it listens. */
  readonly addr: A;

  /**
   * Stops listening. May be called twice.
   *
   * @returns Resolves when it no longer listens. Never rejects.
   */
  close(): Promise<void>;
}
