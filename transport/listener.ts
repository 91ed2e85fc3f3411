// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What listens for connections and hands out transports.
 *
 * @module
 */

import type { Transport } from "./transport.ts";

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
export interface TransportListener<T, A extends Deno.Addr = Deno.Addr>
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
