// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub with its listeners: WebSocket, and optionally TCP and a Unix socket.
 *
 * @module
 */

import {
  type NetAddr,
  type RenewableTls,
  serve as serveTransports,
  type Server as TransportServer,
} from "@wirekit/transport/serve";
import { isLoopback } from "@wirekit/transport/pages";
import { ClientFramer } from "./connections/_client_framer.ts";
import { Hub, type HubOptions } from "./hub.ts";

/**
 * Options of {@linkcode serve}.
 *
 * @category Hub
 */
export interface ServeOptions extends HubOptions {
  /**
   * The address to listen on. Any address other than this machine's own needs a
   * `token`.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port for WebSocket; 0 for a free one.
   *
   * @default {13254} As winerp does.
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
   * Certificate chain and private key in PEM, for `wss:` and `tls:` instead of
   * `ws:` and `tcp:`.
   */
  tls?: { cert: string; key: string };
  /**
   * Called with the hub before it listens: what is opened here is there for the
   * first client. If it fails, the hub does not listen.
   */
  beforeListen?: (hub: Hub) => void | Promise<void>;
}

/**
 * A hub that listens.
 *
 * @category Hub
 */
export interface HubServer extends AsyncDisposable, RenewableTls {
  /** Where it listens for WebSocket. */
  readonly addr: NetAddr;
  /** The hub. */
  readonly hub: Hub;
  /** Where it listens, as URLs for clients; the WebSocket URL comes first. */
  readonly urls: readonly [string, ...string[]];
  /**
   * Answers an HTTP request of another server: see {@linkcode Hub.fetch}.
   *
   * @param request The request.
   * @param info The sender, as `Deno.serve` gives it to its handler.
   * @returns The response.
   */
  readonly fetch: Hub["fetch"];
  /** Stops listening and ends all connections, within about a second. */
  close(): Promise<void>;
}

/**
 * Starts a hub.
 *
 * @param options Where to listen, limits, and who may connect.
 * @returns The hub, listening.
 * @throws {TypeError} If it is to listen on other addresses than this machine's
 * own without a token.
 * @throws {Error} If it cannot listen: it names the address, and has the `code`
 * of the system, such as `"EADDRINUSE"`.
 *
 * @example A hub on a free port
 * ```ts
 * import { serve } from "@wirekit/hub/serve";
 * import { assertMatch } from "@std/assert";
 *
 * await using server = await serve({ port: 0 });
 * assertMatch(server.urls[0], /^ws:\/\/127\.0\.0\.1:\d+$/);
 * ```
 *
 * @category Hub
 */
export async function serve(options: ServeOptions = {}): Promise<HubServer> {
  const { hostname = "127.0.0.1", tcpPort, token, tokens, authorize } = options;
  const isLocked = token !== undefined || tokens !== undefined ||
    // Lines come without a request that it could be asked about.
    authorize !== undefined && tcpPort === undefined;
  if (!isLoopback(hostname) && !isLocked) {
    throw new TypeError(
      `Cannot listen on ${hostname} without a token: anybody who reaches it ` +
        "could take any name. Set one with --token or WIREKIT_TOKEN, or " +
        "some with --tokens, or listen on 127.0.0.1",
    );
  }
  const hub = new Hub(options);
  let server: TransportServer;
  try {
    await options.beforeListen?.(hub);
    server = await listen(hub, options);
  } catch (error) {
    await hub.close();
    throw error;
  }
  const { urls, addr } = server;
  hub.urls = [...urls, ...hub.urls];
  const close = async () => {
    await hub.close(); // Clients hear from the hub before its listeners end.
    await server.close();
  };
  const renewTls: RenewableTls["renewTls"] = (tls) => server.renewTls(tls);
  const { fetch } = hub;
  return {
    hub,
    urls,
    addr,
    fetch,
    close,
    renewTls,
    [Symbol.asyncDispose]: close,
  };
}

function listen(hub: Hub, options: ServeOptions): Promise<TransportServer> {
  const { hostname = "127.0.0.1", port = 13254, tcpPort, unixPath, tls } =
    options;
  const { idleTimeout = 300_000, logger } = options;
  return serveTransports({
    hostname,
    port,
    ...(tcpPort !== undefined && { tcpPort }),
    ...(unixPath !== undefined && { unixPath }),
    ...(tls && { tls }),
    ...(logger && { logger }),
    admission: hub.admission,
    handler: hub.fetch,
    plain: hub.plain,
    format: "utf8",
    farewell: (request) => hub.farewellFor(request),
    maxMessageBytes: hub.maxInboundBytes,
    idleTimeout,
    framer: () => new ClientFramer(hub.maxInboundBytes),
  }, ({ transport, carrier, request, info, state: pass, place }) => {
    // Nothing waits for their end: that would keep memory for each of them.
    if (!request || !pass) {
      return void hub.accept(transport, { carrier, place: place ?? true });
    }
    // Clients that come by HTTP have shown their token, and are pinged.
    const address = info?.remoteAddr.hostname ?? "";
    hub.welcome({ transport, request, pass, address });
  });
}
