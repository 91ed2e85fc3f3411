// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub with its listeners: WebSocket, and by option TCP and a Unix socket.
 *
 * @module
 */
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { NewlineFramer } from "@wirekit/transport/newline-framer";
import { listenTcp } from "@wirekit/transport/tcp";
import { listenUnix } from "@wirekit/transport/unix";
import { isLoopback } from "./_access.ts";
import { FAREWELL } from "./_connection.ts";
import { Hub, type HubOptions } from "./hub.ts";

/** Options of {@linkcode serve}. */
export interface ServeOptions extends HubOptions {
  /**
   * The address to listen on. Any but this machine's own needs a `token`.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port for WebSocket. 0 takes a free one.
   *
   * @default {13254} As winerp does.
   */
  port?: number;
  /** A port for TCP, one message a line. 0 takes a free one. */
  tcpPort?: number;
  /** A path for a Unix socket, one message a line. */
  unixPath?: string;
  /**
   * The certificate chain and its private key, in PEM, for `wss:` and `tls:` in
   * place of `ws:` and `tcp:`.
   */
  tls?: { cert: string; key: string };
}

/** A hub that listens. */
export interface HubServer extends AsyncDisposable {
  /** The hub. */
  readonly hub: Hub;
  /** Where it listens, as URLs that a client takes; first for WebSocket. */
  readonly urls: readonly [string, ...string[]];
  /** Stops listening and ends all connections, within about a second. */
  close(): Promise<void>;
}

/**
 * Starts a hub.
 *
 * @param options Where to listen, limits, and who may come in.
 * @returns The hub, listening.
 * @throws {TypeError} If it should listen elsewhere than on this machine without
 * a token.
 * @throws {Deno.errors.AddrInUse} If a port is taken.
 *
 * @example A hub on a free port
 * ```ts
 * import { serve } from "@wirekit/hub/serve";
 * import { assertMatch } from "@std/assert";
 *
 * await using server = await serve({ port: 0 });
 * assertMatch(server.urls[0], /^ws:\/\/127\.0\.0\.1:\d+$/);
 * ```
 */
export async function serve(options: ServeOptions = {}): Promise<HubServer> {
  const {
    hostname = "127.0.0.1",
    port = 13254,
    tcpPort,
    unixPath,
    handshakeTimeout = 10_000,
    tls,
    ...rest
  } = options;
  if (!isLoopback(hostname) && rest.token === undefined) {
    throw new TypeError(
      `Cannot listen on ${hostname} without a token: anybody who reaches it ` +
        "could take any name. Set one with --token or WIREKIT_TOKEN, or " +
        "listen on 127.0.0.1",
    );
  }
  const { idleTimeout = 300_000 } = rest;
  const hub = new Hub({ ...rest, handshakeTimeout });
  const framer = () =>
    new NewlineFramer({
      format: "utf8",
      maxMessageBytes: hub.maxInboundBytes,
      // No JSON, which the hub answers with an error.
      malformed: new Uint8Array(),
    });
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  try {
    const sockets = await listening(
      `${hostname}:${port}`,
      () =>
        listenWebSocket({
          hostname,
          port,
          ...(tls && { tls }),
          format: "utf8",
          farewell: FAREWELL,
          handshakeTimeout,
          maxMessageBytes: hub.maxInboundBytes,
          idleTimeout,
          allowedOrigins: ["*"], // The hub itself looks at them.
          ...(rest.maxConnections !== undefined &&
            { maxConnections: rest.maxConnections }),
          authorize: (request, info) => hub.refuse(request, info),
          handler: hub.fetch,
        }),
    );
    closers.push(acceptAll(sockets, ({ transport }) => {
      const carrier = "WebSocket";
      hub.accept(transport, { trusted: true, watched: true, carrier });
    }));
    const urls: [string, ...string[]] = [
      `${tls ? "wss" : "ws"}://${host}:${sockets.addr.port}`,
    ];

    if (tcpPort !== undefined) {
      const listener = await listening(
        `${hostname}:${tcpPort}`,
        () =>
          listenTcp({ hostname, port: tcpPort, ...(tls && { tls }) }, framer),
      );
      const carrier = tls ? "TLS" : "TCP";
      closers.push(acceptAll(listener, (client) => {
        hub.accept(client, { carrier });
      }));
      urls.push(`${tls ? "tls" : "tcp"}://${host}:${listener.addr.port}`);
    }
    if (unixPath !== undefined) {
      const listener = await listening(
        unixPath,
        () => listenUnix({ path: unixPath }, framer),
      );
      closers.push(acceptAll(listener, (client) => {
        hub.accept(client, { carrier: "Unix" });
      }));
      urls.push(`unix:${unixPath}`);
    }

    // Last in, first out: clients hear from the hub before its listeners end.
    closers.push(() => hub.close());
    return { hub, urls, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Calls `listen`, and names the address in the error if it is taken. */
async function listening<T>(
  address: string,
  listen: () => T | Promise<T>,
): Promise<T> {
  try {
    return await listen();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Deno.errors.AddrInUse(`${address} is taken by another program`, {
      cause,
    });
  }
}

/** Lets clients in, and returns what stops that. */
function acceptAll<T>(
  listener: AsyncIterable<T> & { close(): Promise<void> },
  accept: (client: T) => void,
): () => Promise<void> {
  const done = (async () => {
    for await (const client of listener) accept(client);
  })();
  return async () => {
    await listener.close();
    await done;
  };
}
