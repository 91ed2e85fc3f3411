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
 * await using client = await connect(listening.urls[0]);
 * assertEquals(await client.call("hello"), "world");
 * ```
 *
 * @module
 */

import type { Logger } from "@wirekit/internal/logger";
import type { Admission, RequestInfo } from "@wirekit/transport/admission";
import {
  type NetAddr,
  serve as serveTransports,
} from "@wirekit/transport/serve";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import type { AnyRoutes, Contract } from "./contract.ts";
import { Server } from "./server.ts";
import type {
  AcceptOptions,
  CarrierLimits,
  ServerOptions,
} from "./server_options.ts";

/**
 * Options of {@linkcode serve}.
 *
 * @category Servers
 */
export interface ServeOptions {
  /**
   * The address to listen on. By default only this machine can connect.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port for WebSocket; 0 for a free one.
   *
   * @default {8000}
   */
  port?: number;
  /** A port for TCP, one message per line; 0 for a free one. */
  tcpPort?: number;
  /**
   * A path for a Unix socket, one message per line, to which only the same user
   * can connect.
   */
  unixPath?: string;
  /**
   * The certificate chain and its private key, in PEM, for `wss:` and `tls:`.
   */
  tls?: { cert: string; key: string };
  /**
   * Answers requests that do not ask for a WebSocket, for example with a page.
   *
   * @default Status 426.
   */
  handler?: (
    request: Request,
    info: RequestInfo,
  ) => Response | Promise<Response>;
}

/**
 * The part of a `Server` that {@linkcode serve} needs.
 *
 * @category Servers
 */
export interface Servable<State> {
  /** The limits of the carriers. */
  readonly limits: CarrierLimits;
  /** Decides who may connect. */
  readonly admission: Admission<State>;
  /** Is told what no single client is told, such as that none can come. */
  readonly logger?: Logger | undefined;
  /** Answers an HTTP request. */
  readonly fetch: (
    request: Request,
    info?: Partial<RequestInfo>,
  ) => Promise<Response>;
  /** Serves a client, and returns it. */
  accept(transport: Transport, options?: AcceptOptions<State>): {
    /** Resolves when it is gone. */
    readonly closed: Promise<unknown>;
    /** Ends its connection. */
    close(error?: Error): Promise<void>;
  };
}

/**
 * A server that listens.
 *
 * @typeParam S The server.
 * @category Servers
 */
export interface Listening<S = unknown> extends AsyncDisposable {
  /** The server. */
  readonly server: S;
  /**
   * The URLs for clients, such as `"ws://127.0.0.1:8000/ws/"`; the WebSocket
   * URL comes first.
   */
  readonly urls: readonly [string, ...string[]];
  /** Where it listens for WebSocket. */
  readonly addr: NetAddr;
  /**
   * Answers an HTTP request of another server: see `Server.fetch`.
   *
   * @param request The request.
   * @param info The sender, as `Deno.serve` gives it to its handler.
   * @returns The response.
   */
  readonly fetch: (
    request: Request,
    info?: Partial<RequestInfo>,
  ) => Promise<Response>;
  /**
   * Stops listening, and ends the connections of the clients that came here.
   * Open calls end at once, at both ends.
   *
   * @returns Resolves when it has, within about a second. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Makes a server, and lets it listen: its routes, limits and hooks, and where,
 * in one.
 *
 * @typeParam Local The contract of its routes.
 * @typeParam Remote The contract of the routes of its clients.
 * @typeParam State What is kept with each connection.
 * @param options Those of `Server`, where to listen, and how to answer other
 * requests.
 * @returns The server, and where it listens. Closing it closes the server.
 *
 * @example In one call
 * ```ts
 * import { connect } from "@wirekit/wsrpc/client";
 * import { serve } from "@wirekit/wsrpc/serve";
 * import { assertEquals } from "@std/assert";
 *
 * await using listening = await serve({
 *   port: 0,
 *   routes: { hello: () => "world" },
 * });
 * await using client = await connect(listening.urls[0]);
 * assertEquals(await client.call("hello"), "world");
 * ```
 *
 * @category Servers
 */
export function serve<
  Local extends Contract<Local> = AnyRoutes,
  Remote extends Contract<Remote> = AnyRoutes,
  State = unknown,
>(
  options?: ServerOptions<Local, Remote, State> & ServeOptions,
): Promise<Listening<Server<Local, Remote, State>>>;
/**
 * Makes a server listen for clients: over WebSocket on any path, and optionally
 * over TCP and a Unix socket, where `authorize` is not called.
 *
 * @typeParam State What the server keeps with each connection.
 * @param server The server.
 * @param options Where to listen, and how to answer other requests.
 * @returns Where it listens. Rejects with an error that names the address and has
 * the `code` of the system, such as `"EADDRINUSE"`, if it cannot listen.
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
 * const response = await fetch(listening.urls[0].replace("ws:", "http:"));
 * assertEquals(await response.text(), "a page");
 * ```
 *
 * @category Servers
 */
export function serve<State, S extends Servable<State>>(
  server: S & Servable<State>,
  options?: ServeOptions,
): Promise<Listening<S>>;
export async function serve(
  first: Servable<unknown> | (ServerOptions & ServeOptions) = {},
  second?: ServeOptions,
): Promise<Listening> {
  if ("accept" in first) return await listen(first, second ?? {});
  const server = new Server(first);
  const listening = await listen(server as Servable<unknown>, first);
  const close = async () => {
    await Promise.all([listening.close(), server.close()]);
  };
  return { ...listening, close, [Symbol.asyncDispose]: close };
}

async function listen<State>(
  server: Servable<State>,
  options: ServeOptions,
): Promise<Listening> {
  const { hostname, port = 8_000, tcpPort, unixPath, tls, handler } = options;
  const { maxInboxBytes: _, ...limits } = server.limits;
  const clients = new Set<ReturnType<Servable<State>["accept"]>>();
  const listening = await serveTransports<"text", State>({
    ...limits,
    port,
    ...(hostname !== undefined && { hostname }),
    ...(tcpPort !== undefined && { tcpPort }),
    ...(unixPath !== undefined && { unixPath }),
    ...(tls && { tls }),
    ...(handler && { handler }),
    ...(server.logger && { logger: server.logger }),
    admission: server.admission,
    otherFrames: "ignore", // As wsrpc-aiohttp does.
  }, ({ transport, state }) => {
    const client = server.accept(
      transport,
      state === undefined ? {} : { state },
    );
    clients.add(client);
    void client.closed.then(() => clients.delete(client));
  });
  const close = async () => {
    const error = new CloseError(1001, { reason: "the server is closing" });
    const ends = Array.from(clients, (client) => client.close(error));
    await Promise.all([listening.close(), ...ends]);
    server.admission.flushLog();
  };
  const { urls: [url, ...others], addr } = listening;
  return {
    server,
    fetch: server.fetch,
    addr,
    urls: [`${url}/ws/`, ...others],
    close,
    [Symbol.asyncDispose]: close,
  };
}
