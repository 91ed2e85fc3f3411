// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A server that listens with Wirekit's own WebSocket, which takes less memory for
 * each connection than `Deno.serve` and has backpressure both ways; with pages on
 * the same port.
 *
 * ```ts
 * import { connect } from "@wirekit/wsrpc/client";
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({ routes: { hello: () => "world" } });
 * await using listening = await serve(wsrpc, { port: 0 });
 *
 * await using client = await connect(listening.url);
 * assertEquals(await client.call("hello"), "world");
 * ```
 *
 * @module
 */

import type { Admission } from "@wirekit/transport/admission";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type { Transport } from "@wirekit/transport/transport";
import type { AcceptOptions, CarrierLimits } from "./server_options.ts";

/** Options of {@linkcode serve}. */
export interface ServeOptions {
  /**
   * The address to listen on. By default nobody else's machine can connect.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** The port to listen on; 0 for one that is free. */
  port: number;
  /** The certificate chain and its private key, in PEM, for `wss:`. */
  tls?: { cert: string; key: string };
  /**
   * Answers requests that ask for no WebSocket: a page, for example.
   *
   * @default Status 426.
   */
  handler?: (request: Request) => Response | Promise<Response>;
}

/** What {@linkcode serve} needs of a `Server`. */
export interface Servable<State> {
  /** What to bound. */
  readonly limits: CarrierLimits;
  /** Who may come in. */
  readonly admission: Admission<State>;
  /** Serves a client. */
  accept(transport: Transport, options?: AcceptOptions<State>): unknown;
}

/** Where a server listens. */
export interface Listening extends AsyncDisposable {
  /** Where clients connect to, such as `"ws://127.0.0.1:8000/ws/"`. */
  readonly url: string;
  /**
   * Stops listening. The clients of the server stay: `server.close()` ends them.
   *
   * @returns Resolves when it no longer listens. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Lets a server listen for WebSocket clients, on any path.
 *
 * @typeParam State What the server keeps with each connection.
 * @param server The server.
 * @param options Where, and what else to answer.
 * @returns Where it listens. Rejects with `Deno.errors.AddrInUse` if the port is
 * taken.
 *
 * @example With a page on the same port
 * ```ts
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { Server } from "@wirekit/wsrpc/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server();
 * await using listening = await serve(wsrpc, {
 *   port: 0,
 *   handler: () => new Response("a page"),
 * });
 * const response = await fetch(listening.url.replace("ws:", "http:"));
 * assertEquals(await response.text(), "a page");
 * ```
 */
export async function serve<State>(
  server: Servable<State>,
  options: ServeOptions,
): Promise<Listening> {
  const { hostname = "127.0.0.1", tls } = options;
  const { maxInboxBytes: _, ...limits } = server.limits;
  const listener = await listenWebSocket({
    ...limits,
    ...options,
    admission: server.admission,
    otherFrames: "ignore", // As wsrpc-aiohttp does.
  });
  const accepting = (async () => {
    for await (const { transport, state } of listener) {
      try {
        server.accept(transport, { state });
      } catch {
        // There was room when it was let in, but no longer: it is closed.
      }
    }
  })();
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const close = async () => {
    await listener.close();
    await accepting;
  };
  return {
    url: `${tls ? "wss" : "ws"}://${host}:${listener.addr.port}/ws/`,
    close,
    [Symbol.asyncDispose]: close,
  };
}
