// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A server on any listener: TCP, Unix sockets, and anything else that yields
 * transports.
 *
 * ```ts no-assert
 * import { Methods, servePeers } from "@wirekit/jsonrpc";
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { listenTcp } from "@wirekit/transport/tcp";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
 * await using server = servePeers(listener, { methods });
 * ```
 *
 * @module
 */

import { checkOptions } from "@wirekit/internal/limits";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { calmLogger } from "./_admission.ts";
import type { Contract } from "../contract/contract.ts";
import { Peer } from "../peer.ts";
import type { PeerOptions } from "../peer_options.ts";
import { Methods } from "./methods.ts";

/**
 * Options of {@linkcode servePeers}.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 *
 * @category Serving
 */
export interface ServePeersOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends Omit<PeerOptions<C, State>, "state" | "handshake"> {
  /**
   * Makes what is kept of a connection.
   *
   * @default {() => ({})}
   */
  state?: () => State;
  /**
   * How many connections there may be; a further one is closed with code 1013.
   *
   * @default {10000}
   */
  maxConnections?: number;
  /**
   * How long a connection may be without messages, calls and subscriptions, in
   * milliseconds, before it is closed.
   *
   * @default {600000} 10 minutes
   */
  idleTimeout?: number;
  /** Called with each client that connects. */
  onPeer?: (peer: Peer<C, State>) => void;
}

/**
 * A running server.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 *
 * @category Serving
 */
export interface PeerServer<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends AsyncDisposable {
  /** The clients. */
  readonly peers: ReadonlySet<Peer<C, State>>;
  /** Resolves when the listener has ended; rejects if it failed. */
  readonly finished: Promise<void>;

  /** Closes all clients, but not the listener. */
  close(): Promise<void>;
}

/**
 * Makes a peer of every transport that a listener accepts.
 *
 * @typeParam C What the clients offer.
 * @typeParam State What is kept of a connection.
 * @param listener The listener.
 * @param options What to answer.
 * @returns The server.
 *
 * @example Serve on TCP
 * ```ts
 * import { Methods, Peer, servePeers } from "@wirekit/jsonrpc";
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { connectTcp, listenTcp } from "@wirekit/transport/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
 * await using _server = servePeers(listener, { methods });
 *
 * const { port } = listener.addr;
 * await using peer = new Peer(await connectTcp({ port }, new NewlineFramer()));
 * assertEquals(await peer.request("math.sum", [1, 2]), 3);
 * ```
 *
 * @category Serving
 */
export function servePeers<
  C extends Contract = Contract,
  State = Record<string, unknown>,
>(
  listener: AsyncIterable<Transport | Transport<Uint8Array<ArrayBuffer>>>,
  options: ServePeersOptions<C, State> = {},
): PeerServer<C, State> {
  checkOptions(options);
  const methods = options.methods ?? new Methods<State>();
  const peers = new Set<Peer<C, State>>();
  const { state, onPeer, maxConnections = 10_000, ...rest } = {
    ...options,
    ...calmLogger(options),
  };

  async function accept(): Promise<void> {
    for await (const transport of listener) {
      if (peers.size >= maxConnections) {
        const reason = "too many connections";
        void transport.close(new CloseError(1013, { reason }));
        continue;
      }
      const peer = new Peer<C, State>(transport, {
        idleTimeout: 600_000,
        ...rest,
        methods,
        ...(state && { state: state() }),
      });
      peers.add(peer);
      void peer.closed.then(() => peers.delete(peer));
      onPeer?.(peer);
    }
  }

  const finished = accept();
  finished.catch(() => {});
  const close = async () => {
    await Promise.all([...peers].map((peer) => peer.close()));
  };
  return { peers, finished, close, [Symbol.asyncDispose]: close };
}
