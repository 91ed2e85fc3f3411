// Copyright 2026 the Wirekit authors. MIT license.

import type { ListenOptions, Server, Socket } from "node:net";
import type { Logger } from "@wirekit/internal/logger";
import { hostAndPort } from "../opening/_not_connected.ts";
import { SocketPipe } from "../stream/_socket_pipe.ts";
import { paceAccepts } from "../newcomers/_paced_accepts.ts";
import { Awaited, remoteAddrOf } from "./_awaited.ts";
import { AcceptFailures, watchAccepting } from "./_accept_watch.ts";
import { listenError, renewTls } from "./_listen_error.ts";
import { createSocketServer, nodeTls } from "./_node_http.ts";
import { noteListening } from "./_own_listeners.ts";
import { PipeListener, type PipeListenerOptions } from "./_pipe_listener.ts";

/** The most connections that the kernel queues until they are accepted. */
const BACKLOG = 1_024;

/** Where and how to listen. */
export interface SocketListenerOptions {
  /** An address and a port, or a path. */
  where: ListenOptions;
  /** Certificate chain and private key in PEM. */
  tls?: { cert: string; key: string } | undefined;
  /** How long a client may take for its TLS handshake, in milliseconds. */
  handshakeTimeout: number;
  /** Called as soon as there is somewhere to connect to. */
  onBound?: () => void;
  /** Where to log failures. */
  logger: Logger | undefined;
}

/**
 * Listens with `node:net` and `node:tls`, whose reads and writes cost less on
 * Deno than those of a `Deno.Conn`, each of which is a promise.
 */
export async function listenForSockets<T extends string | Uint8Array, A>(
  { where, tls, handshakeTimeout, onBound, logger }: SocketListenerOptions,
  options: (server: Server) => PipeListenerOptions<T, A>,
): Promise<PipeListener<T, A>> {
  const settings = { noDelay: true, keepAlive: true };
  // Half open, a client that leaves within its TLS handshake would stay for as
  // long as that may take.
  const server: Server = tls
    ? nodeTls().createServer({ ...settings, ...tls })
    : createSocketServer({ ...settings, allowHalfOpen: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  try {
    server.listen({ ...where, backlog: BACKLOG }, resolve);
    if (!server.listening) await promise;
    onBound?.();
    await promise;
  } catch (cause) {
    server.close();
    throw listenError(cause, nameOf(where));
  }
  server.off("error", reject);
  noteListening(server);
  const address = server.address();
  const failures = new AcceptFailures(
    nameOf(typeof address === "object" ? { ...where, ...address } : where),
    logger,
  );
  server.on("error", (error) => failures.failed(error));
  paceAccepts(server, BACKLOG);
  const watch = watchAccepting(server, failures, BACKLOG);
  const given = options(server);
  const awaited = new Awaited(given.admission, {
    isSecure: tls !== undefined,
    timeout: handshakeTimeout,
  });
  const listener = new PipeListener(given, {
    stop() {
      watch.stop();
      server.close();
      awaited.end();
    },
    ...(tls && { renewTls: (tls) => renewTls(server, tls) }),
  });
  if (tls) server.on("connection", (socket) => awaited.begin(socket));
  server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
    awaited.forget(socket);
    socket.allowHalfOpen = true;
    socket.on("error", () => {}); // Without it, a reset would be thrown.
    listener.arrived(new SocketPipe(socket), remoteAddrOf(socket));
  });
  return listener;
}

/** Writes where a server listens, for people. */
function nameOf({ path, host = "", port = 0 }: ListenOptions): string {
  return path ?? hostAndPort(host, port);
}
